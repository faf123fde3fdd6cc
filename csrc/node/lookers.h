/*
** node/lookers.h - those that ask for the list of members and do not join.
**
** Owns gp_lookers. The list is given to whoever responds where the request
** came from, at the port that it names (node/proof.h), to each such endpoint
** once a second: so what cannot be reached takes nothing from others of the
** same address. Neither side learns of the other: a looker has no record.
*/
#ifndef gp_node_lookers_h
#define gp_node_lookers_h

#include <stdbool.h>

#include "base/ttlmap.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_lookers {
  gp_ttlmap recent; /* endpoints that had the list, as numbers */
} gp_lookers;

void gp_lookers_init (gp_lookers *ls);
void gp_lookers_clear (gp_lookers *ls);

/* Whether a request for the list (GP_TOPIC_LIST) is refused, and was told
   so: 429, its endpoint had the list within a second; 403, it names no
   node. */
bool gp_lookers_turnsaway (gp_node *n, const gp_recvreq *request,
                           gp_exchange *x);

/* Its process has responded: it has the list, or a refusal as above, or
   503. */
void gp_lookers_givelist (gp_node *n, const gp_recvreq *request,
                          gp_exchange *x);

#pragma GCC visibility pop
#endif
