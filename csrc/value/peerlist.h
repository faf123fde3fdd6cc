/*
** value/peerlist.h - a row of peers that owns a reference of each.
**
** A zeroed struct is an empty list.
*/
#ifndef gp_value_peerlist_h
#define gp_value_peerlist_h

#include <stddef.h>

#include "base/err.h"
#include "value/peer.h"
#pragma GCC visibility push(hidden)

typedef struct gp_peerlist {
  size_t n, size;
  gp_peer **at;
} gp_peerlist;

/* Takes a reference of its own. */
gp_err gp_peerlist_add (gp_peerlist *l, const gp_peer *p);

/* Puts another peer in the place of the one at 'i', which there is. */
void gp_peerlist_set (gp_peerlist *l, size_t i, const gp_peer *p);

/* Makes 'to', which is empty, hold what 'from' holds. */
gp_err gp_peerlist_copy (gp_peerlist *to, const gp_peerlist *from);

bool gp_peerlist_has (const gp_peerlist *l, const gp_peer *p);

/* Leaves it empty. */
void gp_peerlist_clear (gp_peerlist *l);

#pragma GCC visibility pop
#endif
