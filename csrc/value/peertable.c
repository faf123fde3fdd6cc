/*
** value/peertable.c - an index with an order and slots.
*/
#include "value/peertable.h"

#include <stdlib.h>
#include <string.h>

/* Doubles the slots; their number is a power of two, as 'freeslot' needs. */
static gp_err grow (gp_peertable *t) {
  size_t size = t->size == 0 ? 8 : 2 * t->size;
  gp_peerentry **slots = realloc(t->slots, size * sizeof *slots);
  if (slots == NULL)
    return GP_ENOMEM;
  memset(slots + t->size, 0, (size - t->size) * sizeof *slots);
  t->slots = slots;
  t->size = size;
  return GP_OK;
}

/* Entries come and go at the end mostly, so the search is short. */
static uint32_t freeslot (const gp_peertable *t) {
  size_t i = t->count;
  while (t->slots[i] != NULL)
    i = (i + 1) & (t->size - 1);
  return (uint32_t)i;
}

gp_err gp_peertable_add (gp_peertable *t, gp_peerentry *e) {
  if (t->count == t->size && grow(t) != GP_OK)
    return GP_ENOMEM;
  if (gp_index_add(&t->names, &e->link, gp_peer_hash(e->peer)) != GP_OK)
    return GP_ENOMEM;
  e->publichash = gp_peer_publichash(e->peer);
  e->slot = freeslot(t);
  t->slots[e->slot] = e;
  e->number = t->last == NULL ? 1 : t->last->number + 1;
  e->next = NULL;
  e->prev = t->last;
  if (t->last != NULL)
    t->last->next = e;
  else
    t->first = e;
  t->last = e;
  t->count++;
  return GP_OK;
}

void gp_peertable_rename (gp_peertable *t, gp_peerentry *e, gp_peer *p) {
  e->peer = p;
  e->publichash = gp_peer_publichash(p);
  gp_index_move(&t->names, &e->link, gp_peer_hash(p));
}

void gp_peertable_remove (gp_peertable *t, gp_peerentry *e) {
  gp_index_remove(&t->names, &e->link);
  t->slots[e->slot] = NULL;
  if (e->prev != NULL)
    e->prev->next = e->next;
  else
    t->first = e->next;
  if (e->next != NULL)
    e->next->prev = e->prev;
  else
    t->last = e->prev;
  t->count--;
}

gp_peerentry *gp_peertable_find (const gp_peertable *t, const gp_peer *p) {
  gp_indexlink *l = gp_index_find(&t->names, gp_peer_hash(p));
  for (; l != NULL; l = gp_index_next(l)) {
    gp_peerentry *e = gp_index_of(gp_peerentry, link, l);
    if (gp_peer_equal(e->peer, p))
      return e;
  }
  return NULL;
}

gp_peerentry *gp_peertable_at (const gp_peertable *t, uint32_t slot) {
  return slot < t->size ? t->slots[slot] : NULL;
}

void gp_peertable_clear (gp_peertable *t) {
  gp_index_clear(&t->names);
  free(t->slots);
  memset(t, 0, sizeof *t);
}
