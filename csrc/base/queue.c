/*
** base/queue.c - a bounded queue, as a ring that doubles up to its bound.
*/
#include "base/queue.h"

#include <stdlib.h>

void gp_queue_init (gp_queue *q, size_t max_count, size_t max_bytes) {
  q->ring = NULL;
  q->size = q->first = q->count = q->bytes = 0;
  q->max_count = max_count;
  q->max_bytes = max_bytes;
}

void gp_queue_clear (gp_queue *q) {
  free(q->ring);
  q->ring = NULL;
  q->size = q->first = q->count = q->bytes = 0;
}

static gp_err resize (gp_queue *q, size_t size) {
  void **ring = malloc(size * sizeof *ring);
  size_t i;
  if (ring == NULL)
    return GP_ENOMEM;
  for (i = 0; i < q->count; i++)
    ring[i] = q->ring[(q->first + i) % q->size];
  free(q->ring);
  q->ring = ring;
  q->size = size;
  q->first = 0;
  return GP_OK;
}

gp_err gp_queue_reserve (gp_queue *q) {
  return q->size < q->max_count ? resize(q, q->max_count) : GP_OK;
}

bool gp_queue_full (const gp_queue *q) {
  return q->count >= q->max_count || q->bytes >= q->max_bytes;
}

gp_err gp_queue_push (gp_queue *q, void *item, size_t bytes) {
  if (gp_queue_full(q))
    return GP_ENOBUFS;
  if (q->count == q->size) {
    size_t size = q->size == 0 ? 8 : 2 * q->size;
    gp_err e = resize(q, size < q->max_count ? size : q->max_count);
    if (e != GP_OK)
      return e;
  }
  q->ring[(q->first + q->count++) % q->size] = item;
  q->bytes += bytes;
  return GP_OK;
}

void *gp_queue_peek (const gp_queue *q) {
  return q->count == 0 ? NULL : q->ring[q->first];
}

void gp_queue_drop (gp_queue *q, size_t bytes) {
  q->first = (q->first + 1) % q->size;
  q->count--;
  q->bytes -= bytes;
}
