/*
** node/dialback.h - whether whoever asks for something can be reached.
**
** Owns gp_dialbacks. One that wants to look or to visit names a node of its
** own and its process. That node is probed where the request came from, at
** the port that is named: so nobody can have other machines probed, and a
** page in a browser, or whoever can send but not be reached, is told apart.
** Meanwhile its response waits here. What follows is decided above
** (node/lookers.h, node/admission.h).
*/
#ifndef gp_node_dialback_h
#define gp_node_dialback_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "node/peers.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_dialback {
  gp_ring place; /* in gp_dialbacks */
  uint64_t id;
  gp_peer *at;        /* the endpoint that is probed */
  gp_recvreq request; /* its process is to respond */
  gp_exchange *exchange;
} gp_dialback;

typedef struct gp_dialbacks {
  gp_ring all;
  size_t count;
  uint32_t sequence;
} gp_dialbacks;

void gp_dialbacks_init (gp_dialbacks *ds);

/* Responds with 503 to those that wait. */
void gp_dialbacks_clear (gp_node *n);

/* The endpoint of a request: a numeric address and the port that it names, to
   be given back. NULL: it names no node, or no memory. */
gp_peer *gp_dialback_endpoint (const gp_recvreq *request);

/*
** Probes 'at', the request's endpoint; 'x' waits for that. False: it could
** not be, since too many are probed, in all or at this address, or since it
** cannot be sent. Then nothing was taken.
*/
bool gp_dialback_begin (gp_node *n, const gp_recvreq *request, gp_peer *at,
                        gp_exchange *x);

/* Whether a connect of 'peer' waits. */
bool gp_dialback_isfor (const gp_node *n, const gp_record *peer);

/*
** What the transport knows as 'id' has ended: takes it out, for the caller to
** free and to respond to. NULL: it is none of these.
*/
gp_dialback *gp_dialback_take (gp_node *n, uint64_t id);
void gp_dialback_free (gp_dialback *d);

#pragma GCC visibility pop
#endif
