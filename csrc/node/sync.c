/*
** node/sync.c - lists that differ are made one.
*/
#include "node/sync.h"

#include <string.h>

#include "node/state.h"

#define FRUITLESS_MS 30000 /* a list that taught nothing is asked for anew */
#define FIRST_RELIST_MS 3000
#define DOUBLED_BELOW_MS 120000 /* so the longest pause is 192 s */
#define COMPARE_MS 2000         /* and for each doubling of the network */
#define DOUBLING_MS 1000

static void planrelist (gp_node *n, uint32_t ms) {
  n->sync.relist_ms = ms;
  gp_deadlines_set(&n->deadlines, GP_DUE_RELIST,
                   n->now + gp_random_jitter(&n->random, ms));
}

static void ask (gp_node *n, gp_record *peer) {
  gp_request *r = gp_request_newown(n, peer, GP_PURPOSE_LIST, NULL);
  peer->sync.asked_at = n->now;
  if (r == NULL)
    return;
  gp_outbox_insert(n, peer, r);
  gp_outbox_advance(n, peer);
}

/* When its list was asked for last; a reconnect returns one too. */
static uint64_t lastasked (const gp_record *peer) {
  uint64_t tried_at = peer->retry.tried_at;
  return peer->sync.asked_at > tried_at ? peer->sync.asked_at : tried_at;
}

/* Some of the bytes of both: enough to tell that either has changed. */
static uint64_t pairof (gp_digest theirs, gp_digest own) {
  uint64_t a, b;
  memcpy(&a, theirs.bytes, sizeof a);
  memcpy(&b, own.bytes, sizeof b);
  return a ^ b * 31;
}

void gp_sync_compare (gp_node *n, gp_record *peer, gp_digest digest) {
  gp_digest own = gp_membership_digest(n);
  uint64_t both = pairof(digest, own);
  uint64_t last = lastasked(peer);
  uint64_t pause = both == peer->sync.fruitless ? FRUITLESS_MS
                                                : GP_RETRY_LEAST_MS;
  if (gp_digest_equal(digest, own) || gp_digest_isnone(own) ||
      gp_membership_isleaving(peer) || n->departures.left ||
      (last != 0 && n->now - last < pause))
    return;
  peer->sync.fruitless = both;
  ask(n, peer);
}

void gp_sync_missed (gp_record *peer) {
  peer->sync.fruitless = 0;
}

void gp_sync_reset (gp_record *peer) {
  memset(&peer->sync, 0, sizeof peer->sync);
}

bool gp_sync_isdue (const gp_node *n) {
  return n->now >= n->sync.compare_at;
}

/* The larger the network, the more are there that compare. */
void gp_sync_compared (gp_node *n) {
  uint64_t period = COMPARE_MS;
  size_t i;
  for (i = n->memberships.members; i > 1; i /= 2)
    period += DOUBLING_MS;
  n->sync.compare_at = n->now + gp_random_jitter(&n->random, period);
}

void gp_sync_met (gp_node *n, const gp_record *peer) {
  if (peer->compat.ours || n->self.opt.probe_interval_ms == 0)
    return;
  planrelist(n, FIRST_RELIST_MS);
}

/* A random Go member that responds; NULL: there is none. */
static gp_record *choose (gp_node *n) {
  gp_record *peer, *chosen = NULL;
  uint64_t count = 0;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (peer->membership == GP_MEMBER && !peer->compat.ours &&
        peer->liveness.reachable && gp_random_below(&n->random, ++count) == 0)
      chosen = peer;
  return chosen;
}

void gp_sync_relist (gp_node *n) {
  gp_record *peer = choose(n);
  uint32_t ms = n->sync.relist_ms;
  if (peer == NULL)
    return;
  planrelist(n, ms < DOUBLED_BELOW_MS ? 2 * ms : ms);
  ask(n, peer);
}
