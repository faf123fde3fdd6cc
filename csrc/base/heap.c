/*
** base/heap.c - a binary heap.
*/
#include "base/heap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

gp_err gp_heap_reserve (gp_heap *h, size_t count) {
  size_t size = h->size == 0 ? 16 : h->size;
  gp_heapitem **items;
  while (size < count)
    size *= 2;
  if (size == h->size)
    return GP_OK;
  items = realloc(h->items, size * sizeof *items);
  if (items == NULL)
    return GP_ENOMEM;
  h->items = items;
  h->size = size;
  return GP_OK;
}

static bool isbefore (const gp_heapitem *a, const gp_heapitem *b) {
  return a->at != b->at ? a->at < b->at : a->order < b->order;
}

/* Places are counted from one: the parent of 'i' is i / 2. */
static void put (gp_heap *h, size_t i, gp_heapitem *item) {
  h->items[i - 1] = item;
  item->place = i;
}

static void rise (gp_heap *h, size_t i, gp_heapitem *item) {
  for (; i > 1 && isbefore(item, h->items[i / 2 - 1]); i /= 2)
    put(h, i, h->items[i / 2 - 1]);
  put(h, i, item);
}

static void sink (gp_heap *h, size_t i, gp_heapitem *item) {
  for (;;) {
    size_t child = 2 * i;
    if (child > h->count)
      break;
    if (child < h->count && isbefore(h->items[child], h->items[child - 1]))
      child++;
    if (!isbefore(h->items[child - 1], item))
      break;
    put(h, i, h->items[child - 1]);
    i = child;
  }
  put(h, i, item);
}

/* Puts 'item' where it belongs, starting from the free place 'i'. */
static void settle (gp_heap *h, size_t i, gp_heapitem *item) {
  if (i > 1 && isbefore(item, h->items[i / 2 - 1]))
    rise(h, i, item);
  else
    sink(h, i, item);
}

void gp_heap_set (gp_heap *h, gp_heapitem *item, uint64_t at) {
  item->at = at;
  item->order = ++h->order;
  settle(h, item->place == 0 ? ++h->count : item->place, item);
}

void gp_heap_remove (gp_heap *h, gp_heapitem *item) {
  size_t i = item->place;
  gp_heapitem *last;
  if (i == 0)
    return;
  item->place = 0;
  last = h->items[--h->count];
  if (last != item)
    settle(h, i, last);
}

gp_heapitem *gp_heap_first (const gp_heap *h) {
  return h->count == 0 ? NULL : h->items[0];
}

void gp_heap_clear (gp_heap *h) {
  free(h->items);
  memset(h, 0, sizeof *h);
}
