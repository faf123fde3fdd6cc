/*
** node/unreached.h - whom of those that come to us we have not reached.
**
** Owns gp_unreached, and the sender in an exchange. Whoever is called by an
** address at which nothing responds does not notice: what it sends arrives,
** and has its response. So those that have dialled it in vain tell it, in
** whatever they respond to it for a minute. Whether it believes them is its
** own to decide (node/reach.h).
*/
#ifndef gp_node_unreached_h
#define gp_node_unreached_h

#include "base/ttlmap.h"
#include "node/peers.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_unreached {
  gp_ttlmap places; /* that were dialled in vain, by their names */
} gp_unreached;

void gp_unreached_init (gp_unreached *u);
void gp_unreached_clear (gp_unreached *u);

/* Nothing has responded where one is that calls itself 'name', and has sent
   from the numeric address 'remote'. */
void gp_unreached_remember (gp_node *n, const gp_peer *name,
                            const char *remote);

/* The exchange is that of a request of 'name' (NULL: it does not say), from
   'remote'. To be taken out before the exchange ends. */
void gp_unreached_note (gp_exchange *x, const gp_peer *name,
                        const char *remote);

/* Takes out who that is, for the caller to give back; or NULL. */
const gp_peer *gp_unreached_take (gp_exchange *x);

/* Whether that one is to be told that it was not reached. A member is not: it
   has responded since. */
bool gp_unreached_has (gp_node *n, const gp_peer *sender);

#pragma GCC visibility pop
#endif
