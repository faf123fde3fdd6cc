/*
** node/held.h - requests whose response has to wait, the first due first.
**
** A list is a ring of gp_held. Each holds a reference of its message and the
** exchange that is owed a response.
*/
#ifndef gp_node_held_h
#define gp_node_held_h

#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

/* What tells whether a message has come before, as of when it came. */
typedef struct gp_coming {
  uint64_t at;   /* when it came */
  bool twin;     /* it may come to two names of ours; then also: */
  uint64_t hash; /* of its data */
  uint64_t to;   /* of the name that it came to; 0: not told */
} gp_coming;

typedef struct gp_held {
  gp_ring place;
  gp_message *msg;
  gp_coming coming; /* set by whoever has put it there, if at all */
  gp_exchange *exchange;
  uint64_t due_at; /* it waits no longer */
} gp_held;

/* Puts one into 'list', behind those that are due at the same time. NULL:
   out of memory, nothing was done. */
gp_held *gp_held_put (gp_ring *list, gp_message *msg, gp_exchange *x,
                      uint64_t due_at);

/* The first, or NULL. */
gp_held *gp_held_first (const gp_ring *list);

/* When it is due; UINT64_MAX: there is none. */
uint64_t gp_held_due (const gp_ring *list);

/* Takes it out of its list and frees it: its exchange, which the caller
   responds to. */
gp_exchange *gp_held_take (gp_held *h);

/* Responds to all of them with 503. */
void gp_held_clear (gp_node *n, gp_ring *list);

#pragma GCC visibility pop
#endif
