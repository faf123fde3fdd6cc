/*
** base/ttlmap.c - see base/ttlmap.h.
*/
#include "base/ttlmap.h"

#include <stdlib.h>

typedef struct gp_ttlentry {
  gp_ring ring;
  uint64_t key, number, until;
} gp_ttlentry;

static gp_ttlentry *oldest (const gp_ttlmap *b) {
  return gp_ring_of(gp_ttlentry, ring, b->all.next);
}

static void drop (gp_ttlmap *b, gp_ttlentry *gone) {
  gp_ring_remove(&gone->ring);
  b->count--;
  free(gone);
}

void gp_ttlmap_init (gp_ttlmap *b, size_t max, uint64_t time) {
  gp_ring_init(&b->all);
  b->count = 0;
  b->max = max;
  b->time = time;
}

void gp_ttlmap_clear (gp_ttlmap *b) {
  while (b->count > 0)
    drop(b, oldest(b));
}

/* The one of 'nonce', or NULL, once those whose time is over are gone. */
static gp_ttlentry *find (gp_ttlmap *b, uint64_t key, uint64_t now) {
  gp_ring *r;
  while (b->count > 0 && oldest(b)->until <= now)
    drop(b, oldest(b));
  for (r = b->all.next; r != &b->all; r = r->next) {
    gp_ttlentry *gone = gp_ring_of(gp_ttlentry, ring, r);
    if (gone->key == key)
      return gone;
  }
  return NULL;
}

static gp_ttlentry *add (gp_ttlmap *b, uint64_t key) {
  gp_ttlentry *gone = calloc(1, sizeof *gone);
  if (gone == NULL)
    return NULL;
  gp_ring_init(&gone->ring);
  gone->key = key;
  if (b->count == b->max)
    drop(b, oldest(b));
  b->count++;
  return gone;
}

void gp_ttlmap_raise (gp_ttlmap *b, uint64_t key, uint64_t number,
                      uint64_t now) {
  gp_ttlentry *gone = find(b, key, now);
  if (gone == NULL)
    gone = add(b, key);
  if (gone == NULL)
    return;
  if (gone->number < number)
    gone->number = number;
  gone->until = now + b->time;
  gp_ring_move(&b->all, &gone->ring);
}

uint64_t gp_ttlmap_get (gp_ttlmap *b, uint64_t key, uint64_t now) {
  const gp_ttlentry *gone = find(b, key, now);
  return gone == NULL ? 0 : gone->number;
}
