/*
** node/deadlines.c - what is due next.
*/
#include "node/deadlines.h"

#include "base/ring.h"

gp_err gp_deadlines_init (gp_deadlines *ds) {
  int i;
  for (i = 0; i < GP_DUES; i++)
    ds->own[i].what = (gp_due)i;
  return gp_deadlines_reserve(ds, 0);
}

void gp_deadlines_clear (gp_deadlines *ds) {
  gp_heap_clear(&ds->heap);
}

gp_err gp_deadlines_reserve (gp_deadlines *ds, size_t count) {
  return gp_heap_reserve(&ds->heap, count + GP_DUES);
}

static bool isset (const gp_deadline *d) {
  return d->item.place != 0;
}

void gp_deadlines_set (gp_deadlines *ds, gp_due what, uint64_t at) {
  gp_deadline *d = &ds->own[what];
  if (at == UINT64_MAX)
    gp_heap_remove(&ds->heap, &d->item);
  else
    gp_heap_set(&ds->heap, &d->item, at);
}

bool gp_deadlines_isset (const gp_deadlines *ds, gp_due what) {
  return isset(&ds->own[what]);
}

void gp_deadlines_lookat (gp_deadlines *ds, gp_deadline *d, uint64_t at) {
  if (at != UINT64_MAX && (!isset(d) || at < d->item.at))
    gp_heap_set(&ds->heap, &d->item, at);
}

void gp_deadlines_cancel (gp_deadlines *ds, gp_deadline *d) {
  gp_heap_remove(&ds->heap, &d->item);
}

uint64_t gp_deadlines_next (const gp_deadlines *ds) {
  const gp_heapitem *first = gp_heap_first(&ds->heap);
  return first == NULL ? UINT64_MAX : first->at;
}

gp_deadline *gp_deadlines_take (gp_deadlines *ds, uint64_t now) {
  gp_heapitem *first = gp_heap_first(&ds->heap);
  if (first == NULL || first->at > now)
    return NULL;
  gp_heap_remove(&ds->heap, first);
  return gp_ring_of(gp_deadline, item, first);
}
