/*
** node/visitors.c - those that come to write, and are no members.
*/
#include "node/visitors.h"

#include "node/machine.h"
#include "node/state.h"

#define VISIT_MS 10000   /* from its last connect on */
#define MAX_VISITORS 256 /* at once, */
#define MAX_EACH 64      /* and of them from one address */

void gp_visitors_asked (const gp_node *n, gp_record *peer,
                        const gp_recvreq *request) {
  peer->arrival.visit.asked = request->ext.visit &&
                              request->ext.who.peer != NULL;
  peer->arrival.visit.source = gp_machine_hash(n, request->remote);
}

bool gp_visitors_isvisitor (const gp_record *peer) {
  return peer->arrival.visit.ends_at != 0 && peer->membership == GP_STRANGER;
}

static bool hasroom (const gp_node *n, uint64_t source) {
  const gp_record *peer;
  size_t count = 0;
  if (n->admission.visitors.count >= MAX_VISITORS)
    return false;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    count += peer->arrival.visit.ends_at != 0 &&
             peer->arrival.visit.source == source;
  return count < MAX_EACH;
}

bool gp_visitors_letin (gp_node *n, gp_record *peer) {
  gp_visit *v = &peer->arrival.visit;
  bool was = v->ends_at != 0;
  if (!v->asked || peer->membership != GP_STRANGER ||
      (!was && !hasroom(n, v->source)))
    return false;
  n->admission.visitors.count += !was;
  v->ends_at = n->now + VISIT_MS;
  gp_deadlines_lookat(&n->deadlines, &peer->deadline, v->ends_at);
  return true;
}

void gp_visitors_end (gp_node *n, gp_record *peer) {
  if (peer->arrival.visit.ends_at == 0)
    return;
  n->admission.visitors.count--;
  peer->arrival.visit.ends_at = 0;
  gp_peers_touch(&n->peers, peer);
}

void gp_visitors_look (gp_node *n, gp_record *peer) {
  uint64_t at = peer->arrival.visit.ends_at;
  if (at == 0)
    return;
  if (at <= n->now)
    gp_visitors_end(n, peer);
  else
    gp_deadlines_lookat(&n->deadlines, &peer->deadline, at);
}

/* Whether we are a member there, or are to be one again. */
static bool ismemberat (const gp_record *peer) {
  switch (peer->membership) {
    case GP_MEMBER:
    case GP_FAILED:
    case GP_RETURNING:
    case GP_SOUGHT: return !peer->arrival.visit.visiting;
    default: return false;
  }
}

/* Of one that has let us in already, its response decides. */
void gp_visitors_ask (gp_record *peer, bool visit) {
  if (peer->membership == GP_STRANGER)
    peer->arrival.visit.visiting = visit;
  else if (peer->membership == GP_CANDIDATE && !visit)
    peer->arrival.visit.visiting = false;
}

bool gp_visitors_goesas (const gp_record *peer, bool visit) {
  return visit && !ismemberat(peer);
}

void gp_visitors_stand (gp_record *peer, bool visit) {
  peer->arrival.visit.visiting = gp_visitors_goesas(peer, visit);
}
