/*
** lua/loop.h - the loop of a lua_State, in its registry.
**
** It has all nodes that the state has open, and the world that they are in:
** the network, or a simulation while there is one.
*/
#ifndef gp_lua_loop_h
#define gp_lua_loop_h

#include <lua.h>
#include <stdbool.h>

#include "base/ring.h"
#include "base/signal.h"
#include "lua/network.h"
#include "lua/world.h"
#include "net/loop.h"
#pragma GCC visibility push(hidden)

typedef struct lgp_loop {
  gp_loop *loop; /* NULL: it is gone */
  lgp_network network;
  lgp_world *world; /* that one, or a simulation */
  gp_ready ready;
  gp_ring nodes; /* that are open, lgp_node, oldest first */
  bool running;  /* in one of the pump's phases */
} lgp_loop;

/* Makes the loop unless there is one. An error is the system's. */
gp_err lgp_makeloop (lua_State *L);

/* Pushes the loop's userdata, made when first asked for. */
lgp_loop *lgp_pushloop (lua_State *L);

/* The same for a call that makes it do something: raises when it is gone
   (finalizers run after its own, too) or belongs to the parent process. */
lgp_loop *lgp_checkloop (lua_State *L);

/*
** 'w' takes the place of the present world; NULL: the network does. The
** nodes of that are closed before, and it is ended. Raises nothing.
*/
void lgp_loop_setworld (lgp_loop *loop, lgp_world *w);

#pragma GCC visibility pop
#endif
