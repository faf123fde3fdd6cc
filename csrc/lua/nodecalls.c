/*
** lua/nodecalls.c - what a node is told to do, and asked about itself.
*/
#include "lua/node.h"

static uint64_t now (lua_State *L) {
  return lgp_loop_now(lgp_checknode(L)->loop);
}

/* The simulator looks by itself when a node wants its next tick. */
static void rearm (lua_State *L) {
  gp_service *h = lgp_checknode(L)->host;
  if (h != NULL)
    gp_service_rearm(h);
}

/* The end of a call that gives the receipt on top of the stack. */
static int receipt (lua_State *L, gp_err e, const char *text) {
  rearm(L);
  return e == GP_OK ? 1 : lgp_fail(L, e, text);
}

/* core.connect(node, peer, seconds) -> receipt | nil, err */
static int core_connect (lua_State *L) {
  lua_Number timeout = luaL_checknumber(L, 3);
  const gp_peer *entry = lgp_checkpeer(L, 2);
  const char *text;
  gp_receipt **box;
  gp_node *n;
  luaL_argcheck(L, timeout > 0 && timeout <= 86400, 3, "out of range");
  text = lua_pushfstring(L, "could not join through %s", gp_peer_text(entry));
  lgp_newreceipt(L, &box);
  n = lgp_tonode(L);
  return receipt(
    L, gp_node_connect(n, entry, (uint32_t)(timeout * 1000), now(L), box),
    text);
}

/* core.post(node, data, peers | nil) -> receipt | nil, err */
static int core_post (lua_State *L) {
  gp_peerlist *to = lgp_checkpeers(L, 3);
  gp_blob *data = lgp_checkblob(L, 2);
  gp_receipt **box;
  gp_node *n;
  lgp_newreceipt(L, &box);
  n = lgp_tonode(L);
  return receipt(L, gp_node_post(n, data, to, now(L), box), "could not send");
}

/* core.hasroom(node, peers | nil) -> boolean */
static int core_hasroom (lua_State *L) {
  gp_peerlist *to = lgp_checkpeers(L, 2);
  lua_pushboolean(L, gp_node_hasroom(lgp_tonode(L), to, now(L)));
  return 1;
}

/* core.leave(node) -> receipt | nil, err */
static int core_leave (lua_State *L) {
  gp_receipt **box;
  gp_node *n;
  lgp_newreceipt(L, &box);
  n = lgp_tonode(L);
  return receipt(L, gp_node_leave(n, now(L), box), "could not leave");
}

/* core.signal(node, name) -> number; also of a stopped node */
static int core_signal (lua_State *L) {
  static const char *const names[] = {"inbox", "errors", "events", "room",
                                      "known", "closed", NULL};
  lgp_node *box = lgp_checknode(L);
  int which = luaL_checkoption(L, 2, NULL, names);
  lua_pushinteger(L, (lua_Integer)box->signals[which].number);
  return 1;
}

/* core.isclosed(node) -> boolean */
static int core_isclosed (lua_State *L) {
  lua_pushboolean(L, !lgp_node_isopen(lgp_checknode(L)));
  return 1;
}

/* core.self(node) -> peer; also of a stopped node */
static int core_self (lua_State *L) {
  const lgp_node *box = lgp_checknode(L);
  if (box->self == NULL)
    return luaL_error(L, "the node is gone");
  lgp_pushpeer(L, box->self);
  return 1;
}

/* core.members(node) -> list of peers, in the order in which they came */
static int core_members (lua_State *L) {
  gp_peerlist *list = lgp_newlist(L);
  if (gp_node_members(lgp_tonode(L), list) != GP_OK)
    return luaL_error(L, "out of memory");
  lgp_pushpeers(L, list);
  return 1;
}

/* core.meant(node, peer) -> peer | nil: what the node calls it */
static int core_meant (lua_State *L) {
  const gp_peer *p = lgp_checkpeer(L, 2);
  p = gp_node_meant(lgp_tonode(L), p);
  if (p == NULL)
    luaL_pushfail(L);
  else
    lgp_pushpeer(L, p);
  return 1;
}

/* core.known(node) -> list of peers, whether it has left */
static int core_known (lua_State *L) {
  gp_peerlist *list = lgp_newlist(L);
  bool left;
  if (gp_node_known(lgp_tonode(L), list, &left) != GP_OK)
    return luaL_error(L, "out of memory");
  lgp_pushpeers(L, list);
  lua_pushboolean(L, left);
  return 2;
}

/* core.resume(node, list of peers, left): what core.known gave before */
static int core_resume (lua_State *L) {
  gp_peerlist *list = lgp_checkpeers(L, 2);
  bool left = lua_toboolean(L, 3);
  gp_node *n = lgp_tonode(L);
  if (gp_node_resume(n, list, left, now(L)) != GP_OK)
    return luaL_error(L, "out of memory");
  rearm(L);
  return 0;
}

/* core.stats(node) -> table: what it knows of itself and its peers */
static int core_stats (lua_State *L) {
  gp_peerstates *states = lgp_newstates(L);
  gp_stats stats;
  gp_node_stats(lgp_tonode(L), &stats);
  if (gp_node_states(lgp_tonode(L), now(L), states) != GP_OK)
    return luaL_error(L, "out of memory");
  lgp_pushstats(L, &stats, states);
  return 1;
}

/* core.isconnected(node) -> boolean */
static int core_isconnected (lua_State *L) {
  lua_pushboolean(L, gp_node_isconnected(lgp_tonode(L)));
  return 1;
}

void lgp_open_node_calls (lua_State *L) {
  static const luaL_Reg functions[] = {{"connect", core_connect},
                                       {"post", core_post},
                                       {"hasroom", core_hasroom},
                                       {"leave", core_leave},
                                       {"signal", core_signal},
                                       {"isclosed", core_isclosed},
                                       {"self", core_self},
                                       {"members", core_members},
                                       {"meant", core_meant},
                                       {"known", core_known},
                                       {"resume", core_resume},
                                       {"stats", core_stats},
                                       {"isconnected", core_isconnected},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
