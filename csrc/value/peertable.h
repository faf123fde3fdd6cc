/*
** value/peertable.h - the peers that a node deals with, each once.
**
** Found by name in constant time, by slot (a small number that stays the
** same as long as the entry stands), and walked in the order in which they
** came. An entry is the head of a larger struct of its owner, who allocates
** and frees it; the table only links it.
*/
#ifndef gp_value_peertable_h
#define gp_value_peertable_h

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/index.h"
#include "value/peer.h"
#pragma GCC visibility push(hidden)

typedef struct gp_peerentry gp_peerentry;
struct gp_peerentry {
  gp_peer *peer;             /* its owner's reference */
  uint32_t slot, publichash; /* the latter is the peer's */
  uint64_t number;           /* grows in the order in which they came */
  gp_peerentry *next, *prev; /* in this order */
  gp_indexlink link;
};

/* A zeroed struct is an empty table. */
typedef struct gp_peertable {
  size_t count, size;
  gp_peerentry *first, *last;
  gp_index names;
  gp_peerentry **slots; /* 'size' of them */
} gp_peertable;

/* Links 'e', whose peer is set and not in the table yet. */
gp_err gp_peertable_add (gp_peertable *t, gp_peerentry *e);

void gp_peertable_remove (gp_peertable *t, gp_peerentry *e);

/* 'e' is called 'p' from now on, which nobody else in the table is. Its
   owner sees to the references; slot and order stay. */
void gp_peertable_rename (gp_peertable *t, gp_peerentry *e, gp_peer *p);

/* The entry called 'p', or NULL. */
gp_peerentry *gp_peertable_find (const gp_peertable *t, const gp_peer *p);

/* The entry in a slot, or NULL; any number may be asked for. */
gp_peerentry *gp_peertable_at (const gp_peertable *t, uint32_t slot);

/* Frees the table alone. */
void gp_peertable_clear (gp_peertable *t);

#pragma GCC visibility pop
#endif
