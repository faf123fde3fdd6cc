/*
** heal_test.c - networks that heal by themselves.
**
** A case that fails names the seed; SEEDS and FIRST in the environment are
** as in chance_test.c.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define SECOND 1000u

static uint64_t number (const char *variable, uint64_t otherwise) {
  const char *text = getenv(variable);
  return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

TEST(leftnotfailed, "to leave is not to fail") {
  world w;
  world_network(&w, 1, 3);
  SAME(world_end(&w, world_leave(&w, 2)), GP_OK);
  world_pass(&w, 30 * SECOND);
  TEXT(world_event(&w, 0), "n2 left");
  TEXT(world_event(&w, 0), "");
  TEXT(world_members(&w, 2), "");
  SAME(world_end(&w, world_join(&w, 2, 1)), GP_OK);
  TEXT(world_event(&w, 0), "n2 joined");
  world_close(&w);
}

TEST(gone, "a process that is gone has failed within seconds") {
  world w;
  world_network(&w, 1, 5);
  gp_station_crash(w.at[4]);
  world_forget(world_say(&w, 0, "x"));
  world_pass(&w, 3 * SECOND);
  TEXT(world_event(&w, 0), "n4 failed: ECONNREFUSED");
  TEXT(world_event(&w, 3), "n4 failed: ECONNREFUSED");
  TEXT(world_event(&w, 3), "");
  TEXT(world_members(&w, 2), "n0 n1 n3");
  world_close(&w);
}

TEST(hung, "one that hangs has failed within ten, and recovers") {
  world w;
  world_network(&w, 1, 5);
  gp_station_hang(w.at[4]);
  world_pass(&w, 10 * SECOND);
  TEXT(world_event(&w, 0), "n4 failed: ETIMEDOUT");
  TEXT(world_members(&w, 2), "n0 n1 n3");
  gp_station_resume(w.at[4]);
  world_pass(&w, 10 * SECOND);
  TEXT(world_event(&w, 0), "n4 recovered");
  TEXT(world_event(&w, 0), "");
  TEXT(world_event(&w, 4), "");
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(oneway, "to be heard is not to recover: that takes an answer") {
  world w;
  size_t i;
  world_network(&w, 1, 2);
  SAME(gp_sim_cut(w.sim, 1, 2), GP_OK); /* n1 hears nothing of n0 */
  world_pass(&w, 15 * SECOND);
  TEXT(world_event(&w, 0), "n1 failed: ETIMEDOUT");
  for (i = 0; i < 10; i++) {
    world_forget(world_join(&w, 1, 0));
    world_pass(&w, 5 * SECOND);
  }
  TEXT(world_event(&w, 0), "");
  TEXT(world_members(&w, 0), "");
  gp_sim_heal(w.sim, 1, 2);
  world_pass(&w, 30 * SECOND);
  TEXT(world_event(&w, 0), "n1 recovered");
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(throughothers, "who is reached through others has not failed") {
  world w;
  world_network(&w, 1, 4);
  SAME(gp_sim_cut(w.sim, 1, 2), GP_OK);
  world_pass(&w, 60 * SECOND);
  TEXT(world_event(&w, 0), "");
  TEXT(world_event(&w, 1), "");
  world_close(&w);
}

