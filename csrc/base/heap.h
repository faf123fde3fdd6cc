/*
** base/heap.h - what is to happen, the earliest first.
**
** A binary heap whose items are part of larger structs of their owners, who
** allocate and free them: it only holds their addresses. Two at the same
** time come in the order in which they were set, so that a run can be
** replayed.
*/
#ifndef gp_base_heap_h
#define gp_base_heap_h

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#pragma GCC visibility push(hidden)

/* Zeroed, it stands in no heap. */
typedef struct gp_heapitem {
  uint64_t at, order;
  size_t place; /* in the heap, counted from one; zero: in none */
} gp_heapitem;

/* A zeroed struct is an empty heap. */
typedef struct gp_heap {
  size_t count, size;
  gp_heapitem **items;
  uint64_t order; /* given to the item that was set last */
} gp_heap;

/* Makes room for 'count' items in all. GP_ENOMEM. */
gp_err gp_heap_reserve (gp_heap *h, size_t count);

/* Puts an item in for the time 'at', or moves it there. Needs its room. */
void gp_heap_set (gp_heap *h, gp_heapitem *item, uint64_t at);

/* Takes it out, if it is in. */
void gp_heap_remove (gp_heap *h, gp_heapitem *item);

/* The earliest, or NULL. */
gp_heapitem *gp_heap_first (const gp_heap *h);

/* Frees the heap alone. */
void gp_heap_clear (gp_heap *h);

#pragma GCC visibility pop
#endif
