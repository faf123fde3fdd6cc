/*
** base/base64.c - see base/base64.h.
**
** By table, as each message passes through here. libsodium takes the same
** time for whatever it encodes, which costs eight times as much, and nothing
** that is secret is encoded.
*/
#include "base/base64.h"

#include <stdbool.h>
#include <stdint.h>

static const char digits[] =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What a digit stands for, and one more; zero: it is none. */
static const unsigned char values[256] = {
  ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,
  ['G'] = 7,  ['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12,
  ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
  ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
  ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
  ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
  ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
  ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
  ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
  ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
  ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64};

size_t gp_base64_len (size_t len) {
  return (len + 2) / 3 * 4;
}

void gp_base64_write (char *to, const char *data, size_t len) {
  const unsigned char *d = (const unsigned char *)data;
  for (; len >= 3; len -= 3, d += 3) {
    *to++ = digits[d[0] >> 2];
    *to++ = digits[(d[0] & 3) << 4 | d[1] >> 4];
    *to++ = digits[(d[1] & 15) << 2 | d[2] >> 6];
    *to++ = digits[d[2] & 63];
  }
  if (len > 0) {
    int second = len == 2 ? d[1] : 0;
    *to++ = digits[d[0] >> 2];
    *to++ = digits[(d[0] & 3) << 4 | second >> 4];
    *to++ = len == 2 ? digits[(second & 15) << 2] : '=';
    *to++ = '=';
  }
  *to = '\0';
}

static unsigned value (char c) {
  return values[(unsigned char)c];
}

/* Decodes groups of four digits, up to the first that is none, where
   '*text' is then. */
static void readgroups (gp_blob *b, const char **text, const char *end) {
  unsigned char *to = (unsigned char *)b->bytes;
  const char *t = *text;
  for (; end - t >= 4; t += 4) {
    unsigned a = value(t[0]) - 1, c = value(t[1]) - 1, d = value(t[2]) - 1,
             e = value(t[3]) - 1;
    uint32_t bits = a << 18 | c << 12 | d << 6 | e;
    if ((a | c | d | e) > 63)
      break;
    *to++ = (unsigned char)(bits >> 16);
    *to++ = (unsigned char)(bits >> 8);
    *to++ = (unsigned char)bits;
  }
  b->len = (size_t)(to - (unsigned char *)b->bytes);
  *text = t;
}

/* Decodes up to the padding, with line breaks between; tells how many digits
   it met. False: there is something else. */
static bool readdigits (gp_blob *b, const char **text, const char *end,
                        size_t *count) {
  uint32_t bits = 0;
  size_t n = 0;
  const char *t = *text;
  for (; t < end && *t != '='; t++) {
    if (*t == '\r' || *t == '\n')
      continue;
    if (value(*t) == 0)
      return false;
    bits = (bits << 6 | (value(*t) - 1)) & 0xffffff;
    if (n++ % 4 != 0)
      b->bytes[b->len++] = (char)(bits >> (6 - 2 * ((n - 1) % 4)));
  }
  *text = t;
  *count = n;
  return true;
}

/* Whether the rest is the padding that 'n' digits want, and nothing more. */
static bool ispadding (const char *text, const char *end, size_t n) {
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
  readgroups(b, &text, end);
  if (!readdigits(b, &text, end, &n) || !ispadding(text, end, n)) {
    gp_blob_unref(b);
    return GP_EBADMSG;
  }
  b->bytes[b->len] = '\0';
  *out = b;
  return GP_OK;
}
