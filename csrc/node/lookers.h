/*
** node/lookers.h - those that ask for the list of members and do not join.
**
** Owns gp_lookers. Whoever asks names a node of its own and its process. That
** node is probed where the request came from, and only if this process
** responds there the list is given: so a page in a browser, and whoever can
** send but not be reached, learns nothing. A source is probed for, and so
** responded to, once a second at most. Neither side learns of the other: a
** looker has no record.
*/
#ifndef gp_node_lookers_h
#define gp_node_lookers_h

#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#include "base/ttlmap.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_lookers {
  gp_ring probed;    /* of those whose response waits */
  size_t count;      /* of them */
  uint32_t sequence; /* of their probes */
  gp_ttlmap recent;  /* sources, by the hashes of their addresses */
} gp_lookers;

void gp_lookers_init (gp_lookers *ls);

/* Responds with 503 to those that wait. */
void gp_lookers_clear (gp_node *n);

/*
** A request for the list has come (GP_TOPIC_LIST). True when it was responded
** to: 429: this source has asked within a second, 403: it names no node, 503.
** Else the response waits.
*/
bool gp_lookers_asked (gp_node *n, const gp_recvreq *request, gp_exchange *x);

/* What the transport knows as 'id' has ended so. False: it was no probe of
   these. Else whoever waited for it has the list, or 403. */
bool gp_lookers_responded (gp_node *n, uint64_t id, gp_err error,
                           const gp_recvresp *response);

#pragma GCC visibility pop
#endif
