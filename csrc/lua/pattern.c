/*
** lua/pattern.c - patterns that are held against what others have written:
** in a number of steps that is limited, see base/pattern.h.
*/
#include <lauxlib.h>

#include "base/pattern.h"
#include "lua/core.h"

#define PATTERN "gop2p.pattern"

/* core.pattern(text) -> pattern | nil, what is wrong with it: Lua's words */
static int core_pattern (lua_State *L) {
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len), *why;
  gp_pattern *p = lua_newuserdatauv(L, gp_pattern_size(len), 0);
  why = gp_pattern_read(p, text, len);
  if (why == NULL) {
    luaL_setmetatable(L, PATTERN);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, why);
  return 2;
}

static int pushcaptures (lua_State *L, const gp_pattern *p,
                         const char *subject) {
  int i, n = gp_pattern_captures(p);
  luaL_checkstack(L, n, "too many captures");
  for (i = 0; i < n; i++) {
    gp_capture c = gp_pattern_capture(p, i);
    if (c.isposition)
      lua_pushinteger(L, (lua_Integer)c.from + 1);
    else
      lua_pushlstring(L, subject + c.from, c.len);
  }
  return n;
}

/* core.match(pattern, subject, steps) -> captures as those of string.match |
   nil: it is not found | false: it would take more steps to tell */
static int core_match (lua_State *L) {
  size_t len;
  gp_pattern *p = luaL_checkudata(L, 1, PATTERN);
  const char *subject = luaL_checklstring(L, 2, &len);
  lua_Integer steps = luaL_checkinteger(L, 3);
  gp_patternresult result = GP_PATTERN_TIRED;
  if (steps > 0)
    result = gp_pattern_match(p, subject, len, (size_t)steps);
  if (result == GP_PATTERN_FOUND)
    return pushcaptures(L, p, subject);
  if (result == GP_PATTERN_TIRED)
    lua_pushboolean(L, false);
  else
    luaL_pushfail(L);
  return 1;
}

void lgp_open_pattern (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"pattern", core_pattern}, {"match", core_match}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  luaL_newmetatable(L, PATTERN);
  lua_pop(L, 1);
}
