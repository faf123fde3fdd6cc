/*
** sim/clock.c - see sim/clock.h.
*/
#include "sim/clock.h"

#include <string.h>

/* FNV-1a (Fowler, Noll, Vo), 64 bits, by words instead of bytes. */
#define TRACE_BASIS 14695981039346656037u
#define TRACE_PRIME 1099511628211u

void gp_clock_init (gp_clock *c) {
  memset(c, 0, sizeof *c);
  c->trace = TRACE_BASIS;
}

void gp_clock_clear (gp_clock *c) {
  gp_heap_clear(&c->heap);
}

gp_err gp_clock_addturn (gp_clock *c) {
  gp_err e = gp_heap_reserve(&c->heap, c->turns + 1);
  if (e == GP_OK)
    c->turns++;
  return e;
}

void gp_clock_removeturn (gp_clock *c, gp_turn *t) {
  gp_heap_remove(&c->heap, &t->item);
  c->turns--;
}

void gp_clock_set (gp_clock *c, gp_turn *t, uint64_t at) {
  if (at == GP_NEVER)
    gp_heap_remove(&c->heap, &t->item);
  else
    gp_heap_set(&c->heap, &t->item, at < c->now ? c->now : at);
}

gp_turn *gp_clock_first (const gp_clock *c) {
  gp_heapitem *item = gp_heap_first(&c->heap);
  return (gp_turn *)item; /* which it begins with */
}

gp_turn *gp_clock_advance (gp_clock *c, uint64_t until) {
  gp_turn *t = gp_clock_first(c);
  if (t != NULL && t->item.at <= until) {
    c->now = t->item.at;
    return t;
  }
  if (until > c->now && until != GP_NEVER)
    c->now = until;
  return NULL;
}

static void mix (gp_clock *c, uint64_t word) {
  c->trace = (c->trace ^ word) * TRACE_PRIME;
}

void gp_clock_note (gp_clock *c, gp_happening what, size_t where, uint64_t id,
                    unsigned how) {
  mix(c, c->now);
  mix(c, (uint64_t)what << 32 | how);
  mix(c, where);
  mix(c, id);
}
