/*
** givenup_test.c - failed peers, just as they are given up.
*/
#include "world.h"

TEST(lasthour, "one that comes back just as it is given up is a member") {
  uint64_t late;
  for (late = 0; late <= 60; late += 2) {
    world w;
    world_network(&w, 1, 2);
    gp_simhost_crash(w.at[1]);
    world_pass(&w, (24 * 3600 + late) * SECOND);
    world_start(&w, 1);
    SAME(world_end(&w, world_join(&w, 1, 0)), GP_OK);
    world_pass(&w, 100);
    TEXT(world_members(&w, 0), "n1");
    world_close(&w);
  }
}

/* Node 'i' fails for node 0, which has no room for more of those. */
static void losetoo (world *w, size_t i) {
  SAME(world_end(w, world_join(w, i, 0)), GP_OK);
  gp_simhost_crash(w->at[i]);
  world_pass(w, 3 * SECOND);
}

/* Node 0 has room for two members; five others. */
static void opensmall (world *w) {
  world_open(w, 1, 0);
  w->opt.max_members = 2;
  world_add(w, NULL);
  w->opt.max_members = 4096;
  while (w->n < 6)
    world_add(w, NULL);
}

TEST(toomanylost, "one too many is let go of, also when it was only late") {
  world w;
  gp_stats stats;
  opensmall(&w);
  losetoo(&w, 1);
  losetoo(&w, 2);
  world_start(&w, 1);
  world_forget(world_join(&w, 1, 0));
  world_pass(&w, 11);
  gp_simhost_hang(w.at[1]); /* it is to be met, and is not */
  losetoo(&w, 3);
  world_pass(&w, 5 * SECOND);
  gp_node_stats(world_node(&w, 0), &stats);
  SAME(stats.failed, 2); /* n1 is let go of */
  SAME(world_end(&w, world_join(&w, 4, 5)), GP_OK);
  gp_simhost_hang(w.at[5]);
  SAME(world_end(&w, world_join(&w, 0, 4)), GP_OK); /* greets n5 in vain */
  world_pass(&w, 10 * SECOND);
  TEXT(world_members(&w, 0), "n4");
  world_close(&w);
}

TEST(beyond, "one coming back is let in beyond the limit, as many again") {
  world w;
  size_t i;
  opensmall(&w);
  for (i = 1; i < 5; i++)
    losetoo(&w, i);
  for (i = 1; i < 5; i++)
    world_start(&w, i);
  SAME(world_end(&w, world_join(&w, 5, 0)), GP_OK);
  world_pass(&w, 120 * SECOND);
  TEXT(world_members(&w, 0), "n1 n2 n5");
  world_add(&w, NULL);
  SAME(world_end(&w, world_join(&w, 6, 0)), GP_EBUSY);
  world_close(&w);
}
