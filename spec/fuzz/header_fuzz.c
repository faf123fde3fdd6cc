/*
** header_fuzz.c - requests whole, as the forms of the seed and of v1.1.2
** write them.
*/
#include "fuzz.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t len) {
  fuzz_http h;
  fuzz_http_read(&h, data, len);
  fuzz_request(&h.in);
  fuzz_http_clear(&h);
  return 0;
}
