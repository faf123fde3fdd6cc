/*
** steady_test.c - who skips probes notices all the same what happens.
*/
#include "node/nickname.h"
#include "world.h"

static void opensteady (world *w, uint64_t seed, size_t n) {
  world_open(w, seed, n);
  gp_sim_skipprobes(w->sim);
  world_joinall(w, n);
  world_pass(w, 60000);
}

static uint64_t stepsof (world *w, uint64_t time) {
  uint64_t before = gp_sim_count(w->sim)->steps;
  world_pass(w, time);
  return gp_sim_count(w->sim)->steps - before;
}

TEST(quiet, "a quiet day has no steps, and the first message comes through") {
  world w;
  opensteady(&w, 1, 5);
  SAME(stepsof(&w, 86400000), 0);
  SAME(world_end(&w, world_say(&w, 0, "x")), GP_OK);
  TEXT(world_hear(&w, 4), "n0: x");
  TEXT(world_hear(&w, 4), "");
  CHECK(stepsof(&w, 86400000) < 50);
  world_close(&w);
}

TEST(crashes, "one that crashes on a quiet day is missed, and found again") {
  EACHSEED (seed, 10) {
    world w;
    opensteady(&w, seed, 4);
    gp_simhost_crash(w.at[2]);
    world_pass(&w, 15000);
    CHECK(world_iswhole(&w));
    world_pass(&w, 60000);
    CHECK(stepsof(&w, 86400000) < 20000);
    world_start(&w, 2);
    world_forget(world_join(&w, 2, 0));
    world_pass(&w, 15000);
    CHECK(world_iswhole(&w));
    world_pass(&w, 60000);
    SAME(stepsof(&w, 86400000), 0);
    world_close(&w);
  }
}

static void split (world *w, bool apart) {
  size_t i;
  for (i = 0; i < w->n; i++)
    gp_simhost_setgroups(w->at[i], i % 2 == 0 ? 1 : 2);
  if (!apart)
    gp_sim_heal(w->sim, 3, 3);
  else {
    world_part(w, 1, 2);
  }
}

TEST(parts, "a partition on a quiet day is seen by both sides, and heals") {
  EACHSEED (seed, 10) {
    world w;
    opensteady(&w, seed, 4);
    split(&w, true);
    world_pass(&w, 15000);
    TEXT(world_members(&w, 0), "n2");
    TEXT(world_members(&w, 3), "n1");
    world_pass(&w, 3600000);
    split(&w, false);
    world_pass(&w, 75000);
    CHECK(world_iswhole(&w));
    world_close(&w);
  }
}

TEST(hangs, "one standing still on a quiet day is missed, and comes back") {
  world w;
  opensteady(&w, 3, 3);
  gp_simhost_hang(w.at[1]);
  world_pass(&w, 15000);
  TEXT(world_members(&w, 0), "n2");
  world_pass(&w, 60000);
  gp_simhost_resume(w.at[1]);
  world_pass(&w, 75000);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(loses, "while messages are lost all go on probing") {
  world w;
  opensteady(&w, 4, 3);
  gp_sim_setloss(w.sim, 20000);
  CHECK(stepsof(&w, 3600000) > 3 * 6000);
  CHECK(world_iswhole(&w));
  gp_sim_setloss(w.sim, 0);
  world_pass(&w, 60000);
  SAME(stepsof(&w, 86400000), 0);
  world_close(&w);
}

TEST(changes,
     "one that joins or leaves on a quiet day makes all probe for a while") {
  world w;
  opensteady(&w, 5, 3);
  SAME(world_end(&w, world_leave(&w, 2)), GP_OK);
  world_pass(&w, 1000);
  CHECK(stepsof(&w, 3000) > 10);
  world_pass(&w, 60000);
  SAME(stepsof(&w, 86400000), 0);
  SAME(world_end(&w, world_join(&w, 2, 0)), GP_OK);
  world_pass(&w, 1000);
  CHECK(stepsof(&w, 3000) > 20);
  world_pass(&w, 60000);
  SAME(stepsof(&w, 86400000), 0);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

static bool allcall (world *w, size_t i, const char *nick) {
  size_t j;
  bool all = true;
  for (j = 0; j < w->n; j++) {
    const gp_peer *p = gp_node_nicked(world_node(w, j), nick);
    all = all && p != NULL && gp_peer_equal(p, gp_simhost_self(w->at[i]));
  }
  return all;
}

TEST(renames, "a nick that nobody heard of goes round before all is quiet") {
  EACHSEED (seed, 10) {
    world w;
    opensteady(&w, seed, 20);
    gp_sim_setloss(w.sim, 1000000);
    SAME(gp_node_setnick(world_node(&w, 3), "ann", gp_sim_now(w.sim)), GP_OK);
    gp_sim_setloss(w.sim, 0);
    world_pass(&w, 100);
    CHECK(!allcall(&w, 3, "ann"));
    world_pass(&w, 60000);
    CHECK(allcall(&w, 3, "ann"));
    SAME(stepsof(&w, 86400000), 0);
    world_close(&w);
  }
}
