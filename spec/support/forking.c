/*
** forking.c - a Lua module for specs: fork, as other modules have it.
*/
#include <lauxlib.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int luaopen_forking (lua_State *L);

/* forking.fork() -> process id of the child, or 0 in the child */
static int forking_fork (lua_State *L) {
  lua_pushinteger(L, fork());
  return 1;
}

/* forking.wait(pid) -> exit status, or -1 when a signal ended it */
static int forking_wait (lua_State *L) {
  int status = 0;
  if (waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0) < 0)
    return luaL_error(L, "no such child");
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return 1;
}

__attribute__((visibility("default"))) int luaopen_forking (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"fork", forking_fork}, {"wait", forking_wait}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
