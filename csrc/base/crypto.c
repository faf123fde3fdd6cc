/*
** base/crypto.c - see base/crypto.h.
*/
#include "base/crypto.h"

#include <string.h>

#include <sodium.h>

gp_err gp_crypto_init (void) {
  return sodium_init() < 0 ? GP_EIO : GP_OK;
}

void gp_crypto_random (void *out, size_t len) {
  randombytes_buf(out, len);
}

void gp_crypto_hash (unsigned char out[GP_CRYPTO_HASH], const void *bytes,
                     size_t len) {
  (void)crypto_generichash(out, GP_CRYPTO_HASH, bytes, len, NULL, 0);
}

void gp_crypto_mac (unsigned char out[GP_CRYPTO_HASH],
                    const unsigned char key[GP_CRYPTO_KEY], const void *bytes,
                    size_t len) {
  (void)crypto_generichash(out, GP_CRYPTO_HASH, bytes, len, key,
                           GP_CRYPTO_KEY);
}

void gp_crypto_write (char to[GP_CRYPTO_DIGITS + 1],
                      const unsigned char hash[GP_CRYPTO_HASH]) {
  (void)sodium_bin2hex(to, GP_CRYPTO_DIGITS + 1, hash, GP_CRYPTO_HASH);
}

bool gp_crypto_read (unsigned char out[GP_CRYPTO_HASH], const char *text) {
  memset(out, 0, GP_CRYPTO_HASH);
  return strspn(text, "0123456789abcdef") == GP_CRYPTO_DIGITS &&
         sodium_hex2bin(out, GP_CRYPTO_HASH, text, GP_CRYPTO_DIGITS, NULL,
                        NULL, NULL) == 0;
}

bool gp_crypto_equal (const void *a, const void *b, size_t len) {
  return sodium_memcmp(a, b, len) == 0;
}

/* The hash is written with its lowest byte first. */
uint64_t gp_siphash (const gp_siphashkey *key, const void *bytes,
                     size_t len) {
  unsigned char out[crypto_shorthash_siphash24_BYTES];
  uint64_t h = 0;
  size_t i = sizeof out;
  (void)crypto_shorthash_siphash24(out, bytes, len, key->bytes);
  while (i-- > 0)
    h = h << 8 | out[i];
  return h;
}
