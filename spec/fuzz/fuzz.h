/*
** fuzz.h - what the fuzzers of the decoders share.
**
** One fuzzer a decoder; each is a program of its own under libFuzzer, which
** calls LLVMFuzzerTestOneInput with one text after the other. Whatever a
** decoder takes must come out of its encoder and go in again as the same
** value; fuzz_check ends the program where it does not.
*/
#ifndef fuzz_h
#define fuzz_h

#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "value/peerlist.h"
#include "wire/http.h"
#include "wire/json.h"

#define fuzz_check(what) \
  do { \
    if (!(what)) \
      fuzz_fail(__FILE__, __LINE__, #what); \
  } while (0)

_Noreturn void fuzz_fail (const char *file, int line, const char *what);

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t len);

#define FUZZ_HEADERS 16

/* A request or a response, as it stood on a connection. Owns its texts. */
typedef struct fuzz_http {
  gp_httpin in;
  size_t n;
  gp_header headers[FUZZ_HEADERS];
  char *head; /* which 'headers' point into, or NULL */
  char *body; /* to the byte as long as it is, so that more is noticed */
} fuzz_http;

/* A pointer into it is in 'in', so it must not be moved. */
void fuzz_http_read (fuzz_http *h, const uint8_t *data, size_t len);
void fuzz_http_clear (fuzz_http *h);

/* The reader that nodes have: lua-cjson, in a Lua state of its own. */
gp_json fuzz_json (void);

/* Ends a text with the reader: its stack must be as it was. What Lua holds
   of the text is freed, or libFuzzer would take it for leaked and search. */
void fuzz_json_done (const gp_json *json);

/* Reads a request as a node called localhost:7301 does, and what it took
   once more in every form that it can be written in. */
void fuzz_request (const gp_httpin *in);

bool fuzz_samelist (const gp_peerlist *a, const gp_peerlist *b);

#endif