TEST(notbyword, "nobody fails because somebody says so") {
  world w;
  world_network(&w, 1, 8);
  SAME(gp_sim_cut(w.sim, 1, 254), GP_OK); /* n0 hears nobody */
  SAME(gp_sim_cut(w.sim, 254, 1), GP_OK);
  world_pass(&w, 60 * SECOND);
  TEXT(world_members(&w, 0), "");
  TEXT(world_event(&w, 3), "n0 failed: ETIMEDOUT");
  TEXT(world_event(&w, 3), "");
  gp_sim_heal(w.sim, 255, 255);
  world_pass(&w, 15 * SECOND);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(goodbyelost, "who left while nobody heard it is not fetched back") {
  world w;
  world_network(&w, 1, 4);
  SAME(gp_sim_cut(w.sim, 8, 7), GP_OK); /* nobody hears n3 */
  SAME(world_end(&w, world_leave(&w, 3)), GP_OK);
  gp_sim_heal(w.sim, 8, 7);
  world_pass(&w, 60 * SECOND);
  TEXT(world_members(&w, 3), "");
  TEXT(world_members(&w, 0), "n1 n2");
  TEXT(world_event(&w, 0), "n3 left");
  world_close(&w);
}

TEST(nofailedhandedon, "who has failed is not handed to newcomers") {
  world w;
  world_network(&w, 1, 4);
  gp_station_crash(w.at[2]);
  world_pass(&w, 12 * SECOND);
  world_add(&w, NULL);
  SAME(world_end(&w, world_join(&w, 4, 0)), GP_OK);
  TEXT(world_members(&w, 4), "n0 n1 n3");
  TEXT(world_complaint(&w, 4), "");
  world_pass(&w, 60 * SECOND);
  TEXT(world_members(&w, 4), "n0 n1 n3");
  world_close(&w);
}

TEST(cameback, "one that was killed and comes back is found again") {
  world w;
  world_network(&w, 1, 4);
  gp_station_crash(w.at[2]);
  world_pass(&w, 60 * SECOND);
  TEXT(world_event(&w, 0), "n2 failed: ECONNREFUSED");
  SAME(gp_station_start(w.at[2], &w.opt, NULL), GP_OK);
  world_pass(&w, 20 * SECOND);
  TEXT(world_event(&w, 0), "n2 recovered");
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(forgotten, "after a day of trying it is forgotten") {
  world w;
  world_network(&w, 1, 2);
  gp_station_crash(w.at[1]);
  world_pass(&w, (uint64_t)25 * 3600 * SECOND);
  SAME(gp_node_due(world_node(&w, 0)), UINT64_MAX);
  world_close(&w);
}

/* Two halves, for 'time'. They are one again within 30 s. */
static void partition (uint64_t seed, size_t n, uint64_t time) {
  world w;
  uint64_t half = ((uint64_t)1 << n / 2) - 1;
  world_network(&w, seed, n);
  SAME(gp_sim_cut(w.sim, half, ~half), GP_OK);
  SAME(gp_sim_cut(w.sim, ~half, half), GP_OK);
  world_pass(&w, time);
  gp_sim_heal(w.sim, UINT64_MAX, UINT64_MAX);
  world_pass(&w, 30 * SECOND);
  if (!world_iswhole(&w))
    test_note("seed %llu, %zu nodes", (unsigned long long)seed, n);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(partitions, "a partition of two minutes heals within 30 s") {
  uint64_t seed = number("FIRST", 1), end = seed + number("SEEDS", 200);
  for (; seed < end; seed++) {
    partition(seed, 2, 120 * SECOND);
    partition(seed, 10, 120 * SECOND);
  }
}

/* A tenth of the messages lost, and now and then one stands still for 3 s. */
static void calm (uint64_t seed) {
  world w;
  size_t i, round;
  world_network(&w, seed, 10);
  gp_sim_setloss(w.sim, 100000);
  for (round = 0; round < 20; round++) {
    i = (size_t)gp_random_below(gp_sim_random(w.sim), 10);
    gp_station_stall(w.at[i], 3 * SECOND);
    world_pass(&w, 6 * SECOND);
  }
  for (i = 0; i < w.n; i++) {
    const char *event = world_event(&w, i);
    if (*event != '\0')
      test_note("seed %llu: to n%zu, %s", (unsigned long long)seed, i, event);
    CHECK(*event == '\0');
  }
  world_close(&w);
}

TEST(noflapping, "loss and standing still for 3 s make nobody fail") {
  uint64_t seed = number("FIRST", 1), end = seed + number("SEEDS", 200);
  for (; seed < end; seed++)
    calm(seed);
}

TEST(hiddenjoin, "who was missed by the others is found by comparing") {
  world w;
  world_open(&w, 1, 6);
  world_joinall(&w, 3);
  SAME(world_end(&w, world_join(&w, 4, 3)), GP_OK);
  SAME(world_end(&w, world_join(&w, 5, 3)), GP_OK);
  gp_station_setgroups(w.at[5], 1);
  gp_station_setgroups(w.at[0], 2);
  gp_station_setgroups(w.at[1], 2);
  SAME(gp_sim_cut(w.sim, 3, 3), GP_OK);
  SAME(world_end(&w, world_join(&w, 3, 2)), GP_OK);
  gp_sim_heal(w.sim, 3, 3);
  world_pass(&w, 60 * SECOND);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

/*
** Whatever happens: 'NODES' nodes that crash, start again, stand still,
** leave, join and talk, in a network that loses, repeats, breaks and cuts.
** Number 0 neither crashes nor leaves: who is in another network at the end
** joins through it.
*/
#define NODES 12
#define CHAOS (30 * SECOND)
#define HEALING (60 * SECOND)
#define MESSAGES 2000

typedef struct chaos {
  world w;
  uint64_t seed;
  bool left[NODES];
  uint64_t stalled[NODES];
  unsigned said;
  unsigned lives[NODES], heard[NODES][MESSAGES]; /* in which life */
} chaos;

static uint64_t chance (chaos *c, uint64_t n) {
  return gp_random_below(gp_sim_random(c->w.sim), n);
}

static void check (const chaos *c, bool holds, const char *what, size_t i) {
  if (!holds)
    test_note("seed %llu, node %zu, at %llu ms: %s",
              (unsigned long long)c->seed, i,
              (unsigned long long)gp_sim_now(c->w.sim), what);
  CHECK(holds);
}

static void hear (chaos *c, size_t i) {
  gp_node *n = world_node(&c->w, i);
  const gp_message *m;
  if (n == NULL || gp_sim_now(c->w.sim) <= c->stalled[i])
    return;
  while ((m = gp_node_peekmessage(n)) != NULL) {
    unsigned text = (unsigned)strtoul(m->data->bytes, NULL, 10);
    check(c, c->heard[i][text] <= c->lives[i], "heard twice", i);
    c->heard[i][text] = c->lives[i] + 1;
    gp_node_dropmessage(n);
  }
  while (gp_node_peekfailure(n) != NULL)
    gp_node_dropfailure(n);
}

static void connect (chaos *c, size_t i, size_t entry) {
  gp_receipt *r;
  if (i == entry)
    return;
  r = world_join(&c->w, i, entry);
  r->claimed = true;
  world_forget(r);
  c->left[i] = false;
}

static void cut (chaos *c) {
  uint64_t some = 1 + chance(c, (1 << NODES) - 2);
  uint64_t others = chance(c, 2) == 0 ? ~some
                                      : (uint64_t)1 << chance(c, NODES);
  SAME(gp_sim_cut(c->w.sim, some, others), GP_OK);
  if (chance(c, 2) == 0)
    SAME(gp_sim_cut(c->w.sim, others, some), GP_OK);
}

static void speak (chaos *c, size_t i) {
  char text[16];
  gp_receipt *r;
  if (++c->said >= MESSAGES)
    return;
  snprintf(text, sizeof text, "%u", c->said);
  r = world_say(&c->w, i, text);
  r->claimed = true;
  world_forget(r);
}

/* An entry point that is in the network. */
static size_t anentry (chaos *c) {
  size_t i = (size_t)chance(c, NODES);
  return world_node(&c->w, i) == NULL || c->left[i] ? 0 : i;
}

static void start (chaos *c, size_t i) {
  SAME(gp_station_start(c->w.at[i], &c->w.opt, NULL), GP_OK);
  c->lives[i]++;
  c->left[i] = false;
  if (chance(c, 2) == 0)
    connect(c, i, anentry(c));
}

static void befall (chaos *c) {
  size_t i = (size_t)chance(c, NODES);
  uint64_t time = chance(c, 8 * SECOND);
  if (world_node(&c->w, i) == NULL) {
    start(c, i);
    return;
  }
  if (gp_sim_now(c->w.sim) <= c->stalled[i])
    return;
  switch (chance(c, 12)) {
    case 0:
      if (i != 0)
        gp_station_crash(c->w.at[i]);
      break;
    case 1:
      gp_station_stall(c->w.at[i], time);
      c->stalled[i] = gp_sim_now(c->w.sim) + time;
      break;
    case 2: cut(c); break;
    case 3: gp_sim_heal(c->w.sim, UINT64_MAX, UINT64_MAX); break;
    case 4:
      if (i != 0) {
        world_forget(world_leave(&c->w, i));
        c->left[i] = true;
      }
      break;
    case 5:
    case 6: connect(c, i, anentry(c)); break;
    default: speak(c, i); break;
  }
}

static void harm (chaos *c, uint32_t loss, uint32_t copies, uint32_t breaks) {
  gp_sim_setloss(c->w.sim, loss);
  gp_sim_setcopies(c->w.sim, copies);
  gp_sim_setbreaks(c->w.sim, breaks);
}

/* Whether one of the two still deals with the other, as failed or not. */
static bool knows (chaos *c, size_t i, size_t other) {
  const gp_peer *p = gp_station_self(c->w.at[other]);
  gp_node *n = world_node(&c->w, i);
  gp_peerstates states;
  bool known = false;
  size_t j;
  if (n == NULL || world_node(&c->w, other) == NULL)
    return false;
  SAME(gp_node_states(n, gp_sim_now(c->w.sim), &states), GP_OK);
  for (j = 0; j < states.n; j++)
    known = known || gp_peer_equal(states.at[j].peer, p);
  gp_peerstates_clear(&states);
  return known;
}

/* Who started anew or came back when the others had forgotten him may be in
   another network: only his program can tell. */
static void rejoin (chaos *c) {
  bool in[NODES] = {true};
  bool more = true;
  size_t i, j;
  while (more) {
    more = false;
    for (i = 0; i < NODES; i++)
      for (j = 0; j < NODES; j++)
        if (in[i] && !in[j] && (knows(c, i, j) || knows(c, j, i)))
          more = in[j] = true;
  }
  for (i = 1; i < NODES; i++)
    if (world_node(&c->w, i) != NULL && (c->left[i] || !in[i]))
      connect(c, i, 0);
}

static void mend (chaos *c) {
  size_t i;
  harm(c, 0, 0, 0);
  gp_sim_heal(c->w.sim, UINT64_MAX, UINT64_MAX);
  for (i = 0; i < NODES; i++) {
    gp_station_resume(c->w.at[i]);
    c->stalled[i] = 0;
  }
  world_pass(&c->w, 6 * SECOND);
  rejoin(c);
}

static uint64_t wreak (uint64_t seed) {
  static chaos c;
  uint64_t t, trace;
  size_t i;
  memset(&c, 0, sizeof c);
  c.seed = seed;
  world_network(&c.w, seed, NODES);
  harm(&c, (uint32_t)chance(&c, 200000), (uint32_t)chance(&c, 200000),
       (uint32_t)chance(&c, 50000));
  for (t = gp_sim_now(c.w.sim); t < CHAOS; t += 1 + chance(&c, 200)) {
    gp_sim_run(c.w.sim, t);
    befall(&c);
    hear(&c, (size_t)chance(&c, NODES));
  }
  mend(&c);
  for (t = 0; t < HEALING; t += SECOND) {
    world_pass(&c.w, SECOND);
    for (i = 0; i < NODES; i++)
      hear(&c, i);
  }
  for (i = 0; i < NODES; i++)
    if (world_node(&c.w, i) != NULL)
      check(&c, world_knowsall(&c.w, i), "does not list who lives", i);
  trace = gp_sim_trace(c.w.sim);
  world_close(&c.w);
  return trace;
}

TEST(heals, "whatever happened, all that live list each other after it") {
  uint64_t seed = number("FIRST", 1), end = seed + number("SEEDS", 200);
  for (; seed < end; seed++)
    wreak(seed);
}

TEST(replayschaos, "and a seed replays it exactly") {
  uint64_t seed;
  for (seed = 1; seed <= 5; seed++)
    CHECK(wreak(seed) == wreak(seed));
}

/* What one node costs in an hour at rest, in requests a second. */
static double restcost (size_t n) {
  world w;
  uint64_t before;
  double cost;
  world_network(&w, 1, n);
  before = gp_sim_count(w.sim)->requests;
  world_pass(&w, 600 * SECOND);
  cost = (double)(gp_sim_count(w.sim)->requests - before) / 600 / (double)n;
  world_close(&w);
  return cost;
}

TEST(atrest, "at rest a node costs the same in a network of any size") {
  double small = restcost(5), large = restcost(50);
  CHECK(small < 2 && large < 2);
}
