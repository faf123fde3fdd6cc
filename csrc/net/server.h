/*
** net/server.h - the HTTP server of a node, on evhttp.
**
** Takes whole requests off the network, within its limits, and queues them;
** knows neither wire forms nor Lua. A request is given out in phase two and
** answered there or later. Requests that break a limit of HTTP itself never
** come out: they are answered here.
*/
#ifndef gp_net_server_h
#define gp_net_server_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/http.h"
#include "net/loop.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_server gp_server;
typedef struct gp_httpexchange
  gp_httpexchange; /* an answer still owed to a peer */

/* Limits; sizes in bytes, times in ms, all above zero. */
typedef struct gp_serveropt {
  size_t maxbody;
  size_t max_headers;
  size_t max_connections;
  size_t max_connections_per_address; /* of them, from one other machine */
  uint32_t receive_timeout_ms; /* from a request's first byte to its last */
  uint32_t idle_timeout_ms;    /* between two requests of one connection */
} gp_serveropt;

/* A request, or a connection, that broke a limit or the rules of HTTP. */
typedef struct gp_refusal {
  int status;      /* that it was answered with */
  char origin[46]; /* numeric address, INET6_ADDRSTRLEN */
} gp_refusal;

#define GP_REFUSALS 32 /* that are kept between two turns */

/*
** Listens at once. 'listen' is a numeric address, "localhost" (both
** loopback addresses, IPv6 where the machine has it) or "*" (every address
** of the machine). '*port' zero takes a free one and tells it there.
** Copies 'opt', holds a reference of the loop.
*/
gp_err gp_server_new (gp_server **out, gp_loop *l, const char *listen,
                      int *port, const gp_serveropt *opt);

/*
** NULL is allowed. Closes every connection; replies that were not given stay
** valid and only need to be dropped or given, which then does nothing but
** free them. Never from a callback of libevent.
*/
void gp_server_free (gp_server *s);

/*
** The oldest request that nobody has taken yet, short ones before others, or
** NULL. The caller's until it is responded to; what gp_httpexchange_request
** shows lives as long, but no longer than until the loop is pumped next.
*/
gp_httpexchange *gp_server_next (gp_server *s);
/* Whether there is one. */
bool gp_server_haswork (const gp_server *s);
/* What the node knows of it, and back. */
gp_exchange *gp_httpexchange_head (gp_httpexchange *r);
gp_httpexchange *gp_httpexchange_of (const gp_exchange *x);

const gp_httpin *gp_httpexchange_request (const gp_httpexchange *r);

/*
** The answer will come after this turn. From now on the asker's leaving is
** noticed; the reply stays valid all the same.
*/
void gp_httpexchange_hold (gp_httpexchange *r);

/* Whether the asker has left, so that the answer will reach nobody. */
bool gp_httpexchange_isgone (const gp_httpexchange *r);

/*
** Gives the answer and frees 'r', also when the asker is gone. False when it
** reached nobody. Copies 'out' but for the body, of which it takes a
** reference of its own.
*/
bool gp_httpexchange_respond (gp_httpexchange *r, const gp_httpout *out);

/* How many connections are open. */
size_t gp_server_connections (const gp_server *s);

/*
** Whether accepting had to pause for want of descriptors since this was
** last asked. Once for each time that they run out.
*/
bool gp_server_starved (gp_server *s);

/* The oldest refusal that nobody has taken; false: none. */
bool gp_server_refusal (gp_server *s, gp_refusal *out);

/* How many more there were since this was last asked. */
uint64_t gp_server_overlooked (gp_server *s);

#pragma GCC visibility pop
#endif
