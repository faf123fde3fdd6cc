/*
** rejoin_test.c - nodes that start again, knowing whom they knew.
*/
#include <stdio.h>
#include <string.h>

#include "world.h"

/* What a node is to know after a restart: its state file. */
typedef struct memory {
  gp_peerlist known;
  bool left;
} memory;

static void save (world *w, size_t i, memory *m) {
  gp_peerlist_clear(&m->known);
  SAME(gp_node_known(world_node(w, i), &m->known, &m->left), GP_OK);
}

static void resume (world *w, size_t i, const memory *m) {
  SAME(
    gp_node_resume(world_node(w, i), &m->known, m->left, gp_sim_now(w->sim)),
    GP_OK);
}

static void restart (world *w, size_t i, const memory *m) {
  world_start(w, i);
  resume(w, i, m);
}

TEST(resumes, "one that starts again with its list joins by itself") {
  world w;
  memory m = {0};
  world_network(&w, 1, 4);
  world_prove(&w);
  save(&w, 3, &m);
  SAME(world_end(&w, world_leave(&w, 2)), GP_OK);
  gp_simhost_crash(w.at[3]);
  gp_simhost_crash(w.at[0]);
  gp_simhost_crash(w.at[2]);
  world_pass(&w, 30 * SECOND);
  TEXT(world_members(&w, 1), "");
  world_ignore(&w);
  restart(&w, 3, &m);
  CHECK(!gp_node_isconnected(world_node(&w, 3)));
  world_pass(&w, 2 * SECOND);
  TEXT(world_members(&w, 3), "n1");
  TEXT(world_event(&w, 3), "n1 joined");
  TEXT(world_event(&w, 1), "n3 recovered");
  world_start(&w, 0);
  world_pass(&w, 10 * SECOND);
  TEXT(world_members(&w, 3), "n0 n1");
  TEXT(world_complaint(&w, 3), "");
  gp_peerlist_clear(&m.known);
  world_close(&w);
}

TEST(allkilled, "all that were killed, and come back, are one again") {
  memory m[8];
  world w;
  size_t i;
  EACHSEED (seed, 50) {
    memset(m, 0, sizeof m);
    world_network(&w, seed, 8);
    world_prove(&w);
    for (i = 0; i < 8; i++) {
      save(&w, i, &m[i]);
      gp_simhost_crash(w.at[i]);
    }
    world_pass(&w, 3600 * SECOND);
    for (i = 0; i < 8; i++) {
      world_pass(&w, world_chance(&w, 60 * SECOND));
      restart(&w, i, &m[i]);
      gp_peerlist_clear(&m[i].known);
    }
    world_pass(&w, 30 * SECOND);
    CHECK(world_iswhole(&w));
    world_close(&w);
  }
}

TEST(lonely, "one that is alone goes on trying for a day, then lets be") {
  world w;
  memory m = {0};
  world_network(&w, 1, 3);
  world_prove(&w);
  save(&w, 0, &m);
  SAME(m.known.n, 2);
  for (size_t i = 0; i < 3; i++)
    gp_simhost_crash(w.at[i]);
  restart(&w, 0, &m);
  world_pass(&w, (uint64_t)23 * 3600 * SECOND);
  save(&w, 0, &m);
  SAME(m.known.n, 2);
  world_start(&w, 1);
  world_pass(&w, 60 * SECOND);
  TEXT(world_members(&w, 0), "n1");
  gp_simhost_crash(w.at[1]);
  world_pass(&w, (uint64_t)25 * 3600 * SECOND);
  SAME(gp_node_due(world_node(&w, 0)), UINT64_MAX);
  gp_peerlist_clear(&m.known);
  world_close(&w);
}

TEST(toomany, "no more are tried again than there may be members") {
  world w;
  memory m = {0};
  gp_stats stats;
  world_network(&w, 1, 6);
  world_prove(&w);
  save(&w, 0, &m);
  SAME(m.known.n, 5);
  gp_simhost_crash(w.at[0]);
  w.opt.max_members = 2;
  restart(&w, 0, &m);
  save(&w, 0, &m);
  SAME(m.known.n, 2);
  gp_node_stats(world_node(&w, 0), &stats);
  SAME(stats.failed, 0); /* none was a member of this process */
  gp_peerlist_clear(&m.known);
  world_close(&w);
}

