/*
** node/proof.h - whether it is true what a request says of its sender: asked
** at the address of that sender.
**
** Owns gp_proofs, with the questions that are under way. A question is a
** probe (OPTIONS) of the address that a request claims, tried a few times;
** what claims the same meanwhile waits with it. Of one of ours the probe asks
** about its cookie (node/cookies.h). What is let through, and what waits, is
** decided above (node/gate.h).
*/
#ifndef gp_node_proof_h
#define gp_node_proof_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "node/deadlines.h"
#include "node/peers.h"
#include "node/transport.h"
#include "value/origin.h"
#pragma GCC visibility push(hidden)

/* A request that waits for the end of a question. */
typedef struct gp_claimer {
  gp_ring place;         /* in its question, the oldest first */
  gp_recvreq request;    /* owned; 'remote' is the question's */
  gp_exchange *exchange; /* NULL: it has had its response */
  gp_origin *origin;     /* where it is counted while one is owed, or NULL */
  uint64_t came_at;
} gp_claimer;

/* Probes of a question that came to somebody else. */
typedef struct gp_denials {
  unsigned count; /* but for those that were too busy to look at it */
  bool bynode;    /* one was a node that denied it, */
  bool busy;      /* or one that was too busy */
} gp_denials;

typedef struct gp_question {
  gp_ring place; /* in gp_proofs, in order of arrival */
  gp_ring claimers;
  gp_deadline deadline;
  gp_peer *name;     /* whom its claimers say they are, */
  gp_peer *at;       /* and where it is asked; NULL: nowhere */
  gp_peer *came_to;  /* where they have come in; NULL: not known */
  uint64_t id;       /* of the probe on its way; 0: there is none */
  uint64_t began_at; /* it was asked for the first time; 0: it waits for its
                        turn */
  uint64_t next_at;  /* it is tried once more; UINT64_MAX: it is not */
  gp_origin *origin; /* where they come from, while it is asked; NULL:
                        it is not */
  bool here;         /* that is this one */
  bool holds;        /* what they claim is true */
  gp_denials denied;
  bool late; /* a connect has had its response before that is known */
  char remote[GP_REMOTE_MAX]; /* numeric, its claimers have sent from it */
} gp_question;

typedef struct gp_proofs {
  gp_ring all;
  size_t count;     /* of questions, */
  size_t waiting;   /* of them waiting for their turn, */
  size_t bytes;     /* and of the messages that wait with them */
  size_t owed;      /* responses to what has come from other machines, */
  gp_origins owing; /* by where */
  gp_origins asked; /* sources of those that are asked */
  uint32_t sequence;
} gp_proofs;

void gp_proofs_init (gp_proofs *ps);

/* Responds with 503 to those that wait. */
void gp_proofs_clear (gp_node *n);

/* Who says that it has sent it; NULL: it does not say. Borrowed. */
const gp_peer *gp_proof_sender (const gp_recvreq *request);

/* The question that is under way for just what the request claims, or
   NULL. */
gp_question *gp_proof_find (const gp_node *n, const gp_recvreq *request);

/*
** Begins one, and has 'x' wait with it: at once, or when its turn comes.
** NULL: there are too many, or no memory; nothing was taken.
*/
gp_question *gp_proof_ask (gp_node *n, const gp_recvreq *request,
                           gp_exchange *x);

/* Has 'x' wait as well. False: too many wait, in all or from there, or no
   memory. */
bool gp_proof_wait (gp_node *n, gp_question *q, const gp_recvreq *request,
                    gp_exchange *x);

/* The question whose probe the transport knows as 'id', which has ended; or
   NULL. */
gp_question *gp_proof_ended (gp_node *n, uint64_t id);

/* What is made of the response of its probe: whether it holds now. */
bool gp_proof_judge (gp_node *n, gp_question *q, gp_err error,
                     const gp_recvresp *response);

/* Sends its probe, if that is due and it has its turn. */
void gp_proof_try (gp_node *n, gp_question *q);

/* Whether it will be tried no more, though it does not hold. */
bool gp_proof_isover (const gp_question *q);

/* When 'q' is to be looked at, beside 'at'. */
void gp_proof_lookat (gp_node *n, gp_question *q, uint64_t at);

/* Takes out its oldest request, which its caller owns then; NULL: there is
   none. */
gp_claimer *gp_proof_take (gp_question *q);

/* It has its response now: gives what that is owed to. */
gp_exchange *gp_claimer_release (gp_node *n, gp_claimer *c);

/* Also one that is not taken out yet. */
void gp_claimer_free (gp_node *n, gp_claimer *c);

/* Its end; nothing waits with it any more. */
void gp_proof_end (gp_node *n, gp_question *q);

#pragma GCC visibility pop
#endif
