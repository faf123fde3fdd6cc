/*
** node/lookers.h - those that ask for the list of members and do not join.
**
** Owns gp_lookers. The list is given to whoever can be dialled back
** (node/dialback.h), to each endpoint once a second: so what a source cannot
** be dialled back for takes nothing from others of the same address. Neither
** side learns of the other: a looker has no record.
*/
#ifndef gp_node_lookers_h
#define gp_node_lookers_h

#include <stdbool.h>

#include "base/ttlmap.h"
#include "node/dialback.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_lookers {
  gp_ttlmap recent; /* endpoints that were given the list, by their hashes */
} gp_lookers;

void gp_lookers_init (gp_lookers *ls);
void gp_lookers_clear (gp_lookers *ls);

/*
** A request for the list has come (GP_TOPIC_LIST). True when it was responded
** to: 429: its endpoint was given the list within a second, 403: it names no
** node, 503. Else the response waits.
*/
bool gp_lookers_asked (gp_node *n, const gp_recvreq *request, gp_exchange *x);

/* The dialling back for one has ended; 'is': its process has responded. It
   has the list, or 403, or else 429 or 503 as above. */
void gp_lookers_dialled (gp_node *n, const gp_dialback *d, bool is);

#pragma GCC visibility pop
#endif
