/*
** nickchaos_test.c - whatever nodes with nicks do and suffer, two things hold
** some time after the last fault: a nick that some who live have now means
** one of these to all, the node itself if it is one, and each of two with one
** nick has been told.
** Where the network does no harm, and one thing happens after the other,
** there are never two with one nick, and one that nobody has is never
** refused.
**
** 'PEOPLE' programs, each with a node at a place of its own, call themselves
** this and that, leave, crash, and come back at another place, some with what
** they knew. Whoever is not let in under its nick takes another. The one at
** place 0 neither crashes nor leaves: it lets in.
*/
#include <stdio.h>
#include <string.h>

#include "node/nickname.h"
#include "world.h"

#define PEOPLE 7
#define PLACES 60
#define NARROW 11 /* so many of them, where others were before */
#define CHAOS (30 * SECOND)
#define PEACE (180 * SECOND)
#define HEALING (60 * SECOND)
#define QUIET (6 * SECOND) /* in which all have noticed what happened */

static const char *const nicks[] = {"ann", "bob", "cat",         "dan",
                                    "eve", "fay", "J\u00fcrgen", "hal"};

/* The node at a place. */
typedef struct home {
  bool told;         /* that another one has its nick */
  bool out;          /* it has left, or was not let in */
  gp_receipt *joins; /* it is being let in; or NULL */
} home;

typedef struct town {
  world w;
  bool peace;    /* nothing happens at once, nor to the network */
  size_t places; /* that were taken so far, or may be */
  home at[PLACES];
} town;

static bool lives (town *t, size_t i) {
  return world_node(&t->w, i) != NULL;
}

static const char *nickof (town *t, size_t i) {
  return gp_peer_nick(gp_node_self(world_node(&t->w, i)));
}

static const char *somenick (town *t) {
  return nicks[world_chance(&t->w, sizeof nicks / sizeof *nicks)];
}

/* Any place with a node, or (else) without one. */
static size_t someplace (town *t, bool taken) {
  size_t i;
  do
    i = (size_t)world_chance(&t->w, t->places);
  while (lives(t, i) != taken);
  return i;
}

/* Where one goes. Those who miss a node try its place again, and bring in
   whoever is there, with the nick that it has: so in peace it is a new
   place. */
static size_t newplace (town *t) {
  if (!t->peace)
    return someplace(t, false);
  CHECK(t->places < PLACES);
  return t->places++;
}

/* Whether another one that is in the network has the nick. */
static bool istaken (town *t, size_t i, const char *nick) {
  size_t j;
  for (j = 0; j < PLACES; j++)
    if (j != i && lives(t, j) && !t->at[j].out && t->at[j].joins == NULL &&
        strcmp(nickof(t, j), nick) == 0)
      return true;
  return false;
}

/* It is called so from now on, unless that is another's: one that is out
   knows nobody. */
static bool call (town *t, size_t i, const char *nick) {
  gp_err e, want = GP_OK;
  if (strcmp(nickof(t, i), nick) == 0)
    return true;
  if (!t->at[i].out && istaken(t, i, nick))
    want = GP_EEXIST;
  e = gp_node_setnick(world_node(&t->w, i), nick, gp_sim_now(t->w.sim));
  world_check(&t->w, t->peace ? e == want : e == GP_OK || e == GP_EEXIST,
              "is called as nobody may be, or nobody else is", i);
  if (e == GP_OK)
    t->at[i].told = false;
  return e == GP_OK;
}

static void join (town *t, size_t i, size_t entry) {
  home *h = &t->at[i];
  if (h->joins != NULL || i == entry)
    return;
  h->joins = world_join(&t->w, i, entry);
  h->joins->claimed = true;
}

/* One that is in the network, as far as it knows. */
static size_t anentry (town *t) {
  size_t i = someplace(t, true);
  return t->at[i].out || t->at[i].joins != NULL ? 0 : i;
}