TEST(leftstays,
     "one that had left stays out after a restart, also when fetched") {
  world w;
  memory m = {0}, other = {0};
  world_network(&w, 1, 3);
  save(&w, 0, &other);
  SAME(world_end(&w, world_leave(&w, 2)), GP_OK);
  save(&w, 2, &m);
  CHECK(m.left);
  SAME(m.known.n, 0);
  gp_simhost_crash(w.at[2]);
  gp_simhost_crash(w.at[0]);
  restart(&w, 2, &m);
  restart(&w, 0, &other); /* it remembers n2 */
  world_pass(&w, 60 * SECOND);
  TEXT(world_members(&w, 2), "");
  TEXT(world_members(&w, 0), "n1");
  SAME(world_end(&w, world_join(&w, 2, 1)), GP_OK);
  world_pass(&w, SECOND);
  CHECK(world_iswhole(&w));
  gp_peerlist_clear(&other.known);
  world_close(&w);
}

TEST(leavesagain, "one that leaves does not try those that it remembered") {
  world w;
  memory m = {0};
  world_network(&w, 1, 2);
  save(&w, 0, &m);
  gp_simhost_crash(w.at[0]);
  gp_simhost_crash(w.at[1]);
  restart(&w, 0, &m);
  SAME(world_end(&w, world_leave(&w, 0)), GP_OK);
  world_start(&w, 1);
  world_pass(&w, 120 * SECOND);
  TEXT(world_members(&w, 0), "");
  gp_peerlist_clear(&m.known);
  world_close(&w);
}

/*
** Names, and processes that take the place of others.
*/

/* One more host, called 'address', whose node has the name "anna". */
static size_t addanna (world *w, const char *address) {
  size_t i;
  w->opt.nick = "anna";
  i = world_add(w, address);
  w->opt.nick = NULL;
  return i;
}

static void startanna (world *w, size_t i) {
  w->opt.nick = "anna";
  world_start(w, i);
  w->opt.nick = NULL;
}

/* A network of 'n' nodes without a name and such a one; its number. */
static size_t networkanna (world *w, size_t n, const char *address) {
  size_t anna;
  world_open(w, 1, n);
  anna = addanna(w, address);
  world_joinall(w, w->n);
  world_pass(w, SECOND);
  world_ignore(w);
  return anna;
}

/* What 'i' knows of 'other': "anna alive", or "" of one it does not know. */
static const char *nameof (world *w, size_t i, size_t other) {
  static const char *const states[] = {"candidate", "alive", "suspected",
                                       "failed"};
  static char text[WORLD_TEXT];
  gp_peerstates all;
  size_t j;
  text[0] = '\0';
  SAME(gp_node_states(world_node(w, i), gp_sim_now(w->sim), &all), GP_OK);
  for (j = 0; j < all.n; j++)
    if (gp_peer_equal(all.at[j].peer, gp_simhost_self(w->at[other])))
      snprintf(text, sizeof text, "%s %s", gp_peer_nick(all.at[j].peer),
               states[all.at[j].state]);
  gp_peerstates_clear(&all);
  return text;
}

TEST(namesknown, "a name is known to all of ours") {
  world w;
  networkanna(&w, 2, NULL);
  TEXT(nameof(&w, 0, 2), "anna alive");
  TEXT(nameof(&w, 1, 2), "anna alive");
  TEXT(nameof(&w, 2, 0), " alive");
  world_close(&w);
}

