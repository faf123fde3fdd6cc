/*
** base/ttlmap.c - see base/ttlmap.h.
*/
#include "base/ttlmap.h"

#include <stdlib.h>

typedef struct gp_ttlentry {
  gp_ring ring;
  uint64_t key, number, ends_at;
} gp_ttlentry;

static gp_ttlentry *oldest (const gp_ttlmap *m) {
  return gp_ring_of(gp_ttlentry, ring, m->all.next);
}

static void drop (gp_ttlmap *m, gp_ttlentry *e) {
  gp_ring_remove(&e->ring);
  m->count--;
  free(e);
}

void gp_ttlmap_init (gp_ttlmap *m, size_t max_count, uint64_t ttl_ms) {
  gp_ring_init(&m->all);
  m->count = 0;
  m->max_count = max_count;
  m->ttl_ms = ttl_ms;
}

void gp_ttlmap_clear (gp_ttlmap *m) {
  while (m->count > 0)
    drop(m, oldest(m));
}

/* The one of 'key', or NULL, once those whose time is over are gone. */
static gp_ttlentry *find (gp_ttlmap *m, uint64_t key, uint64_t now) {
  gp_ring *r;
  while (m->count > 0 && oldest(m)->ends_at <= now)
    drop(m, oldest(m));
  for (r = m->all.next; r != &m->all; r = r->next) {
    gp_ttlentry *e = gp_ring_of(gp_ttlentry, ring, r);
    if (e->key == key)
      return e;
  }
  return NULL;
}

static gp_ttlentry *add (gp_ttlmap *m, uint64_t key) {
  gp_ttlentry *e = calloc(1, sizeof *e);
  if (e == NULL)
    return NULL;
  gp_ring_init(&e->ring);
  e->key = key;
  if (m->count == m->max_count)
    drop(m, oldest(m));
  m->count++;
  return e;
}

void gp_ttlmap_raise (gp_ttlmap *m, uint64_t key, uint64_t number,
                      uint64_t now) {
  gp_ttlentry *e = find(m, key, now);
  if (e == NULL)
    e = add(m, key);
  if (e == NULL)
    return;
  if (e->number < number)
    e->number = number;
  e->ends_at = now + m->ttl_ms;
  gp_ring_move(&m->all, &e->ring);
}

uint64_t gp_ttlmap_get (gp_ttlmap *m, uint64_t key, uint64_t now) {
  const gp_ttlentry *e = find(m, key, now);
  return e == NULL ? 0 : e->number;
}
