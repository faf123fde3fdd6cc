/*
** lua/locale.c - functions of Lua's that go by the locale, without it.
*/
#include <lauxlib.h>

#include "base/os.h"
#include "lua/core.h"

/*
** core.neutral(f, ...) -> what f(...) returns
**
** Within f numbers, letters and the order of texts are those of the locale
** "C", for this thread alone. f cannot yield. What it raises is raised.
*/
static int core_neutral (lua_State *L) {
  gp_os_locale before;
  int status;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  before = gp_os_neutrallocale();
  status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  gp_os_returnlocale(before);
  return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

void lgp_open_locale (lua_State *L) {
  static const luaL_Reg functions[] = {{"neutral", core_neutral},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
