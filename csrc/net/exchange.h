/*
** net/exchange.h - one request that came over HTTP, and the response that is
** owed to it.
**
** The server makes and frees it. While the connection that the request came
** on lasts, that has it too, and says when it is lost. Does not look into
** the connection.
*/
#ifndef gp_net_exchange_h
#define gp_net_exchange_h

#include <stdbool.h>

#include "base/ring.h"
#include "node/transport.h"
#include "wire/http.h"
#pragma GCC visibility push(hidden)

struct evhttp_request;
typedef struct gp_conn gp_conn;

typedef struct gp_httpexchange {
  gp_exchange exchange; /* what the node knows of it */
  gp_ring queue;        /* the server's, while nobody has taken it */
  gp_conn *conn;        /* NULL: lost */
  struct evhttp_request *req;
  gp_httpin request; /* lives until the loop is pumped next */
  bool last;         /* the connection ends with it */
} gp_httpexchange;

/* Borrows what it is given. NULL: out of memory. */
gp_httpexchange *gp_httpexchange_new (struct evhttp_request *req,
                                      gp_conn *conn, const char *remote);

/* The one whose head 'x' is. */
gp_httpexchange *gp_httpexchange_of (const gp_exchange *x);

/* The connection goes, and 'request' with it: a response will reach
   nobody. */
void gp_httpexchange_lose (gp_httpexchange *x);

/* Its body has been read, and is freed. */
void gp_httpexchange_drain (gp_httpexchange *x);

/*
** Puts the response's headers and its body into the request. False when out
** of memory; then some may stand there.
*/
bool gp_httpexchange_fill (gp_httpexchange *x, const gp_httpout *out);

#pragma GCC visibility pop
#endif
