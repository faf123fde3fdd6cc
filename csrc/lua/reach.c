/*
** lua/reach.c - where others reach this machine, and where hosts are.
*/
#include <lauxlib.h>
#include <string.h>

#include "lua/core.h"
#include "lua/loop.h"
#include "lua/userdata.h"
#include "lua/values.h"
#include "net/lookup.h"
#include "net/source.h"
#include "value/address.h"

#define LOOKUP "gop2p.lookup"

typedef struct lookup {
  gp_loop *loop;      /* NULL: ended */
  gp_lookup *running; /* NULL: over */
  gp_err error;
  gp_addresses addresses;
  gp_signal found;
} lookup;

/* core.addressfault(address) -> why nobody could reach it | nil */
static int core_addressfault (lua_State *L) {
  lua_pushstring(L, gp_address_fault(luaL_checkstring(L, 1)));
  return 1;
}

/* core.isinternal(address) -> whether every machine has it for itself */
static int core_isinternal (lua_State *L) {
  lua_pushboolean(L, gp_address_isinternal(luaL_checkstring(L, 1)));
  return 1;
}

/* core.source(numeric address) -> address of this machine on the way there,
   whether it is that one | nil, err */
static int core_source (lua_State *L) {
  char out[INET6_ADDRSTRLEN];
  const char *address = luaL_checkstring(L, 1);
  bool same;
  gp_err e = gp_source_find(address, out, &same);
  if (e != GP_OK)
    return lgp_fail(L, e, "no address of this machine leads there");
  lua_pushstring(L, out);
  lua_pushboolean(L, same);
  return 2;
}

static void pushaddresses (lua_State *L, const gp_addresses *a) {
  int i;
  lua_createtable(L, a->count, 0);
  for (i = 0; i < a->count; i++) {
    lua_pushstring(L, a->text[i]);
    lua_rawseti(L, -2, i + 1);
  }
}

/* core.addresses(host) -> list | nil: those that need no look-up */
static int core_addresses (lua_State *L) {
  gp_addresses a;
  if (gp_addresses_known(&a, luaL_checkstring(L, 1)))
    pushaddresses(L, &a);
  else
    luaL_pushfail(L);
  return 1;
}

/* In phase one of the pump, or within gp_lookup_new. */
static void found (void *arg, gp_err e) {
  lookup *u = arg;
  u->running = NULL;
  u->error = e;
  gp_signal_raise(&u->found);
}

/* In a forked child nothing is touched, like all that is the loop's. */
static int lookup_gc (lua_State *L) {
  lookup *u = luaL_checkudata(L, 1, LOOKUP);
  gp_loop *l = u->loop;
  u->loop = NULL;
  if (l == NULL || gp_loop_foreign(l))
    return 0;
  gp_lookup_cancel(u->running);
  gp_signal_clear(&u->found);
  gp_loop_unref(l);
  return 0;
}

/*
** core.lookup(host) -> lookup, number | nil, err
**
** Asks the hosts file and the name servers. The signal is raised once, when
** they have answered. core.endlookup ends it, also before.
*/
static int core_lookup (lua_State *L) {
  const char *host = luaL_checkstring(L, 1);
  lgp_loop *box = lgp_checkloop(L);
  lookup *u = lua_newuserdatauv(L, sizeof *u, 1);
  gp_err e;
  memset(u, 0, sizeof *u);
  luaL_setmetatable(L, LOOKUP);
  lua_pushvalue(L, -2);
  lua_setiuservalue(L, -2, 1); /* the loop stays as long */
  gp_signal_init(&u->found, &box->ready);
  u->loop = gp_loop_ref(box->loop);
  e = gp_lookup_new(&u->running, u->loop, host, &u->addresses, found, u);
  if (e != GP_OK)
    return lgp_fail(L, e, "could not look up a name");
  lua_pushinteger(L, (lua_Integer)u->found.number);
  return 2;
}

/* core.found(lookup) -> list of addresses | nil, err: what came of it */
static int core_found (lua_State *L) {
  const lookup *u = luaL_checkudata(L, 1, LOOKUP);
  if (u->running != NULL)
    return lgp_fail(L, GP_ETIMEDOUT, "could not look up a name");
  if (u->error != GP_OK)
    return lgp_fail(L, u->error, "could not look up a name");
  pushaddresses(L, &u->addresses);
  return 1;
}

void lgp_open_reach (lua_State *L) {
  static const luaL_Reg functions[] = {{"addressfault", core_addressfault},
                                       {"isinternal", core_isinternal},
                                       {"source", core_source},
                                       {"addresses", core_addresses},
                                       {"lookup", core_lookup},
                                       {"found", core_found},
                                       {"endlookup", lookup_gc},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lgp_newmeta(L, LOOKUP, "lookupmeta", lookup_gc);
}
