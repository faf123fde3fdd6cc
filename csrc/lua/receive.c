/*
** lua/receive.c - what a node keeps for its program to read: messages,
** errors and events.
**
** What is taken leaves its queue only once Lua holds all of it: any push may
** raise a memory error, and may run a finalizer that takes the same itself
** or closes the node. No call waits.
*/
#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>

#include "lua/core.h"
#include "lua/node.h"
#include "lua/values.h"
#include "node/nickname.h"

/* The oldest in a queue. */
typedef struct item {
  gp_message *message;
  gp_failure *failure;
  gp_event event;
  bool namesake, former_namesake; /* see lua/values.h */
  uint64_t key; /* no other that is held or unread has the same */
} item;

/* One of the three queues. */
typedef struct queue {
  bool (*peek)(gp_node *n, item *it); /* false: it is empty */
  void (*ref)(item *it);
  void (*unref)(item *it);
  lua_CFunction push; /* of an item */
  void (*drop)(gp_node *n);
} queue;

/* Pushes what 'push' makes of the item; false: it raised, the error is on
   top. */
static bool try (lua_State *L, lua_CFunction push, item *it) {
  lua_pushcfunction(L, push);
  lua_pushlightuserdata(L, it);
  return lua_pcall(L, 1, 1, 0) == LUA_OK;
}

/* Peek, push, drop; begun again where somebody else was faster. */
static int take (lua_State *L, const queue *q) {
  item it, first;
  for (;;) {
    bool pushed;
    if (!q->peek(lgp_tonode(L), &it)) {
      luaL_pushfail(L);
      return 1;
    }
    q->ref(&it);
    pushed = try(L, q->push, &it);
    q->unref(&it);
    if (!pushed)
      return lua_error(L);
    if (q->peek(lgp_tonode(L), &first) && first.key == it.key) {
      q->drop(lgp_tonode(L));
      return 1;
    }
    lua_pop(L, 1);
  }
}

static bool peekmessage (gp_node *n, item *it) {
  it->message = gp_node_peekmessage(n);
  it->key = (uintptr_t)it->message;
  if (it->message == NULL)
    return false;
  it->namesake = gp_node_isnamesake(n, it->message->from);
  return true;
}

static void refmessage (item *it) {
  gp_message_ref(it->message);
}

static void unrefmessage (item *it) {
  gp_message_unref(it->message);
}

static int pushmessage (lua_State *L) {
  const item *it = lua_touserdata(L, 1);
  lgp_pushmessage(L, it->message, it->namesake);
  return 1;
}

static bool peekerror (gp_node *n, item *it) {
  it->failure = gp_node_peekfailure(n);
  it->key = (uintptr_t)it->failure;
  return it->failure != NULL;
}

static void referror (item *it) {
  gp_failure_ref(it->failure);
}

static void unreferror (item *it) {
  gp_failure_unref(it->failure);
}

static int pusherror (lua_State *L) {
  const item *it = lua_touserdata(L, 1);
  lgp_pushfailure(L, it->failure);
  return 1;
}

static bool peekevent (gp_node *n, item *it) {
  const gp_event *ev = gp_node_peekevent(n);
  if (ev == NULL)
    return false;
  it->event = *ev;
  it->namesake = gp_node_isnamesake(n, ev->peer);
  it->former_namesake = ev->former != NULL &&
                        gp_node_isnamesake(n, ev->former);
  it->key = ev->number;
  return true;
}

static void refevent (item *it) {
  gp_peer_ref(it->event.peer);
  if (it->event.former != NULL)
    gp_peer_ref(it->event.former);
}

static void unrefevent (item *it) {
  gp_peer_unref(it->event.peer);
  gp_peer_unref(it->event.former);
}

static int pushevent (lua_State *L) {
  const item *it = lua_touserdata(L, 1);
  lgp_pushevent(L, &it->event, it->namesake, it->former_namesake);
  return 1;
}

/* core.nextmessage(node) -> message | nil: the oldest that is unread */
static int core_nextmessage (lua_State *L) {
  static const queue inbox = {peekmessage, refmessage, unrefmessage,
                              pushmessage, gp_node_dropmessage};
  return take(L, &inbox);
}

/* core.nexterror(node) -> err | nil */
static int core_nexterror (lua_State *L) {
  static const queue errors = {peekerror, referror, unreferror, pusherror,
                               gp_node_dropfailure};
  return take(L, &errors);
}

/* core.nextevent(node) -> event | nil */
static int core_nextevent (lua_State *L) {
  static const queue events = {peekevent, refevent, unrefevent, pushevent,
                               gp_node_dropevent};
  return take(L, &events);
}

/* core.losterrors(node) -> how many found no room since the last call */
static int core_losterrors (lua_State *L) {
  lua_pushinteger(L, (lua_Integer)gp_node_lostfailures(lgp_tonode(L)));
  return 1;
}

void lgp_open_receive (lua_State *L) {
  static const luaL_Reg functions[] = {{"nextmessage", core_nextmessage},
                                       {"nexterror", core_nexterror},
                                       {"nextevent", core_nextevent},
                                       {"losterrors", core_losterrors},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
