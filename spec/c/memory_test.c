/*
** memory_test.c - scenarios in which every allocation fails once.
**
** Each is run with the first allocation failing, then the second, until it
** comes through; then the same with all allocations failing from there on
** until the scenario is over. Nothing may crash or leak, and what fails may
** say nothing but GP_ENOMEM or what follows from a node that is short of it.
*/
#include "memory.h"

#include <string.h>

#include "world.h"

#define MOST 20000

/* One node more, unless memory ran out. */
static void add (world *w, const char *name) {
  gp_peer *p;
  gp_err e = gp_peer_parse(&p, name, strlen(name));
  if (e == GP_OK) {
    e = gp_sim_add(w->sim, p, &w->opt, NULL, &w->at[w->n]);
    gp_peer_unref(p);
  }
  if (e == GP_OK)
    w->n++;
  else
    SAME(e, GP_ENOMEM);
}

static bool open (world *w, size_t n) {
  static const char *const names[] = {"a:1", "b:2", "c:3", "d:4",
                                      "e:5", "f:6", "g:7", "h:8"};
  gp_err e;
  size_t i;
  gp_nodeopt_init(&w->opt);
  w->opt.inbox_messages = 3;
  w->opt.outbox_messages = 4;
  w->opt.max_errors = 8;
  w->n = 0;
  e = gp_sim_new(&w->sim, 1);
  if (e != GP_OK) {
    SAME(e, GP_ENOMEM);
    return false;
  }
  for (i = 0; i < n; i++)
    add(w, names[i]);
  return w->n == n;
}

/* What a call gave: its receipt is settled sooner or later. */
static void conclude (world *w, gp_err e, gp_receipt **out) {
  gp_receipt *r = *out;
  if (e != GP_OK) {
    SAME(e, GP_ENOMEM);
    return;
  }
  r->claimed = true;
  world_pass(w, 20000);
  CHECK(gp_receipt_issettled(r));
  gp_receipt_unref(r);
}

static void join (world *w, size_t i, size_t entry) {
  gp_receipt *r = NULL;
  gp_err e = gp_node_connect(world_node(w, i), gp_simhost_self(w->at[entry]),
                             5000, gp_sim_now(w->sim), &r);
  conclude(w, e, &r);
}

static void post (world *w, size_t i, const gp_peer *to) {
  gp_peerlist list = {0, 0, NULL};
  gp_blob *data = gp_blob_new(3);
  gp_receipt *r = NULL;
  if (data != NULL && (to == NULL || gp_peerlist_add(&list, to) == GP_OK))
    conclude(w,
             gp_node_post(world_node(w, i), data, &list, false,
                          gp_sim_now(w->sim), &r),
             &r);
  gp_peerlist_clear(&list);
  gp_blob_unref(data);
}

static void leave (world *w, size_t i) {
  gp_receipt *r = NULL;
  gp_err e = gp_node_leave(world_node(w, i), gp_sim_now(w->sim), &r);
  conclude(w, e, &r);
}

static void joining (world *w) {
  size_t i;
  if (!open(w, 8))
    return;
  for (i = 1; i < 7; i++)
    join(w, i, i - 1);
  gp_simhost_hang(w->at[1]);
  join(w, 7, 0);
}

static void talking (world *w) {
  int i;
  if (!open(w, 3))
    return;
  join(w, 1, 0);
  join(w, 2, 0);
  for (i = 0; i < 6; i++)
    post(w, 0, NULL);
  post(w, 1, gp_simhost_self(w->at[2]));
  while (gp_node_peekmessage(world_node(w, 1)) != NULL)
    gp_node_dropmessage(world_node(w, 1));
  world_pass(w, 10000);
}

static void strangers (world *w) {
  if (!open(w, 3))
    return;
  post(w, 0, gp_simhost_self(w->at[1]));
  join(w, 1, 0);
  gp_simhost_crash(w->at[1]);
  if (gp_simhost_start(w->at[1], &w->opt, NULL) == GP_OK)
    post(w, 0, NULL); /* it has forgotten us: named anew */
}

static void parting (world *w) {
  if (!open(w, 4))
    return;
  join(w, 1, 0);
  join(w, 2, 0);
  join(w, 3, 2);
  gp_simhost_hang(w->at[3]);
  leave(w, 0);
  gp_simhost_resume(w->at[3]);
  gp_simhost_stop(w->at[1]);
  leave(w, 2);
}

static void aliases (world *w) {
  gp_peer *other;
  gp_receipt *r = NULL;
  if (!open(w, 2) || gp_peer_parse(&other, "other:1", 7) != GP_OK)
    return;
  if (gp_simhost_alias(w->at[0], other) == GP_OK) {
    join(w, 1, 0);
    conclude(
      w,
      gp_node_connect(world_node(w, 1), other, 5000, gp_sim_now(w->sim), &r),
      &r);
    post(w, 1, other);
  }
  gp_peer_unref(other);
}

/* One with a name comes back elsewhere, with what it knew; then another. */
static void moving (world *w) {
  gp_peerlist known = {0, 0, NULL};
  bool left;
  if (!open(w, 2))
    return;
  join(w, 1, 0);
  w->opt.nick = "anna";
  add(w, "old:3");
  if (w->n < 3)
    return;
  join(w, 2, 0);
  if (gp_node_known(world_node(w, 2), &known, &left) != GP_OK)
    return;
  gp_simhost_crash(w->at[2]);
  add(w, "new:4");
  if (w->n == 4) {
    gp_err e = gp_node_resume(world_node(w, 3), &known, left,
                              gp_sim_now(w->sim));
    CHECK(e == GP_OK || e == GP_ENOMEM);
    join(w, 3, 0);
    add(w, "third:5");
  }
  if (w->n == 5)
    join(w, 4, 0);
  gp_peerlist_clear(&known);
}

/* How many allocations it takes until 'scenario' comes through. */
static void starve (void (*scenario)(world *w), bool stays) {
  uint64_t n;
  size_t before = memory_used();
  for (n = 1; n < MOST; n++) {
    world w;
    bool failed;
    memset(&w, 0, sizeof w);
    memory_fail(n, stays);
    scenario(&w);
    failed = memory_heal();
    gp_sim_free(w.sim);
    if (memory_used() != before)
      test_note("allocation %d failed", (int)n);
    SAME(memory_used(), before);
    if (!failed)
      break;
  }
  CHECK(n < MOST);
  CHECK(n > 20);
}

TEST(starvejoin, "joining survives any allocation that fails") {
  starve(joining, false);
  starve(joining, true);
}

TEST(starvetalk, "talking survives any allocation that fails") {
  starve(talking, false);
  starve(talking, true);
}

TEST(starvestranger, "writing to strangers survives it") {
  starve(strangers, false);
  starve(strangers, true);
}

TEST(starveleave, "parting survives it") {
  starve(parting, false);
  starve(parting, true);
}

TEST(starvealias, "being known under two names survives it") {
  starve(aliases, false);
  starve(aliases, true);
}

TEST(starvemove, "coming back under a name survives it") {
  starve(moving, false);
  starve(moving, true);
}
