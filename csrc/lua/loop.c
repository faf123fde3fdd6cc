/*
** lua/loop.c - the loop of a lua_State, and the pump.
*/
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "lua/lgp.h"
#include "net/watch.h"

/* In the registry: the loop. */
static const char loopkey = 'l';

/* Longest wait, in seconds: what goes beyond is as good as for ever. */
#define MAXWAIT 1e9

#define READ_SIZE 65536

gp_err lgp_makeloop (lua_State *L) {
  lgp_loop *box;
  gp_err e = GP_OK;
  int top = lua_gettop(L);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loopkey) != LUA_TUSERDATA) {
    box = lua_newuserdatauv(L, sizeof *box, 0);
    memset(box, 0, sizeof *box);
    luaL_setmetatable(L, LGP_LOOP);
    e = gp_loop_new(&box->loop);
    if (e != GP_OK)
      box->loop = NULL;
    else
      lua_rawsetp(L, LUA_REGISTRYINDEX, &loopkey);
  }
  lua_settop(L, top);
  return e;
}

lgp_loop *lgp_pushloop (lua_State *L) {
  gp_err e = lgp_makeloop(L);
  if (e != GP_OK)
    luaL_error(L, "no event loop: %s", gp_err_text(e));
  lua_rawgetp(L, LUA_REGISTRYINDEX, &loopkey);
  return lua_touserdata(L, -1);
}

static int loop_gc (lua_State *L) {
  lgp_loop *box = luaL_checkudata(L, 1, LGP_LOOP);
  gp_loop *l = box->loop;
  lgp_sim_end(box);
  box->loop = NULL;
  gp_loop_unref(l);
  return 0;
}

lgp_loop *lgp_checkloop (lua_State *L) {
  lgp_loop *box = lgp_pushloop(L);
  if (box->loop == NULL)
    luaL_error(L, "the event loop is gone");
  if (gp_loop_foreign(box->loop))
    luaL_error(L, "the event loop belongs to the parent process");
  return box;
}

uint64_t lgp_loop_now (const lgp_loop *loop) {
  return loop->sim != NULL ? gp_sim_now(loop->sim) : gp_loop_now(loop->loop);
}

/*
** core.pump(seconds)
**
** One turn of the loop; waits at most so long for something to happen.
** Raises nothing between its phases. In a simulation that nothing will ever
** happen in, a wait without limit is an error.
*/
static int core_pump (lua_State *L) {
  lua_Number wait = luaL_checknumber(L, 1);
  lgp_loop *box = lgp_checkloop(L);
  gp_json json = lgp_json_reader(L);
  if (box->running)
    return luaL_error(L, "the event loop is running already");
  if (box->ready.first != NULL || !(wait > 0))
    wait = 0;
  if (box->sim != NULL)
    return lgp_sim_pump(box, wait)
             ? 0
             : luaL_error(L, "nothing more happens in the simulation");
  box->running = true;
  gp_loop_pump(box->loop,
               wait > MAXWAIT ? -1 : (int64_t)ceil((double)wait * 1000));
  lgp_node_turnall(box, &json);
  box->running = false;
  return 0;
}

/* core.ready() -> number | nil: the oldest signal that was raised */
static int core_ready (lua_State *L) {
  lgp_loop *box = lgp_pushloop(L);
  uint64_t number = gp_ready_next(&box->ready);
  if (number == 0)
    luaL_pushfail(L);
  else
    lua_pushinteger(L, (lua_Integer)number);
  return 1;
}

/* core.now() -> seconds of a clock that only goes forward */
static int core_now (lua_State *L) {
  lgp_loop *box = lgp_checkloop(L);
  lua_pushnumber(L, (lua_Number)lgp_loop_now(box) / 1000);
  return 1;
}

/* core.time() -> seconds since 1970, by the wall clock, which can be set */
static int core_time (lua_State *L) {
  const lgp_loop *box = lgp_pushloop(L);
  struct timespec now;
  if (box->sim != NULL) {
    lua_pushnumber(L, box->epoch + (lua_Number)gp_sim_now(box->sim) / 1000);
    return 1;
  }
  now = gp_os_wallclock();
  lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
  return 1;
}

/* core.fd() -> descriptor | nil: readable when the loop has work */
static int core_fd (lua_State *L) {
  const lgp_loop *box = lgp_checkloop(L);
  int fd = box->sim != NULL ? -1 : gp_loop_fd(box->loop);
  if (fd < 0)
    luaL_pushfail(L);
  else
    lua_pushinteger(L, fd);
  return 1;
}

