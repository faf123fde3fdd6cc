/*
** base/base64.c - standard base64.
*/
#include "base/base64.h"

#include <stdbool.h>

static const char alphabet[] =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t gp_base64_len (size_t len) {
  return (len + 2) / 3 * 4;
}

void gp_base64_write (char *to, const char *data, size_t len) {
  const unsigned char *d = (const unsigned char *)data;
  for (; len >= 3; len -= 3, d += 3) {
    *to++ = alphabet[d[0] >> 2];
    *to++ = alphabet[(d[0] & 3) << 4 | d[1] >> 4];
    *to++ = alphabet[(d[1] & 15) << 2 | d[2] >> 6];
    *to++ = alphabet[d[2] & 63];
  }
  if (len > 0) {
    int second = len == 2 ? d[1] : 0;
    *to++ = alphabet[d[0] >> 2];
    *to++ = alphabet[(d[0] & 3) << 4 | second >> 4];
    *to++ = len == 2 ? alphabet[(second & 15) << 2] : '=';
    *to = '=';
  }
}

static int value (char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes up to the padding; '*count' tells how many digits it met. */
static bool digits (gp_blob *b, const char **text, const char *end,
                    size_t *count) {
  unsigned long bits = 0;
  size_t n = 0, len = 0;
  const char *t = *text;
  for (; t < end && *t != '='; t++) {
    if (*t == '\r' || *t == '\n')
      continue;
    if (value(*t) < 0)
      return false;
    bits = (bits << 6 | (unsigned)value(*t)) & 0xffffff;
    if (++n % 4 != 1)
      b->bytes[len++] = (char)(bits >> (6 - 2 * ((n - 1) % 4)));
  }
  b->len = len;
  b->bytes[len] = '\0';
  *text = t;
  *count = n;
  return true;
}

/* Whether the rest is the padding that 'n' digits want, and nothing more. */
static bool padded (const char *text, const char *end, size_t n) {
  size_t want = n % 4 == 0 ? 0 : 4 - n % 4;
  for (; text < end; text++) {
    if (*text == '=' && want > 0)
      want--;
    else if (*text != '\r' && *text != '\n')
      return false;
  }
  return want == 0 && n % 4 != 1;
}

gp_err gp_base64_read (gp_blob **out, const char *text, size_t len) {
  gp_blob *b = gp_blob_new(len / 4 * 3 + 3);
  const char *end = text + len;
  size_t n;
  if (b == NULL)
    return GP_ENOMEM;
  if (!digits(b, &text, end, &n) || !padded(text, end, n)) {
    gp_blob_unref(b);
    return GP_EBADMSG;
  }
  *out = b;
  return GP_OK;
}
