/*
** net/client.h - the outbound requests of a node, on evhttp.
**
** A pool of keep-alive connections: every request has a connection to
** itself while it is on the way, so a peer that hangs delays no other; it
** has a deadline of its own from start to end, name look-up included, and
** ends exactly once, in a result that is taken in phase two. Knows neither
** wire forms nor Lua.
*/
#ifndef gp_net_client_h
#define gp_net_client_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/loop.h"
#include "net/options.h"
#include "value/peer.h"
#include "wire/http.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

typedef struct gp_client gp_client;
typedef struct gp_result gp_result;

/* Copies 'opt', holds a reference of the loop. */
gp_err gp_client_new (gp_client **out, gp_loop *l, const gp_clientopt *opt);

/* NULL is allowed. What is on the way ends without a result. */
void gp_client_free (gp_client *c);

/* Whom a request goes to, and how (gp_sendreq in wire/records.h). */
typedef struct gp_dial {
  const gp_peer *peer;
  gp_cause cause;
  const char *claimer; /* numeric, or NULL */
  bool anew;           /* those that rest are given up */
  unsigned ranges; /* of gp_range, in which its addresses may be; 0: any */
} gp_dial;

/*
** Starts a request to 'dial' with the path "/", to be over after
** 'timeout_ms'. It ends in exactly one result with the same 'id', never
** within this call, unless an error is returned. Copies 'out' but for the
** body, and takes references of the body and of the peer. It ends with
** GP_EACCES where none of the addresses of the peer is in the ranges.
**
** A connection that has to be set up waits for its place (net/ration.h); the
** time runs meanwhile.
** Addresses of a name are tried one after the other. A connection that had
** served before and closes without a byte of a response is replaced once by
** a fresh one (RFC 9112 9.3.1).
*/
gp_err gp_client_send (gp_client *c, uint64_t id, const gp_dial *dial,
                       const gp_httpout *out, uint32_t timeout_ms);

/*
** The oldest result, or NULL. The caller's until freed. 'error' is GP_OK
** when a response came, whatever its status; then 'response' holds it.
*/
gp_result *gp_client_next (gp_client *c);
void gp_result_free (gp_result *r);

struct gp_result {
  uint64_t id;
  gp_err error;
  gp_httpin response; /* lives as long as the result */
  const char *remote; /* numeric address that was connected, or NULL */
  gp_listing lists;   /* the request's */
  bool unsent;        /* no connection came about: nobody has it */
};

/*
** Descriptors are scarce, so many are missing: closes connections that have
** been unused for longest. False: too few are free soon. Legal in callbacks.
*/
bool gp_client_makeroom (gp_client *c, size_t missing);

/* The numeric address to which a request to 'peer' that is on its way was
   sent; NULL: to none yet. Borrowed until the loop runs. */
const char *gp_client_whereis (const gp_client *c, const gp_peer *peer);

#pragma GCC visibility pop
#endif
