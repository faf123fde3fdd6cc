/*
** lua/lgp.h - the binding: what its files share.
**
** Here, and only here, the core meets Lua. The core never calls Lua; Lua
** calls the functions of the module gop2p.core, which the files in
** lua/gop2p wrap into the public interface. They check what a user hands
** in, so the checks here are for their mistakes.
*/
#ifndef gp_lua_lgp_h
#define gp_lua_lgp_h

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "value/event.h"
#include "wire/json.h"
#include "net/loop.h"
#include "value/message.h"
#include "node/node.h"
#include "node/stats.h"
#include "value/peer.h"
#include "value/receipt.h"
#include "sim/sim.h"
#pragma GCC visibility push(hidden)

/* Names of the metatables; tostring and the like are set from Lua. */
#define LGP_PEER "gop2p.peer"
#define LGP_MESSAGE "gop2p.message"
#define LGP_ERROR "gop2p.error"
#define LGP_EVENT "gop2p.event"
#define LGP_NODE "gop2p.node"
#define LGP_RECEIPT "gop2p.receipt"
#define LGP_LOOP "gop2p.loop"
#define LGP_WATCH "gop2p.watch"
#define LGP_LOCK "gop2p.lock"
#define LGP_CATCH "gop2p.catch"

typedef struct lgp_node lgp_node;

/*
** The loop of a lua_State, in its registry; the nodes on it. While there is
** a simulator it stands for the world: nodes that are started are stations,
** the clock is virtual, and a pump that waits lets virtual time pass.
*/
typedef struct lgp_loop {
  gp_loop *loop;
  gp_sim *sim;      /* or NULL */
  lua_Number epoch; /* what the simulator's clock began at, since 1970 */
  gp_ready ready;
  lgp_node *first;
  lgp_node *cursor; /* whose turn is next, in phase two */
  bool running;     /* in one of the pump's phases */
} lgp_loop;

/* Makes the loop unless there is one. An error is the system's. */
gp_err lgp_makeloop (lua_State *L);

/* Pushes the loop's userdata, made when first asked for. */
lgp_loop *lgp_pushloop (lua_State *L);

/* The same for a call that makes it do something: raises when it is gone
   (finalizers run after its own, too) or belongs to the parent process. */
lgp_loop *lgp_checkloop (lua_State *L);

/* Milliseconds of its clock. */
uint64_t lgp_loop_now (const lgp_loop *loop);

/* Phase two for every node. Raises nothing. */
void lgp_node_turnall (lgp_loop *loop, const gp_json *json);

/* Closes every node. Raises nothing. */
void lgp_node_closeall (lgp_loop *loop);

/* The station of the node at 'arg'; raises when it is none. */
gp_simhost *lgp_checkstation (lua_State *L, int arg);

/* The simulator's pump: until something is ready, or for 'wait' seconds.
   False: nothing will ever happen. */
bool lgp_sim_pump (lgp_loop *loop, lua_Number wait);

/* Ends the simulation, if there is one, with all nodes in it. */
void lgp_sim_end (lgp_loop *loop);

/* A node called 'self' in it; 'port' 0 takes a free one. */
gp_err lgp_sim_start (lgp_loop *loop, const char *address, size_t len,
                      int port, const gp_nodeopt *opt, gp_signal *signals,
                      gp_simhost **out);

/* The JSON reader of the state. */
gp_json lgp_json_reader (lua_State *L);

/* Values, as plain tables. 'peers' are the same table each time. */
void lgp_pushpeer (lua_State *L, const gp_peer *p);
void lgp_pushpeers (lua_State *L, const gp_peerlist *list);
void lgp_pushmessage (lua_State *L, const gp_message *m);
void lgp_pushfailure (lua_State *L, const gp_failure *f);
void lgp_pushevent (lua_State *L, const gp_event *ev);

/* Pushes a zeroed block of the kind 'name', which 'gc' clears in the end. */
void *lgp_newblock (lua_State *L, size_t size, const char *name,
                    lua_CFunction gc);

/*
** The metatable 'name', which becomes 'field' of the table on top: Lua sets
** the rest of it. 'gc' may be NULL.
*/
void lgp_newmeta (lua_State *L, const char *name, const char *field,
                  lua_CFunction gc);

/* Pushes an empty list of states that lives as long as it stands there. */
gp_peerstates *lgp_newstates (lua_State *L);
void lgp_pushstats (lua_State *L, const gp_stats *s, const gp_peerstates *ps);

/* nil, and an error with the given text. */
int lgp_fail (lua_State *L, gp_err e, const char *text);

/*
** The peer at 'arg', with a reference in a userdata that stays on the stack
** in its place.
*/
const gp_peer *lgp_checkpeer (lua_State *L, int arg);

/* Pushes an empty list of the core that lives as long as it stands there. */
gp_peerlist *lgp_newlist (lua_State *L);

/* The Lua list of peers at 'arg', each once; nil is an empty one. */
gp_peerlist *lgp_checkpeers (lua_State *L, int arg);

/* The string at 'arg' as a blob that lives as long as its userdata. */
gp_blob *lgp_checkblob (lua_State *L, int arg);

/* Pushes the receipt, whose reference the userdata takes over. */
void lgp_newreceipt (lua_State *L, gp_receipt ***box);

/* Opens a part: its functions go into the table on top. */
void lgp_open_values (lua_State *L);
void lgp_open_json (lua_State *L);
void lgp_open_loop (lua_State *L);
void lgp_open_terminal (lua_State *L);
void lgp_open_budget (lua_State *L);
void lgp_open_receipt (lua_State *L);
void lgp_open_node (lua_State *L);
void lgp_open_node_calls (lua_State *L);
void lgp_open_node_unread (lua_State *L);
void lgp_open_sim (lua_State *L);
void lgp_open_file (lua_State *L);
void lgp_open_prompt (lua_State *L);

#pragma GCC visibility pop
#endif
