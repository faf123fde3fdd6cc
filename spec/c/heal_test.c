/*
** heal_test.c - networks that heal by themselves.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

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
  gp_simhost_crash(w.at[4]);
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
  gp_simhost_hang(w.at[4]);
  world_pass(&w, 10 * SECOND);
  TEXT(world_event(&w, 0), "n4 failed: ETIMEDOUT");
  TEXT(world_members(&w, 2), "n0 n1 n3");
  gp_simhost_resume(w.at[4]);
  world_pass(&w, 10 * SECOND);
  TEXT(world_event(&w, 0), "n4 recovered");
  TEXT(world_event(&w, 0), "");
  TEXT(world_event(&w, 4), "");
  CHECK(world_iswhole(&w));
  world_close(&w);
}

/* A network of 'ours' nodes, then 'plain' ones that do as Go programs do. */
static void mix (world *w, uint64_t seed, size_t ours, size_t plain) {
  size_t i;
  world_open(w, seed, ours);
  w->opt.probe_interval_ms = 0;
  while (w->n < ours + plain)
    gp_simhost_setplain(w->at[world_add(w, NULL)]);
  world_joinall(w, w->n);
  for (i = 0; i < w->n; i++)
    gp_simhost_setgroups(w->at[i], (uint64_t)1 << i);
  world_ignore(w);
}

/* The last one is killed, or hangs. */
static void strike (world *w, bool hangs) {
  if (hangs)
    gp_simhost_hang(w->at[w->n - 1]);
  else
    gp_simhost_crash(w->at[w->n - 1]);
}

/* The last one is lost at any time; those of ours that are left are to
   notice. */
static void lose (uint64_t seed, size_t ours, size_t plain, bool hangs) {
  world w;
  size_t i;
  mix(&w, seed, ours, plain);
  world_pass(&w, world_chance(&w, 5 * SECOND));
  strike(&w, hangs);
  world_pass(&w, (hangs ? 10 : 3) * SECOND);
  for (i = 0; i < ours && i + 1 < w.n; i++) {
    gp_stats stats;
    gp_node_stats(world_node(&w, i), &stats);
    if (stats.failed != 1)
      test_note("%zu of ours, %zu others, at n%zu", ours, plain, i);
    SAME(stats.failed, 1);
  }
  world_close(&w);
}

TEST(intime, "killed has failed within 3 s, hung within 10, in any network") {
  EACHSEED (seed, 50) {
    size_t n = 2 + (size_t)seed % 30;
    lose(seed, n, 0, false);
    lose(seed, n, 0, true);
  }
}

TEST(gointime,
     "that holds for Go members too, however few of ours there are") {
  EACHSEED (seed, 50) {
    lose(seed, 1, 20, false);
    lose(seed, 1, 20, true);
    lose(seed, 1 + (size_t)seed % 12, 1 + (size_t)seed % 15, seed % 2 == 0);
  }
}

