/*
** base/siphash.h - a hash with a key.
**
** SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF",
** INDOCRYPT 2012). Whoever does not know the key cannot find two texts with
** one hash, nor tell a hash in advance.
*/
#ifndef gp_base_siphash_h
#define gp_base_siphash_h

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef struct gp_siphashkey {
  uint64_t half[2];
} gp_siphashkey;

/* The same on every machine. 'bytes' may be NULL when there are none. */
uint64_t gp_siphash (const gp_siphashkey *key, const void *bytes, size_t len);

#pragma GCC visibility pop
#endif
