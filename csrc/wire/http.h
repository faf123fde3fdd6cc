/*
** wire/http.h - a HTTP request or response as the wire forms see it.
**
** Plain views and plain data: no socket and no HTTP library. Whoever makes
** one says how long it lives.
*/
#ifndef gp_wire_http_h
#define gp_wire_http_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/blob.h"
#include "value/peer.h"
#include "wire/headername.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

typedef enum gp_method {
  GP_GET,
  GP_POST,
  GP_PUT,
  GP_DELETE,
  GP_OPTIONS,
  GP_OTHER
} gp_method;

/* What arrived: a request, or a response (then 'method' means nothing). */
typedef struct gp_httpin {
  gp_method method;
  int status;         /* of a response */
  const char *remote; /* numeric address of the other side, no port */
  const char *body;   /* 'len' bytes; NULL when there are none */
  size_t len;
  const char *headers[GP_HEADER_OTHER]; /* their values; NULL: not there */
  size_t nheaders; /* of any name; one that stands twice counts twice */
  bool ambiguous;  /* one that decides something stands twice */
} gp_httpin;

/* As if no header had come. */
void gp_httpin_noheaders (gp_httpin *in);

/* Adds a header, of which it borrows the value. Of two with one name the
   first counts. */
void gp_httpin_addheader (gp_httpin *in, const char *name, const char *value);

/* Value of a header, or NULL; lives as long as 'in'. */
const char *gp_httpin_header (const gp_httpin *in, gp_headername name);

/* The peer that the header names behind the text 'prefix', with a reference
   for the caller; NULL: there is none, or no memory. */
gp_peer *gp_httpin_peer (const gp_httpin *in, gp_headername name,
                         const char *prefix);

/*
** Reads a response of which the head alone came, or its beginning: 'head',
** which is cut into names and values and lives as long as 'in'. False: it is
** no response.
*/
bool gp_httpin_cut (gp_httpin *in, char *head);

/* Whether a response says that all is well. */
bool gp_httpin_isok (const gp_httpin *in);

typedef struct gp_header {
  const char *name, *value;
} gp_header;

#define GP_HEADERS_MAX 16

/* What is to leave: a request, or a response. Borrows all that it names but
   its body. */
typedef struct gp_httpout {
  gp_method method;
  int status; /* of a response */
  size_t nheaders;
  gp_header headers[GP_HEADERS_MAX];
  gp_blob *body;    /* its owner's reference; NULL: none */
  gp_listing lists; /* of a request: the response to it */
} gp_httpout;

/* Bytes that the texts of its headers take; zero: they may not leave so. */
size_t gp_httpout_size (const gp_httpout *out);

/* Makes 'to' a copy of 'from', with a reference of the body of its own, and
   with its texts in 'texts', which has that size. */
void gp_httpout_copy (gp_httpout *to, const gp_httpout *from, char *texts);

/* Adds a header, of GP_HEADERS_MAX in all; borrows the value. */
void gp_httpout_addheader (gp_httpout *out, gp_headername name,
                           const char *value);

#pragma GCC visibility pop
#endif
