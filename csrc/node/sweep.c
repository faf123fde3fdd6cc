/*
** node/sweep.c - records that nobody needs any more go.
*/
#include "node/sweep.h"

#include "node/state.h"

static bool isidle (const gp_record *peer) {
  return peer->membership == GP_STRANGER && peer->outbox.sent == NULL &&
         peer->outbox.count == 0 && !peer->claim.pending &&
         !gp_visitors_isvisitor(peer);
}

void gp_sweep (gp_node *n) {
  gp_record *peer;
  while ((peer = gp_peers_nexttouched(&n->peers)) != NULL) {
    if (!isidle(peer))
      continue;
    gp_compat_clear(peer);
    gp_claim_clear(peer);
    gp_inbox_remember(n, peer);
    gp_deadlines_cancel(&n->deadlines, &peer->deadline);
    gp_peers_free(&n->peers, peer);
  }
}
