/*
** node/peers.h - the records of the peers that a node deals with, and under
** which names each is found.
**
** Owns the records, gp_names in each of them, and their indexes. A record is
** found by the name that the peer calls itself, by its aliases, by its nick
** (node/nicks.h), and by the place where it listens. Knows nothing of
** membership. A record lives until gp_peers_free, which the node calls at the
** end of a call from outside (node/sweep.h) and at no other time.
*/
#ifndef gp_node_peers_h
#define gp_node_peers_h

#include <stdbool.h>

#include "base/err.h"
#include "base/index.h"
#include "base/ring.h"
#include "node/hosts.h"
#include "node/nicks.h"
#include "node/transport.h"
#include "value/peer.h"
#include "value/peertable.h"
#pragma GCC visibility push(hidden)

#define GP_REMOTE_MAX 46 /* a numeric address, INET6_ADDRSTRLEN */

/* What one peer is called and where it is reached. */
typedef struct gp_names {
  gp_indexlink place; /* where it listens, as far as is known */
  gp_hostlink host;   /* node/hosts.h writes it */
  gp_ring aliases;    /* of gp_alias, oldest first */
  gp_ring touched;    /* in gp_peers: may be free to go */
  gp_peer *dial;      /* where it is reached; NULL: under its name */
  bool confirmed;     /* it calls itself so; else somebody else does */
  bool unlisted;      /* it is found no more */
  char remote[GP_REMOTE_MAX]; /* numeric, it responded from it; "": none */
} gp_names;

/* Another name of the same process. */
typedef struct gp_alias {
  gp_peerentry entry;
  gp_ring ring;
  gp_record *record;
} gp_alias;

typedef struct gp_peers {
  gp_peertable records, aliases;
  gp_index places;
  gp_hosts hosts;
  gp_nicks nicks;
  gp_ring touched;
  size_t count; /* of records, also those that are found no more */
} gp_peers;

void gp_peers_init (gp_peers *ps);

/* Frees the tables; of records there are none any more. */
void gp_peers_clear (gp_peers *ps);

/* The record that goes by a name or an alias, or NULL. */
gp_record *gp_peers_find (const gp_peers *ps, const gp_peer *name);

/* The same, made when there is none, without a nick: that is known from the
   peer alone. NULL: out of memory. It is touched. */
gp_record *gp_peers_get (gp_node *n, const gp_peer *name);

/* By slot (gp_peertable), or NULL. */
gp_record *gp_peers_at (const gp_peers *ps, uint32_t slot);

/* The oldest that listens at a numeric address and a port, as far as is
   known; and the next one after 'peer'; or NULL. */
gp_record *gp_peers_findat (const gp_peers *ps, const char *remote, int port);
gp_record *gp_peers_nextat (const gp_record *peer, const char *remote,
                            int port);

/*
** It is called 'name' from now on; the old one is an alias, and the nick
** stays as it is. Where it is called so already the nick becomes that of
** 'name'. Without memory an alias is not known any more, and will be met
** again; nor is a peer found by its nick, until it tells it again.
*/
void gp_peers_rename (gp_peers *ps, gp_record *peer, const gp_peer *name);
void gp_peers_setconfirmed (gp_record *peer, bool confirmed);

/* 'gone' is found no more: its name and aliases are aliases of 'peer'. */
void gp_peers_merge (gp_peers *ps, gp_record *peer, gp_record *gone);

/* One that calls itself 0.0.0.0 or :: is dialled at 'address' instead. Out of
   memory it is dialled by its name, which serves on this machine. */
void gp_peers_setdial (gp_peers *ps, gp_record *peer, const char *address);

/* It has responded from a numeric address. */
void gp_peers_setremote (gp_peers *ps, gp_record *peer, const char *address);

/* It may be free to go: it is looked at when the call from outside ends. The
   next one that was touched, taken out; NULL: there is none. */
void gp_peers_touch (gp_peers *ps, gp_record *peer);
gp_record *gp_peers_nexttouched (gp_peers *ps);

/* Frees the record; what its modules hold must be freed before. */
void gp_peers_free (gp_peers *ps, gp_record *peer);

#pragma GCC visibility pop
#endif
