/*
** node/roster.h - the list of members that is handed on.
**
** Owns gp_roster. It keeps what the transport has written of it, and both
** until the list is another one: to those that ask again and again it is
** written once.
*/
#ifndef gp_node_roster_h
#define gp_node_roster_h

#include <stdbool.h>

#include "base/blob.h"
#include "base/err.h"
#include "node/transport.h"
#include "value/peerlist.h"
#pragma GCC visibility push(hidden)

typedef struct gp_record gp_record;

/* A zeroed struct is an empty one. */
typedef struct gp_roster {
  gp_peerlist list;
  gp_blob *encoded[2]; /* for gp_sendresp */
} gp_roster;

/* Whether a member is handed on: one that did not respond last is not, for a
   Go newcomer that is given one it cannot reach fails to join
   (protocol.md). */
bool gp_roster_lists (const gp_record *peer);

/* The node's has those that are handed on now, oldest first. GP_ENOMEM: it is
   empty. */
gp_err gp_roster_update (gp_node *n);

/* Leaves it empty. */
void gp_roster_clear (gp_roster *r);

#pragma GCC visibility pop
#endif
