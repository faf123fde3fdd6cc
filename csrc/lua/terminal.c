/*
** lua/terminal.c - what the command wants to know of its terminal, and of
** its output.
*/
#include <lauxlib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/os.h"
#include "lua/core.h"

/* core.isatty(fd) -> whether it is a terminal */
static int core_isatty (lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* core.isbroken(file) -> whether writing to it, which is open, has failed */
static int core_isbroken (lua_State *L) {
  luaL_Stream *s = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  lua_pushboolean(L, ferror(s->f) != 0);
  return 1;
}

/* core.screensize() -> lines, columns of the terminal that is standard output
   | nil */
static int core_screensize (lua_State *L) {
  int rows, columns;
  if (!gp_os_screensize(STDOUT_FILENO, &rows, &columns) || rows == 0) {
    luaL_pushfail(L);
    return 1;
  }
  lua_pushinteger(L, rows);
  lua_pushinteger(L, columns);
  return 2;
}

/*
** core.rearm(): the stock Lua takes its handler of Ctrl-C away when it is
** used, so that a second one ends the process. The first call notes the
** handler, each one puts it back.
*/
static int core_rearm (lua_State *L) {
  static struct sigaction handler;
  static bool noted;
  (void)L;
  if (noted)
    sigaction(SIGINT, &handler, NULL);
  else
    noted = sigaction(SIGINT, NULL, &handler) == 0;
  return 0;
}

/* core.outlives() -> whether the process is to go on without its terminal, as
   nohup has it: SIGHUP is ignored */
static int core_outlives (lua_State *L) {
  struct sigaction now;
  lua_pushboolean(L, sigaction(SIGHUP, NULL, &now) == 0 &&
                       now.sa_handler == SIG_IGN);
  return 1;
}

void lgp_open_terminal (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"isatty", core_isatty},     {"screensize", core_screensize},
    {"isbroken", core_isbroken}, {"rearm", core_rearm},
    {"outlives", core_outlives}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
