/*
** node/unsent.h - requests that failed before they could be sent.
**
** They end at the next tick: their callers do not have their receipts
** before.
*/
#ifndef gp_node_unsent_h
#define gp_node_unsent_h

#include "base/ring.h"
#include "node/request.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_unsent {
  gp_ring requests; /* oldest first */
} gp_unsent;

void gp_unsent_init (gp_unsent *u);

/* Takes 'r', which failed so. */
void gp_unsent_put (gp_node *n, gp_request *r, gp_err error);

/* The oldest, taken out, with the error in its failure; or NULL. */
gp_request *gp_unsent_take (gp_node *n);

#pragma GCC visibility pop
#endif
