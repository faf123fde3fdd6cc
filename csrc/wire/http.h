/*
** wire/http.h - a HTTP request or answer as the wire forms see it.
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
#include "base/err.h"
#pragma GCC visibility push(hidden)

typedef enum gp_method {
  GP_GET,
  GP_POST,
  GP_PUT,
  GP_DELETE,
  GP_OPTIONS,
  GP_OTHER
} gp_method;

/* What arrived: a request, or an answer (then 'method' means nothing). */
typedef struct gp_httpin {
  gp_method method;
  int status;         /* of an answer */
  const char *remote; /* numeric address of the other side, no port */
  const char *body;   /* 'len' bytes; NULL when there are none */
  size_t len;
  const void *headers;
  /* Value of the first header called 'name', case aside, or NULL. */
  const char *(*find)(const void *headers, const char *name);
} gp_httpin;

typedef struct gp_header {
  const char *name, *value;
} gp_header;

#define GP_HEADERS_MAX 10

/* What is to leave: a request, or an answer. Borrows all that it names. */
typedef struct gp_httpout {
  gp_method method;
  int status; /* of an answer */
  size_t nheaders;
  gp_header headers[GP_HEADERS_MAX];
  gp_blob *body;   /* NULL: none */
  bool wants_list; /* of a request: the response's body is to be a list */
} gp_httpout;

#pragma GCC visibility pop
#endif
