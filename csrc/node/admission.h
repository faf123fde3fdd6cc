/*
** node/admission.h - decides that a newcomer may enter, and what follows from
** there being a member more.
**
** Owns gp_admission, with the connects whose response waits, and gp_arrival
** in the record of each peer. What of gp_admission has a name of its own is
** its module's.
*/
#ifndef gp_node_admission_h
#define gp_node_admission_h

#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#include "node/announce.h"
#include "node/claim.h"
#include "node/cookies.h"
#include "node/hearsay.h"
#include "node/lookers.h"
#include "node/membership.h"
#include "node/peers.h"
#include "node/proof.h"
#include "node/reach.h"
#include "node/roster.h"
#include "node/transport.h"
#include "node/unreached.h"
#include "node/visitors.h"
#pragma GCC visibility push(hidden)

typedef struct gp_arrival {
  uint64_t entered_at; /* it asked for our whole list then; 0: never */
  gp_visit visit;
  bool told_elsewhere; /* to the program: it comes from another address */
} gp_arrival;

typedef struct gp_admission {
  gp_ring held; /* of gp_held: connects of which something is found out */
  gp_claims claims;
  gp_cookiejar jar;
  gp_proofs proofs;               /* of whom it is asked whether it is they */
  gp_announcements announcements; /* what those say that let us in */
  gp_roster roster;
  gp_lookers lookers;     /* who asks for the list alone, */
  gp_visitors visitors;   /* and who comes to write alone */
  gp_ttlmap listed;       /* sources of those that had the list unproven */
  gp_hearsays hearsays;   /* who is dialled for what others say */
  gp_unreached unreached; /* who is told that we do not reach it */
  gp_reach reach;         /* and who tells us so */
  bool told_elsewhere; /* the program knows that we are not reached by all */
} gp_admission;

void gp_admission_init (gp_admission *a);

/* Responds with 503 to the connects that wait. */
void gp_admission_clear (gp_node *n);

/* Whether a connect is refused, and was told so, whoever has sent it. */
bool gp_admission_turnsaway (gp_node *n, const gp_recvreq *request,
                             gp_exchange *x);

/*
** A connect comes in. True when it was responded to; else the response waits.
** 'x' may be NULL: it has had its response. 'proven': its 'remote' is where
** its address has responded from.
*/
bool gp_admission_connect (gp_node *n, const gp_recvreq *request,
                           gp_exchange *x, bool proven);

/*
** Its address has not responded in time: it has the list all the same, but is
** no member yet. False: its source had one within a second, and it is told
** to come again.
*/
bool gp_admission_listunproven (gp_node *n, const gp_recvreq *request,
                                gp_exchange *x);

/* It had the list, and its address has not responded at all. */
void gp_admission_dropped (gp_node *n, const gp_peer *name);

/* Whether a connect of 'name' waits for its response: what else it says is to
   come after that. */
bool gp_admission_holds (const gp_node *n, const gp_peer *name);

/* The form of a newcomer is known, or will not be: it is let in, if it still
   waits, and is responded to in that form. */
void gp_admission_admit (gp_node *n, gp_record *peer, gp_form form);

/*
** A member that has the nick of 'claimant' was asked for a sign of life, and
** 'process' responded from there (0: none did, for 'error'). The claimant, if
** it still waits, is let in or refused; if it is in, it has the nick, or has
** it not.
*/
void gp_admission_settle (gp_node *n, const gp_peer *holder,
                          const gp_peer *claimant, gp_err error,
                          uint64_t process);

/* It is a member: it 'has come' to us (GP_HAS_COME), or let us in
   (GP_HAS_RESPONDED). */
void gp_admission_welcome (gp_node *n, gp_record *peer, gp_happening how);

/* The oldest connect has waited for too long. */
void gp_admission_tick (gp_node *n);

#pragma GCC visibility pop
#endif
