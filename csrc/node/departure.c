/*
** node/departure.c - the end of what a node has to do with a peer.
*/
#include "node/departure.h"

#include <string.h>

#include "node/cookies.h"
#include "node/state.h"

/*
** So long a list does not bring back a Go member that left: it may be older
** than the disconnect, and a Go program that is about to end still lets
** everybody in. One of ours that has left says so when it is asked.
*/
#define RECENT_MS 10000

void gp_departures_init (gp_departures *ds, const gp_nodeopt *opt) {
  gp_ttlmap_init(&ds->recent, opt->max_members, RECENT_MS);
}

void gp_departures_clear (gp_departures *ds) {
  gp_ttlmap_clear(&ds->recent);
}

void gp_departure_setleft (gp_node *n, bool left) {
  if (n->departures.left != left)
    gp_report_raise(&n->report, GP_SIGNAL_KNOWN);
  n->departures.left = left;
}

void gp_departure_reset (gp_record *peer) {
  gp_suspicion_reset(&peer->liveness);
  gp_retry_reset(&peer->retry);
  gp_sync_reset(peer);
}

void gp_departure_forget (gp_node *n, gp_record *peer) {
  gp_membership_apply(n, peer, GP_IS_FORGOTTEN, GP_OK);
  gp_visitors_end(n, peer);
  gp_departure_reset(peer);
}

void gp_departure_drop (gp_node *n, gp_record *peer, gp_err error) {
  gp_departure_forget(n, peer);
  gp_outbox_drop(n, peer, GP_ALL, error);
}

void gp_departure_reject (gp_node *n, gp_record *peer) {
  gp_departure_forget(n, peer);
  gp_outbox_drop(n, peer, GP_BROADCASTS, GP_OK);
}

/* A disconnect may overtake the response to a message that arrived before
   it. */
void gp_departure_left (gp_node *n, gp_record *peer) {
  const gp_request *sent = peer->outbox.sent;
  bool ismessage = sent != NULL &&
                   gp_request_purpose(sent) == GP_PURPOSE_MESSAGE;
  if (!peer->compat.ours)
    gp_departure_remember(n, peer);
  gp_membership_apply(n, peer, GP_HAS_LEFT, GP_OK);
  gp_visitors_end(n, peer);
  gp_departure_reset(peer);
  gp_outbox_drop(n, peer, ismessage ? GP_QUEUED : GP_ALL, GP_ENOTCONN);
}

void gp_departure_remember (gp_node *n, const gp_record *peer) {
  gp_ttlmap_raise(&n->departures.recent, gp_peer_hash(gp_record_name(peer)),
                  1, n->now);
}

bool gp_departure_isrecent (gp_node *n, const gp_peer *name) {
  return gp_ttlmap_get(&n->departures.recent, gp_peer_hash(name), n->now) !=
         0;
}

/* In the name of 'from'. */
static void disconnect (gp_node *n, gp_record *peer, const gp_peer *from) {
  gp_sendreq request;
  memset(&request, 0, sizeof request);
  if (gp_message_new(&request.msg, GP_DISCONNECT, from, NULL, NULL) != GP_OK)
    return;
  request.form = peer->compat.form;
  request.from = from;
  request.to = gp_record_dialled(peer);
  if (!gp_record_isgo(peer))
    gp_cookies_show(n, peer, &request.ext);
  (void)n->transport.send(n->transport.self, GP_FIRE_AND_FORGET, request.to,
                          &request, n->self.opt.request_timeout_ms);
  gp_message_unref(request.msg);
}

void gp_departure_disconnect (gp_node *n, gp_record *peer) {
  disconnect(n, peer, gp_compat_ourname(n, peer));
}

/* Whether 'peer' is a Go program that cannot read what one of 'form'
   writes. */
static bool isforeign (const gp_record *peer, gp_form form) {
  return !peer->compat.ours && peer->compat.form != GP_FORM_UNKNOWN &&
         (peer->compat.form == GP_FORM_V113) != (form == GP_FORM_V113);
}

/* One of ours disconnects from each in its form by itself. */
void gp_departure_relay (gp_node *n, const gp_record *gone, gp_form form) {
  gp_record *peer;
  const gp_ring *r, *aliases = &gone->names.aliases;
  if (gone->compat.ours)
    return;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer)) {
    if (!gp_membership_ismember(peer) || !peer->liveness.reachable ||
        !isforeign(peer, form))
      continue;
    disconnect(n, peer, gp_record_name(gone));
    for (r = aliases->next; r != aliases; r = r->next)
      disconnect(n, peer, gp_ring_of(const gp_alias, ring, r)->entry.peer);
  }
}
