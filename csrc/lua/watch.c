/*
** lua/watch.c - descriptors that are read while the loop goes on.
*/
#include <errno.h>
#include <lauxlib.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lua/core.h"
#include "lua/loop.h"
#include "lua/userdata.h"
#include "lua/values.h"

#define WATCH "gop2p.watch"

#define READ_SIZE 65536

typedef struct watch {
  gp_watch *watch;
  gp_signal readable;
} watch;

static int watch_gc (lua_State *L) {
  watch *w = luaL_checkudata(L, 1, WATCH);
  gp_watch *gone = w->watch;
  w->watch = NULL;
  if (gone == NULL)
    return 0;
  gp_watch_free(gone);
  gp_signal_clear(&w->readable);
  return 0;
}

/*
** core.watch(fd) -> watch, number | nil, err
**
** The signal is raised once, when 'fd' can be read without waiting, or at
** once when it is such that it always can (a regular file). core.unwatch
** ends it. In a simulation only the latter can be watched.
*/
static int core_watch (lua_State *L) {
  int fd = (int)luaL_checkinteger(L, 1);
  lgp_loop *box = lgp_checkloop(L);
  watch *w = lua_newuserdatauv(L, sizeof *w, 1);
  gp_err e;
  w->watch = NULL;
  luaL_setmetatable(L, WATCH);
  lua_pushvalue(L, -2);
  lua_setiuservalue(L, -2, 1); /* the loop stays as long */
  gp_signal_init(&w->readable, &box->ready);
  e = box->world->calls->watch(box->world, fd, &w->readable, &w->watch);
  if (e != GP_OK) {
    w->watch = NULL;
    return lgp_fail(L, e, "could not watch a descriptor");
  }
  lua_pushinteger(L, (lua_Integer)w->readable.number);
  return 2;
}

/* core.fileno(file) -> descriptor | nil when the file is closed */
static int core_fileno (lua_State *L) {
  luaL_Stream *s = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  if (s->closef == NULL)
    luaL_pushfail(L);
  else
    lua_pushinteger(L, fileno(s->f));
  return 1;
}

/*
** core.read(fd) -> bytes | nil at the end | nil, err
**
** What can be read now; "" when there is nothing (any more: another reader
** may have been faster). Never waits.
*/
static int core_read (lua_State *L) {
  int fd = (int)luaL_checkinteger(L, 1);
  char bytes[READ_SIZE];
  struct pollfd p = {.fd = fd, .events = POLLIN};
  ssize_t n;
  if (poll(&p, 1, 0) == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  n = read(fd, bytes, sizeof bytes);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
    lua_pushliteral(L, "");
    return 1;
  }
  if (n < 0)
    return lgp_fail(L, gp_err_fromerrno(errno), strerror(errno));
  if (n == 0)
    luaL_pushfail(L);
  else
    lua_pushlstring(L, bytes, (size_t)n);
  return 1;
}

void lgp_open_watch (lua_State *L) {
  static const luaL_Reg functions[] = {{"watch", core_watch},
                                       {"unwatch", watch_gc},
                                       {"fileno", core_fileno},
                                       {"read", core_read},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lgp_newmeta(L, WATCH, "watchmeta", watch_gc);
}
