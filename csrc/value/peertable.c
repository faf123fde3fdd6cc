/*
** value/peertable.c - an index with an order and slots.
*/
#include "value/peertable.h"

#include <stdlib.h>
#include <string.h>

/* Doubles the slots; their number is a power of two, as 'freeslot' needs. */
static gp_err grow (gp_peertable *ms) {
  size_t size = ms->size == 0 ? 8 : 2 * ms->size;
  gp_peerentry **slots = realloc(ms->slots, size * sizeof *slots);
  if (slots == NULL)
    return GP_ENOMEM;
  memset(slots + ms->size, 0, (size - ms->size) * sizeof *slots);
  ms->slots = slots;
  ms->size = size;
  return GP_OK;
}

/* Entries come and go at the end mostly, so the search is short. */
static uint32_t freeslot (const gp_peertable *ms) {
  size_t i = ms->count;
  while (ms->slots[i] != NULL)
    i = (i + 1) & (ms->size - 1);
  return (uint32_t)i;
}

gp_err gp_peertable_add (gp_peertable *ms, gp_peerentry *e) {
  if (ms->count == ms->size && grow(ms) != GP_OK)
    return GP_ENOMEM;
  if (gp_index_add(&ms->names, &e->link, gp_peer_hash(e->peer)) != GP_OK)
    return GP_ENOMEM;
  e->slot = freeslot(ms);
  ms->slots[e->slot] = e;
  e->number = ms->last == NULL ? 1 : ms->last->number + 1;
  e->next = NULL;
  e->prev = ms->last;
  if (ms->last != NULL)
    ms->last->next = e;
  else
    ms->first = e;
  ms->last = e;
  ms->count++;
  return GP_OK;
}

void gp_peertable_rename (gp_peertable *ms, gp_peerentry *e, gp_peer *p) {
  e->peer = p;
  gp_index_move(&ms->names, &e->link, gp_peer_hash(p));
}

void gp_peertable_remove (gp_peertable *ms, gp_peerentry *e) {
  gp_index_remove(&ms->names, &e->link);
  ms->slots[e->slot] = NULL;
  if (e->prev != NULL)
    e->prev->next = e->next;
  else
    ms->first = e->next;
  if (e->next != NULL)
    e->next->prev = e->prev;
  else
    ms->last = e->prev;
  ms->count--;
}

gp_peerentry *gp_peertable_find (const gp_peertable *ms, const gp_peer *p) {
  gp_indexlink *l = gp_index_find(&ms->names, gp_peer_hash(p));
  for (; l != NULL; l = gp_index_next(l)) {
    gp_peerentry *e = gp_index_of(gp_peerentry, link, l);
    if (gp_peer_equal(e->peer, p))
      return e;
  }
  return NULL;
}

gp_peerentry *gp_peertable_at (const gp_peertable *ms, uint32_t slot) {
  return slot < ms->size ? ms->slots[slot] : NULL;
}

void gp_peertable_clear (gp_peertable *ms) {
  gp_index_clear(&ms->names);
  free(ms->slots);
  memset(ms, 0, sizeof *ms);
}
