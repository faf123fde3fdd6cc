/*
** node/gate.h - which requests come in: those of which it is known that
** whom they name has sent them.
**
** What claims to be a peer is let through where it shows that peer's cookie
** or, of a program that has none, comes from where the peer is; else its
** address is asked (node/proof.h), and it waits. A newcomer waits in order of
** arrival, so that each has those before it in its list. It has its list
** after a second even if its address has not responded by then, but is no
** member before that: what is broadcast meanwhile is kept for it.
*/
#ifndef gp_node_gate_h
#define gp_node_gate_h

#include "node/proof.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef enum gp_passage {
  GP_PASSES, /* it is to be seen to */
  GP_WAITS,  /* its exchange was taken; gp_gate_next gives it back */
  GP_REFUSED /* it was responded to */
} gp_passage;

gp_passage gp_gate_judge (gp_node *n, const gp_recvreq *request,
                          gp_exchange *x);

/* The probe of a question has ended. */
void gp_gate_responded (gp_node *n, gp_question *q, gp_err error,
                        const gp_recvresp *response);

/* Time has passed for a question. */
void gp_gate_look (gp_node *n, gp_question *q);

/*
** The next request that has waited and comes in now, in its order, for the
** caller to see to and to free; NULL: there is none. Its exchange may be
** NULL: then it is a connect that had its list before.
*/
gp_claimer *gp_gate_next (gp_node *n);

/* After all of these: gives those their list that have waited for a second,
   and ends what is over. */
void gp_gate_settle (gp_node *n);

#pragma GCC visibility pop
#endif
