/*
** lua/node.h - the userdata of a node, for the files that give it its calls.
**
** A node's signals stand in the userdata, not in the core's node: whoever
** waits for one is woken also after the node has been closed. What the node
** stands on is in it too; whether that is the network or a simulation
** concerns nobody but lua/sim.c.
*/
#ifndef gp_lua_node_h
#define gp_lua_node_h

#include <lua.h>

#include "base/ring.h"
#include "base/signal.h"
#include "lua/loop.h"
#include "lua/world.h"
#include "node/node.h"
#include "value/peer.h"
#pragma GCC visibility push(hidden)

typedef struct lgp_node {
  lgp_host host;  /* without calls: closed, or never opened */
  lgp_loop *loop; /* kept by the user value */
  gp_ring ring;   /* of the loop's open nodes */
  gp_signal signals[GP_SIGNALS];
  gp_peer *self; /* stays after the close, to be shown */
} lgp_node;

/* Pushes one that is not open, on 'loop', which is on top of the stack and
   becomes its user value. */
lgp_node *lgp_newnode (lua_State *L, lgp_loop *loop);

/* Pushes a peer that the node at index 1 knows, or that it is: while it is
   open it is known whether another one has the same nick. */
void lgp_node_pushpeer (lua_State *L, const gp_peer *p);

/* Its host has started: it is open, perhaps once more. */
void lgp_node_opened (lgp_node *box);

/*
** It is open no more: 'end' is what becomes of its host; NULL: it is
** stopped. In a forked child everything is the parent's, and nothing ends.
** Whoever waits for anything of it is woken. Raises nothing.
*/
void lgp_node_close (lgp_node *box, void (*end)(lgp_host *h));

/* Closes every node of the loop. Raises nothing. */
void lgp_node_closeall (lgp_loop *loop);

/* The node at 'arg', open or not; raises when it is none. */
lgp_node *lgp_checknode (lua_State *L, int arg);

/*
** The core's node of the first argument; raises when that is stopped.
** Asked for last of all in every function: what allocates may collect, a
** finalizer may close the node, and then this raises.
*/
gp_node *lgp_tonode (lua_State *L);

/* The present time, as the first argument's node takes it. */
uint64_t lgp_node_now (lua_State *L);

/* After calls of the node that is the first argument: it may want its next
   tick at another time. */
void lgp_node_called (lua_State *L);

#pragma GCC visibility pop
#endif
