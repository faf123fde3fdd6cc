/*
** lua/userdata.c - userdata and metatables of the binding.
*/
#include "lua/userdata.h"

#include <lauxlib.h>
#include <string.h>

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
