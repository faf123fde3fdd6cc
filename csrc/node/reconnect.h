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

/* Starts retrying it, after a pause. False: too many peers have failed; it is
   a stranger now. */
bool gp_reconnect_begin (gp_node *n, gp_record *peer);

/* The same for one of 'count' that were known before a restart: soon, but not
   all at once. */
void gp_reconnect_resume (gp_node *n, gp_record *peer, size_t count);

/* Peers that failed may be as many as members. Makes it a stranger where it
   is one too many: then this is true. */
bool gp_reconnect_limit (gp_node *n, gp_record *peer);

/* It is tried soon, for it seems to be alive. */
void gp_reconnect_hasten (gp_node *n, gp_record *peer);

/* Hastens all that failed: the network is back for others too. */
void gp_reconnect_hastenall (gp_node *n);

/* It is tried now, or given up where that has lasted for too long. */
void gp_reconnect_try (gp_node *n, gp_record *peer);

/* Retries it if its time has come. */
void gp_reconnect_look (gp_node *n, gp_record *peer);

#pragma GCC visibility pop
#endif
