/*
** lua/core.c - the module gop2p.core.
*/
#include "lua/core.h"

#include <lauxlib.h>

#include "base/crypto.h"
#include "base/os.h"

/* The one name that the library shows. */
__attribute__((visibility("default"))) int luaopen_gop2p_core (lua_State *L);

#define CORE "gop2p.core" /* in the registry: the module */

static void open (lua_State *L) {
  lua_newtable(L);
  lgp_open_locale(L);
  lgp_open_json(L);
  lgp_open_peer(L);
  lgp_open_values(L);
  lgp_open_loop(L);
  lgp_open_watch(L);
  lgp_open_reach(L);
  lgp_open_catch(L);
  lgp_open_terminal(L);
  lgp_open_text(L);
  lgp_open_pattern(L);
  lgp_open_budget(L);
  lgp_open_receipt(L);
  lgp_open_node(L);
  lgp_open_start(L);
  lgp_open_send(L);
  lgp_open_receive(L);
  lgp_open_members(L);
  lgp_open_sim(L);
  lgp_open_file(L);
  lgp_open_prompt(L);
}

/* package.loaded gets what the field 'kept' of the module on top has. */
static void restore (lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -2, "kept") == LUA_TTABLE) {
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_settable(L, -5);
    }
  }
  lua_pop(L, 2);
}

/*
** There is one loop in a Lua state, and so one library, whose tasks it
** resumes and whose nodes it serves. A program that clears package.loaded and
** requires it again, as test frameworks do, gets the same one: init.lua has
** put into the field 'kept' what belongs to it, by the names of the modules.
*/
int luaopen_gop2p_core (lua_State *L) {
  luaL_checkversion(L);
  if (lua_getfield(L, LUA_REGISTRYINDEX, CORE) == LUA_TTABLE) {
    restore(L);
    return 1;
  }
  if (gp_crypto_init() != GP_OK)
    return luaL_error(L, "gop2p: the system gives no random bytes");
  gp_os_keepstandard();
  open(L);
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, CORE);
  return 1;
}
