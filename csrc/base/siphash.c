/*
** base/siphash.c - see base/siphash.h.
*/
#include "base/siphash.h"

static uint64_t rotate (uint64_t x, int k) {
  return x << k | x >> (64 - k);
}

static void mix (uint64_t v[4], int rounds) {
  for (; rounds > 0; rounds--) {
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
  }
}

static void take (uint64_t v[4], uint64_t word) {
  v[3] ^= word;
  mix(v, 2);
  v[0] ^= word;
}

/* Up to eight bytes, the first one lowest. */
static uint64_t word (const unsigned char *bytes, size_t len) {
  uint64_t w = 0;
  while (len-- > 0)
    w = w << 8 | bytes[len];
  return w;
}

uint64_t gp_siphash (const gp_siphashkey *key, const void *bytes,
                     size_t len) {
  const uint64_t *k = key->half;
  const unsigned char *at = bytes;
  uint64_t v[4] = {k[0] ^ 0x736f6d6570736575u, k[1] ^ 0x646f72616e646f6du,
                   k[0] ^ 0x6c7967656e657261u, k[1] ^ 0x7465646279746573u};
  size_t left = len;
  for (; left >= 8; left -= 8, at += 8)
    take(v, word(at, 8));
  take(v, word(at, left) | (uint64_t)len << 56);
  v[2] ^= 0xff;
  mix(v, 4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
