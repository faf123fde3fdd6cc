/*
** lua/nodeunread.c - what a node has for its program to read.
**
** What is taken leaves its queue only once Lua holds all of it: any push may
** raise a memory error, and may run a finalizer that takes the same itself
** or closes the node. No call waits.
*/
#include "lua/node.h"

static int pushmessage (lua_State *L) {
  lgp_pushmessage(L, lua_touserdata(L, 1));
  return 1;
}

static int pushfailure (lua_State *L) {
  lgp_pushfailure(L, lua_touserdata(L, 1));
  return 1;
}

/* Pushes what 'push' makes of 'object'; false: it raised, the error is on
   top. */
static bool try (lua_State *L, lua_CFunction push, void *object) {
  lua_pushcfunction(L, push);
  lua_pushlightuserdata(L, object);
  return lua_pcall(L, 1, 1, 0) == LUA_OK;
}

/* core.nextmessage(node) -> message | nil: the oldest that is unread */
static int core_nextmessage (lua_State *L) {
  for (;;) {
    gp_message *m = gp_node_peekmessage(lgp_tonode(L));
    bool pushed;
    if (m == NULL) {
      luaL_pushfail(L);
      return 1;
    }
    gp_message_ref(m);
    pushed = try(L, pushmessage, m);
    gp_message_unref(m);
    if (!pushed)
      return lua_error(L);
    if (gp_node_peekmessage(lgp_tonode(L)) == m) {
      gp_node_dropmessage(lgp_tonode(L));
      return 1;
    }
    lua_pop(L, 1);
  }
}

/* core.nexterror(node) -> err | nil */
static int core_nexterror (lua_State *L) {
  for (;;) {
    gp_failure *f = gp_node_peekfailure(lgp_tonode(L));
    bool pushed;
    if (f == NULL) {
      luaL_pushfail(L);
      return 1;
    }
    gp_failure_ref(f);
    pushed = try(L, pushfailure, f);
    gp_failure_unref(f);
    if (!pushed)
      return lua_error(L);
    if (gp_node_peekfailure(lgp_tonode(L)) == f) {
      gp_node_dropfailure(lgp_tonode(L));
      return 1;
    }
    lua_pop(L, 1);
  }
}

static int pushevent (lua_State *L) {
  lgp_pushevent(L, lua_touserdata(L, 1));
  return 1;
}

/* core.nextevent(node) -> event | nil */
static int core_nextevent (lua_State *L) {
  for (;;) {
    const gp_event *ev = gp_node_peekevent(lgp_tonode(L));
    gp_event taken;
    bool pushed;
    if (ev == NULL) {
      luaL_pushfail(L);
      return 1;
    }
    taken = *ev;
    gp_peer_ref(taken.peer);
    pushed = try(L, pushevent, &taken);
    gp_peer_unref(taken.peer);
    if (!pushed)
      return lua_error(L);
    ev = gp_node_peekevent(lgp_tonode(L));
    if (ev != NULL && ev->number == taken.number) {
      gp_node_dropevent(lgp_tonode(L));
      return 1;
    }
    lua_pop(L, 1);
  }
}

/* core.losterrors(node) -> how many found no room since the last call */
static int core_losterrors (lua_State *L) {
  lua_pushinteger(L, (lua_Integer)gp_node_lostfailures(lgp_tonode(L)));
  return 1;
}

void lgp_open_node_unread (lua_State *L) {
  static const luaL_Reg functions[] = {{"nextmessage", core_nextmessage},
                                       {"nexterror", core_nexterror},
                                       {"nextevent", core_nextevent},
                                       {"losterrors", core_losterrors},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
