/*
** node/held.c - requests whose response has to wait.
*/
#include "node/held.h"

#include <stdlib.h>

#include "node/respond.h"
#include "wire/refusal.h"

/* Before which of a list one that is due at 'due_at' belongs. */
static gp_ring *placefor (gp_ring *list, uint64_t due_at) {
  gp_ring *at = list;
  while (at->prev != list &&
         gp_ring_of(gp_held, place, at->prev)->due_at > due_at)
    at = at->prev;
  return at;
}

gp_held *gp_held_put (gp_ring *list, gp_message *msg, gp_exchange *x,
                      uint64_t due_at) {
  gp_held *h = calloc(1, sizeof *h);
  if (h == NULL)
    return NULL;
  h->msg = gp_message_ref(msg);
  h->exchange = x;
  h->due_at = due_at;
  gp_ring_append(placefor(list, due_at), &h->place);
  return h;
}

gp_held *gp_held_first (const gp_ring *list) {
  return gp_ring_empty(list) ? NULL : gp_ring_of(gp_held, place, list->next);
}

uint64_t gp_held_due (const gp_ring *list) {
  return gp_ring_empty(list) ? UINT64_MAX : gp_held_first(list)->due_at;
}

gp_exchange *gp_held_take (gp_held *h) {
  gp_exchange *x = h->exchange;
  gp_ring_remove(&h->place);
  gp_message_unref(h->msg);
  free(h);
  return x;
}

void gp_held_clear (gp_node *n, gp_ring *list) {
  while (!gp_ring_empty(list))
    gp_respond(n, gp_held_take(gp_held_first(list)), 503, gp_wire_busy);
}
