/*
** net/server.h - the HTTP server of a node, on evhttp.
**
** Takes whole requests off the network, within its limits, and queues them;
** knows neither wire forms nor Lua. A request is given out in phase two and
** responded to there or later. Requests that break a limit of HTTP itself
** never come out: they are refused here.
*/
#ifndef gp_net_server_h
#define gp_net_server_h

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "net/exchange.h"
#include "net/loop.h"
#include "net/options.h"
#include "net/refusals.h"
#include "wire/http.h"
#pragma GCC visibility push(hidden)

typedef struct gp_server gp_server;

/*
** Listens at once. 'listen' is a numeric address, "localhost" (both
** loopback addresses, IPv6 where the machine has it) or "*" (every address
** of the machine). '*port' zero takes a free one and tells it there.
** Copies 'opt', holds a reference of the loop.
*/
gp_err gp_server_new (gp_server **out, gp_loop *l, const char *listen,
                      int *port, const gp_serveropt *opt);

/*
** NULL is allowed. Closes every connection; exchanges that were taken stay
** valid and are still to be responded to, which then only frees them. Never
** from a callback of libevent.
*/
void gp_server_free (gp_server *s);

/*
** The oldest request that nobody has taken yet, short ones before others, or
** NULL. The caller's until it is responded to; what its 'request' shows
** lives as long, but no longer than until the loop is pumped next.
*/
gp_httpexchange *gp_server_next (gp_server *s);

/* Whether there is one. */
bool gp_server_haswork (const gp_server *s);

/*
** The response will come after this turn. From now on it is noticed when the
** sender of the request leaves; the exchange stays valid all the same. The
** body of the request is gone.
*/
void gp_server_hold (gp_httpexchange *x);

/*
** Gives the response and frees 'x', also when it is lost. False when it
** reached nobody. Copies 'out' but for the body, of which it takes a
** reference of its own.
*/
bool gp_server_respond (gp_httpexchange *x, const gp_httpout *out);

/* What was refused, for the caller to take. */
gp_refusals *gp_server_refusals (gp_server *s);

/*
** Whether accepting had to pause for want of descriptors since this was
** last asked. Once for each time that they run out.
*/
bool gp_server_starved (gp_server *s);

#pragma GCC visibility pop
#endif
