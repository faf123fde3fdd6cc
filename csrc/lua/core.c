/*
** lua/core.c - the module gop2p.core.
*/
#include "lua/lgp.h"

/* The one name that the library shows. */
__attribute__((visibility("default"))) int luaopen_gop2p_core (lua_State *L);

int luaopen_gop2p_core (lua_State *L) {
  luaL_checkversion(L);
  lua_newtable(L);
  lgp_open_json(L);
  lgp_open_values(L);
  lgp_open_loop(L);
  lgp_open_terminal(L);
  lgp_open_budget(L);
  lgp_open_receipt(L);
  lgp_open_node(L);
  lgp_open_node_calls(L);
  lgp_open_node_unread(L);
  lgp_open_sim(L);
  lgp_open_file(L);
  lgp_open_prompt(L);
  return 1;
}
