/*
** node/visitors.h - those that come to write, and are no members: others with
** us, and this node with others.
**
** Owns gp_visitors, and gp_visit in the record of each peer. A visitor of
** ours says so in its connect. It has the list like any newcomer, and for ten
** seconds what it sends is taken; but it is a
** stranger: nobody is told that it came or went, it gets no broadcast, and it
** is neither listed nor probed. But to the visitor the node is a member,
** which tells it when it leaves. Whoever is more than a stranger is no
** visitor. Where there are too many, in all or at one machine, the next one
** is let in as a member.
**
** Where this node is a visitor is known of each peer: what it is there, it
** comes as again. A plain connect wins over a visit.
*/
#ifndef gp_node_visitors_h
#define gp_node_visitors_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "node/peers.h"
#include "node/transport.h"
#include "value/receipt.h"
#pragma GCC visibility push(hidden)

typedef struct gp_visit {
  bool asked;       /* its last connect was for a visit */
  bool visiting;    /* to it we are a visitor, or are to be one */
  uint64_t ends_at; /* it is a visitor until then; 0: it is none */
  uint64_t source;  /* the machine that it comes from (node/machine.h) */
} gp_visit;

/* Zeroed: there are none. */
typedef struct gp_visitors {
  size_t count;
} gp_visitors;

/*
** As gp_node_connect (node/node.h), and the node comes as a visitor, to the
** entry point and to those that it lists: but not where it is a member
** already.
*/
gp_err gp_node_visit (gp_node *n, const gp_peer *entry, uint32_t timeout,
                      uint64_t now, gp_receipt **out);

/* A connect of 'peer' has come, which is let in at once or later. */
void gp_visitors_asked (const gp_node *n, gp_record *peer,
                        const gp_recvreq *request);

/* It is to be let in: whether it is a visitor now, and no more than that. */
bool gp_visitors_letin (gp_node *n, gp_record *peer);

/* Whether what it sends is taken, though it is a stranger. */
bool gp_visitors_isvisitor (const gp_record *peer);

/* It is none any more, if it was. */
void gp_visitors_end (gp_node *n, gp_record *peer);

/* Ends its visit, if that is due. */
void gp_visitors_look (gp_node *n, gp_record *peer);

/* It is about to be asked to let us in, as a visitor or not. */
void gp_visitors_ask (gp_record *peer, bool visit);

/* Whether a connect that is 'visit' goes to it as one: not where we are more
   already. */
bool gp_visitors_goesas (const gp_record *peer, bool visit);

/* It has let us in as what a connect said; or it has come to us itself, and
   we are a member there (false). */
void gp_visitors_stand (gp_record *peer, bool visit);

#pragma GCC visibility pop
#endif
