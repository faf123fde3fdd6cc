/*
** node/tick.c - time has passed: what is due is done.
*/
#include "node/admission.h"
#include "node/departure.h"
#include "node/gate.h"
#include "node/reconnect.h"
#include "node/requests.h"
#include "node/responses.h"
#include "node/state.h"
#include "node/sweep.h"

/* No call blocks any longer for this one. Where we leave, and that waits
   behind another request, it is told past that. */
static void stopwaiting (gp_node *n, gp_record *peer) {
  const gp_request *sent = peer->outbox.sent;
  if (!gp_membership_isleaving(peer)) {
    gp_outbox_release(peer);
    return;
  }
  if (sent == NULL || gp_request_purpose(sent) != GP_PURPOSE_LEAVE)
    gp_departure_disconnect(n, peer);
  gp_departure_drop(n, peer, GP_ETIMEDOUT);
}

/* Each module that has something due looks, and says when it looks next. */
static void look (gp_node *n, gp_record *peer) {
  gp_detector_look(n, peer);
  gp_reconnect_look(n, peer);
  gp_compat_look(n, peer);
  gp_visitors_look(n, peer);
  gp_claim_look(n, peer);
  if (gp_outbox_look(n, peer))
    stopwaiting(n, peer);
}

static void dispatch (gp_node *n, gp_deadline *d) {
  switch (d->what) {
    case GP_DUE_PEER: look(n, gp_ring_of(gp_record, deadline, d)); break;
    case GP_DUE_QUESTION:
      gp_gate_look(n, gp_ring_of(gp_question, deadline, d));
      gp_requests_letin(n);
      break;
    case GP_DUE_UNSENT: gp_responses_unsent(n); break;
    case GP_DUE_PROBE: gp_detector_tick(n); break;
    case GP_DUE_RELIST: gp_sync_relist(n); break;
    case GP_DUE_INBOX: gp_inbox_tick(n); break;
    case GP_DUE_NEWCOMERS:
      gp_admission_tick(n);
      gp_requests_letin(n);
      break;
    default: break;
  }
}

uint64_t gp_node_due (const gp_node *n) {
  return gp_deadlines_next(&n->deadlines);
}

void gp_node_tick (gp_node *n, uint64_t now) {
  uint64_t due = gp_node_due(n);
  gp_deadline *d;
  n->now = now;
  if (due < now)
    gp_detector_forgive(n, due);
  while ((d = gp_deadlines_take(&n->deadlines, now)) != NULL)
    dispatch(n, d);
  gp_sweep(n);
}
