/*
** liars_test.c - members that list thousands whom they have invented.
*/
#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "world.h"

#define INVENTED 3000

/* It lists so many that are not there, beside those that it has met. */
static void invent (world *w, size_t liar) {
  gp_node *n = world_node(w, liar);
  int i;
  for (i = 0; i < INVENTED; i++) {
    char name[40];
    gp_peer *p;
    gp_record *peer;
    snprintf(name, sizeof name, "x%zu-%d:5000", liar, i);
    p = world_peer(name);
    peer = gp_peers_get(n, p);
    gp_peer_unref(p);
    CHECK(peer != NULL);
    CHECK(gp_membership_apply(n, peer, GP_HAS_COME, GP_OK));
    gp_suspicion_setreachable(&peer->liveness, true);
  }
}

/* 'ours' and then 'liars', which probe nobody, are one network. */
static void mix (world *w, uint64_t seed, size_t ours, size_t liars) {
  size_t i;
  world_open(w, seed, ours);
  w->opt.probe_interval_ms = 0;
  w->opt.max_members = 2 * INVENTED;
  for (i = 0; i < liars; i++)
    invent(w, world_add(w, NULL));
  world_joinall(w, w->n);
}

/*
** Each of 'ours' knows all that there are, of those that were invented none,
** and has seen nobody fail.
*/
static void checkhonest (world *w, size_t ours) {
  size_t i;
  for (i = 0; i < ours; i++) {
    world_check(w, world_knowsall(w, i), "does not know all", i);
    for (;;) {
      const char *event = world_event(w, i);
      if (*event == '\0')
        break;
      world_check(w, strstr(event, "failed") == NULL, event, i);
    }
  }
}

TEST(inventors,
     "whom two liars invent is dialled ten times a second at most") {
  EACHSEED (seed, 5) {
    world w;
    size_t ours = 10, liars = 2, seconds = 60, most;
    mix(&w, seed, ours, liars);
    world_pass(&w, seconds * SECOND);
    most = ours * liars * (100 + 10 * (seconds + 10));
    if (gp_sim_count(w.sim)->failures > most)
      test_note("%zu dials in vain", (size_t)gp_sim_count(w.sim)->failures);
    CHECK(gp_sim_count(w.sim)->failures <= most);
    CHECK(gp_sim_count(w.sim)->failures > ours * liars * 50);
    checkhonest(&w, ours);
    world_close(&w);
  }
}

TEST(amongliars, "among liars whoever joins is met by all") {
  EACHSEED (seed, 5) {
    world w;
    size_t i, ours = 10;
    mix(&w, seed, ours, 3);
    world_pass(&w, 10 * SECOND);
    gp_nodeopt_init(&w.opt);
    i = world_add(&w, NULL);
    SAME(world_end(&w, world_join(&w, i, 3)), GP_OK);
    world_pass(&w, 20 * SECOND);
    checkhonest(&w, ours);
    world_check(&w, world_knowsall(&w, i), "does not know all", i);
    world_close(&w);
  }
}
