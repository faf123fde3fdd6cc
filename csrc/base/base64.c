/*
** base/base64.c - see base/base64.h.
*/
#include "base/base64.h"

#include <stdbool.h>
#include <string.h>

#include <sodium.h>

#define STANDARD sodium_base64_VARIANT_ORIGINAL
#define GROUP 4 /* characters, which are three bytes */

size_t gp_base64_len (size_t len) {
  return (len + 2) / 3 * GROUP;
}

void gp_base64_write (char *to, const char *data, size_t len) {
  sodium_bin2base64(to, gp_base64_len(len) + 1, (const unsigned char *)data,
                    len, STANDARD);
}

/*
** Whether all are ASCII and none is a zero byte. libsodium passes over zero
** bytes where it does so over line breaks, and takes bytes above ASCII for
** digits where char is signed (1.0.18).
*/
static bool isplain (const char *text, size_t len) {
  unsigned char wrong = 0;
  size_t i;
  for (i = 0; i < len; i++)
    wrong |= (unsigned char)(text[i] == '\0') | ((unsigned char)text[i] >> 7);
  return wrong == 0;
}

/*
** Takes the last group off a text: where that begins is its new length.
** Tells how many characters there are, which are fewer where the text ends
** before.
*/
static size_t takelast (char last[GROUP], const char *text, size_t *len) {
  size_t n = 0;
  while (*len > 0 && n < GROUP) {
    char c = text[--*len];
    if (c != '\r' && c != '\n')
      last[GROUP - ++n] = c;
  }
  return n;
}

/* Makes the padding of the last group zeros, and tells how much it is. */
static size_t fill (char last[GROUP]) {
  size_t n = 0;
  while (n < 2 && last[GROUP - 1 - n] == '=')
    last[GROUP - 1 - n++] = 'A';
  return n;
}

/* Appends what is encoded to the blob, which has 'room' in all. */
static bool decode (gp_blob *b, size_t room, const char *text, size_t len) {
  size_t count;
  if (sodium_base642bin((unsigned char *)b->bytes + b->len, room - b->len,
                        text, len, "\r\n", &count, NULL, STANDARD) != 0)
    return false;
  b->len += count;
  return true;
}

/*
** The last group is decoded by itself: where a byte or two are encoded, Go
** takes any last digit, and libsodium only one whose rest is zero.
*/
static bool read (gp_blob *b, size_t room, const char *text, size_t len) {
  char last[GROUP];
  size_t count, padding;
  b->len = 0;
  if (!isplain(text, len))
    return false;
  count = takelast(last, text, &len);
  if (count < GROUP)
    return count == 0;
  padding = fill(last);
  if (memchr(text, '=', len) != NULL || !decode(b, room, text, len) ||
      !decode(b, room, last, GROUP))
    return false;
  b->len -= padding;
  return true;
}

gp_err gp_base64_read (gp_blob **out, const char *text, size_t len) {
  size_t room = len / GROUP * 3 + 3;
  gp_blob *b = gp_blob_new(room);
  if (b == NULL)
    return GP_ENOMEM;
  if (!read(b, room, text, len)) {
    gp_blob_unref(b);
    return GP_EBADMSG;
  }
  b->bytes[b->len] = '\0';
  *out = b;
  return GP_OK;
}
