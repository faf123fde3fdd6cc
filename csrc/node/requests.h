/*
** node/requests.h - what came in from peers, dispatched.
**
** Has no state. What waits for a question about its sender comes in once that
** has been answered (node/gate.h).
*/
#ifndef gp_node_requests_h
#define gp_node_requests_h

#include "node/transport.h"
#pragma GCC visibility push(hidden)

/* Something has become of a question: lets in what may come in now. */
void gp_requests_letin (gp_node *n);

#pragma GCC visibility pop
#endif
