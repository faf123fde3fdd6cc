/*
** base/blob.c - bytes that several requests share.
*/
#include "base/blob.h"

#include <stdint.h>
#include <stdlib.h>

gp_blob *gp_blob_new (size_t len) {
  gp_blob *b;
  if (len > SIZE_MAX - sizeof *b - 1)
    return NULL;
  b = malloc(sizeof *b + len + 1);
  if (b == NULL)
    return NULL;
  b->refs = 1;
  b->len = len;
  b->bytes[len] = '\0';
  return b;
}

gp_blob *gp_blob_ref (gp_blob *b) {
  b->refs++;
  return b;
}

void gp_blob_unref (gp_blob *b) {
  if (b != NULL && --b->refs == 0)
    free(b);
}