TEST(oneway, "to be heard is not to recover: that takes a response") {
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

TEST(throughothers, "one that is reached through others has not failed") {
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
  world_part(&w, 1, 254); /* n0 hears nobody */
  world_pass(&w, 60 * SECOND);
  TEXT(world_members(&w, 0), "");
  TEXT(world_event(&w, 3), "n0 failed: ETIMEDOUT");
  TEXT(world_event(&w, 3), "");
  gp_sim_heal(w.sim, 255, 255);
  world_pass(&w, 15 * SECOND);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(goodbyelost, "one that left while nobody heard it is not fetched back") {
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

TEST(nofailedhandedon, "one that has failed is not handed to newcomers") {
  world w;
  world_network(&w, 1, 4);
  gp_simhost_crash(w.at[2]);
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
  gp_simhost_crash(w.at[2]);
  world_pass(&w, 60 * SECOND);
  TEXT(world_event(&w, 0), "n2 failed: ECONNREFUSED");
  world_start(&w, 2);
  world_pass(&w, 20 * SECOND);
  TEXT(world_event(&w, 0), "n2 recovered");
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(forgotten, "after a day of trying it is forgotten") {
  world w;
  world_network(&w, 1, 2);
  gp_simhost_crash(w.at[1]);
  world_pass(&w, (uint64_t)25 * 3600 * SECOND);
  SAME(gp_node_due(world_node(&w, 0)), UINT64_MAX);
  world_close(&w);
}

/* Two halves, for 'time'. They are one again within 30 s. */
static void partition (uint64_t seed, size_t n, uint64_t time) {
  world w;
  uint64_t half = ((uint64_t)1 << n / 2) - 1;
  world_network(&w, seed, n);
  world_part(&w, half, ~half);
  world_pass(&w, time);
  gp_sim_heal(w.sim, UINT64_MAX, UINT64_MAX);
  world_pass(&w, 30 * SECOND);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(partitions, "a partition of two minutes heals within 30 s") {
  EACHSEED (seed, 200) {
    partition(seed, 2, 120 * SECOND);
    partition(seed, 10, 120 * SECOND);
  }
}

/* A tenth of the messages lost, and now and then one stands still for 3 s. */
static void quiet (uint64_t seed, size_t ours, size_t plain) {
  world w;
  size_t i, round;
  mix(&w, seed, ours, plain);
  gp_sim_setloss(w.sim, 100000);
  for (round = 0; round < 20; round++) {
    i = (size_t)world_chance(&w, w.n);
    gp_simhost_stall(w.at[i], 3 * SECOND);
    world_pass(&w, 6 * SECOND);
  }
  for (i = 0; i < w.n; i++) {
    const char *event = world_event(&w, i);
    if (*event != '\0')
      test_note("to n%zu, %s", i, event);
    CHECK(*event == '\0');
  }
  world_close(&w);
}

TEST(noflapping, "loss and standing still for 3 s make nobody fail") {
  EACHSEED (seed, 200)
    quiet(seed, seed % 2 == 0 ? 10 : 4 + (size_t)seed % 10,
          seed % 2 == 0 ? 0 : 10);
}

/* Number 0 is busy for 'busy' ms, again and again; the last one is lost. */
static void distract (uint64_t seed, size_t n, bool hangs) {
  world w;
  gp_stats stats;
  uint64_t busy, every, end;
  world_network(&w, seed, n);
  world_prove(&w);
  busy = 550 + world_chance(&w, 1000);
  every = busy + 1500 + world_chance(&w, 4 * SECOND);
  strike(&w, hangs);
  for (end = gp_sim_now(w.sim) + 120 * SECOND; gp_sim_now(w.sim) < end;) {
    gp_simhost_stall(w.at[0], busy);
    world_pass(&w, every);
  }
  gp_node_stats(world_node(&w, 0), &stats);
  if (stats.failed != 1)
    test_note("busy for %d of %d ms", (int)busy, (int)every);
  SAME(stats.failed, 1);
  world_close(&w);
}

TEST(busy,
     "one that is busy again and again notices the failed all the same") {
  EACHSEED (seed, 50) {
    distract(seed, 2, true);
    distract(seed, 2, false);
    distract(seed, 5, true);
  }
}

TEST(hiddenjoin, "one that was missed by the others is found by comparing") {
  world w;
  world_open(&w, 1, 6);
  world_joinall(&w, 3);
  SAME(world_end(&w, world_join(&w, 4, 3)), GP_OK);
  SAME(world_end(&w, world_join(&w, 5, 3)), GP_OK);
  gp_simhost_setgroups(w.at[5], 1);
  gp_simhost_setgroups(w.at[0], 2);
  gp_simhost_setgroups(w.at[1], 2);
  SAME(gp_sim_cut(w.sim, 3, 3), GP_OK);
  SAME(world_end(&w, world_join(&w, 3, 2)), GP_OK);
  gp_sim_heal(w.sim, 3, 3);
  world_pass(&w, 60 * SECOND);
  CHECK(world_iswhole(&w));
  world_close(&w);
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
  CHECK(small < 3 && large < 1.1 * small);
}
