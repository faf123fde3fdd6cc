/*
** base/crypto.h - what whoever attacks must not foresee, find or forge.
**
** Random bytes, hashes with and without a key, and a comparison. libsodium
** has them all, and is named here and in base/base64.c alone. Owns nothing;
** any thread may call it.
*/
#ifndef gp_base_crypto_h
#define gp_base_crypto_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#pragma GCC visibility push(hidden)

#define GP_CRYPTO_HASH 16 /* bytes of a hash, and of a mac */
#define GP_CRYPTO_KEY 32  /* bytes of the key of a mac */

typedef struct gp_siphashkey {
  unsigned char bytes[16];
} gp_siphashkey;

/*
** Before the rest is called, any number of times. GP_EIO: the system gives no
** random bytes.
*/
gp_err gp_crypto_init (void);

/* Fills 'out' with what nobody can foresee, from the system's entropy. */
void gp_crypto_random (void *out, size_t len);

/*
** BLAKE2b-128 (RFC 7693): nobody finds two texts of one hash. 'bytes' may be
** NULL when there are none; so below.
*/
void gp_crypto_hash (unsigned char out[GP_CRYPTO_HASH], const void *bytes,
                     size_t len);

/* The same with a key, without which nobody can tell it in advance. */
void gp_crypto_mac (unsigned char out[GP_CRYPTO_HASH],
                    const unsigned char key[GP_CRYPTO_KEY], const void *bytes,
                    size_t len);

/* A hash as hexadecimal digits, lower case. Reading: whether just so many of
   them stand at the head of the text; else 'out' is all zero. */
#define GP_CRYPTO_DIGITS (2 * GP_CRYPTO_HASH)
void gp_crypto_write (char to[GP_CRYPTO_DIGITS + 1],
                      const unsigned char hash[GP_CRYPTO_HASH]);
bool gp_crypto_read (unsigned char out[GP_CRYPTO_HASH], const char *text);

/* Whether two are equal, in a time that does not tell where they differ. */
bool gp_crypto_equal (const void *a, const void *b, size_t len);

/*
** SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF",
** INDOCRYPT 2012), the same on every machine. Whoever does not know the key
** cannot find two texts of one hash. Short and fast: for tables, and for what
** is compared in this process alone.
*/
uint64_t gp_siphash (const gp_siphashkey *key, const void *bytes, size_t len);

#pragma GCC visibility pop
#endif
