/*
** told.h - what a node tells its program, as short texts: each takes the
** oldest of its kind, and is "" when there is none.
**
** Peers stand there by their addresses, without ports. A text is good until
** the next one of its kind.
*/
#ifndef told_h
#define told_h

#include "node/node.h"

/* "n1: text", or "n1> text" if it was direct. */
const char *told_message (gp_node *n);

/* "sending n2: ECONNREFUSED", "serving -: ELIMIT". */
const char *told_failure (gp_node *n);

/* "n1 joined", "n1 failed: ETIMEDOUT", "n1 renamed: ann to bob"; "-" stands
   for no nick. */
const char *told_event (gp_node *n);

/* All members, in the order in which they came: "n0 n3". Takes nothing. */
const char *told_members (const gp_node *n);

#endif
