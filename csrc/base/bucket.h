/*
** base/bucket.h - how much of something is allowed: so much at once, then so
** much in a time (a token bucket).
**
** Knows no clock; every 'now' is in ms, and never goes back.
*/
#ifndef gp_base_bucket_h
#define gp_base_bucket_h

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Zeroed: full. */
typedef struct gp_bucket {
  uint64_t full_at; /* when it is full again */
} gp_bucket;

/*
** Takes one of those that are in it: of 'most', to which one is added every
** 'each_ms'. False: there is none.
*/
bool gp_bucket_take (gp_bucket *b, uint32_t most, uint32_t each_ms,
                     uint64_t now);

#pragma GCC visibility pop
#endif
