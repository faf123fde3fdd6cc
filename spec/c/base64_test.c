/*
** base64_test.c - base64, right and wrong.
*/
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/random.h"
#include "test.h"

/* Nothing is written beyond the length that was told before. */
static const char *encoded (const char *data, size_t len) {
  static char out[4096];
  memset(out, '#', sizeof out);
  gp_base64_write(out, data, len);
  CHECK(out[gp_base64_len(len)] == '\0');
  CHECK(out[gp_base64_len(len) + 1] == '#');
  return out;
}

TEST(base64, "base64 as in RFC 4648, section 10") {
  static const char *const vectors[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
  size_t i;
  for (i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    const char *data = vectors[i][0], *text = vectors[i][1];
    gp_blob *b;
    TEXT(encoded(data, strlen(data)), text);
    SAME(gp_base64_read(&b, text, strlen(text)), GP_OK);
    SAME(b->len, strlen(data));
    TEXT(b->bytes, data);
    gp_blob_unref(b);
  }
}

TEST(base64random, "base64 of random bytes comes back, broken or not") {
  gp_random r;
  int i;
  gp_random_seed(&r, 2);
  for (i = 0; i < 20000; i++) {
    char data[200], lines[800];
    size_t j, n = 0, len = gp_random_below(&r, sizeof data);
    const char *text;
    gp_blob *b;
    for (j = 0; j < len; j++)
      data[j] = (char)gp_random_next(&r);
    text = encoded(data, len);
    for (j = 0; text[j] != '\0'; j++) {
      if (gp_random_below(&r, 10) == 0)
        lines[n++] = gp_random_below(&r, 2) == 0 ? '\r' : '\n';
      lines[n++] = text[j];
    }
    SAME(gp_base64_read(&b, lines, n), GP_OK);
    SAME(b->len, len);
    CHECK(memcmp(b->bytes, data, len) == 0);
    gp_blob_unref(b);
  }
}

/* What Go's encoding/json gives for the same; its decoder is not strict. */
TEST(base64rest, "bits of the last digit that are of no byte are any") {
  static const char *const texts[][2] = {{"Zh==", "f"},
                                         {"Z/==", "g"},
                                         {"Zm+=", "fo"},
                                         {"Zm/=", "fo"},
                                         {"Zm9vZ\nh\r=\n=\r", "foof"},
                                         {"Zm9vYmF=", "fooba"}};
  size_t i;
  for (i = 0; i < sizeof texts / sizeof *texts; i++) {
    gp_blob *b;
    SAME(gp_base64_read(&b, texts[i][0], strlen(texts[i][0])), GP_OK);
    SAME(b->len, strlen(texts[i][1]));
    TEXT(b->bytes, texts[i][1]);
    gp_blob_unref(b);
  }
}

TEST(base64breaks, "line breaks alone are no bytes, and zero bytes none") {
  static const char zeros[][6] = {"Zm9v\0", "\0Zm9v", "Zm\09v", "\0\0\0\0"};
  gp_blob *b;
  size_t i;
  SAME(gp_base64_read(&b, "\r\n\n", 3), GP_OK);
  SAME(b->len, 0);
  gp_blob_unref(b);
  for (i = 0; i < sizeof zeros / sizeof *zeros; i++)
    SAME(gp_base64_read(&b, zeros[i], 5), GP_EBADMSG);
}

TEST(base64refuse, "what is not base64 is refused") {
  static const char *const bad[] = {"A",
                                    "AA",
                                    "AAA",
                                    "AAAAA",
                                    "A===",
                                    "=",
                                    "====",
                                    "AA=",
                                    "AA===",
                                    "AAA==",
                                    "AAAA=",
                                    "AA=A",
                                    "AAA=A",
                                    "AA==AAAA",
                                    "A A=",
                                    "AA-_",
                                    "AA$=",
                                    "Zm9v ",
                                    "\xff\xff\xff\xff",
                                    "=AAA",
                                    "AA=\t="};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    gp_blob *b;
    gp_err e = gp_base64_read(&b, bad[i], strlen(bad[i]));
    if (e != GP_EBADMSG)
      test_note("'%s'", bad[i]);
    SAME(e, GP_EBADMSG);
  }
}

TEST(base64garbage, "random text is base64 or it is refused") {
  static const char letters[] = "AZaz09+/==\r\n-";
  gp_random r;
  int i;
  gp_random_seed(&r, 3);
  for (i = 0; i < 200000; i++) {
    size_t j, len = gp_random_below(&r, 16);
    char *text = malloc(len == 0 ? 1 : len);
    gp_blob *b;
    CHECK(text != NULL);
    for (j = 0; j < len; j++)
      text[j] = letters[gp_random_below(&r, sizeof letters - 1)];
    if (gp_base64_read(&b, text, len) == GP_OK) {
      CHECK(b->len <= len / 4 * 3);
      CHECK(b->bytes[b->len] == '\0');
      gp_blob_unref(b);
    }
    free(text);
  }
}
