/*
** namesake_test.c - nodes that take one nick where neither knows of the
** other: at the same time, in two halves of a network, or while one joins.
** Each is told, and has it with those that had heard of it first.
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

/* Who has the nick, as node 'i' knows: a number; as many as there are:
   nobody. */
static size_t whois (world *w, size_t i, const char *nick) {
  const gp_peer *p = gp_node_nicked(world_node(w, i), nick);
  size_t j = 0;
  while (j < w->n &&
         (p == NULL || !gp_peer_equal(p, gp_simhost_self(w->at[j]))))
    j++;
  return j;
}

TEST(atonce,
     "of two that take a nick at once each has it where it is first") {
  EACHSEED (seed, 50) {
    world w;
    size_t first;
    open(&w, seed, 4);
    call(&w, 1, "ann", GP_OK);
    call(&w, 2, "ann", GP_OK);
    world_pass(&w, 100);
    TEXT(world_complaint(&w, 1), "meeting n2: EEXIST");
    TEXT(world_complaint(&w, 1), "");
    TEXT(world_complaint(&w, 2), "meeting n1: EEXIST");
    TEXT(world_complaint(&w, 2), "");
    TEXT(world_complaint(&w, 0), "");
    TEXT(world_event(&w, 1), "");
    TEXT(world_event(&w, 2), "");
    SAME(whois(&w, 1, "ann"), 1);
    SAME(whois(&w, 2, "ann"), 2);
    first = whois(&w, 0, "ann");
    CHECK(first == 1 || first == 2);
    TEXT(world_event(&w, 0),
         first == 1 ? "n1 renamed: - to ann" : "n2 renamed: - to ann");
    call(&w, 0, "ann", GP_EEXIST);
    call(&w, 1, "ann", GP_OK); /* is what it has */
    world_pass(&w, 15 * SECOND);
    SAME(whois(&w, 0, "ann"), first);
    call(&w, 1, "bob", GP_OK);
    world_pass(&w, 1200);
    SAME(whois(&w, 0, "ann"), 2);
    SAME(whois(&w, 1, "ann"), 2);
    SAME(whois(&w, 3, "ann"), 2);
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
    SAME(whois(&w, 0, "ann"), 1);
    SAME(whois(&w, 1, "ann"), 1);
    SAME(whois(&w, 2, "ann"), 2);
    SAME(whois(&w, 3, "ann"), 2);
    gp_simhost_crash(w.at[1]);
    world_pass(&w, 10 * SECOND);
    SAME(whois(&w, 0, "ann"), 2);
    world_close(&w);
  }
}

TEST(whilejoining,
     "one that takes it while it is being let in has it nowhere") {
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
    SAME(whois(&w, 0, "ann"), 1);
    SAME(whois(&w, 1, "ann"), 1);
    SAME(whois(&w, 2, "ann"), 1);
    SAME(whois(&w, 3, "ann"), 3);
    world_close(&w);
  }
}
