/*
** node/lookers.c - those that ask for the list of members and do not join.
*/
#include "node/lookers.h"

#include <stdio.h>

#include "base/crypto.h"
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

/* Its endpoint (node/proof.h), as a number. */
static uint64_t endpointof (const gp_node *n, const gp_recvreq *request) {
  char text[GP_REMOTE_MAX + 8];
  int len = snprintf(text, sizeof text, "%s %d", request->remote,
                     gp_peer_port(request->ext.about));
  return gp_siphash(&n->self.opt.secret, text, (size_t)len);
}

bool gp_lookers_turnsaway (gp_node *n, const gp_recvreq *request,
                           gp_exchange *x) {
  if (gp_compat_isourselves(n, &request->ext.who))
    gp_respond_yourself(n, x);
  else if (request->ext.about == NULL || request->ext.who.process == 0)
    gp_respond(n, x, 403, gp_wire_unreached);
  else if (gp_ttlmap_get(&n->admission.lookers.recent, endpointof(n, request),
                         n->now) != 0)
    gp_respond(n, x, 429, gp_wire_toosoon);
  else
    return false;
  return true;
}

void gp_lookers_givelist (gp_node *n, const gp_recvreq *request,
                          gp_exchange *x) {
  if (gp_lookers_turnsaway(n, request, x))
    return; /* it has asked twice meanwhile */
  if (gp_roster_update(n) == GP_OK) {
    gp_respond_look(n, x, &n->admission.roster);
    gp_ttlmap_raise(&n->admission.lookers.recent, endpointof(n, request), 1,
                    n->now);
  }
  else
    gp_respond(n, x, 503, gp_wire_busy);
}
