/*
** net/ration.h - how many connections a node sets up at once.
**
** One that is to be set up waits until there is a place for it: those to the
** proven first, else in the order in which they came. So a list of invented
** addresses neither has us flood the network that they are in, nor keeps a
** member waiting. Knows no socket and no time; owns nothing but the queues.
*/
#ifndef gp_net_ration_h
#define gp_net_ration_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#pragma GCC visibility push(hidden)

#define GP_RATION_MOST 64     /* are set up at once, */
#define GP_RATION_UNPROVEN 32 /* of these to the unproven, */
#define GP_RATION_EACH 8      /* of these to one address or IPv6 /64 */

/* One connection, or the look-up of a name before it. Zeroed: none. */
typedef struct gp_rationed {
  gp_ring place; /* in one of the queues, else alone */
  bool proven;
  bool begun;       /* it has its place */
  uint32_t network; /* hash of the one that it leads to */
} gp_rationed;

typedef struct gp_ration {
  gp_ring proven, unproven; /* wait */
  gp_ring begun;
  size_t count, unproven_count; /* of 'begun' */
} gp_ration;

void gp_ration_init (gp_ration *r);
void gp_rationed_init (gp_rationed *x);

/* It is to be set up to 'address', numeric or a name. 'again': it has waited
   its turn before, and is the next of its kind. */
void gp_ration_wait (gp_ration *r, gp_rationed *x, bool proven,
                     const char *address, bool again);

/* The next one that may be set up, which has begun then; NULL: none may.
   'scarce': those to the unproven have to wait. */
gp_rationed *gp_ration_next (gp_ration *r, bool scarce);

/* It is set up, or is not to be any more; any number of times. */
void gp_ration_end (gp_ration *r, gp_rationed *x);

/* Whether there is a place for one to the unproven that waits: what keeps it
   waiting is that descriptors are scarce. */
bool gp_ration_isready (const gp_ration *r);

#pragma GCC visibility pop
#endif
