/*
** lua/json.h - the JSON reader of the wire forms, on lua-cjson.
*/
#ifndef gp_lua_json_h
#define gp_lua_json_h

#include <lua.h>

#include "wire/json.h"
#pragma GCC visibility push(hidden)

/* The reader of this state; valid as long as the state is. */
gp_json lgp_json_reader (lua_State *L);

#pragma GCC visibility pop
#endif
