/*
** base/ttlmap.c - see base/ttlmap.h.
**
** All are remembered for the same time, so the one that was raised last also
** ends last, and a ring is order enough.
*/
#include "base/ttlmap.h"

#include <stdlib.h>
#include <string.h>

typedef struct gp_ttlentry {
  gp_ring ring;
  gp_indexlink link;
  uint64_t key, number, ends_at;
} gp_ttlentry;

static gp_ttlentry *oldest (const gp_ttlmap *m) {
  return gp_ring_of(gp_ttlentry, ring, m->all.next);
}

static void drop (gp_ttlmap *m, gp_ttlentry *e) {
  gp_ring_remove(&e->ring);
  gp_index_remove(&m->bykey, &e->link);
  free(e);
}

void gp_ttlmap_init (gp_ttlmap *m, size_t max_count, uint64_t ttl_ms) {
  gp_ring_init(&m->all);
  memset(&m->bykey, 0, sizeof m->bykey);
  m->max_count = max_count;
  m->ttl_ms = ttl_ms;
}

void gp_ttlmap_clear (gp_ttlmap *m) {
  while (!gp_ring_empty(&m->all))
    drop(m, oldest(m));
  gp_index_clear(&m->bykey);
}

/* The one of 'key', or NULL, once those whose time is over are gone. */
static gp_ttlentry *find (gp_ttlmap *m, uint64_t key, uint64_t now) {
  gp_indexlink *l;
  while (!gp_ring_empty(&m->all) && oldest(m)->ends_at <= now)
    drop(m, oldest(m));
  for (l = gp_index_find(&m->bykey, gp_index_hashnumber(key)); l != NULL;
       l = gp_index_next(l)) {
    gp_ttlentry *e = gp_index_of(gp_ttlentry, link, l);
    if (e->key == key)
      return e;
  }
  return NULL;
}

/* In a full map another one makes room, and the index has no need to grow. */
static gp_ttlentry *add (gp_ttlmap *m, uint64_t key) {
  gp_ttlentry *e = calloc(1, sizeof *e);
  if (e == NULL)
    return NULL;
  gp_ring_init(&e->ring);
  e->key = key;
  if (m->bykey.count == m->max_count)
    drop(m, oldest(m));
  if (gp_index_add(&m->bykey, &e->link, gp_index_hashnumber(key)) != GP_OK) {
    free(e);
    return NULL;
  }
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
