/*
** node/membership.h - who is a member, as an explicit table of states and
** events.
**
** Owns gp_membership in the record of each peer, and the counts of all. The
** only place where a peer's state changes, where the counts and the digest of
** the members follow, and where the program is told who came and went. What
** else follows from a change is its caller's to do.
*/
#ifndef gp_node_membership_h
#define gp_node_membership_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "node/peers.h"
#include "node/transport.h"
#include "value/digest.h"
#pragma GCC visibility push(hidden)

typedef enum gp_membership {
  GP_STRANGER,    /* only written to */
  GP_UNPROVEN,    /* has our list; its address has not shown that it is it */
  GP_CANDIDATE,   /* named or joined through, has not let us in yet */
  GP_WITHDRAWING, /* likewise, and it is told meanwhile that we leave */
  GP_MEMBER,
  GP_LEAVING,   /* a member that is told that we leave */
  GP_FAILED,    /* was a member, does not respond, and is tried again */
  GP_RETURNING, /* likewise, and has reached us: do we reach it? */
  GP_RENOUNCED, /* likewise, and it is told meanwhile that we leave */
  GP_SOUGHT,    /* expected where a member was once: the program knows of
                   none, and it is tried like one that failed */
  GP_MEMBERSHIPS
} gp_membership;

/* What happens to a peer. */
typedef enum gp_happening {
  GP_HAS_KNOCKED,   /* it was given the list, unproven */
  GP_HAS_ASKED,     /* we ask it to let us in */
  GP_HAS_COME,      /* it asked us, and is let in */
  GP_HAS_RESPONDED, /* it lets us in */
  GP_HAS_RETURNED,  /* one that failed asks us to let it in */
  GP_HAS_NOT_COME,  /* it did not respond when it was tried */
  GP_IS_BEING_LEFT, /* it is told that we leave */
  GP_HAS_FAILED,    /* it does not respond any more */
  GP_IS_REPLACED,   /* another process is where it was */
  GP_IS_EXPECTED,   /* it was a member before we started anew */
  GP_HAS_LEFT,      /* it said so */
  GP_IS_FORGOTTEN,  /* it is of no concern any more */
  GP_HAPPENINGS
} gp_happening;

/* The counts of all peers. Zeroed: there are none. */
typedef struct gp_memberships {
  size_t members, candidates, failing;
  gp_digest digest; /* of the list; none: it has changed since */
} gp_memberships;

/*
** Something happens to a peer: its state becomes what the table says, and
** the program is told what the table says; 'reason' is why it failed. False:
** in its state that changes nothing.
*/
bool gp_membership_apply (gp_node *n, gp_record *peer, gp_happening what,
                          gp_err reason);

/* It calls itself 'name' from now on: to the program one has left and another
   one has joined. */
void gp_membership_rename (gp_node *n, gp_record *peer, const gp_peer *name);

/* It has this nick ("": none) from now on; the program is told of that of a
   member. Without memory it has what it had, until it tells it again. */
void gp_membership_setnick (gp_node *n, gp_record *peer, const char *nick);

/* Classes of states: those that are counted together, */
bool gp_membership_ismember (const gp_record *peer);
bool gp_membership_iscandidate (const gp_record *peer);
bool gp_membership_isfailing (const gp_record *peer);

/* and others: we are telling it that we leave; */
bool gp_membership_isleaving (const gp_record *peer);
/* a broadcast goes to it; */
bool gp_membership_istarget (const gp_record *peer);
/* the program was told that it failed; */
bool gp_membership_islost (const gp_record *peer);
/* it is to be known after a restart (gp_node_known). */
bool gp_membership_isknown (const gp_record *peer);

/* Whether one more may become a candidate or a member. */
bool gp_membership_hasroom (const gp_node *n);

/* The digest of the node's list: its own name and its members. It is made
   when the list has changed since. None: there is no memory for it. */
gp_digest gp_membership_digest (gp_node *n);

#pragma GCC visibility pop
#endif
