/*
** lua/send.c - what a node is told to send: joins, messages and leaves.
** Each call gives a receipt.
*/
#include <lauxlib.h>
#include <stdbool.h>

#include "lua/core.h"
#include "lua/node.h"
#include "lua/peer.h"
#include "lua/receipt.h"
#include "lua/values.h"
#include "node/ask.h"
#include "node/visitors.h"

/* The end of a call that gives the receipt on top of the stack. */
static int result (lua_State *L, gp_err e, const char *text) {
  lgp_node_called(L);
  return e == GP_OK ? 1 : lgp_fail(L, e, text);
}

typedef gp_err toentry (gp_node *n, const gp_peer *entry, uint32_t timeout,
                        uint64_t now, gp_receipt **out);

/* A call with node, peer and seconds; 'what': what was not done. */
static int callentry (lua_State *L, toentry *f, const char *what) {
  lua_Number timeout = luaL_checknumber(L, 3);
  const gp_peer *entry = lgp_checkpeer(L, 2);
  const char *text;
  gp_receipt **box;
  gp_node *n;
  gp_err e;
  luaL_argcheck(L, timeout > 0 && timeout <= 86400, 3, "out of range");
  text = lua_pushfstring(L, "%s %s", what, gp_peer_text(entry));
  box = lgp_newreceipt(L);
  n = lgp_tonode(L);
  e = f(n, entry, (uint32_t)(timeout * 1000), lgp_node_now(L), box);
  return result(L, e, text);
}

/* core.connect(node, peer, seconds) -> receipt | nil, err */
static int core_connect (lua_State *L) {
  return callentry(L, gp_node_connect, "could not join through");
}

/* core.visit(node, peer, seconds) -> receipt | nil, err: likewise, as a
   visitor */
static int core_visit (lua_State *L) {
  return callentry(L, gp_node_visit, "could not join through");
}

/* core.askwho(node, peer, seconds) -> receipt | nil, err: it has joined
   nobody when that settles, and core.announced tells */
static int core_askwho (lua_State *L) {
  return callentry(L, gp_node_askwho, "could not look at");
}

/* core.look(node, peer, seconds) -> receipt | nil, err: likewise, and
   core.listed tells whom it knows */
static int core_look (lua_State *L) {
  return callentry(L, gp_node_look, "could not look at");
}

/* core.askreach(node, peer): whether a member reaches the node; if not, that
   comes as an error */
static int core_askreach (lua_State *L) {
  const gp_peer *entry = lgp_checkpeer(L, 2);
  gp_node_askreach(lgp_tonode(L), entry, lgp_node_now(L));
  lgp_node_called(L);
  return 0;
}

/* core.post(node, data, peers | nil, isnotice) -> receipt | nil, err */
static int core_post (lua_State *L) {
  gp_peerlist *to = lgp_checkpeers(L, 3);
  gp_blob *data = lgp_checkblob(L, 2);
  gp_receipt **box = lgp_newreceipt(L);
  gp_node *n = lgp_tonode(L);
  bool notice = lua_toboolean(L, 4);
  gp_err e = gp_node_post(n, data, to, notice, lgp_node_now(L), box);
  return result(L, e, "could not send");
}

/* core.hasroom(node, peers | nil) -> boolean */
static int core_hasroom (lua_State *L) {
  gp_peerlist *to = lgp_checkpeers(L, 2);
  gp_node *n = lgp_tonode(L);
  lua_pushboolean(L, gp_node_hasroom(n, to, lgp_node_now(L)));
  return 1;
}

/* core.leave(node) -> receipt | nil, err */
static int core_leave (lua_State *L) {
  gp_receipt **box = lgp_newreceipt(L);
  gp_node *n = lgp_tonode(L);
  gp_err e = gp_node_leave(n, lgp_node_now(L), box);
  return result(L, e, "could not leave");
}

void lgp_open_send (lua_State *L) {
  static const luaL_Reg functions[] = {{"connect", core_connect},
                                       {"visit", core_visit},
                                       {"askwho", core_askwho},
                                       {"look", core_look},
                                       {"askreach", core_askreach},
                                       {"post", core_post},
                                       {"hasroom", core_hasroom},
                                       {"leave", core_leave},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
