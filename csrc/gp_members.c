/*
** gp_members.c - a chained hash table with an order and slots.
*/
#include "gp_members.h"

#include <stdlib.h>

static gp_entry **bucket (const gp_members *ms, const gp_peer *p) {
  return &ms->buckets[gp_peer_hash(p) & (ms->size - 1)];
}

static void unchain (gp_members *ms, gp_entry *e) {
  gp_entry **b = bucket(ms, e->peer);
  while (*b != e)
    b = &(*b)->chain;
  *b = e->chain;
}

static void chain (gp_members *ms, gp_entry *e) {
  gp_entry **b = bucket(ms, e->peer);
  e->chain = *b;
  *b = e;
}

/* Doubles the table; its size is a power of two, as 'bucket' needs. */
static gp_err grow (gp_members *ms) {
  size_t i, size = ms->size == 0 ? 8 : 2 * ms->size;
  gp_entry **buckets = calloc(size, sizeof *buckets);
  gp_entry **slots = calloc(size, sizeof *slots);
  gp_entry *e;
  if (buckets == NULL || slots == NULL) {
    free(buckets);
    free(slots);
    return GP_ENOMEM;
  }
  for (i = 0; i < ms->size; i++)
    slots[i] = ms->slots[i];
  free(ms->buckets);
  free(ms->slots);
  ms->buckets = buckets;
  ms->slots = slots;
  ms->size = size;
  for (e = ms->first; e != NULL; e = e->next)
    chain(ms, e);
  return GP_OK;
}

/* Entries come and go at the end mostly, so the search is short. */
static uint32_t freeslot (const gp_members *ms) {
  size_t i = ms->count;
  while (ms->slots[i] != NULL)
    i = (i + 1) & (ms->size - 1);
  return (uint32_t)i;
}

gp_err gp_members_add (gp_members *ms, gp_entry *e) {
  if (ms->count == ms->size && grow(ms) != GP_OK)
    return GP_ENOMEM;
  chain(ms, e);
  e->slot = freeslot(ms);
  ms->slots[e->slot] = e;
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

void gp_members_rename (gp_members *ms, gp_entry *e, gp_peer *p) {
  unchain(ms, e);
  e->peer = p;
  chain(ms, e);
}

void gp_members_remove (gp_members *ms, gp_entry *e) {
  unchain(ms, e);
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

gp_entry *gp_members_find (const gp_members *ms, const gp_peer *p) {
  gp_entry *e;
  if (ms->size == 0)
    return NULL;
  for (e = *bucket(ms, p); e != NULL; e = e->chain)
    if (gp_peer_equal(e->peer, p))
      return e;
  return NULL;
}

gp_entry *gp_members_at (const gp_members *ms, uint32_t slot) {
  return slot < ms->size ? ms->slots[slot] : NULL;
}

void gp_members_clear (gp_members *ms) {
  free(ms->buckets);
  free(ms->slots);
  ms->count = ms->size = 0;
  ms->first = ms->last = NULL;
  ms->buckets = ms->slots = NULL;
}
