/*
** gomembers_test.c - what nodes of ours cost Go programs, and each other
** where they take each other for such.
*/
#include "world.h"

#define PLAIN 150

/* Number 0 is ours; the others are Go programs, and know it alone. */
static void openamong (world *w, uint64_t seed) {
  size_t i;
  world_openquiet(w, seed, PLAIN + 1);
  w->opt.probe_interval_ms = 600;
  world_renew(w, 0);
  for (i = 1; i <= PLAIN; i++) {
    gp_simhost_setplain(w->at[i]);
    SAME(world_end(w, world_join(w, 0, i)), GP_OK);
  }
  world_ignore(w);
}

static size_t members (world *w, size_t i) {
  gp_stats stats;
  gp_node_stats(world_node(w, i), &stats);
  return stats.members;
}

static uint64_t requestsin (world *w, uint64_t time) {
  uint64_t before = gp_sim_count(w->sim)->requests;
  world_pass(w, time);
  return gp_sim_count(w->sim)->requests - before;
}

/* Every second of 50 periods. Now and then one is asked for its list. */
TEST(neighbours, "of very many Go members 64 are asked again and again") {
  world w;
  uint64_t asked;
  openamong(&w, 1);
  world_pass(&w, 10 * SECOND);
  asked = requestsin(&w, 50 * 600);
  CHECK(asked >= 25 * 64);
  CHECK(asked < 25 * 80);
  world_close(&w);
}

TEST(nonoverlooked, "and none of the others is overlooked") {
  EACHSEED (seed, 5) {
    world w;
    size_t last;
    openamong(&w, seed);
    last = PLAIN - (size_t)world_chance(&w, 20);
    gp_simhost_hang(w.at[last]);
    world_pass(&w, 2 * PLAIN * 600 + 10 * SECOND);
    SAME(members(&w, 0), PLAIN - 1);
    world_close(&w);
  }
}

/* Something between them lets nothing through that Go does not say. */
static void openstrange (world *w, uint64_t seed) {
  world_openquiet(w, seed, 2);
  gp_simhost_setplain(w->at[0]);
  gp_simhost_setplain(w->at[1]);
  world_joinall(w, 2);
  world_pass(w, 10 * SECOND);
  SAME(world_end(w, world_join(w, 0, 1)), GP_OK);
}

TEST(lookups, "two that take each other for Go stop to look for names") {
  EACHSEED (seed, 20) {
    world w;
    openstrange(&w, seed);
    CHECK(requestsin(&w, SECOND) > 0);
    CHECK(requestsin(&w, 600 * SECOND) < 100);
    CHECK(requestsin(&w, 600 * SECOND) <= 30);
    world_forget(world_say(&w, 1, "at once"));
    world_pass(&w, 50);
    TEXT(world_hear(&w, 0), "n1: at once");
    world_close(&w);
  }
}
