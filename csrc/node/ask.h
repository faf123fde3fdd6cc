/*
** node/ask.h - what a node asks another one: who it is, whom it knows, and
** whether it reaches us. For its program.
*/
#ifndef gp_node_ask_h
#define gp_node_ask_h

#include <stdint.h>

#include "base/err.h"
#include "node/node.h"
#include "node/request.h"
#include "value/peer.h"
#include "value/receipt.h"
#pragma GCC visibility push(hidden)

/*
** Asks 'entry' who it is, by a probe: neither joins the other, nor learns of
** it. The receipt settles when it has responded, and fails if it has not
** within 'timeout' (ms); it has 'announced' if it is another node of ours.
** GP_ENOMEM.
*/
gp_err gp_node_askwho (gp_node *n, const gp_peer *entry, uint32_t timeout,
                       uint64_t now, gp_receipt **out);

/*
** The same, and asks it for the list of its members, which only a node of
** ours gives, to one that it reaches (node/lookers.h). It also fails where
** that refuses: GP_EFORBIDDEN, it does not reach us; GP_EBUSY, it gave us its
** list a moment ago, or too many ask; and where it is ourselves, GP_ESELF.
** GP_ENOMEM.
*/
gp_err gp_node_look (gp_node *n, const gp_peer *entry, uint32_t timeout,
                     uint64_t now, gp_receipt **out);

/*
** Has 'entry', if it is a member of ours, probe this node. If that responds
** to it nothing is told, else, once (node/reach.h), a failure:
** GP_PURPOSE_MEET, GP_EADDRNOTAVAIL, with the status 504.
*/
void gp_node_askreach (gp_node *n, const gp_peer *entry, uint64_t now);

/* 'response' came to a request of the first two: what it tells stands in
   their receipt. */
void gp_ask_responded (const gp_node *n, const gp_request *r,
                       const gp_recvresp *response);

#pragma GCC visibility pop
#endif
