/*
** sim/sim.c - the virtual clock, the network, and what goes wrong in it.
*/
#include "sim/sim.h"

#include <stdlib.h>

#include "sim/host.h"

/* FNV-1a (Fowler, Noll, Vo), 64 bits, by words instead of bytes. */
#define TRACE_BASIS 14695981039346656037u
#define TRACE_PRIME 1099511628211u

gp_err gp_sim_new (gp_sim **out, uint64_t seed) {
  gp_sim *s = calloc(1, sizeof *s);
  if (s == NULL)
    return GP_ENOMEM;
  gp_random_seed(&s->random, seed);
  s->trace = TRACE_BASIS;
  gp_sim_setlatency(s, 1, 10);
  *out = s;
  return GP_OK;
}

static void freenames (gp_sim *s) {
  gp_peerentry *e = s->names.first;
  while (e != NULL) {
    gp_simname *n = (gp_simname *)e;
    e = e->next;
    gp_peer_unref(n->entry.peer);
    free(n);
  }
  gp_peertable_clear(&s->names);
}

/* Once no station has a node, what is left is on its way to nobody. */
void gp_sim_free (gp_sim *s) {
  gp_simhost *st;
  gp_heapitem *item;
  if (s == NULL)
    return;
  for (st = s->first; st != NULL; st = st->next)
    gp_simhost_crash(st);
  gp_sim_rearm(s);
  while ((item = gp_heap_first(&s->heap)) != NULL)
    gp_sim_drop((gp_simrequest *)item);
  while ((st = s->first) != NULL) {
    s->first = st->next;
    gp_simhost_free(st);
  }
  freenames(s);
  gp_heap_clear(&s->heap);
  free(s->cuts);
  free(s);
}

uint64_t gp_sim_now (const gp_sim *s) {
  return s->now;
}

gp_random *gp_sim_random (gp_sim *s) {
  return &s->random;
}

gp_err gp_sim_addturn (gp_sim *s) {
  gp_err e = gp_heap_reserve(&s->heap, s->turns + 1);
  if (e == GP_OK)
    s->turns++;
  return e;
}

gp_simhost *gp_sim_find (const gp_sim *s, const gp_peer *p) {
  gp_peerentry *e = gp_peertable_find(&s->names, p);
  return e == NULL ? NULL : ((gp_simname *)e)->station;
}

void gp_sim_setlatency (gp_sim *s, uint32_t min, uint32_t max) {
  s->minlatency = min;
  s->maxlatency = max < min ? min : max;
  gp_sim_disturb(s);
}

void gp_sim_setloss (gp_sim *s, uint32_t inmillion) {
  s->loss = inmillion;
  gp_sim_disturb(s);
}

void gp_sim_setcopies (gp_sim *s, uint32_t inmillion) {
  s->copies = inmillion;
}

void gp_sim_setbreaks (gp_sim *s, uint32_t inmillion) {
  s->breaks = inmillion;
  gp_sim_disturb(s);
}

gp_err gp_sim_cut (gp_sim *s, uint64_t from, uint64_t to) {
  gp_cut *cuts = realloc(s->cuts, (s->ncuts + 1) * sizeof *cuts);
  if (cuts == NULL)
    return GP_ENOMEM;
  s->cuts = cuts;
  cuts[s->ncuts].from = from;
  cuts[s->ncuts++].to = to;
  gp_sim_disturb(s);
  return GP_OK;
}

void gp_sim_heal (gp_sim *s, uint64_t from, uint64_t to) {
  size_t i, n = 0;
  for (i = 0; i < s->ncuts; i++)
    if ((s->cuts[i].from & ~from) != 0 || (s->cuts[i].to & ~to) != 0)
      s->cuts[n++] = s->cuts[i];
  s->ncuts = n;
  gp_sim_disturb(s);
}

bool gp_sim_iscut (const gp_sim *s, const gp_simhost *from,
                   const gp_simhost *to) {
  size_t i;
  for (i = 0; i < s->ncuts; i++)
    if ((from->groups & s->cuts[i].from) != 0 &&
        (to->groups & s->cuts[i].to) != 0)
      return true;
  return false;
}

uint64_t gp_sim_arrival (gp_sim *s, const gp_simhost *from,
                         const gp_simhost *to) {
  uint64_t spread = (uint64_t)s->maxlatency - s->minlatency + 1;
  if (from != NULL && to != NULL && gp_sim_iscut(s, from, to))
    return GP_NEVER;
  if (gp_random_chance(&s->random, s->loss))
    return GP_NEVER;
  return s->now + s->minlatency + gp_random_below(&s->random, spread);
}

static void mix (gp_sim *s, uint64_t word) {
  s->trace = (s->trace ^ word) * TRACE_PRIME;
}

void gp_sim_note (gp_sim *s, gp_simtrace what, const gp_simhost *where,
                  uint64_t id, unsigned how) {
  mix(s, s->now);
  mix(s, (uint64_t)what << 32 | how);
  mix(s, where == NULL ? 0 : where->number);
  mix(s, id);
}

gp_simhost *gp_sim_step (gp_sim *s, uint64_t until) {
  gp_heapitem *item;
  gp_simhost *st;
  if (s->skips && s->now >= s->calmat)
    gp_sim_checksteady(s);
  gp_sim_rearm(s);
  item = gp_heap_first(&s->heap);
  if (item == NULL || item->at > until) {
    if (until > s->now && until != GP_NEVER)
      s->now = until;
    return NULL;
  }
  s->now = item->at;
  s->count.steps++;
  if (!((gp_turn *)item)->ofstation)
    return gp_sim_proceed((gp_simrequest *)item);
  st = (gp_simhost *)item;
  gp_simhost_turn(st);
  return st;
}

void gp_sim_run (gp_sim *s, uint64_t until) {
  while (gp_sim_step(s, until) != NULL)
    continue;
}

const gp_simcount *gp_sim_count (const gp_sim *s) {
  return &s->count;
}

uint64_t gp_sim_trace (const gp_sim *s) {
  return s->trace;
}
