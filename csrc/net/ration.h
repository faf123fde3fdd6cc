/*
** net/ration.h - how many connections a node sets up at once.
**
** One that is to be set up waits until there is a place for it. Those to the
** proven come first, in their order. The others have places of two kinds: for
** questions about who has come to us, and for names that others list, of
** which there can be any number; so neither list nor claim keeps a member
** waiting, and no list a newcomer. Questions are fair by who asks them: the
** next is of the one with the fewest under way. Those that lead back to where
** the claim came from come before the others, and some places are theirs: so
** names of places that do not respond keep no newcomer waiting, not even one
** of the same machine. Nor is one network flooded: it is dialled so often for
** its own claims, and so often for what others say.
** Knows no socket and no time; owns nothing but the queues.
*/
#ifndef gp_net_ration_h
#define gp_net_ration_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/index.h"
#include "base/ring.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

/*
** So many are set up at once; of these to those that others name, and for
** claims; of claims, for those that lead elsewhere than they came from; of
** either kind, for those of one network; and to one network for what others
** say of it. A network is an IPv4 address, an IPv6 /64, or a name; loopback
** is one for who comes from there.
*/
#define GP_RATION_MOST 64
#define GP_RATION_NAMED 16
#define GP_RATION_CLAIMS 16
#define GP_RATION_ELSEWHERE 12
#define GP_RATION_CLAIMED 4
#define GP_RATION_TOLD 4

/* One connection, or the look-up of a name before it. */
typedef struct gp_rationed {
  gp_ring place; /* in one of the queues, else alone */
  gp_cause cause;
  bool begun;           /* it has its place */
  bool counted;         /* and is in the indexes of those that have */
  bool internal;        /* claimed from loopback */
  bool own;             /* a claim of the network that it leads to */
  uint32_t to, claimer; /* hashes of the two networks */
  gp_indexlink told, claimed;
} gp_rationed;

/* Those of one cause, or claims that are own. */
typedef struct gp_rationline {
  gp_ring waiting;
  size_t begun;
} gp_rationline;

typedef struct gp_ration {
  gp_rationline lines[GP_CAUSE_PROVEN + 2]; /* the last: own claims */
  const gp_ring *passed; /* of the named, it and all before it have no place
                            as long as nothing ends; NULL: none */
  gp_index told;         /* that have begun, by the network that they lead
                            to, but for its own claims */
  gp_index claimed;      /* claims that have begun, by the one of the claim */
} gp_ration;

void gp_ration_init (gp_ration *r);

/* When none is waiting or begun. */
void gp_ration_clear (gp_ration *r);

/* 'claimer' is that of gp_sendreq. */
void gp_rationed_init (gp_rationed *x, gp_cause cause, const char *claimer);

/* It is to be set up to 'address', numeric or a name. 'again': it has waited
   its turn before, and is the next of its kind. */
void gp_ration_wait (gp_ration *r, gp_rationed *x, const char *address,
                     bool again);

/* The next one that may be set up, which has begun then; NULL: none may.
   'scarce': only those to the proven may. */
gp_rationed *gp_ration_next (gp_ration *r, bool scarce);

/* It is set up, or is not to be any more; any number of times. */
void gp_ration_end (gp_ration *r, gp_rationed *x);

/* Whether gp_ration_next would give one. */
bool gp_ration_isready (gp_ration *r, bool scarce);

#pragma GCC visibility pop
#endif
