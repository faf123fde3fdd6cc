/*
** value/event.c - see value/event.h.
*/
#include "value/event.h"

#include <stdint.h>
#include <stdlib.h>

void gp_events_init (gp_events *q, size_t max) {
  gp_queue_init(&q->all, max, SIZE_MAX);
  q->number = q->lost = 0;
}

/* Takes the oldest out, whose memory is used again; or NULL. */
static gp_event *take (gp_events *q) {
  gp_event *e = gp_queue_peek(&q->all);
  if (e == NULL)
    return NULL;
  gp_queue_drop(&q->all, 0);
  gp_peer_unref(e->peer);
  gp_peer_unref(e->former);
  return e;
}

/* Room for one more at the end, or NULL. */
static gp_event *add (gp_events *q) {
  gp_event *e = gp_queue_full(&q->all) ? NULL : malloc(sizeof *e);
  if (e == NULL || gp_queue_push(&q->all, e, 0) == GP_OK)
    return e;
  free(e);
  return NULL;
}

void gp_events_push (gp_events *q, gp_eventkind kind, const gp_peer *peer,
                     const gp_peer *former, gp_err reason) {
  gp_event *e = add(q);
  q->number++;
  if (e == NULL) {
    q->lost++;
    e = take(q);
    if (e == NULL)
      return;
    gp_queue_push(&q->all, e, 0); /* where there is room now */
  }
  e->kind = kind;
  e->peer = gp_peer_ref(peer);
  e->former = former == NULL ? NULL : gp_peer_ref(former);
  e->reason = reason;
  e->number = q->number;
}

const gp_event *gp_events_peek (const gp_events *q) {
  return gp_queue_peek(&q->all);
}

void gp_events_drop (gp_events *q) {
  free(take(q));
}

void gp_events_clear (gp_events *q) {
  while (gp_events_peek(q) != NULL)
    gp_events_drop(q);
  gp_queue_clear(&q->all);
}