/* Whoever wanted to be let in is, or takes another nick. */
static void joined (town *t, size_t i) {
  gp_err e = world_end(&t->w, t->at[i].joins);
  gp_err want = istaken(t, i, nickof(t, i)) ? GP_EEXIST : GP_OK;
  t->at[i].joins = NULL;
  t->at[i].out = e != GP_OK;
  world_check(&t->w, !t->peace || e == want,
              "is let in with another's nick, or not with its own", i);
  if (e == GP_EEXIST) {
    call(t, i, somenick(t));
    join(t, i, anentry(t));
  }
}

/* What has become of those that join, and what all read. */
static void attend (town *t) {
  const gp_failure *f;
  size_t i;
  for (i = 0; i < PLACES; i++) {
    gp_node *n = world_node(&t->w, i);
    while (n != NULL && (f = gp_node_peekfailure(n)) != NULL) {
      t->at[i].told = t->at[i].told || f->error == GP_EEXIST;
      gp_node_dropfailure(n);
    }
    if (t->at[i].joins != NULL && gp_receipt_issettled(t->at[i].joins))
      joined(t, i);
  }
}

static void pass (town *t, uint64_t time) {
  uint64_t end = gp_sim_now(t->w.sim) + time;
  while (gp_sim_now(t->w.sim) < end) {
    uint64_t left = end - gp_sim_now(t->w.sim);
    world_pass(&t->w, left < 20 ? left : 20);
    attend(t);
  }
}

static void start (town *t, size_t i, const char *nick) {
  t->w.opt.nick = nick;
  world_start(&t->w, i);
  t->w.opt.nick = NULL;
  t->at[i] = (home){.out = true};
}

static void crash (town *t, size_t i) {
  gp_simhost_crash(t->w.at[i]);
  if (t->at[i].joins != NULL)
    (void)world_end(&t->w, t->at[i].joins);
  t->at[i].joins = NULL;
}

/* It is killed, and comes back elsewhere, at once or with time between. */
static void move (town *t, size_t i) {
  bool remembers = !t->peace && world_chance(&t->w, 2) == 0, left;
  gp_peerlist known = {0, 0, NULL};
  char nick[GP_NICK_BYTES + 1];
  size_t to = newplace(t);
  snprintf(nick, sizeof nick, "%s", nickof(t, i));
  SAME(gp_node_known(world_node(&t->w, i), &known, &left), GP_OK);
  crash(t, i);
  pass(t, world_chance(&t->w, 2) * world_chance(&t->w, 6 * SECOND));
  start(t, to, world_chance(&t->w, 3) == 0 ? somenick(t) : nick);
  if (remembers)
    SAME(gp_node_resume(world_node(&t->w, to), &known, left,
                        gp_sim_now(t->w.sim)),
         GP_OK);
  else
    join(t, to, anentry(t));
  gp_peerlist_clear(&known);
}

static void leave (town *t, size_t i) {
  if (t->at[i].joins != NULL)
    return;
  world_forget(world_leave(&t->w, i));
  t->at[i].out = true;
}

/* One that waits to be let in calls itself nothing else meanwhile. */
static void speak (town *t, size_t i) {
  if (t->at[i].out)
    join(t, i, anentry(t));
  else if (t->at[i].joins == NULL)
    call(t, i, somenick(t));
}

static void cut (town *t) {
  uint64_t some = 1 + world_chance(&t->w, (1 << NARROW) - 2);
  if (!t->peace)
    world_part(&t->w, some, ~some);
}

static void befall (town *t) {
  size_t i = someplace(t, true);
  switch (world_chance(&t->w, 10)) {
    case 0: cut(t); break;
    case 1: gp_sim_heal(t->w.sim, UINT64_MAX, UINT64_MAX); break;
    case 2: world_forget(world_say(&t->w, i, "x")); break;
    case 3:
    case 4:
      if (i != 0)
        move(t, i);
      break;
    case 5:
      if (i != 0)
        leave(t, i);
      break;
    default: speak(t, i); break;
  }
}

static void harm (town *t, uint32_t loss, uint32_t copies) {
  gp_sim_setloss(t->w.sim, loss);
  gp_sim_setcopies(t->w.sim, copies);
}

