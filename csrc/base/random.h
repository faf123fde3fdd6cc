/*
** base/random.h - numbers that look random and all follow from one seed.
**
** xoshiro256** 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom
** number generators", ACM TOMS 47, 2021), its state filled by splitmix64 as
** its authors advise. The same seed gives the same numbers on every machine,
** and no floating point is in it. Not for secrets.
*/
#ifndef gp_base_random_h
#define gp_base_random_h

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef struct gp_random {
  uint64_t state[4]; /* not all zero */
} gp_random;

#define GP_MILLION 1000000u /* a chance of this many is certain */

void gp_random_seed (gp_random *r, uint64_t seed);

/* Any 64 bits. */
uint64_t gp_random_next (gp_random *r);

/* From zero to below 'n', which is above zero. */
uint64_t gp_random_below (gp_random *r, uint64_t n);

/* 'n' less up to a quarter, so that many do not do the same at once. */
uint64_t gp_random_jitter (gp_random *r, uint64_t n);

/* True so many times in a million. Draws no number for 0. */
bool gp_random_chance (gp_random *r, uint32_t in_million);

#pragma GCC visibility pop
#endif
