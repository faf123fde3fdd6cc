/*
** rejoin_test.c - nodes that start again, knowing whom they knew.
*/
#include <string.h>

#include "world.h"

#define SECOND 1000u

/* What a node is to know after a restart: its state file. */
typedef struct memory {
  gp_peerlist known;
  bool left;
} memory;

static void save (world *w, size_t i, memory *m) {
  gp_peerlist_clear(&m->known);
  SAME(gp_node_known(world_node(w, i), &m->known, &m->left), GP_OK);
}

static void restart (world *w, size_t i, const memory *m) {
  SAME(gp_station_start(w->at[i], &w->opt, NULL), GP_OK);
  SAME(
    gp_node_resume(world_node(w, i), &m->known, m->left, gp_sim_now(w->sim)),
    GP_OK);
}

TEST(resumes, "who starts again with its list joins by itself") {
  world w;
  memory m = {0};
  world_network(&w, 1, 4);
  save(&w, 3, &m);
  SAME(world_end(&w, world_leave(&w, 2)), GP_OK);
  gp_station_crash(w.at[3]);
  gp_station_crash(w.at[0]);
  gp_station_crash(w.at[2]);
  world_pass(&w, 30 * SECOND);
  TEXT(world_members(&w, 1), "");
  world_ignore(&w);
  restart(&w, 3, &m);
  CHECK(!gp_node_isconnected(world_node(&w, 3)));
  world_pass(&w, 2 * SECOND);
  TEXT(world_members(&w, 3), "n1");
  TEXT(world_event(&w, 3), "n1 joined");
  TEXT(world_event(&w, 1), "n3 recovered");
  SAME(gp_station_start(w.at[0], &w.opt, NULL), GP_OK);
  world_pass(&w, 10 * SECOND);
  TEXT(world_members(&w, 3), "n0 n1");
  TEXT(world_complaint(&w, 3), "");
  gp_peerlist_clear(&m.known);
  world_close(&w);
}

TEST(allkilled, "all that were killed, and come back, are one again") {
  memory m[8];
  uint64_t seed;
  world w;
  size_t i;
  for (seed = 1; seed <= 50; seed++) {
    memset(m, 0, sizeof m);
    world_network(&w, seed, 8);
    for (i = 0; i < 8; i++) {
      save(&w, i, &m[i]);
      gp_station_crash(w.at[i]);
    }
    world_pass(&w, 3600 * SECOND);
    for (i = 0; i < 8; i++) {
      world_pass(&w, gp_random_below(gp_sim_random(w.sim), 60 * SECOND));
      restart(&w, i, &m[i]);
      gp_peerlist_clear(&m[i].known);
    }
    world_pass(&w, 30 * SECOND);
    if (!world_iswhole(&w))
      test_note("seed %llu", (unsigned long long)seed);
    CHECK(world_iswhole(&w));
    world_close(&w);
  }
}

TEST(lonely, "who is alone goes on trying for a day, then lets be") {
  world w;
  memory m = {0};
  world_network(&w, 1, 3);
  save(&w, 0, &m);
  SAME(m.known.n, 2);
  for (size_t i = 0; i < 3; i++)
    gp_station_crash(w.at[i]);
  restart(&w, 0, &m);
  world_pass(&w, (uint64_t)23 * 3600 * SECOND);
  save(&w, 0, &m);
  SAME(m.known.n, 2);
  SAME(gp_station_start(w.at[1], &w.opt, NULL), GP_OK);
  world_pass(&w, 60 * SECOND);
  TEXT(world_members(&w, 0), "n1");
  gp_station_crash(w.at[1]);
  world_pass(&w, (uint64_t)25 * 3600 * SECOND);
  SAME(gp_node_due(world_node(&w, 0)), UINT64_MAX);
  gp_peerlist_clear(&m.known);
  world_close(&w);
}

TEST(leftstays, "who had left stays out after a restart, also when fetched") {
  world w;
  memory m = {0}, other = {0};
  world_network(&w, 1, 3);
  save(&w, 0, &other);
  SAME(world_end(&w, world_leave(&w, 2)), GP_OK);
  save(&w, 2, &m);
  CHECK(m.left);
  SAME(m.known.n, 0);
  gp_station_crash(w.at[2]);
  gp_station_crash(w.at[0]);
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

TEST(leavesagain, "who leaves does not try those that it remembered") {
  world w;
  memory m = {0};
  world_network(&w, 1, 2);
  save(&w, 0, &m);
  gp_station_crash(w.at[0]);
  gp_station_crash(w.at[1]);
  restart(&w, 0, &m);
  SAME(world_end(&w, world_leave(&w, 0)), GP_OK);
  SAME(gp_station_start(w.at[1], &w.opt, NULL), GP_OK);
  world_pass(&w, 120 * SECOND);
  TEXT(world_members(&w, 0), "");
  gp_peerlist_clear(&m.known);
  world_close(&w);
}