static bool lists (town *t, size_t i, size_t other) {
  gp_peerlist list = {0, 0, NULL};
  bool does;
  SAME(gp_node_members(world_node(&t->w, i), &list), GP_OK);
  does = gp_peerlist_has(&list, gp_simhost_self(t->w.at[other]));
  gp_peerlist_clear(&list);
  return does;
}

/* Who is out, or in another network, joins in the end, if need be under a
   nick that is free. */
static void mend (town *t) {
  char nick[16];
  size_t i;
  harm(t, 0, 0);
  gp_sim_heal(t->w.sim, UINT64_MAX, UINT64_MAX);
  pass(t, 6 * SECOND);
  for (i = 1; i < PLACES; i++) {
    if (!lives(t, i) || (!t->at[i].out && lists(t, 0, i)) ||
        world_end(&t->w, world_join(&t->w, i, 0)) == GP_OK)
      continue;
    snprintf(nick, sizeof nick, "n%zu", i);
    CHECK(call(t, i, nick));
    SAME(world_end(&t->w, world_join(&t->w, i, 0)), GP_OK);
  }
  pass(t, HEALING);
}

/* Whether somebody that lives at 'p' is called so. */
static bool iscalled (town *t, const gp_peer *p, const char *nick) {
  size_t i;
  for (i = 0; i < PLACES; i++)
    if (lives(t, i) && gp_peer_equal(p, gp_simhost_self(t->w.at[i])))
      return strcmp(nickof(t, i), nick) == 0;
  return false;
}

/* What 'i' knows of 'other', which lives as it does: it, or another one that
   has its nick. */
static void checktwo (town *t, size_t i, size_t other) {
  const char *nick = nickof(t, other);
  const gp_peer *p = gp_node_nicked(world_node(&t->w, i), nick);
  const gp_peer *self = gp_simhost_self(t->w.at[i]);
  bool ours = strcmp(nickof(t, i), nick) == 0;
  world_check(&t->w, p != NULL && iscalled(t, p, nick),
              "does not know another's nick", i);
  if (p == NULL)
    return;
  world_check(&t->w, !ours || gp_peer_equal(p, self),
              "shows another one by its own nick", i);
  world_check(&t->w,
              !t->peace ||
                (!ours && gp_peer_equal(p, gp_simhost_self(t->w.at[other]))),
              "knows two with one nick", i);
  world_check(&t->w, !ours || t->at[i].told,
              "was not told that it has one's nick", i);
}

static void check (town *t) {
  size_t i, j;
  for (i = 0; i < PLACES; i++) {
    if (!lives(t, i))
      continue;
    world_check(&t->w, world_knowsall(&t->w, i), "does not list who lives",
                i);
    for (j = 0; j < PLACES; j++)
      if (j != i && lives(t, j))
        checktwo(t, i, j);
  }
}

static void settle (town *t, uint64_t seed) {
  size_t i;
  world_open(&t->w, seed, 0);
  for (i = 0; i < PLACES; i++) {
    t->w.opt.nick = i < PEOPLE ? nicks[i] : NULL;
    world_add(&t->w, NULL);
    gp_simhost_setgroups(t->w.at[i], (uint64_t)1 << i);
    if (i >= PEOPLE)
      gp_simhost_crash(t->w.at[i]);
  }
  world_joinall(&t->w, PEOPLE);
}

static void live (uint64_t seed, bool peace) {
  static town t;
  memset(&t, 0, sizeof t);
  t.peace = peace;
  t.places = peace ? PEOPLE : NARROW;
  settle(&t, seed);
  if (!peace)
    harm(&t, (uint32_t)world_chance(&t.w, 200000),
         (uint32_t)world_chance(&t.w, 200000));
  while (gp_sim_now(t.w.sim) < (peace ? PEACE : CHAOS)) {
    pass(&t, peace ? QUIET : 1 + world_chance(&t.w, 300));
    befall(&t);
  }
  mend(&t);
  check(&t);
  world_close(&t.w);
}

TEST(nickchaos,
     "whatever happened, all know the nicks that others have now") {
  EACHSEED (seed, 200)
    live(seed, false);
}

TEST(nickpeace, "one thing after the other, a nick is one node's alone") {
  EACHSEED (seed, 200)
    live(seed, true);
}
