/*
** lua/loop.c - the loop of a lua_State, and the pump.
*/
#include "lua/loop.h"

#include <lauxlib.h>
#include <string.h>

#include "base/os.h"
#include "lua/core.h"
#include "lua/json.h"
#include "lua/node.h"
#include "lua/userdata.h"

#define LOOP "gop2p.loop"

/* In the registry: the loop. */
static const char loopkey = 'l';

static void init (lgp_loop *box) {
  gp_ring_init(&box->nodes);
  lgp_network_init(&box->network, box->loop, &box->ready);
  box->world = &box->network.world;
}

gp_err lgp_makeloop (lua_State *L) {
  lgp_loop *box;
  gp_err e = GP_OK;
  int top = lua_gettop(L);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loopkey) != LUA_TUSERDATA) {
    box = lua_newuserdatauv(L, sizeof *box, 0);
    memset(box, 0, sizeof *box);
    init(box);
    luaL_setmetatable(L, LOOP);
    e = gp_loop_new(&box->loop);
    if (e != GP_OK)
      box->loop = NULL;
    else
      lua_rawsetp(L, LUA_REGISTRYINDEX, &loopkey);
    box->network.world.loop = box->loop;
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

lgp_loop *lgp_checkloop (lua_State *L) {
  lgp_loop *box = lgp_pushloop(L);
  if (box->loop == NULL)
    luaL_error(L, "the event loop is gone");
  if (gp_loop_foreign(box->loop))
    luaL_error(L, "the event loop belongs to the parent process");
  return box;
}

void lgp_loop_setworld (lgp_loop *loop, lgp_world *w) {
  lgp_world *before = loop->world;
  lgp_world *after = w != NULL ? w : &loop->network.world;
  if (before == after)
    return;
  lgp_node_closeall(loop);
  loop->world = after;
  before->calls->end(before);
}

/* Nodes on the network have a reference of the loop of their own. */
static int loop_gc (lua_State *L) {
  lgp_loop *box = luaL_checkudata(L, 1, LOOP);
  gp_loop *l = box->loop;
  lgp_loop_setworld(box, NULL);
  box->loop = NULL;
  gp_loop_unref(l);
  return 0;
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
  bool goeson;
  if (box->running)
    return luaL_error(L, "the event loop is running already");
  if (box->ready.first != NULL || !(wait > 0))
    wait = 0;
  box->running = true;
  goeson = box->world->calls->pump(box->world, (double)wait, &json);
  box->running = false;
  if (!goeson)
    return luaL_error(L, "nothing more happens in the simulation");
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
  const lgp_world *w = lgp_checkloop(L)->world;
  lua_pushnumber(L, (lua_Number)w->calls->now(w) / 1000);
  return 1;
}

/* core.time() -> seconds since 1970, by the wall clock, which can be set */
static int core_time (lua_State *L) {
  const lgp_world *w = lgp_pushloop(L)->world;
  lua_pushnumber(L, (lua_Number)w->calls->time(w));
  return 1;
}

/* core.uptime() -> seconds of the system's clock that nobody sets, and that
   goes on while the machine is suspended. In no simulation. */
static int core_uptime (lua_State *L) {
  struct timespec t = gp_os_uptime();
  lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
  return 1;
}

/* core.fd() -> descriptor | nil: readable when the loop has work */
static int core_fd (lua_State *L) {
  const lgp_world *w = lgp_checkloop(L)->world;
  int fd = w->calls->fd(w);
  if (fd < 0)
    luaL_pushfail(L);
  else
    lua_pushinteger(L, fd);
  return 1;
}

/* core.due() -> seconds | nil: until the loop wants to be pumped anyway */
static int core_due (lua_State *L) {
  const lgp_loop *box = lgp_checkloop(L);
  int64_t due = 0;
  if (box->ready.first == NULL)
    due = box->world->calls->due(box->world);
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

void lgp_open_loop (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"pump", core_pump}, {"ready", core_ready},   {"now", core_now},
    {"time", core_time}, {"uptime", core_uptime}, {"fd", core_fd},
    {"due", core_due},   {"loop", core_loop},     {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lgp_newmeta(L, LOOP, "loopmeta", loop_gc);
}
