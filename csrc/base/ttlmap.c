/*
** base/ttlmap.c - see base/ttlmap.h.
*/
#include "base/ttlmap.h"

#include <stdlib.h>

typedef struct gp_bygone {
  gp_ring ring;
  uint64_t key, number, until;
} gp_bygone;

static gp_bygone *oldest (const gp_bygones *b) {
  return gp_ring_of(gp_bygone, ring, b->all.next);
}

static void drop (gp_bygones *b, gp_bygone *gone) {
  gp_ring_remove(&gone->ring);
  b->count--;
  free(gone);
}

void gp_bygones_init (gp_bygones *b, size_t max, uint64_t time) {
  gp_ring_init(&b->all);
  b->count = 0;
  b->max = max;
  b->time = time;
}

void gp_bygones_clear (gp_bygones *b) {
  while (b->count > 0)
    drop(b, oldest(b));
}

/* The one of 'nonce', or NULL, once those whose time is over are gone. */
static gp_bygone *find (gp_bygones *b, uint64_t key, uint64_t now) {
  gp_ring *r;
  while (b->count > 0 && oldest(b)->until <= now)
    drop(b, oldest(b));
  for (r = b->all.next; r != &b->all; r = r->next) {
    gp_bygone *gone = gp_ring_of(gp_bygone, ring, r);
    if (gone->key == key)
      return gone;
  }
  return NULL;
}

static gp_bygone *add (gp_bygones *b, uint64_t key) {
  gp_bygone *gone = calloc(1, sizeof *gone);
  if (gone == NULL)
    return NULL;
  gp_ring_init(&gone->ring);
  gone->key = key;
  if (b->count == b->max)
    drop(b, oldest(b));
  b->count++;
  return gone;
}

void gp_bygones_remember (gp_bygones *b, uint64_t key, uint64_t number,
                          uint64_t now) {
  gp_bygone *gone = find(b, key, now);
  if (gone == NULL)
    gone = add(b, key);
  if (gone == NULL)
    return;
  if (gone->number < number)
    gone->number = number;
  gone->until = now + b->time;
  gp_ring_move(&b->all, &gone->ring);
}

uint64_t gp_bygones_number (gp_bygones *b, uint64_t key, uint64_t now) {
  const gp_bygone *gone = find(b, key, now);
  return gone == NULL ? 0 : gone->number;
}
