/*
** node/ask.h - what a node asks another one about who it is, and whether it
** reaches us: for its program.
*/
#ifndef gp_node_ask_h
#define gp_node_ask_h

#include <stdint.h>

#include "base/err.h"
#include "node/node.h"
#include "value/peer.h"
#include "value/receipt.h"
#pragma GCC visibility push(hidden)

/*
** Asks 'entry' who it is, by a probe: neither joins the other, nor learns of
** it. The receipt settles when it has responded, or has failed to within
** 'timeout' (ms), and has 'announced' if it is one of ours; it never fails.
** GP_ENOMEM.
*/
gp_err gp_node_askwho (gp_node *n, const gp_peer *entry, uint32_t timeout,
                       uint64_t now, gp_receipt **out);

/*
** Has 'entry', if it is a member of ours, probe this node. If that responds
** to it nothing is told, else a failure: GP_PURPOSE_MEET, GP_EADDRNOTAVAIL,
** with the status 504.
*/
void gp_node_askreach (gp_node *n, const gp_peer *entry, uint64_t now);

#pragma GCC visibility pop
#endif
