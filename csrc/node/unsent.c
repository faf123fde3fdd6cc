/*
** node/unsent.c - requests that failed before they could be sent.
*/
#include "node/unsent.h"

#include "node/state.h"

void gp_unsent_init (gp_unsent *u) {
  gp_ring_init(&u->requests);
}

void gp_unsent_put (gp_node *n, gp_request *r, gp_err error) {
  gp_request_seterror(r, error);
  gp_ring_append(&n->outboxes.unsent.requests, &r->place);
  gp_deadlines_set(&n->deadlines, GP_DUE_UNSENT, n->now);
}

gp_request *gp_unsent_take (gp_node *n) {
  gp_ring *requests = &n->outboxes.unsent.requests, *first = requests->next;
  if (gp_ring_empty(requests))
    return NULL;
  gp_ring_remove(first);
  return gp_ring_of(gp_request, place, first);
}
