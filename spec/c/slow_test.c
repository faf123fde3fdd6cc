/*
** slow_test.c - requests that wait behind one which gets no response.
*/
#include "node/stats.h"
#include "world.h"

/* Number 1 of three hangs, and what number 0 has said is on its way there. */
static void openslow (world *w) {
  world_network(w, 1, 3);
  gp_simhost_hang(w->at[1]);
  world_forget(world_say(w, 0, "x"));
}

static unsigned doubts (world *w) {
  gp_stats stats;
  gp_node_stats(world_node(w, 0), &stats);
  return (unsigned)stats.self_doubt;
}

TEST(slowcall, "what waits behind a slow request is no stall of our own") {
  world w;
  unsigned before;
  openslow(&w);
  world_pass(&w, 3 * SECOND);
  before = doubts(&w);
  world_forget(world_join(&w, 0, 2)); /* greets n1, too */
  world_pass(&w, 50);
  CHECK(doubts(&w) <= before);
  world_close(&w);
}

TEST(slowfails, "one that hangs fails in time, also when we join all along") {
  world w;
  size_t i;
  openslow(&w);
  for (i = 0; i < 10; i++) {
    world_forget(world_join(&w, 0, 2));
    world_pass(&w, SECOND);
  }
  TEXT(world_event(&w, 0), "n1 failed: ETIMEDOUT");
  world_close(&w);
}
