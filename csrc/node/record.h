/*
** node/record.h - all that a node holds of one peer: a struct of each module
** that has a state for every peer, and nothing else.
**
** Each is written by its module alone; anybody may read. Owned by
** node/peers.h.
*/
#ifndef gp_node_record_h
#define gp_node_record_h

#include "node/admission.h"
#include "node/claim.h"
#include "node/compat.h"
#include "node/cookies.h"
#include "node/deadlines.h"
#include "node/hearsay.h"
#include "node/inbox.h"
#include "node/membership.h"
#include "node/nicks.h"
#include "node/outbox.h"
#include "node/peers.h"
#include "node/retry.h"
#include "node/suspicion.h"
#include "node/sync.h"
#pragma GCC visibility push(hidden)

struct gp_record {
  gp_peerentry entry; /* first; its peer is the name that it calls itself */
  gp_names names;
  gp_nicklink nick;
  gp_deadline deadline; /* when it is looked at again */
  gp_membership membership;
  gp_liveness liveness;
  gp_retry retry;
  gp_syncpeer sync;
  gp_outbox outbox;
  gp_dedupe dedupe;
  gp_compat compat;
  gp_claim claim;
  gp_cookies cookies;
  gp_arrival arrival;
  gp_hearsay hearsay;
};

/* The name that it calls itself, as far as is known. Borrowed. */
static inline const gp_peer *gp_record_name (const gp_record *peer) {
  return peer->entry.peer;
}

/* Where it is reached. Borrowed. */
static inline const gp_peer *gp_record_dialled (const gp_record *peer) {
  return peer->names.dial == NULL ? peer->entry.peer : peer->names.dial;
}

/* Whether its address has responded to us: more is known of it than somebody
   has said. */
static inline bool gp_peers_isproven (const gp_record *peer) {
  return peer->hearsay.proven;
}

/* Whether it is a Go program, as far as is known. */
static inline bool gp_record_isgo (const gp_record *peer) {
  return !peer->compat.ours && peer->compat.form != GP_FORM_UNKNOWN;
}

/* All records, oldest first. */
static inline gp_record *gp_record_first (const gp_peers *ps) {
  return (gp_record *)ps->records.first;
}

static inline gp_record *gp_record_next (const gp_record *peer) {
  return (gp_record *)peer->entry.next;
}

/* Likewise, newest first. */
static inline gp_record *gp_record_last (const gp_peers *ps) {
  return (gp_record *)ps->records.last;
}

static inline gp_record *gp_record_previous (const gp_record *peer) {
  return (gp_record *)peer->entry.prev;
}

#pragma GCC visibility pop
#endif
