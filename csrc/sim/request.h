/*
** sim/request.h - inside the simulator: the requests on their way, each
** with its response.
**
** Owns them; tells the nodes what arrives. Their way is as long as the
** network says (sim/network.h), and begins in the transport that a node is
** made with.
*/
#ifndef gp_sim_request_h
#define gp_sim_request_h

#include "node/transport.h"
#include "sim/clock.h"
#include "sim/sim.h"
#pragma GCC visibility push(hidden)

typedef struct gp_simrequest gp_simrequest;

/* What the node of a host is made with. */
gp_transport gp_simhost_transport (gp_simhost *h);

/* The turn of a request has come. Returns where something happened. */
gp_simhost *gp_simrequest_turn (gp_turn *t);

/* Frees the request of a turn, which nobody waits for any more. */
void gp_simrequest_free (gp_turn *t);

/* Its node is given the oldest request that arrived while it hung, which
   there is. */
void gp_simhost_serveoldest (gp_simhost *h);

/* It hangs or goes on: whether it waits for its requests has changed. */
void gp_simhost_reschedule (gp_simhost *h);

/* Its node is gone: nobody waits for its requests, and what came to it
   unread is reset. */
void gp_simhost_orphan (gp_simhost *h);

#pragma GCC visibility pop
#endif
