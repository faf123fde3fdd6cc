/*
** lua/values.c - peers, messages and errors as plain Lua tables.
*/
#include <stdio.h>
#include <string.h>

#include "lua/lgp.h"

/* In the registry: weak table of the peers in use, by their text. */
static const char peerskey = 'p';

static void newpeer (lua_State *L, const gp_peer *p) {
  lua_createtable(L, 0, 2);
  lua_pushstring(L, gp_peer_address(p));
  lua_setfield(L, -2, "address");
  lua_pushinteger(L, gp_peer_port(p));
  lua_setfield(L, -2, "port");
  luaL_setmetatable(L, LGP_PEER);
}

/* Whether the table on top says still what it was made with: nothing keeps
   a program from writing into it. */
static bool isintact (lua_State *L, const gp_peer *p) {
  bool intact;
  if (lua_type(L, -1) != LUA_TTABLE)
    return false;
  lua_pushliteral(L, "address");
  lua_rawget(L, -2);
  lua_pushliteral(L, "port");
  lua_rawget(L, -3);
  intact = lua_type(L, -2) == LUA_TSTRING &&
           strcmp(lua_tostring(L, -2), gp_peer_address(p)) == 0 &&
           lua_isinteger(L, -1) && lua_tointeger(L, -1) == gp_peer_port(p);
  lua_pop(L, 2);
  return intact;
}

void lgp_pushpeer (lua_State *L, const gp_peer *p) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &peerskey);
  lua_getfield(L, -1, gp_peer_text(p));
  if (!isintact(L, p)) {
    lua_pop(L, 1);
    newpeer(L, p);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, gp_peer_text(p));
  }
  lua_remove(L, -2);
}

