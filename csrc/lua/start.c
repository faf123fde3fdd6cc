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

static int notstarted (lua_State *L, gp_err e, const char *address,
                       lua_Integer port) {
  lua_pushfstring(L, "could not start a node on %s:%I", address, port);
  return lgp_fail(L, e, lua_tostring(L, -1));
}

/*
** core.start(address, port, options) -> node | nil, err
**
** A node that serves; port 0 takes a free one. The loop is made before the
** node: what is made later is collected earlier, also when the state is
** closed.
*/
static int core_start (lua_State *L) {
  size_t len;
  const char *address = luaL_checklstring(L, 1, &len);
  lua_Integer port = luaL_checkinteger(L, 2);
  gp_serviceopt opt;
  lgp_node *box;
  lgp_world *w;
  gp_err e;
  luaL_argcheck(L, port >= 0 && port <= 65535, 2, "not a port");
  lgp_options_read(L, 3, &opt);
  e = lgp_makeloop(L);
  if (e != GP_OK)
    return notstarted(L, e, address, port);
  box = lgp_newnode(L, lgp_checkloop(L));
  w = box->loop->world;
  e = w->calls->start(w, address, len, (int)port, &opt, box->signals,
                      &box->host);
  if (e != GP_OK)
    return notstarted(L, e, address, port);
  lgp_node_opened(box);
  return 1;
}

void lgp_open_start (lua_State *L) {
  static const luaL_Reg functions[] = {{"checkoptions", core_checkoptions},
                                       {"isname", core_isname},
                                       {"start", core_start},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
