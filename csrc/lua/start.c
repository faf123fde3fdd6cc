/*
** lua/start.c - the start of a node, in the world of the loop.
*/
#include <lauxlib.h>

#include "lua/core.h"
#include "lua/loop.h"
#include "lua/node.h"
#include "lua/options.h"
#include "lua/values.h"
#include "value/nick.h"

/* core.checkoptions(options): raises when they are none. */
static int core_checkoptions (lua_State *L) {
  gp_serviceopt opt;
  lgp_options_read(L, 1, &opt);
  return 0;
}

/* core.isname(text) -> whether it can be the name of a node, what is
   expected of one */
static int core_isname (lua_State *L) {
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_pushboolean(L, gp_nick_isvalid(text, len));
  lua_pushliteral(L, LGP_NAME_EXPECTED);
  return 2;
}

static int notstarted (lua_State *L, gp_err e, int arg,
                       const gp_serviceopt *opt) {
  const char *address = lua_tostring(L, arg);
  lua_Integer port = lua_tointeger(L, arg + 1);
  if (opt->listen_port != 0)
    lua_pushfstring(L, "could not start a node on %s:%I that listens at %I",
                    address, port, (lua_Integer)opt->listen_port);
  else
    lua_pushfstring(L, "could not start a node on %s:%I", address, port);
  return lgp_fail(L, e, lua_tostring(L, -1));
}

/* What a node is started with, from 'arg' on: address, port, options. */
static void checkstart (lua_State *L, int arg, gp_serviceopt *opt) {
  lua_Integer port = luaL_checkinteger(L, arg + 1);
  luaL_checkstring(L, arg);
  luaL_argcheck(L, port >= 0 && port <= 65535, arg + 1, "not a port");
  lgp_options_read(L, arg + 2, opt);
}

/* Starts 'box', which is not open. */
static gp_err start (lua_State *L, int arg, lgp_node *box,
                     const gp_serviceopt *opt) {
  size_t len;
  const char *address = lua_tolstring(L, arg, &len);
  int port = (int)lua_tointeger(L, arg + 1);
  lgp_world *w = box->loop->world;
  gp_err e = w->calls->start(w, address, len, port, opt, box->signals,
                             &box->host);
  if (e == GP_OK)
    lgp_node_opened(box);
  return e;
}

/*
** core.start(address, port, options) -> node | nil, err
**
** A node that serves; port 0 takes a free one. The loop is made before the
** node: what is made later is collected earlier, also when the state is
** closed.
*/
static int core_start (lua_State *L) {
  gp_serviceopt opt;
  gp_err e;
  lua_settop(L, 3);
  checkstart(L, 1, &opt);
  e = lgp_makeloop(L);
  if (e == GP_OK)
    e = start(L, 1, lgp_newnode(L, lgp_checkloop(L)), &opt);
  return e == GP_OK ? 1 : notstarted(L, e, 1, &opt);
}

/*
** core.restart(node, address, port, options) -> true | nil, err
**
** Stops an open node, and starts another one in its place: whoever waits for
** a message, an error or an event waits for those of the new one. What the
** old one had unread is gone. After an error the node is stopped.
*/
static int core_restart (lua_State *L) {
  gp_serviceopt opt;
  lgp_node *box = lgp_checknode(L, 1);
  gp_err e;
  lua_settop(L, 4);
  checkstart(L, 2, &opt);
  lgp_tonode(L); /* raises unless it is open, and this process's */
  lgp_node_close(box, NULL);
  e = start(L, 2, box, &opt);
  if (e != GP_OK)
    return notstarted(L, e, 2, &opt);
  lua_pushboolean(L, true);
  return 1;
}

void lgp_open_start (lua_State *L) {
  static const luaL_Reg functions[] = {{"checkoptions", core_checkoptions},
                                       {"isname", core_isname},
                                       {"start", core_start},
                                       {"restart", core_restart},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
