/*
** node/reconnect.c - peers that do not respond are tried again.
*/
#include "node/reconnect.h"

#include "node/departure.h"
#include "node/state.h"

#define SOON_MS 100    /* one that seems to be alive is tried within this */
#define EACH_MS 10     /* and this for each, where many are at once */
#define SPREAD_MS 2000 /* where the network is back for all */

bool gp_reconnect_limit (gp_node *n, gp_record *peer) {
  if (n->memberships.failing <= n->self.opt.max_members)
    return false;
  gp_departure_forget(n, peer);
  return true;
}

bool gp_reconnect_begin (gp_node *n, gp_record *peer) {
  if (gp_reconnect_limit(n, peer))
    return false;
  gp_retry_begin(&peer->retry, &n->random, n->now);
  gp_deadlines_lookat(&n->deadlines, &peer->deadline, peer->retry.due_at);
  return true;
}

static void hasten (gp_node *n, gp_record *peer, uint64_t spread_ms) {
  if (gp_retry_hasten(&peer->retry, &n->random, spread_ms, n->now))
    gp_deadlines_lookat(&n->deadlines, &peer->deadline, peer->retry.due_at);
}

void gp_reconnect_resume (gp_node *n, gp_record *peer, size_t count) {
  if (gp_reconnect_begin(n, peer))
    hasten(n, peer, SOON_MS + EACH_MS * (uint64_t)count);
}

void gp_reconnect_hasten (gp_node *n, gp_record *peer) {
  hasten(n, peer, SOON_MS);
}

void gp_reconnect_hastenall (gp_node *n) {
  gp_record *peer;
  if (n->memberships.failing == 0)
    return;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (gp_membership_isfailing(peer))
      hasten(n, peer, SPREAD_MS);
}

void gp_reconnect_try (gp_node *n, gp_record *peer) {
  bool was_member = gp_peers_isproven(peer) &&
                    (gp_membership_islost(peer) ||
                     gp_membership_isfailing(peer));
  gp_request *r;
  if (!gp_retry_next(&peer->retry, &n->random, was_member, n->now)) {
    gp_departure_reject(n, peer);
    gp_outbox_advance(n, peer); /* what was written to it alone goes, too */
    return;
  }
  gp_deadlines_lookat(&n->deadlines, &peer->deadline, peer->retry.due_at);
  if (gp_outbox_iscurrent(peer, GP_PURPOSE_RECONNECT) ||
      !gp_hearsay_retry(n, peer))
    return;
  r = gp_request_newown(n, peer, GP_PURPOSE_RECONNECT, NULL);
  if (r == NULL)
    return;
  gp_outbox_insert(n, peer, r);
  gp_outbox_advance(n, peer);
}

void gp_reconnect_look (gp_node *n, gp_record *peer) {
  if (!gp_retry_isactive(&peer->retry))
    return;
  if (n->now >= peer->retry.due_at)
    gp_reconnect_try(n, peer);
  else
    gp_deadlines_lookat(&n->deadlines, &peer->deadline, peer->retry.due_at);
}
