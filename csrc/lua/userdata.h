/*
** lua/userdata.h - userdata and metatables of the binding.
*/
#ifndef gp_lua_userdata_h
#define gp_lua_userdata_h

#include <lua.h>
#include <stddef.h>
#pragma GCC visibility push(hidden)

/* Pushes a zeroed block of the kind 'name', which 'gc' clears in the end. */
void *lgp_newblock (lua_State *L, size_t size, const char *name,
                    lua_CFunction gc);

/*
** Makes the metatable 'name' and sets it as 'field' of the table on top: Lua
** adds the rest to it. 'gc' may be NULL.
*/
void lgp_newmeta (lua_State *L, const char *name, const char *field,
                  lua_CFunction gc);

#pragma GCC visibility pop
#endif
