/*
** node/reconnect.h - peers that do not respond are tried again.
**
** Owns nothing: when each is tried says node/retry.h, whose state lies in the
** peer's record; here it is tried, or given up.
*/
#ifndef gp_node_reconnect_h
#define gp_node_reconnect_h

#include <stdbool.h>
#include <stddef.h>

#include "node/peers.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

/* It is tried from now on, after a pause. False: too many are; then it is a
   stranger. */
bool gp_reconnect_begin (gp_node *n, gp_record *peer);

/* The same for one of 'count' that were known before a restart: soon, but not
   all at once. */
void gp_reconnect_resume (gp_node *n, gp_record *peer, size_t count);

/* Those that failed are no more than the members there may be: false, and it
   is a stranger, when it is one too many. */
bool gp_reconnect_islimited (gp_node *n, gp_record *peer);

/* It is tried soon, for it seems to be alive. */
void gp_reconnect_hasten (gp_node *n, gp_record *peer);

/* So are all that failed: the network is back for others too. */
void gp_reconnect_hastenall (gp_node *n);

/* It is tried now, or given up where that has lasted for too long. */
void gp_reconnect_try (gp_node *n, gp_record *peer);

/* The same if it is due. */
void gp_reconnect_look (gp_node *n, gp_record *peer);

#pragma GCC visibility pop
#endif
