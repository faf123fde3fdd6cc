/*
** node/sync.h - lists that differ are made one.
**
** Owns gp_sync, and gp_syncpeer in the record of each peer. Two of ours
** compare digests of their lists now and then, and ask for a list, by
** connecting again, only where they differ. Go members have no digest: one of
** them is connected to again, soon after there is a new one and then more and
** more rarely.
*/
#ifndef gp_node_sync_h
#define gp_node_sync_h

#include <stdbool.h>
#include <stdint.h>

#include "node/peers.h"
#include "node/transport.h"
#include "value/digest.h"
#pragma GCC visibility push(hidden)

typedef struct gp_syncpeer {
  uint64_t fruitless; /* of both digests when its list was asked for last */
  uint64_t asked_at;  /* which was then; 0: never */
} gp_syncpeer;

typedef struct gp_sync {
  uint64_t compare_at; /* the next probe from then on carries a digest */
  uint32_t relist_ms;  /* a Go member is asked for its list this often */
} gp_sync;

/* A list of the peer has this digest: it is asked for if it is another. */
void gp_sync_compare (gp_node *n, gp_record *peer, gp_digest digest);

/* Its list could not be had, so that it is asked for again. */
void gp_sync_missed (gp_record *peer);
void gp_sync_reset (gp_record *peer);

/* Whether the next probe is to carry a digest. */
bool gp_sync_isdue (const gp_node *n);

/* A digest was sent; when the next one is due follows. */
void gp_sync_compared (gp_node *n);

/* There is a new member: if it is a Go member, one is asked soon. */
void gp_sync_met (gp_node *n, const gp_record *peer);

/* A Go member is asked for its list, as it is due. */
void gp_sync_relist (gp_node *n);

#pragma GCC visibility pop
#endif
