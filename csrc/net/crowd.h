/*
** net/crowd.h - which connection of a server goes when there are too many, or
** when all together hold too much.
**
** Whoever has many connections does not keep out those that have few: where
** one comes from is counted by origins (value/origin.h). Chooses, and closes
** none. Knows the connections that it is handed alone.
*/
#ifndef gp_net_crowd_h
#define gp_net_crowd_h

#include <stdbool.h>

#include "base/ring.h"
#include "net/connection.h"
#pragma GCC visibility push(hidden)

/* A request that is unfinished for so long is in nobody's way who has few
   connections. */
#define GP_CROWD_SLOW_MS 1000

/*
** Of those in 'live' the one to close so that 'newcomer' can be served: of
** the origin with the most connections, the one that has waited longest for
** a next request; or, of an origin with more than that of the newcomer, the
** one whose request has been coming in for longest. Never one of which a
** request came whole, or which is owed a response. NULL: there is none.
*/
gp_conn *gp_crowd_idlest (const gp_ring *live, const gp_conn *newcomer);

/*
** Of those in 'live' the one whose unfinished request has to go when all hold
** too much: the largest of those who are not known, or else of the others.
** NULL: there is none.
*/
gp_conn *gp_crowd_largest (const gp_ring *live);

#pragma GCC visibility pop
#endif
