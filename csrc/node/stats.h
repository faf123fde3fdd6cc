/*
** node/stats.h - what a node knows about itself and its peers, for its
** program.
*/
#ifndef gp_node_stats_h
#define gp_node_stats_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "node/transport.h"
#include "value/peer.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

/* What is known of one peer. */
typedef enum gp_state {
  GP_STATE_CANDIDATE, /* was named to us, and has not responded yet */
  GP_STATE_ALIVE,
  GP_STATE_SUSPECTED, /* does not respond */
  GP_STATE_FAILED     /* has not responded for long; it is tried again */
} gp_state;

typedef struct gp_peerstate {
  gp_peer *peer; /* owned */
  gp_state state;
  gp_form form;
  bool ours;              /* a node of this kind */
  uint32_t rtt_ms;        /* of its last probe; UINT32_MAX: none */
  uint64_t heard_ms;      /* since anything came from it; UINT64_MAX: never */
  size_t messages, bytes; /* on the way to it and waiting */
} gp_peerstate;

typedef struct gp_peerstates {
  size_t n;
  gp_peerstate *at;
} gp_peerstates;

typedef struct gp_stats {
  size_t members, suspected, failed;
  size_t inbox_messages, inbox_bytes;   /* unread */
  size_t outbox_messages, outbox_bytes; /* on the way and waiting */
  uint64_t lost_events;
  unsigned self_doubt; /* how much the node doubts itself, 0 to 3 */
} gp_stats;

void gp_node_stats (const gp_node *n, gp_stats *out);

/* How many members it may have. */
size_t gp_node_maxmembers (const gp_node *n);

/* All peers that it deals with, for the caller to clear. GP_ENOMEM: then
   'out' is empty. */
gp_err gp_node_states (const gp_node *n, uint64_t now, gp_peerstates *out);
void gp_peerstates_clear (gp_peerstates *ps);

#pragma GCC visibility pop
#endif
