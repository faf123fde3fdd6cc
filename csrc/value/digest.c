/*
** value/digest.c - see value/digest.h.
*/
#include "value/digest.h"

#include <stdlib.h>
#include <string.h>

static int compare (const void *a, const void *b) {
  const gp_peer *const *p = a, *const *q = b;
  return strcmp(gp_peer_text(*p), gp_peer_text(*q));
}

gp_err gp_digest_make (gp_digest *out, const gp_peer **peers, size_t count) {
  char *text, *to;
  size_t i, size = 0;
  for (i = 0; i < count; i++)
    size += strlen(gp_peer_text(peers[i])) + 1;
  to = text = malloc(size + 1);
  if (text == NULL)
    return GP_ENOMEM;
  qsort(peers, count, sizeof *peers, compare);
  for (i = 0; i < count; i++)
    to = stpcpy(to, gp_peer_text(peers[i])) + 1;
  gp_crypto_hash(out->bytes, text, (size_t)(to - text));
  free(text);
  return GP_OK;
}

bool gp_digest_isnone (gp_digest d) {
  static const gp_digest none;
  return gp_digest_equal(d, none);
}

bool gp_digest_equal (gp_digest a, gp_digest b) {
  return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

void gp_digest_write (char to[GP_DIGEST_DIGITS + 1], gp_digest d) {
  gp_crypto_write(to, d.bytes);
}

bool gp_digest_read (gp_digest *out, const char *text) {
  return gp_crypto_read(out->bytes, text);
}
