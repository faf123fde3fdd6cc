/*
** base64_fuzz.c - data as v1.1.3 writes it, both ways.
*/
#include "fuzz.h"

#include <string.h>

#include "base/base64.h"

/* What is written is read as what it was. */
static void there (const char *data, size_t len) {
  size_t size = gp_base64_len(len);
  char *text = malloc(size + 1);
  gp_blob *b;
  fuzz_check(text != NULL);
  gp_base64_write(text, data, len);
  fuzz_check(gp_base64_read(&b, text, size) == GP_OK);
  fuzz_check(b->len == len && b->bytes[len] == '\0');
  fuzz_check(len == 0 || memcmp(b->bytes, data, len) == 0);
  gp_blob_unref(b);
  free(text);
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t len) {
  char *text = malloc(len);
  gp_blob *b;
  fuzz_check(text != NULL || len == 0);
  if (len > 0)
    memcpy(text, data, len);
  if (gp_base64_read(&b, text, len) == GP_OK) {
    there(b->bytes, b->len);
    gp_blob_unref(b);
  }
  there(text, len);
  free(text);
  return 0;
}
