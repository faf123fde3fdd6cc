/*
** wirekit.h - requests and responses as bytes, for the tests of the wire.
**
** Those that published Go programs sent are in spec/wire, one file each, with
** lines that end as HTTP wants; a test is run from the top of the checkout.
*/
#ifndef wirekit_h
#define wirekit_h

#include "wire/codec.h"

typedef struct wiretext {
  gp_httpin in; /* points into the rest */
  size_t nheaders;
  gp_header headers[24];
  char bytes[4096];
} wiretext;

/* What a file of spec/wire has: of a form ("v1.1.2") a request or response
   ("request-connect-to-entry"). */
void wiretext_recorded (wiretext *w, const char *form, const char *name);

/* A text that a test has written, lines ending as in C. */
void wiretext_made (wiretext *w, const char *text);

/* What leaves as what arrives; 'w' borrows from 'out'. */
void wiretext_sent (wiretext *w, const gp_httpout *out);

/* The value of a header that leaves, or ""; and the body, likewise. */
const char *wiretext_header (const gp_httpout *out, const char *name);
const char *wiretext_body (const gp_httpout *out);

/* As gp_wire_readrequest and gp_wire_readresponse, with a JSON reader. */
int wiretext_readrequest (gp_recvreq *out, const char **text,
                          const wiretext *w, const gp_peer *self);
gp_err wiretext_readresponse (gp_recvresp *out, const wiretext *w,
                              gp_listing lists);

#endif
