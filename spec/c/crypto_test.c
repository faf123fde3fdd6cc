/*
** crypto_test.c - hashes as they were published, and random bytes.
*/
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "test.h"

/* A hash is this, in hexadecimal. */
static void same (const unsigned char *bytes, const char *digits) {
  char text[2 * GP_CRYPTO_HASH + 1];
  size_t i;
  for (i = 0; i < GP_CRYPTO_HASH; i++)
    snprintf(text + 2 * i, 3, "%02x", bytes[i]);
  TEXT(text, digits);
}

static void count (unsigned char *bytes, size_t len) {
  size_t i;
  for (i = 0; i < len; i++)
    bytes[i] = (unsigned char)i;
}

/* The first of them are those of its authors. */
TEST(siphash, "a hash with a key, as it was published") {
  static const struct {
    size_t len;
    uint64_t hash;
  } published[] = {{0, 0x726fdb47dd0e0e31u},
                   {1, 0x74f839c593dc67fdu},
                   {7, 0xab0200f58b01d137u},
                   {8, 0x93f5f5799a932462u},
                   {15, 0xa129ca6149be45e5u}};
  gp_siphashkey key;
  unsigned char bytes[15];
  size_t i;
  count(key.bytes, sizeof key.bytes);
  count(bytes, sizeof bytes);
  for (i = 0; i < sizeof published / sizeof *published; i++)
    CHECK(gp_siphash(&key, bytes, published[i].len) == published[i].hash);
  SAME(gp_siphash(&key, NULL, 0), published[0].hash);
  key.bytes[15]++;
  CHECK(gp_siphash(&key, bytes, 8) != published[3].hash);
}

/* As another implementation, Python's hashlib, has them. */
TEST(cryptohash, "hashes with and without a key are BLAKE2b of 16 bytes") {
  unsigned char out[GP_CRYPTO_HASH], key[GP_CRYPTO_KEY], bytes[255];
  count(key, sizeof key);
  count(bytes, sizeof bytes);
  gp_crypto_hash(out, NULL, 0);
  same(out, "cae66941d9efbd404e4d88758ea67670");
  gp_crypto_hash(out, "abc", 3);
  same(out, "cf4ab791c62b8d2b2109c90275287816");
  gp_crypto_mac(out, key, NULL, 0);
  same(out, "3daf97bce7888fd59773c66bf647459c");
  gp_crypto_mac(out, key, bytes, sizeof bytes);
  same(out, "89cde4d1b8ea2dd5325db76af38ccb90");
  key[31]++;
  gp_crypto_mac(out, key, NULL, 0);
  CHECK(out[0] != 0x3d);
}

TEST(cryptoequal, "what is compared in constant time is equal or is not") {
  CHECK(gp_crypto_equal("abcd", "abcd", 4));
  CHECK(gp_crypto_equal("abcd", "abcx", 3));
  CHECK(!gp_crypto_equal("abcd", "abcx", 4));
  CHECK(!gp_crypto_equal("xbcd", "abcd", 4));
  CHECK(gp_crypto_equal("a", "b", 0));
}

TEST(cryptorandom, "random bytes fill what they were asked for, no more") {
  unsigned char a[64] = {0}, b[64] = {0};
  size_t i, zeros = 0;
  SAME(gp_crypto_init(), GP_OK);
  SAME(gp_crypto_init(), GP_OK); /* any number of times */
  gp_crypto_random(a, 60);
  gp_crypto_random(b, 60);
  CHECK(memcmp(a, b, 60) != 0);
  for (i = 0; i < 60; i++)
    zeros += a[i] == 0;
  CHECK(zeros < 10);
  for (i = 60; i < sizeof a; i++)
    CHECK(a[i] == 0);
}
