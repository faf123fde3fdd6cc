/*
** node/lookers.c - those that ask for the list of members and do not join.
*/
#include "node/lookers.h"

#include "node/admission.h"
#include "node/respond.h"
#include "node/state.h"
#include "wire/refusal.h"

#define INTERVAL_MS 1000   /* between two lists for an endpoint */
#define MAX_ENDPOINTS 1024 /* that are remembered, the newest */

void gp_lookers_init (gp_lookers *ls) {
  gp_ttlmap_init(&ls->recent, MAX_ENDPOINTS, INTERVAL_MS);
}

void gp_lookers_clear (gp_lookers *ls) {
  gp_ttlmap_clear(&ls->recent);
}

/* Whether an endpoint is to wait. */
static bool issoon (gp_node *n, const gp_peer *at) {
  return gp_ttlmap_get(&n->admission.lookers.recent, gp_peer_hash(at),
                       n->now) != 0;
}

bool gp_lookers_asked (gp_node *n, const gp_recvreq *request,
                       gp_exchange *x) {
  gp_peer *at = gp_dialback_endpoint(request);
  bool waits = false;
  if (gp_compat_isourselves(n, &request->ext.who))
    gp_respond_yourself(n, x);
  else if (at == NULL)
    gp_respond(n, x, 403, gp_wire_unreached);
  else if (issoon(n, at))
    gp_respond(n, x, 429, gp_wire_toosoon);
  else {
    waits = gp_dialback_begin(n, request, at, x);
    if (!waits)
      gp_respond(n, x, 503, gp_wire_busy);
  }
  gp_peer_unref(at);
  return !waits;
}

static void givelist (gp_node *n, const gp_dialback *d) {
  if (gp_roster_update(n) == GP_OK) {
    gp_respond_look(n, d->exchange, &n->admission.roster);
    gp_ttlmap_raise(&n->admission.lookers.recent, gp_peer_hash(d->at), 1,
                    n->now);
  }
  else
    gp_respond(n, d->exchange, 503, gp_wire_busy);
}

void gp_lookers_dialled (gp_node *n, const gp_dialback *d, bool is) {
  if (!is)
    gp_respond(n, d->exchange, 403, gp_wire_unreached);
  else if (issoon(n, d->at)) /* it has asked twice meanwhile */
    gp_respond(n, d->exchange, 429, gp_wire_toosoon);
  else
    givelist(n, d);
}
