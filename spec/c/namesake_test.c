/*
** namesake_test.c - nodes that take one nick where neither knows of the
** other: at the same time, in two halves of a network, or while one joins.
*/
#include <string.h>

#include "node/nickname.h"
#include "world.h"

/* A network of 'n' nodes without a nick. */
static void open (world *w, uint64_t seed, size_t n) {
  world_network(w, seed, n);
  world_pass(w, SECOND);
}

static void call (world *w, size_t i, const char *nick, gp_err want) {
  SAME(gp_node_setnick(world_node(w, i), nick, gp_sim_now(w->sim)), want);
}

/* How many members have the nick, as node 'i' knows. */
static size_t count (world *w, size_t i, const char *nick) {
  gp_peerlist list = {0, 0, NULL};
  size_t n;
  SAME(gp_node_nicked(world_node(w, i), nick, &list), GP_OK);
  n = list.n;
  gp_peerlist_clear(&list);
  return n;
}

TEST(atonce, "two that take a nick at once both have it, and are told") {
  EACHSEED (seed, 50) {
    world w;
    open(&w, seed, 4);
    call(&w, 1, "ann", GP_OK);
    call(&w, 2, "ann", GP_OK);
    world_pass(&w, 100);
    TEXT(world_complaint(&w, 1), "meeting n2: EEXIST");
    TEXT(world_complaint(&w, 1), "");
    TEXT(world_complaint(&w, 2), "meeting n1: EEXIST");
    TEXT(world_complaint(&w, 2), "");
    TEXT(world_complaint(&w, 0), "");
    TEXT(world_event(&w, 1), "n2 renamed: - to ann");
    SAME(count(&w, 0, "ann"), 2);
    SAME(count(&w, 3, "ann"), 2);
    call(&w, 0, "ann", GP_EEXIST);
    call(&w, 1, "ann", GP_OK); /* is what it has */
    call(&w, 1, "bob", GP_OK);
    world_pass(&w, 100);
    SAME(count(&w, 0, "ann"), 1);
    SAME(count(&w, 2, "ann"), 1); /* itself */
    world_close(&w);
  }
}

TEST(atoncepassed, "a moment later the second is told that it is taken") {
  EACHSEED (seed, 50) {
    world w;
    open(&w, seed, 4);
    call(&w, 1, "ann", GP_OK);
    world_pass(&w, 50);
    call(&w, 2, "ann", GP_EEXIST);
    world_close(&w);
  }
}

TEST(inhalves, "so do two in halves, which become one network again") {
  EACHSEED (seed, 20) {
    world w;
    size_t i;
    open(&w, seed, 4);
    world_part(&w, 3, 12);
    world_pass(&w, 15 * SECOND);
    call(&w, 1, "ann", GP_OK);
    call(&w, 2, "ann", GP_OK);
    world_pass(&w, 30 * SECOND);
    call(&w, 0, "ann", GP_EEXIST);
    gp_sim_heal(w.sim, UINT64_MAX, UINT64_MAX);
    world_pass(&w, 75 * SECOND);
    CHECK(world_iswhole(&w));
    TEXT(world_complaint(&w, 1), "meeting n2: EEXIST");
    TEXT(world_complaint(&w, 1), "");
    TEXT(world_complaint(&w, 2), "meeting n1: EEXIST");
    TEXT(world_complaint(&w, 2), "");
    for (i = 0; i < 4; i++)
      SAME(count(&w, i, "ann"), i == 1 || i == 2 ? 1 : 2);
    world_close(&w);
  }
}

TEST(whilejoining, "so does one that takes it while it is being let in") {
  EACHSEED (seed, 20) {
    world w;
    gp_receipt *r;
    open(&w, seed, 3);
    call(&w, 1, "ann", GP_OK);
    world_pass(&w, SECOND);
    r = world_join(&w, world_add(&w, NULL), 0);
    call(&w, 3, "ann", GP_OK); /* knows nobody */
    SAME(world_end(&w, r), GP_OK);
    world_pass(&w, 15 * SECOND);
    CHECK(world_iswhole(&w));
    TEXT(world_complaint(&w, 1), "meeting n3: EEXIST");
    TEXT(world_complaint(&w, 1), "");
    CHECK(*world_complaint(&w, 3) != '\0');
    SAME(count(&w, 0, "ann"), 2);
    world_close(&w);
  }
}
