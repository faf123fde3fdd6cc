/*
** node/responses.h - what became of what we sent.
**
** Takes a request or probe that has ended out of where it waited, decides
** what follows, and ends it. Above all other modules but tick.c.
*/
#ifndef gp_node_responses_h
#define gp_node_responses_h

#include "node/transport.h"
#pragma GCC visibility push(hidden)

/* Ends the requests that failed before they could be sent. */
void gp_responses_unsent (gp_node *n);

#pragma GCC visibility pop
#endif
