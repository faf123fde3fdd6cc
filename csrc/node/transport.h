/*
** node/transport.h - how a node reaches the world, and what it is told of
** it: what a transport calls. (node/node.h has what a program calls.)
**
** net/service.h and sim/sim.h are transports. Every 'now' is in ms, with any
** fixed origin.
*/
#ifndef gp_node_transport_h
#define gp_node_transport_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "value/peer.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

typedef struct gp_node gp_node;

/*
** A request that came, and the response that is owed to it. The head of a
** larger struct of the transport, which makes it and frees it with the
** response. The node may set the form before it responds.
*/
typedef struct gp_exchange {
  gp_form form;          /* in which the response is written */
  const gp_peer *sender; /* the node's (node/unreached.h); NULL at first */
} gp_exchange;

/* What the node wants done. */
typedef struct gp_transport {
  void *self;
  /*
  ** Starts a request to 'dial', to be over after 'timeout_ms'. It ends in
  ** exactly one call of gp_node_responded with the same 'id', never from
  ** within 'send', unless an error is returned. Copies what it is given.
  */
  gp_err (*send)(void *self, uint64_t id, const gp_peer *dial,
                 const gp_sendreq *request, uint32_t timeout_ms);
  /* Gives the owed response and frees 'x', also if its sender is gone. */
  void (*respond)(void *self, gp_exchange *x, const gp_sendresp *response);
  /* Whether the sender of the request has given up waiting. */
  bool (*isgone)(void *self, const gp_exchange *x);
  /* Where the request came in, an address of this machine and a port, to be
     given back; NULL: not known. */
  gp_peer *(*endpoint)(void *self, const gp_exchange *x);
  /* The numeric address to which a request to 'dial' that is on its way was
     sent; NULL: to none yet. Borrowed until anything happens. */
  const char *(*whereis)(void *self, const gp_peer *dial);
  /* Whether a numeric address is one of this machine's. */
  bool (*ishere)(void *self, const char *address);
} gp_transport;

/*
** A request came. Takes 'x': it is responded to within this call (then this
** is true), or later. Borrows 'request', and may change its message.
*/
bool gp_node_received (gp_node *n, const gp_recvreq *request, gp_exchange *x,
                       uint64_t now);

/*
** Whether a peer that the node deals with is at, or has come from, a numeric
** address; of IPv6, from its /64. Changes nothing, and may be called at any
** time. The addresses that every machine has for itself are one; others of
** this machine the node does not know as such.
*/
bool gp_node_knows (const gp_node *n, const char *address);

/*
** A request was refused before it came to the node, with 'status' (0: there
** was no connection to say it on) to the numeric address 'origin' (NULL: not
** known): the program is told.
*/
void gp_node_refused (gp_node *n, gp_err error, int status,
                      const char *origin, uint64_t now);

/* So many more were refused of which nothing else is known. */
void gp_node_overlooked (gp_node *n, uint64_t count);

/*
** The end of a request that the node sent: 'error', or GP_OK and a response,
** which is borrowed. Error and response: a response that could not be read.
*/
void gp_node_responded (gp_node *n, uint64_t id, gp_err error,
                        const gp_recvresp *response, uint64_t now);

/* When the node wants its next tick; UINT64_MAX for never. */
uint64_t gp_node_due (const gp_node *n);

/* Time has passed. */
void gp_node_tick (gp_node *n, uint64_t now);

/* A member is probed this often from now on; 0: none is. */
void gp_node_setprobeinterval (gp_node *n, uint32_t interval_ms,
                               uint64_t now);

/* What stands for the node and its members: equal for equal lists, in any
   order. None: there is no memory for it. */
gp_digest gp_node_digest (gp_node *n);

#pragma GCC visibility pop
#endif
