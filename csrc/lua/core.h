/*
** lua/core.h - the parts of the module gop2p.core.
**
** Here, and only here, the core meets Lua. The core never calls Lua; Lua
** calls the functions of this module, which the files in lua/gop2p wrap into
** the public interface. Those check what a user hands in, so the checks in
** the binding are for mistakes of ours.
*/
#ifndef gp_lua_core_h
#define gp_lua_core_h

#include <lua.h>
#pragma GCC visibility push(hidden)

/* Opens a part: its functions go into the table on top. */
void lgp_open_budget (lua_State *L);
void lgp_open_catch (lua_State *L);
void lgp_open_file (lua_State *L);
void lgp_open_json (lua_State *L);
void lgp_open_locale (lua_State *L);
void lgp_open_loop (lua_State *L);
void lgp_open_members (lua_State *L);
void lgp_open_node (lua_State *L);
void lgp_open_pattern (lua_State *L);
void lgp_open_peer (lua_State *L);
void lgp_open_prompt (lua_State *L);
void lgp_open_reach (lua_State *L);
void lgp_open_receipt (lua_State *L);
void lgp_open_receive (lua_State *L);
void lgp_open_send (lua_State *L);
void lgp_open_sim (lua_State *L);
void lgp_open_start (lua_State *L);
void lgp_open_terminal (lua_State *L);
void lgp_open_text (lua_State *L);
void lgp_open_values (lua_State *L);
void lgp_open_watch (lua_State *L);

#pragma GCC visibility pop
#endif