/* core.due() -> seconds | nil: until the loop wants to be pumped anyway */
static int core_due (lua_State *L) {
  lgp_loop *box = lgp_checkloop(L);
  int64_t due = -1;
  if (box->ready.first != NULL)
    due = 0;
  else if (box->sim == NULL)
    due = gp_loop_due(box->loop);
  if (due < 0)
    luaL_pushfail(L);
  else
    lua_pushnumber(L, (lua_Number)due / 1000);
  return 1;
}

/* core.loop() -> the loop's userdata, whose methods Lua sets */
static int core_loop (lua_State *L) {
  lgp_checkloop(L);
  return 1;
}

typedef struct watch {
  gp_watch *watch;
  gp_signal readable;
} watch;

static int watch_gc (lua_State *L) {
  watch *w = luaL_checkudata(L, 1, LGP_WATCH);
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
** once when it is such that it always can. core.unwatch ends it. In a
** simulation only what always can is watched: what a program outside of it
** does happens at no virtual time.
*/
static int core_watch (lua_State *L) {
  int fd = (int)luaL_checkinteger(L, 1);
  lgp_loop *box = lgp_checkloop(L);
  watch *w = lua_newuserdatauv(L, sizeof *w, 1);
  gp_err e;
  w->watch = NULL;
  luaL_setmetatable(L, LGP_WATCH);
  lua_pushvalue(L, -2);
  lua_setiuservalue(L, -2, 1); /* the loop stays as long */
  gp_signal_init(&w->readable, &box->ready);
  e = gp_watch_new(&w->watch, box->loop, fd, &w->readable);
  if (e == GP_OK && box->sim != NULL && !w->readable.raised) {
    gp_watch_free(w->watch);
    e = GP_EINVAL;
  }
  if (e != GP_OK) {
    w->watch = NULL;
    return lgp_fail(L, e, "could not watch a descriptor");
  }
  lua_pushinteger(L, (lua_Integer)w->readable.number);
  return 2;
}

typedef struct catch {
  gp_catch *catch;
  gp_signal came;
}
catch;

static int catch_gc (lua_State *L) {
  catch *c = luaL_checkudata(L, 1, LGP_CATCH);
  gp_catch *gone = c->catch;
  c->catch = NULL;
  if (gone == NULL)
    return 0;
  gp_catch_free(gone);
  gp_signal_clear(&c->came);
  return 0;
}

/*
** core.catch("INT" | "TERM" | "HUP") -> catch, number | nil, err
**
** The number's signal is raised whenever the process's comes, which does
** nothing else until core.uncatch, or the collector, ends it.
*/
static int core_catch (lua_State *L) {
  static const char *const names[] = {"INT", "TERM", "HUP", NULL};
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  int number = numbers[luaL_checkoption(L, 1, NULL, names)];
  lgp_loop *box = lgp_checkloop(L);
  catch *c = lua_newuserdatauv(L, sizeof *c, 1);
  gp_err e;
  c->catch = NULL;
  luaL_setmetatable(L, LGP_CATCH);
  lua_pushvalue(L, -2);
  lua_setiuservalue(L, -2, 1); /* the loop stays as long */
  gp_signal_init(&c->came, &box->ready);
  e = gp_catch_new(&c->catch, box->loop, number, &c->came);
  if (e != GP_OK) {
    c->catch = NULL;
    if (e == GP_EBUSY)
      return luaL_error(L, "another event loop catches signals already");
    return lgp_fail(L, e, "could not catch a signal");
  }
  lua_pushinteger(L, (lua_Integer)c->came.number);
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

void lgp_open_loop (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"pump", core_pump},     {"ready", core_ready}, {"now", core_now},
    {"fd", core_fd},         {"due", core_due},     {"loop", core_loop},
    {"watch", core_watch},   {"unwatch", watch_gc}, {"read", core_read},
    {"fileno", core_fileno}, {"time", core_time},   {"catch", core_catch},
    {"uncatch", catch_gc},   {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lgp_newmeta(L, LGP_LOOP, "loopmeta", loop_gc);
  lgp_newmeta(L, LGP_WATCH, "watchmeta", watch_gc);
  lgp_newmeta(L, LGP_CATCH, "catchmeta", catch_gc);
}
