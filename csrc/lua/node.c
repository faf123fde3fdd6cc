/*
** lua/node.c - nodes as userdata.
*/
#include "lua/node.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "lua/core.h"
#include "lua/peer.h"
#include "lua/userdata.h"
#include "lua/values.h"
#include "node/nickname.h"
#include "value/nick.h"

#define NODE "gop2p.node"

lgp_node *lgp_newnode (lua_State *L, lgp_loop *loop) {
  lgp_node *box = lua_newuserdatauv(L, sizeof *box, 1);
  size_t i;
  memset(box, 0, sizeof *box);
  gp_ring_init(&box->ring);
  luaL_setmetatable(L, NODE);
  box->loop = loop;
  lua_insert(L, -2);
  lua_setiuservalue(L, -2, 1);
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_init(&box->signals[i], &loop->ready);
  return box;
}

void lgp_node_opened (lgp_node *box) {
  gp_ring_append(&box->loop->nodes, &box->ring);
  gp_peer_unref(box->self);
  box->self = gp_peer_ref(gp_node_self(box->host.calls->node(&box->host)));
}

static bool isopen (const lgp_node *box) {
  return box->host.calls != NULL;
}

void lgp_node_close (lgp_node *box, void (*end)(lgp_host *h)) {
  const lgp_hostcalls *calls = box->host.calls;
  size_t i;
  if (!isopen(box))
    return;
  box->host.calls = NULL;
  gp_ring_remove(&box->ring);
  if (gp_loop_foreign(box->loop->loop))
    return;
  if (end == NULL)
    end = calls->stop;
  end(&box->host);
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_raise(&box->signals[i]);
}

void lgp_node_closeall (lgp_loop *loop) {
  while (!gp_ring_empty(&loop->nodes))
    lgp_node_close(gp_ring_of(lgp_node, ring, loop->nodes.prev), NULL);
}

lgp_node *lgp_checknode (lua_State *L, int arg) {
  return luaL_checkudata(L, arg, NODE);
}

gp_node *lgp_tonode (lua_State *L) {
  lgp_node *box = lgp_checknode(L, 1);
  if (!isopen(box))
    luaL_error(L, "the node is stopped");
  if (gp_loop_foreign(box->loop->loop))
    luaL_error(L, "the node belongs to the parent process");
  return box->host.calls->node(&box->host);
}

void lgp_node_pushpeer (lua_State *L, const gp_peer *p) {
  const lgp_node *box = lgp_checknode(L, 1);
  bool asked = isopen(box) && !gp_loop_foreign(box->loop->loop);
  lgp_pushpeer(
    L, p, asked && gp_node_isnamesake(box->host.calls->node(&box->host), p));
}

uint64_t lgp_node_now (lua_State *L) {
  const lgp_world *w = lgp_checknode(L, 1)->loop->world;
  return w->calls->now(w);
}

void lgp_node_called (lua_State *L) {
  lgp_node *box = lgp_checknode(L, 1);
  if (isopen(box))
    box->host.calls->called(&box->host);
}

/* core.close(node) */
static int core_close (lua_State *L) {
  lgp_node_close(lgp_checknode(L, 1), NULL);
  return 0;
}

/* Nobody can wait for what is collected; its memory leaves the list. */
static int node_gc (lua_State *L) {
  lgp_node *box = lgp_checknode(L, 1);
  size_t i;
  core_close(L);
  for (i = 0; box->loop != NULL && i < GP_SIGNALS; i++)
    gp_signal_clear(&box->signals[i]);
  gp_peer_unref(box->self);
  box->self = NULL;
  return 0;
}

/* core.isclosed(node) -> boolean */
static int core_isclosed (lua_State *L) {
  lua_pushboolean(L, !isopen(lgp_checknode(L, 1)));
  return 1;
}

/* core.self(node) -> peer; also of a stopped node */
static int core_self (lua_State *L) {
  const lgp_node *box = lgp_checknode(L, 1);
  if (box->self == NULL)
    return luaL_error(L, "the node is gone");
  lgp_pushpeer(L, box->self, gp_peer_nick(box->self)[0] != '\0');
  return 1;
}

/* core.setname(node, name) -> true | nil, err */
static int core_setname (lua_State *L) {
  lgp_node *box = lgp_checknode(L, 1);
  size_t len;
  const char *nick = luaL_checklstring(L, 2, &len);
  gp_node *n = lgp_tonode(L);
  gp_err e;
  luaL_argcheck(L, gp_nick_isvalid(nick, len), 2, "not a name");
  e = gp_node_setnick(n, nick, lgp_node_now(L));
  if (e != GP_OK) {
    lua_pushfstring(L, "could not take the name %s", nick);
    return lgp_fail(L, e, lua_tostring(L, -1));
  }
  gp_peer_unref(box->self);
  box->self = gp_peer_ref(gp_node_self(n));
  lgp_node_called(L);
  lua_pushboolean(L, true);
  return 1;
}

/* core.signal(node, name) -> number; also of a stopped node */
static int core_signal (lua_State *L) {
  static const char *const names[] = {"inbox", "errors", "events", "room",
                                      "known", "closed", NULL};
  lgp_node *box = lgp_checknode(L, 1);
  int which = luaL_checkoption(L, 2, NULL, names);
  lua_pushinteger(L, (lua_Integer)box->signals[which].number);
  return 1;
}

void lgp_open_node (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"close", core_close},   {"isclosed", core_isclosed},
    {"self", core_self},     {"setname", core_setname},
    {"signal", core_signal}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lgp_newmeta(L, NODE, "nodemeta", node_gc);
}
