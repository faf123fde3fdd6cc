/*
** lua/node.h - the userdata of a node, for the files that give it its calls.
**
** A node's signals stand in the userdata, not in the core's node: whoever
** waits for one is woken also after the node has been closed.
*/
#ifndef gp_lua_node_h
#define gp_lua_node_h

#include "net/service.h"
#include "lua/lgp.h"
#pragma GCC visibility push(hidden)

struct lgp_node {
  gp_service *host;    /* on the network, */
  gp_simhost *station; /* or simulated; neither: closed, or never opened */
  lgp_loop *loop;      /* kept by the user value */
  lgp_node *next, *prev;
  gp_signal signals[GP_SIGNALS];
  gp_peer *self; /* stays after the close, to be shown */
};

/* The first argument, open or not; raises when it is no node. */
lgp_node *lgp_checknode (lua_State *L);

bool lgp_node_isopen (const lgp_node *box);

/*
** The core's node of the first argument; raises when that is stopped.
** Asked for last of all in every function: what allocates may collect, a
** finalizer may close the node, and then this raises.
*/
gp_node *lgp_tonode (lua_State *L);

#pragma GCC visibility pop
#endif
