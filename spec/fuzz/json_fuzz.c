/*
** json_fuzz.c - the body of a request as v1.1.3 writes it.
*/
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t len) {
  static const char head[] =
    "POST / HTTP/1.1\r\nHost: 127.0.0.1:7302\r\n\r\n";
  size_t skip = sizeof head - 1;
  uint8_t *text = malloc(skip + len);
  fuzz_http h;
  fuzz_check(text != NULL);
  memcpy(text, head, skip);
  if (len > 0)
    memcpy(text + skip, data, len);
  fuzz_http_read(&h, text, skip + len);
  free(text);
  fuzz_request(&h.in);
  fuzz_http_clear(&h);
  return 0;
}
