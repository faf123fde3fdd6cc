/*
** prompt.c - an interpreter that loads its readline, or has none.
**
**   prompt LIBRARY              prompts, with readline() of that library
**   prompt - SCRIPT ARG...      runs a script, without any
**
** It does what the stock one does, which is linked to readline: lines are
** expressions whose values are printed, or chunks. The names of the library
** are its own: no other library is linked to them.
*/
#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef char *reader (const char *prompt);

static bool compile (lua_State *L, const char *line) {
  lua_settop(L, 0);
  lua_pushfstring(L, "return %s", line);
  if (luaL_loadstring(L, lua_tostring(L, 1)) == LUA_OK)
    return true;
  lua_settop(L, 0);
  return luaL_loadstring(L, line) == LUA_OK;
}

static void evaluate (lua_State *L, const char *line) {
  int before;
  if (!compile(L, line)) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    return;
  }
  before = lua_gettop(L) - 1;
  if (lua_pcall(L, 0, LUA_MULTRET, 0) != LUA_OK)
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
  else if (lua_gettop(L) > before) {
    lua_getglobal(L, "print");
    lua_insert(L, before + 1);
    lua_call(L, lua_gettop(L) - before - 1, 0);
  }
}

static int prompt (lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
  void *found = library == NULL ? NULL : dlsym(library, "readline");
  reader *read;
  char *line;
  if (found == NULL)
    return luaL_error(L, "no readline in %s", name);
  memcpy(&read, &found, sizeof read);
  while ((line = read("> ")) != NULL) {
    evaluate(L, line);
    free(line);
  }
  return 0;
}

static int run (lua_State *L) {
  if (luaL_loadfile(L, luaL_checkstring(L, 1)) != LUA_OK)
    return lua_error(L);
  lua_call(L, 0, 0);
  return 0;
}

static void setarg (lua_State *L, int argc, char **argv, int script) {
  int i;
  lua_newtable(L);
  for (i = script; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
}

int main (int argc, char **argv) {
  lua_State *L = luaL_newstate();
  bool script = argc > 2 && strcmp(argv[1], "-") == 0;
  int status;
  if (L == NULL || argc < 2)
    return EXIT_FAILURE;
  luaL_openlibs(L);
  setarg(L, script ? argc : 1, argv, script ? 2 : 0);
  lua_pushcfunction(L, script ? run : prompt);
  lua_pushstring(L, argv[script ? 2 : 1]);
  status = lua_pcall(L, 1, 0, 0);
  if (status != LUA_OK)
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
  lua_close(L);
  return status == LUA_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
