/*
** node/probe.h - probes of peers on their way, and probes for others.
**
** Owns gp_probes. OPTIONS is the probe: every published form responds to it,
** and it changes nothing (protocol.md). It goes past the outbox. What is said
** beyond that stands in headers of our own, for nodes of ours alone. What a
** probe tells of a peer is decided above (node/responses.h).
*/
#ifndef gp_node_probe_h
#define gp_node_probe_h

#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#include "node/peers.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_probe {
  gp_ring place; /* in gp_probes */
  uint64_t id;
  gp_peer *about;    /* the one whose sign of life is asked for */
  gp_peer *via;      /* the peer asked to probe it; NULL: it itself */
  gp_peer *claimant; /* a newcomer with its name; or NULL */
  uint64_t sent_at;
  gp_exchange
    *exchange; /* owed to a member that asked us to probe; or NULL */
} gp_probe;

typedef struct gp_probes {
  gp_ring all;
  size_t helping; /* of them, for others */
  uint32_t sequence;
} gp_probes;

void gp_probes_init (gp_probes *ps);

/* Responds with 503 to whoever is owed one; nothing is awaited any more. */
void gp_probes_clear (gp_node *n);

/* Probes it; with the digest of our list, or without. */
void gp_probe_send (gp_node *n, gp_record *peer, bool with_digest);

/* Indirect probes: asks so many others of ours to probe it, or as many as
   there are. Returns how many. */
unsigned gp_probe_sendindirect (gp_node *n, const gp_record *peer,
                                unsigned most);

/* Asks 'helper', one of ours, to probe this node. */
void gp_probe_sendself (gp_node *n, gp_record *helper);

/* Tells all members of ours that it is suspected: fire and forget. */
void gp_probe_announce (gp_node *n, const gp_record *peer);

/* Probes 'holder', since 'claimant' came with its name. */
void gp_probe_claim (gp_node *n, gp_record *holder, const gp_peer *claimant);

/* Probes it for another node, which is owed the response to 'x'. False: it
   could not be, and nothing was taken. */
bool gp_probe_sendfor (gp_node *n, gp_record *peer, gp_exchange *x);

/* Whether it is one that gp_probe_sendself has begun. */
bool gp_probe_isofself (const gp_node *n, const gp_probe *p);

/*
** The probe that the transport knows as 'id' has ended: takes it out, for the
** caller to free. NULL: it is none.
*/
gp_probe *gp_probe_take (gp_node *n, uint64_t id);
void gp_probe_free (gp_probe *p);

#pragma GCC visibility pop
#endif
