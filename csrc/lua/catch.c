/*
** lua/catch.c - signals of the process, caught for the loop.
*/
#include <lauxlib.h>
#include <signal.h>

#include "lua/core.h"
#include "lua/loop.h"
#include "lua/userdata.h"
#include "lua/values.h"
#include "net/watch.h"

#define CATCH "gop2p.catch"

typedef struct catch {
  gp_catch *catch;
  gp_signal came;
}
catch;

static int catch_gc (lua_State *L) {
  catch *c = luaL_checkudata(L, 1, CATCH);
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
  luaL_setmetatable(L, CATCH);
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

void lgp_open_catch (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"catch", core_catch}, {"uncatch", catch_gc}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lgp_newmeta(L, CATCH, "catchmeta", catch_gc);
}
