/*
** base/ttlmap.h - what is to be known for a while of those who are gone.
**
** A number for each of them, such as how far a process had counted its
** messages: one may come late, or a second time because its answer was lost,
** when its sender is no member any more. Owns its entries. Knows nothing of
** who they were: each is a key.
*/
#ifndef gp_base_ttlmap_h
#define gp_base_ttlmap_h

#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#pragma GCC visibility push(hidden)

typedef struct gp_ttlmap {
  gp_ring all; /* oldest first */
  size_t count, max;
  uint64_t time;
} gp_ttlmap;

/* Each is known for 'time' ms; of more than 'max' at a time the oldest are
   forgotten before. */
void gp_ttlmap_init (gp_ttlmap *b, size_t max, uint64_t time);
void gp_ttlmap_clear (gp_ttlmap *b);

/*
** The number of 'key' is at least 'number', above zero. Its time begins
** anew. Without memory it is not remembered.
*/
void gp_ttlmap_raise (gp_ttlmap *b, uint64_t key, uint64_t number,
                      uint64_t now);

/* Its number; 0: it is not remembered. */
uint64_t gp_ttlmap_get (gp_ttlmap *b, uint64_t key, uint64_t now);

#pragma GCC visibility pop
#endif