TEST(moved, "one with a name that comes back elsewhere leaves no ghost") {
  world w;
  size_t new, old = networkanna(&w, 3, "old:5000");
  gp_simhost_crash(w.at[old]);
  new = addanna(&w, "new:5000");
  SAME(world_end(&w, world_join(&w, new, 0)), GP_OK);
  world_pass(&w, SECOND);
  TEXT(world_event(&w, 0), "old left");
  TEXT(world_event(&w, 0), "new joined");
  TEXT(world_event(&w, 0), "");
  TEXT(world_event(&w, 2), "old left");
  TEXT(nameof(&w, 1, old), "");
  TEXT(nameof(&w, 1, new), "anna alive");
  TEXT(nameof(&w, new, old), "");
  TEXT(world_complaint(&w, new), "");
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(movedlater, "also when the old one has failed, or is not reached") {
  world w;
  size_t old, new;
  const char *first;
  bool isold;
  world_open(&w, 1, 3);
  old = addanna(&w, "old:5000");
  world_joinall(&w, 4);
  gp_simhost_setgroups(w.at[old], 1);
  for (size_t i = 0; i < 3; i++)
    gp_simhost_setgroups(w.at[i], 2);
  world_part(&w, 1, 2);
  world_ignore(&w);
  new = addanna(&w, "new:5000");
  SAME(world_end(&w, world_join(&w, new, 0)), GP_OK);
  world_pass(&w, 2 * SECOND);
  TEXT(world_event(&w, 0), "old left");
  TEXT(world_event(&w, 0), "new joined");
  gp_simhost_crash(w.at[new]);
  world_pass(&w, 20 * SECOND);
  first = world_event(&w, 1); /* in any order */
  isold = strcmp(first, "old left") == 0;
  TEXT(first, isold ? "old left" : "new joined");
  TEXT(world_event(&w, 1), isold ? "new joined" : "old left");
  TEXT(world_event(&w, 1), "new failed: ECONNREFUSED");
  gp_simhost_crash(w.at[old]);
  gp_sim_heal(w.sim, 3, 3);
  startanna(&w, old);
  SAME(world_end(&w, world_join(&w, old, 1)), GP_OK);
  TEXT(world_event(&w, 1), "new left");
  TEXT(world_event(&w, 1), "old joined");
  world_pass(&w, SECOND);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(failedname, "the name of one that has failed is free at once") {
  world w;
  size_t new, old = networkanna(&w, 2, "old:5000");
  uint64_t before;
  gp_simhost_hang(w.at[old]);
  world_pass(&w, 20 * SECOND);
  world_ignore(&w);
  new = addanna(&w, "new:5000");
  before = gp_sim_now(w.sim);
  SAME(world_end(&w, world_join(&w, new, 0)), GP_OK);
  CHECK(gp_sim_now(w.sim) - before < 200);
  TEXT(world_event(&w, 0), "old left");
  TEXT(world_event(&w, 1), "old left");
  world_close(&w);
}

TEST(namesake, "one with the name of one that lives is not let in") {
  world w;
  size_t other, anna = networkanna(&w, 2, NULL);
  other = addanna(&w, NULL);
  SAME(world_end(&w, world_join(&w, other, 0)), GP_EEXIST);
  SAME(world_end(&w, world_join(&w, other, anna)), GP_EEXIST);
  world_pass(&w, 20 * SECOND);
  TEXT(world_members(&w, other), "");
  TEXT(world_members(&w, 1), "n0 n2");
  TEXT(world_event(&w, 0), "");
  TEXT(world_event(&w, anna), "");
  SAME(world_end(&w, world_leave(&w, anna)), GP_OK);
  SAME(world_end(&w, world_join(&w, other, 0)), GP_OK);
  TEXT(world_members(&w, 0), "n1 n3");
  world_close(&w);
}

TEST(twoatonce, "of two that come at once with a name one is let in") {
  EACHSEED (seed, 50) {
    world w;
    gp_receipt *a, *b;
    gp_err ea, eb;
    world_open(&w, seed, 2);
    addanna(&w, NULL);
    world_joinall(&w, 3);
    gp_simhost_crash(w.at[2]);
    addanna(&w, NULL);
    addanna(&w, NULL);
    a = world_join(&w, 3, 0);
    b = world_join(&w, 4, 0);
    ea = world_end(&w, a);
    eb = world_end(&w, b);
    CHECK((ea == GP_OK) != (eb == GP_OK));
    SAME(ea == GP_OK ? eb : ea, GP_EEXIST);
    world_close(&w);
  }
}

TEST(mergednames, "two of a name in two networks both stay, and are told") {
  world w;
  world_open(&w, 1, 2);
  addanna(&w, NULL);
  addanna(&w, NULL);
  SAME(world_end(&w, world_join(&w, 2, 0)), GP_OK);
  SAME(world_end(&w, world_join(&w, 3, 1)), GP_OK);
  SAME(world_end(&w, world_join(&w, 0, 1)), GP_OK);
  world_pass(&w, 10 * SECOND);
  CHECK(world_iswhole(&w));
  TEXT(world_complaint(&w, 2), "meeting n3: EEXIST");
  TEXT(world_complaint(&w, 2), "");
  TEXT(world_complaint(&w, 3), "meeting n2: EEXIST");
  TEXT(world_complaint(&w, 0), "");
  world_ignore(&w);
  gp_simhost_crash(w.at[3]); /* there is another one of its name */
  world_pass(&w, 10 * SECOND);
  TEXT(world_event(&w, 0), "n3 left");
  TEXT(nameof(&w, 1, 3), "");
  world_close(&w);
}

TEST(replaced, "another process at a member's address is a newcomer") {
  world w;
  world_network(&w, 1, 3);
  SAME(world_end(&w, world_say(&w, 2, "old")), GP_OK);
  TEXT(world_hear(&w, 0), "n2: old");
  gp_simhost_crash(w.at[2]);
  world_start(&w, 2);
  SAME(world_end(&w, world_join(&w, 2, 0)), GP_OK);
  CHECK(world_iswhole(&w));
  TEXT(world_event(&w, 0), "n2 failed: EREPLACED");
  TEXT(world_event(&w, 0), "n2 joined");
  TEXT(world_event(&w, 1), "n2 failed: EREPLACED");
  TEXT(world_event(&w, 1), "n2 joined");
  TEXT(world_event(&w, 1), "");
  SAME(world_end(&w, world_say(&w, 2, "new")), GP_OK);
  TEXT(world_hear(&w, 0), "n2: new");
  world_pass(&w, 20 * SECOND);
  TEXT(world_event(&w, 0), "");
  world_close(&w);
}

TEST(replacedunseen, "also when it does not connect: it is met") {
  world w;
  world_network(&w, 1, 3);
  gp_simhost_crash(w.at[2]);
  world_start(&w, 2);
  world_pass(&w, 10 * SECOND);
  TEXT(world_event(&w, 0), "n2 failed: EREPLACED");
  TEXT(world_event(&w, 0), "n2 joined");
  TEXT(world_event(&w, 0), "");
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(copied, "a file that was copied does not bring a second one in") {
  world w;
  memory m = {0};
  size_t other, anna = networkanna(&w, 2, NULL);
  save(&w, anna, &m);
  other = addanna(&w, NULL);
  resume(&w, other, &m);
  world_pass(&w, 30 * SECOND);
  TEXT(world_members(&w, other), "");
  TEXT(world_members(&w, 0), "n1 n2");
  CHECK(strstr(world_complaint(&w, other), ": EEXIST") != NULL);
  TEXT(world_complaint(&w, other), "");
  SAME(world_end(&w, world_leave(&w, anna)), GP_OK);
  world_pass(&w, 30 * SECOND);
  TEXT(world_members(&w, 0), "n1 n3");
  gp_peerlist_clear(&m.known);
  world_close(&w);
}

TEST(displaced, "one that stood still while its name was taken is told") {
  world w;
  size_t new, old = networkanna(&w, 2, NULL);
  gp_simhost_hang(w.at[old]);
  new = addanna(&w, NULL);
  SAME(world_end(&w, world_join(&w, new, 0)), GP_OK);
  world_pass(&w, 5 * SECOND);
  gp_simhost_resume(w.at[old]);
  world_pass(&w, 30 * SECOND);
  CHECK(world_iswhole(&w));
  TEXT(world_complaint(&w, old), "meeting n3: EEXIST");
  TEXT(world_complaint(&w, new), "meeting n2: EEXIST");
  world_close(&w);
}

/*
** A node with a name that is killed and starts again elsewhere, again and
** again, in a network that loses, repeats and cuts.
*/
#define PLAIN 5
#define PLACES 4

static void wander (uint64_t seed) {
  world w;
  memory m = {0};
  size_t i, at = 0, round;
  world_open(&w, seed, PLAIN);
  for (i = 0; i < PLACES; i++)
    addanna(&w, NULL);
  for (i = 1; i < PLACES; i++)
    gp_simhost_crash(w.at[PLAIN + i]);
  world_joinall(&w, PLAIN + 1);
  for (i = 0; i < w.n; i++)
    gp_simhost_setgroups(w.at[i], (uint64_t)1 << i);
  gp_sim_setloss(w.sim, 50000);
  gp_sim_setcopies(w.sim, 50000);
  for (round = 0; round < 8; round++) {
    world_pass(&w, world_chance(&w, 6 * SECOND));
    if (world_chance(&w, 3) == 0)
      SAME(gp_sim_cut(w.sim, 1 + world_chance(&w, 31),
                      (uint64_t)1 << (PLAIN + at)),
           GP_OK);
    save(&w, PLAIN + at, &m);
    gp_simhost_crash(w.at[PLAIN + at]);
    world_pass(&w, world_chance(&w, 6 * SECOND));
    at = (at + 1 + (size_t)world_chance(&w, PLACES - 1)) % PLACES;
    startanna(&w, PLAIN + at);
    resume(&w, PLAIN + at, &m);
  }
  gp_sim_setloss(w.sim, 0);
  gp_sim_setcopies(w.sim, 0);
  gp_sim_heal(w.sim, UINT64_MAX, UINT64_MAX);
  world_pass(&w, 60 * SECOND);
  CHECK(world_iswhole(&w));
  for (i = 0; i < PLAIN; i++)
    for (round = 0; round < PLACES; round++) {
      const char *is = nameof(&w, i, PLAIN + round);
      if (round != at && *is != '\0')
        test_note("n%zu still knows n%zu", i, PLAIN + round);
      TEXT(is, round == at ? "anna alive" : "");
    }
  gp_peerlist_clear(&m.known);
  world_close(&w);
}

TEST(wanders, "one that moves again and again leaves no ghost behind") {
  EACHSEED (seed, 200)
    wander(seed);
}
