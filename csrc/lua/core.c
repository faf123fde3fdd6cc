/*
** lua/core.c - the module gop2p.core.
*/
#include "lua/core.h"

#include <lauxlib.h>

/* The one name that the library shows. */
__attribute__((visibility("default"))) int luaopen_gop2p_core (lua_State *L);

int luaopen_gop2p_core (lua_State *L) {
  luaL_checkversion(L);
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
  return 1;
}