void lgp_pushpeers (lua_State *L, const gp_peerlist *list) {
  size_t i;
  lua_createtable(L, (int)list->n, 0);
  for (i = 0; i < list->n; i++) {
    lgp_pushpeer(L, list->at[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

void lgp_pushmessage (lua_State *L, const gp_message *m) {
  bool direct = m->type == GP_DIRECT;
  lua_createtable(L, 0, 4);
  lua_pushstring(L, direct ? "direct" : "broadcast");
  lua_setfield(L, -2, "type");
  lua_pushlstring(L, m->data == NULL ? "" : m->data->bytes,
                  gp_message_len(m));
  lua_setfield(L, -2, "data");
  lgp_pushpeer(L, m->from);
  lua_setfield(L, -2, "from");
  if (direct) {
    lgp_pushpeers(L, &m->to);
    lua_setfield(L, -2, "to");
  }
  luaL_setmetatable(L, LGP_MESSAGE);
}

static void seterror (lua_State *L, gp_err e) {
  lua_pushstring(L, gp_errkind_name(gp_err_kind(e)));
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, gp_err_code(e));
  lua_setfield(L, -2, "code");
  lua_pushstring(L, gp_err_text(e));
  lua_setfield(L, -2, "cause");
  luaL_setmetatable(L, LGP_ERROR);
}

static void pushtext (lua_State *L, const gp_failure *f) {
  const char *who = f->peer == NULL ? "anybody" : gp_peer_text(f->peer);
  switch (f->purpose) {
    case GP_PURPOSE_JOIN:
      lua_pushfstring(L, "could not join through %s", who);
      break;
    case GP_PURPOSE_GREET:
      lua_pushfstring(L, "could not greet %s", who);
      break;
    case GP_PURPOSE_MESSAGE:
      lua_pushfstring(L, "could not deliver to %s", who);
      break;
    case GP_PURPOSE_LEAVE:
      lua_pushfstring(L, "could not take leave of %s", who);
      break;
    default:
      lua_pushfstring(L, "refused a request from %s",
                      f->origin == NULL ? "somebody" : f->origin->bytes);
      break;
  }
}

void lgp_pushfailure (lua_State *L, const gp_failure *f) {
  lua_createtable(L, 0, 7);
  seterror(L, f->error);
  pushtext(L, f);
  lua_setfield(L, -2, "text");
  if (f->status != 0) {
    lua_pushinteger(L, f->status);
    lua_setfield(L, -2, "status");
  }
  if (f->peer != NULL) {
    lgp_pushpeer(L, f->peer);
    lua_setfield(L, -2, "peer");
  }
  if (f->msg != NULL && f->purpose == GP_PURPOSE_MESSAGE) {
    lgp_pushmessage(L, f->msg);
    lua_setfield(L, -2, "message");
  }
}

/* The reason is an error of its own, so that it can be told as one. */
static void setreason (lua_State *L, const gp_event *ev) {
  lua_createtable(L, 0, 5);
  seterror(L, ev->reason);
  lua_pushfstring(L, "%s has failed", gp_peer_text(ev->peer));
  lua_setfield(L, -2, "text");
  lgp_pushpeer(L, ev->peer);
  lua_setfield(L, -2, "peer");
  lua_setfield(L, -2, "reason");
}

void lgp_pushevent (lua_State *L, const gp_event *ev) {
  static const char *const types[] = {"joined", "left", "failed", "recovered",
                                      "joined"};
  lua_createtable(L, 0, 3);
  lua_pushstring(L, types[ev->kind]);
  lua_setfield(L, -2, "type");
  lgp_pushpeer(L, ev->peer);
  lua_setfield(L, -2, "peer");
  if (ev->kind == GP_MET) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, "met");
  }
  if (ev->reason != GP_OK)
    setreason(L, ev);
  luaL_setmetatable(L, LGP_EVENT);
}

int lgp_fail (lua_State *L, gp_err e, const char *text) {
  luaL_pushfail(L);
  lua_createtable(L, 0, 4);
  seterror(L, e);
  lua_pushstring(L, text);
  lua_setfield(L, -2, "text");
  return 2;
}

static int peer_gc (lua_State *L) {
  gp_peer **box = lua_touserdata(L, 1);
  gp_peer_unref(*box);
  *box = NULL;
  return 0;
}

void *lgp_newblock (lua_State *L, size_t size, const char *name,
                    lua_CFunction gc) {
  void *block = lua_newuserdatauv(L, size, 0);
  memset(block, 0, size);
  if (luaL_newmetatable(L, name)) {
    lua_pushcfunction(L, gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return block;
}

void lgp_newmeta (lua_State *L, const char *name, const char *field,
                  lua_CFunction gc) {
  luaL_newmetatable(L, name);
  if (gc != NULL) {
    lua_pushcfunction(L, gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setfield(L, -2, field);
}

/* A peer of the core for the time that its userdata stands on the stack. */
static gp_peer **newbox (lua_State *L) {
  return lgp_newblock(L, sizeof(gp_peer *), "gop2p.peerbox", peer_gc);
}

/* Without metamethods: no code of others runs in between. */
static void rawfield (lua_State *L, int arg, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, arg);
}

const gp_peer *lgp_checkpeer (lua_State *L, int arg) {
  gp_peer **box;
  const char *address;
  size_t len;
  gp_err e;
  arg = lua_absindex(L, arg);
  luaL_checktype(L, arg, LUA_TTABLE);
  box = newbox(L);
  rawfield(L, arg, "address");
  rawfield(L, arg, "port");
  address = luaL_checklstring(L, -2, &len);
  e = gp_peer_new(box, address, len, luaL_checkinteger(L, -1));
  if (e != GP_OK)
    luaL_error(L, "not a peer: %s", gp_err_text(e));
  lua_pop(L, 2);
  lua_replace(L, arg);
  return *box;
}

/* peer | nil, why: pushes what 'e' and the box below say. */
static int result (lua_State *L, gp_err e, gp_peer **box) {
  if (e == GP_OK) {
    lgp_pushpeer(L, *box);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, gp_err_text(e));
  return 2;
}

/* core.peer(address, port) -> peer | nil, why */
static int core_peer (lua_State *L) {
  size_t len;
  const char *address = luaL_checklstring(L, 1, &len);
  lua_Integer port = luaL_checkinteger(L, 2);
  gp_peer **box = newbox(L);
  return result(L, gp_peer_new(box, address, len, port), box);
}

/* core.parsepeer("host:port") -> peer | nil, why */
static int core_parsepeer (lua_State *L) {
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  gp_peer **box = newbox(L);
  return result(L, gp_peer_parse(box, text, len), box);
}

static int list_gc (lua_State *L) {
  gp_peerlist_clear(lua_touserdata(L, 1));
  return 0;
}

gp_peerlist *lgp_newlist (lua_State *L) {
  return lgp_newblock(L, sizeof(gp_peerlist), "gop2p.peerlist", list_gc);
}

gp_peerlist *lgp_checkpeers (lua_State *L, int arg) {
  gp_peerlist *list = lgp_newlist(L);
  lua_Integer i, n = 0;
  if (!lua_isnoneornil(L, arg)) {
    luaL_checktype(L, arg, LUA_TTABLE);
    n = (lua_Integer)lua_rawlen(L, arg);
  }
  for (i = 1; i <= n; i++) {
    const gp_peer *p;
    lua_rawgeti(L, arg, i);
    p = lgp_checkpeer(L, -1);
    if (!gp_peerlist_has(list, p) && gp_peerlist_add(list, p) != GP_OK)
      luaL_error(L, "out of memory");
    lua_pop(L, 1);
  }
  return list;
}

static int blob_gc (lua_State *L) {
  gp_blob **box = lua_touserdata(L, 1);
  gp_blob_unref(*box);
  *box = NULL;
  return 0;
}

gp_blob *lgp_checkblob (lua_State *L, int arg) {
  size_t len;
  const char *bytes = luaL_checklstring(L, arg, &len);
  gp_blob **box = lgp_newblock(L, sizeof *box, "gop2p.blob", blob_gc);
  *box = gp_blob_new(len);
  if (*box == NULL)
    luaL_error(L, "out of memory");
  memcpy((*box)->bytes, bytes, len);
  return *box;
}

void lgp_open_values (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"peer", core_peer}, {"parsepeer", core_parsepeer}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &peerskey);
  lgp_newmeta(L, LGP_PEER, "peermeta", NULL);
  lgp_newmeta(L, LGP_MESSAGE, "messagemeta", NULL);
  lgp_newmeta(L, LGP_ERROR, "errormeta", NULL);
  lgp_newmeta(L, LGP_EVENT, "eventmeta", NULL);
}
