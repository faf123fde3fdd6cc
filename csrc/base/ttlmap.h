/*
** base/ttlmap.h - numbers that are remembered for a while, each under a key.
**
** Such as how far a process that is gone had counted its messages: one may
** come late, or a second time because its response was lost. Owns its
** entries. Knows no clock, and nothing of what the keys stand for; whoever
** chooses them makes no call slower, however many there are.
*/
#ifndef gp_base_ttlmap_h
#define gp_base_ttlmap_h

#include <stddef.h>
#include <stdint.h>

#include "base/index.h"
#include "base/ring.h"
#pragma GCC visibility push(hidden)

typedef struct gp_ttlmap {
  gp_ring all;    /* the one that ends first is first */
  gp_index bykey; /* the same, by their keys */
  size_t max_count;
  uint64_t ttl_ms;
} gp_ttlmap;

/* Each is remembered for 'ttl_ms'; of more than 'max_count' at a time the
   oldest are forgotten before. */
void gp_ttlmap_init (gp_ttlmap *m, size_t max_count, uint64_t ttl_ms);

/* Forgets all. */
void gp_ttlmap_clear (gp_ttlmap *m);

/*
** The number of 'key' is at least 'number', above zero. Its time begins
** anew. Without memory it is not remembered.
*/
void gp_ttlmap_raise (gp_ttlmap *m, uint64_t key, uint64_t number,
                      uint64_t now);

/* Its number; 0: it is not remembered. */
uint64_t gp_ttlmap_get (gp_ttlmap *m, uint64_t key, uint64_t now);

#pragma GCC visibility pop
#endif
