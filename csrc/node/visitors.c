/*
** node/visitors.c - those that come to write, and are no members.
*/
#include "node/visitors.h"

#include "node/state.h"

#define VISIT_MS 10000   /* from its last connect on */
#define MAX_VISITORS 256 /* at once */

void gp_node_setvisits (gp_node *n, bool visits) {
  n->admission.visitors.visits = visits;
}

void gp_visitors_asked (gp_record *peer, const gp_recvreq *request) {
  peer->visit.asked = request->ext.visit && request->ext.who.peer != NULL;
}

bool gp_visitors_isvisitor (const gp_record *peer) {
  return peer->visit.ends_at != 0 && peer->membership == GP_STRANGER;
}

bool gp_visitors_letin (gp_node *n, gp_record *peer) {
  gp_visitors *vs = &n->admission.visitors;
  bool was = peer->visit.ends_at != 0;
  if (!peer->visit.asked || peer->membership != GP_STRANGER ||
      (!was && vs->count == MAX_VISITORS))
    return false;
  vs->count += !was;
  peer->visit.ends_at = n->now + VISIT_MS;
  gp_deadlines_lookat(&n->deadlines, &peer->deadline, peer->visit.ends_at);
  return true;
}

void gp_visitors_end (gp_node *n, gp_record *peer) {
  if (peer->visit.ends_at == 0)
    return;
  n->admission.visitors.count--;
  peer->visit.ends_at = 0;
  gp_peers_touch(&n->peers, peer);
}

void gp_visitors_look (gp_node *n, gp_record *peer) {
  uint64_t at = peer->visit.ends_at;
  if (at == 0)
    return;
  if (at <= n->now)
    gp_visitors_end(n, peer);
  else
    gp_deadlines_lookat(&n->deadlines, &peer->deadline, at);
}
