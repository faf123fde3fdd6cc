/*
** node/visitors.h - those that come to write, and are no members.
**
** Owns gp_visitors, and gp_visit in the record of each peer. A visitor of
** ours says so in its connect. It has the list like any newcomer, and for ten
** seconds what it sends is taken; but it is a stranger: nobody is told that
** it came or went, it gets no broadcast, and it is neither listed nor probed.
** But to the visitor the node is a member, which tells it when it leaves.
** Whoever is more than a stranger is no visitor. Where there are too many,
** the next one is let in as a member.
*/
#ifndef gp_node_visitors_h
#define gp_node_visitors_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/peers.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_visit {
  bool asked;       /* its last connect was for a visit */
  uint64_t ends_at; /* it is a visitor until then; 0: it is none */
} gp_visit;

/* Zeroed: there are none, and the node itself is none. */
typedef struct gp_visitors {
  size_t count;
  bool visits; /* the node itself comes as a visitor */
} gp_visitors;

/* Whether the node comes as a visitor from now on, wherever it connects. */
void gp_node_setvisits (gp_node *n, bool visits);

/* A connect of 'peer' has come, which is let in at once or later. */
void gp_visitors_asked (gp_record *peer, const gp_recvreq *request);

/* It is to be let in: whether it is a visitor now, and no more than that. */
bool gp_visitors_letin (gp_node *n, gp_record *peer);

/* Whether what it sends is taken, though it is a stranger. */
bool gp_visitors_isvisitor (const gp_record *peer);

/* It is none any more, if it was. */
void gp_visitors_end (gp_node *n, gp_record *peer);

/* Ends its visit, if that is due. */
void gp_visitors_look (gp_node *n, gp_record *peer);

#pragma GCC visibility pop
#endif
