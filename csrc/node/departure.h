/*
** node/departure.h - the end of what a node has to do with a peer, and of
** what a network has to do with the node.
**
** Owns gp_departures. Above membership, suspicion, retry, sync and outbox,
** whose states for one peer end together here.
*/
#ifndef gp_node_departure_h
#define gp_node_departure_h

#include <stdbool.h>

#include "base/ttlmap.h"
#include "node/node.h"
#include "node/peers.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

typedef struct gp_departures {
  gp_ttlmap recent; /* of names that lists may have and that are gone */
  bool left;        /* the node wants to be in no network */
} gp_departures;

void gp_departures_init (gp_departures *ds, const gp_nodeopt *opt);
void gp_departures_clear (gp_departures *ds);

/* Whether the node wants to be in no network. */
void gp_departure_setleft (gp_node *n, bool left);

/* It is a stranger; requests to it are not touched. */
void gp_departure_forget (gp_node *n, gp_record *peer);

/* Nothing is known any more of what it is doing, for it is another process:
   its membership and requests stay. */
void gp_departure_reset (gp_record *peer);

/* The same as 'forget', and all requests to it end with 'error'. */
void gp_departure_drop (gp_node *n, gp_record *peer, gp_err error);

/* It is no member after all: what was broadcast to it meanwhile was not meant
   for it. */
void gp_departure_reject (gp_node *n, gp_record *peer);

/* It has said that it leaves. */
void gp_departure_left (gp_node *n, gp_record *peer);

/* Whether a Go member of this name has left a moment ago, so that a list in
   which it stands may be older; or one was remembered. */
bool gp_departure_isrecent (gp_node *n, const gp_peer *name);

/* It was listed, and cannot be greeted. */
void gp_departure_remember (gp_node *n, const gp_record *peer);

/* Disconnects from it at once, past its outbox: fire and forget. */
void gp_departure_disconnect (gp_node *n, gp_record *peer);

/*
** The member 'gone' has disconnected in 'form'. Our lists have made Go
** programs of the other forms hold it, which have not understood: at one that
** has ended their broadcasts would stop for good (protocol.md). So each is
** told in its own form, in the name of the one that left.
*/
void gp_departure_relay (gp_node *n, const gp_record *gone, gp_form form);

#pragma GCC visibility pop
#endif
