/*
** node/sweep.h - records that nobody needs any more go.
**
** At the end of each call from outside, and at no other time: within a call
** a record stays where it is, whatever becomes of its peer.
*/
#ifndef gp_node_sweep_h
#define gp_node_sweep_h

#include "node/transport.h"
#pragma GCC visibility push(hidden)

/* Frees those of the touched records (node/peers.h) that are of strangers
   with which there is nothing to do. */
void gp_sweep (gp_node *n);

#pragma GCC visibility pop
#endif
