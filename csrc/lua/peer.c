/*
** lua/peer.c - peers and lists of them, as Lua tables and back.
*/
#include "lua/peer.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "lua/core.h"
#include "lua/userdata.h"
#include "value/nick.h"

#define PEER "gop2p.peer"

/* In the registry: weak table of the peers in use, by all that they say. */
static const char peerskey = 'p';

static void newpeer (lua_State *L, const gp_peer *p, bool show_address) {
  lua_createtable(L, 0, 4);
  lua_pushstring(L, gp_peer_address(p));
  lua_setfield(L, -2, "address");
  lua_pushinteger(L, gp_peer_port(p));
  lua_setfield(L, -2, "port");
  if (gp_peer_nick(p)[0] != '\0') {
    lua_pushstring(L, gp_peer_nick(p));
    lua_setfield(L, -2, "name");
  }
  if (show_address) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, "show_address");
  }
  luaL_setmetatable(L, PEER);
}

/* Pushes a field without metamethods: no code of others runs in between. */
static void rawfield (lua_State *L, int arg, const char *name) {
  arg = lua_absindex(L, arg);
  lua_pushstring(L, name);
  lua_rawget(L, arg);
}

/* Whether a field of the table on top is the text ("": nil). */
static bool says (lua_State *L, const char *name, const char *text) {
  bool same;
  rawfield(L, -1, name);
  same = lua_isnil(L, -1) ? text[0] == '\0'
                          : lua_type(L, -1) == LUA_TSTRING &&
                              lua_rawlen(L, -1) == strlen(text) &&
                              strcmp(lua_tostring(L, -1), text) == 0;
  lua_pop(L, 1);
  return same;
}

/* Whether the table on top still says what it was made with: a program may
   have written into it. */
static bool isintact (lua_State *L, const gp_peer *p, bool show_address) {
  bool intact;
  if (lua_type(L, -1) != LUA_TTABLE)
    return false;
  rawfield(L, -1, "show_address");
  rawfield(L, -2, "port");
  intact = lua_isinteger(L, -1) && lua_tointeger(L, -1) == gp_peer_port(p) &&
           (show_address ? lua_isboolean(L, -2) && lua_toboolean(L, -2)
                         : lua_isnil(L, -2));
  lua_pop(L, 2);
  return intact && says(L, "address", gp_peer_address(p)) &&
         says(L, "name", gp_peer_nick(p));
}

/* Pushes what a peer is found by among those in use. */
static void pushkey (lua_State *L, const gp_peer *p, bool show_address) {
  const char *text = gp_peer_text(p), *nick = gp_peer_nick(p);
  if (nick[0] == '\0')
    lua_pushstring(L, text);
  else
    lua_pushfstring(L, "%s %s%s", text, nick, show_address ? " 2" : "");
}

void lgp_pushpeer (lua_State *L, const gp_peer *p, bool show_address) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &peerskey);
  pushkey(L, p, show_address);
  lua_pushvalue(L, -1);
  lua_rawget(L, -3);
  if (isintact(L, p, show_address)) {
    lua_replace(L, -3);
    lua_pop(L, 1);
    return;
  }
  lua_pop(L, 1);
  newpeer(L, p, show_address);
  lua_insert(L, -3);
  lua_pushvalue(L, -3);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

void lgp_pushpeertext (lua_State *L, const gp_peer *p) {
  const char *nick = gp_peer_nick(p);
  if (nick[0] == '\0')
    lua_pushstring(L, gp_peer_text(p));
  else
    lua_pushfstring(L, "%s (%s)", nick, gp_peer_text(p));
}

void lgp_pushpeers (lua_State *L, const gp_peerlist *list) {
  size_t i;
  lua_createtable(L, (int)list->n, 0);
  for (i = 0; i < list->n; i++) {
    lgp_pushpeer(L, list->at[i], false);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static int peer_gc (lua_State *L) {
  gp_peer **box = lua_touserdata(L, 1);
  gp_peer_unref(*box);
  *box = NULL;
  return 0;
}

/* Pushes a userdata with a peer of the core, which lives as long as it stands
   there. */
static gp_peer **newbox (lua_State *L) {
  return lgp_newblock(L, sizeof(gp_peer *), "gop2p.peerbox", peer_gc);
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

/* core.peer(address, port [, nick]) -> peer | nil, why */
static int core_peer (lua_State *L) {
  size_t len, nicklen;
  const char *address = luaL_checklstring(L, 1, &len);
  lua_Integer port = luaL_checkinteger(L, 2);
  const char *nick = luaL_optlstring(L, 3, "", &nicklen);
  gp_peer **bare = newbox(L), **named = newbox(L);
  gp_err e = gp_peer_new(bare, address, len, port);
  if (e == GP_OK && nicklen > 0 && !gp_nick_isvalid(nick, nicklen))
    e = GP_EINVAL;
  if (e == GP_OK)
    e = gp_peer_nicknamed(named, *bare, nick);
  if (e == GP_OK) {
    lgp_pushpeer(L, *named, false);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, gp_err_text(e));
  return 2;
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

void lgp_open_peer (lua_State *L) {
  static const luaL_Reg functions[] = {{"peer", core_peer}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &peerskey);
  lgp_newmeta(L, PEER, "peermeta", NULL);
}
