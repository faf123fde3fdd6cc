/*
** node/stats.c - what a node knows about itself and its peers.
*/
#include "node/stats.h"

#include <stdlib.h>
#include <string.h>

#include "node/state.h"

/* What the program is having done; the node's own requests do not count. */
static void count (const gp_request *r, size_t *messages, size_t *bytes) {
  *messages += gp_purpose_rule(gp_request_purpose(r))->reported;
  *bytes += gp_message_len(gp_request_message(r));
}

static void countqueued (const gp_record *peer, size_t *messages,
                         size_t *bytes) {
  const gp_ring *at, *queue = &peer->outbox.queue;
  if (peer->outbox.sent != NULL)
    count(peer->outbox.sent, messages, bytes);
  for (at = queue->next; at != queue; at = at->next)
    count(gp_ring_of(const gp_request, place, at), messages, bytes);
}

void gp_node_stats (const gp_node *n, gp_stats *out) {
  const gp_record *peer;
  memset(out, 0, sizeof *out);
  out->members = n->memberships.members;
  out->inbox_messages = n->inbox.unread.count;
  out->inbox_bytes = n->inbox.unread.bytes;
  out->lost_events = n->report.events.lost;
  out->self_doubt = n->detector.self_doubt;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer)) {
    out->suspected += peer->liveness.state == GP_SUSPECTED;
    out->failed += gp_membership_islost(peer);
    countqueued(peer, &out->outbox_messages, &out->outbox_bytes);
  }
}

static gp_state stateof (const gp_record *peer) {
  if (gp_membership_ismember(peer))
    return peer->liveness.state == GP_SUSPECTED ? GP_STATE_SUSPECTED
                                                : GP_STATE_ALIVE;
  return gp_membership_islost(peer) ? GP_STATE_FAILED : GP_STATE_CANDIDATE;
}

static void describe (const gp_record *peer, uint64_t now,
                      gp_peerstate *out) {
  const gp_liveness *l = &peer->liveness;
  out->peer = gp_peer_ref(gp_record_name(peer));
  out->state = stateof(peer);
  out->form = peer->compat.form;
  out->ours = peer->compat.ours;
  out->rtt_ms = l->rtt_ms == 0 ? UINT32_MAX : l->rtt_ms - 1;
  out->heard_ms = l->heard_at == 0 ? UINT64_MAX : now - l->heard_at;
  countqueued(peer, &out->messages, &out->bytes);
}

gp_err gp_node_states (const gp_node *n, uint64_t now, gp_peerstates *out) {
  const gp_record *peer;
  memset(out, 0, sizeof *out);
  if (n->peers.records.count == 0)
    return GP_OK;
  out->at = calloc(n->peers.records.count, sizeof *out->at);
  if (out->at == NULL)
    return GP_ENOMEM;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (peer->membership != GP_STRANGER)
      describe(peer, now, &out->at[out->n++]);
  return GP_OK;
}

void gp_peerstates_clear (gp_peerstates *ps) {
  size_t i;
  for (i = 0; i < ps->n; i++)
    gp_peer_unref(ps->at[i].peer);
  free(ps->at);
  memset(ps, 0, sizeof *ps);
}

size_t gp_node_maxmembers (const gp_node *n) {
  return n->self.opt.max_members;
}
