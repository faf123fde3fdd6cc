/*
** base/random.c - xoshiro256**.
*/
#include "base/random.h"

static uint64_t splitmix (uint64_t *x) {
  uint64_t z = (*x += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void gp_random_seed (gp_random *r, uint64_t seed) {
  int i;
  for (i = 0; i < 4; i++)
    r->state[i] = splitmix(&seed);
}

static uint64_t rotate (uint64_t x, int k) {
  return x << k | x >> (64 - k);
}

uint64_t gp_random_next (gp_random *r) {
  uint64_t *s = r->state;
  uint64_t result = rotate(s[1] * 5, 7) * 9;
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

/* What is above the last whole multiple of 'n' would favour the low ones. */
uint64_t gp_random_below (gp_random *r, uint64_t n) {
  uint64_t least = (0 - n) % n; /* 2^64 mod n */
  uint64_t x;
  do
    x = gp_random_next(r);
  while (x < least);
  return x % n;
}

uint64_t gp_random_jitter (gp_random *r, uint64_t n) {
  return n - gp_random_below(r, n / 4 + 1);
}

bool gp_random_chance (gp_random *r, uint32_t in_million) {
  return in_million > 0 && gp_random_below(r, GP_MILLION) < in_million;
}
