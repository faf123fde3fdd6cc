/*
** gp_event.c - a ring that grows up to its bound.
*/
#include "gp_event.h"

#include <stdlib.h>

static bool grow (gp_events *q) {
  size_t i, size = q->size == 0 ? 8 : 2 * q->size;
  gp_event *ring;
  if (q->size >= q->max)
    return false;
  if (size > q->max)
    size = q->max;
  ring = calloc(size, sizeof *ring);
  if (ring == NULL)
    return false;
  for (i = 0; i < q->count; i++)
    ring[i] = q->ring[(q->first + i) % q->size];
  free(q->ring);
  q->ring = ring;
  q->size = size;
  q->first = 0;
  return true;
}

void gp_events_push (gp_events *q, gp_eventkind kind, const gp_peer *peer,
                     gp_err reason) {
  gp_event *e;
  q->number++;
  if (q->count == q->size && !grow(q)) {
    q->lost++;
    if (q->size == 0)
      return;
    gp_events_drop(q);
  }
  e = &q->ring[(q->first + q->count++) % q->size];
  e->kind = kind;
  e->peer = gp_peer_ref(peer);
  e->reason = reason;
  e->number = q->number;
}

const gp_event *gp_events_peek (const gp_events *q) {
  return q->count == 0 ? NULL : &q->ring[q->first];
}

void gp_events_drop (gp_events *q) {
  gp_peer_unref(q->ring[q->first].peer);
  q->first = (q->first + 1) % q->size;
  q->count--;
}

void gp_events_clear (gp_events *q) {
  while (q->count > 0)
    gp_events_drop(q);
  free(q->ring);
  q->ring = NULL;
  q->size = q->first = 0;
}
