/*
** lua/sim.c - the loop's simulation: a network in memory, on virtual time.
**
** For the test kit. The Lua layer runs in it as it does on a real network;
** what it can not see is which of the two it stands on.
*/
#include <lualib.h>
#include <math.h>
#include <string.h>

#include "lua/lgp.h"

#define FOREVER UINT64_MAX

/* Longest wait that is not for ever, in seconds. */
#define MAXWAIT 1e12

/* Steps of one pump, so that the program is asked now and then whether it
   has been interrupted. */
#define MAXSTEPS 10000

/* Where the system begins to look for a free port. */
#define FIRST_FREE 49152

#define SIDES 64

bool lgp_sim_pump (lgp_loop *loop, lua_Number wait) {
  uint64_t until = FOREVER;
  int i;
  if (wait <= MAXWAIT)
    until = gp_sim_now(loop->sim) + (uint64_t)ceil((double)wait * 1000);
  for (i = 0; i < MAXSTEPS && loop->ready.first == NULL; i++)
    if (gp_sim_step(loop->sim, until) == NULL)
      return until != FOREVER;
  return true;
}

void lgp_sim_end (lgp_loop *loop) {
  gp_sim *s = loop->sim;
  if (s == NULL)
    return;
  lgp_node_closeall(loop);
  loop->sim = NULL;
  gp_sim_free(s);
}

/* A station that had a node of the same name has the new one, too. */
static gp_err start (gp_sim *s, const gp_peer *self, const gp_nodeopt *opt,
                     gp_signal *signals, gp_simhost **out) {
  gp_simhost *st = gp_sim_find(s, self);
  gp_err e;
  if (st == NULL)
    return gp_sim_add(s, self, opt, signals, out);
  if (gp_simhost_node(st) != NULL ||
      !gp_peer_equal(gp_simhost_self(st), self))
    return GP_EADDRINUSE;
  gp_simhost_setgroups(st, 0);
  e = gp_simhost_start(st, opt, signals);
  if (e == GP_OK)
    *out = st;
  return e;
}

/* All have one machine's localhost, so only who is called so is it. */
gp_err lgp_sim_start (lgp_loop *loop, const char *address, size_t len,
                      int port, const gp_nodeopt *given, gp_signal *signals,
                      gp_simhost **out) {
  int at = port == 0 ? FIRST_FREE : port;
  int last = port == 0 ? 65535 : port;
  gp_nodeopt opt = *given;
  gp_err e;
  opt.on_loopback = len == 9 && memcmp(address, "localhost", len) == 0;
  do {
    gp_peer *self;
    e = gp_peer_new(&self, address, len, at);
    if (e != GP_OK)
      return e;
    e = start(loop->sim, self, &opt, signals, out);
    gp_peer_unref(self);
  } while (e == GP_EADDRINUSE && ++at <= last);
  return e;
}

/*
** core.simulate(seed, epoch)
**
** From now on the loop is a simulation, whose clock stands at zero, and at
** 'epoch' seconds since 1970. Nodes that are open would stand still in it:
** there must be none.
*/
static int core_simulate (lua_State *L) {
  lua_Integer seed = luaL_checkinteger(L, 1);
  lua_Number epoch = luaL_checknumber(L, 2);
  lgp_loop *box = lgp_checkloop(L);
  gp_err e;
  if (box->sim != NULL)
    return luaL_error(L, "there is a simulation already");
  if (box->first != NULL)
    return luaL_error(L, "nodes on the network are open");
  e = gp_sim_new(&box->sim, (uint64_t)seed);
  if (e != GP_OK) {
    box->sim = NULL;
    return luaL_error(L, "no simulation: %s", gp_err_text(e));
  }
  box->epoch = epoch;
  gp_sim_skipprobes(box->sim);
  return 0;
}

/* core.endsimulation(): all nodes in it are closed */
static int core_endsimulation (lua_State *L) {
  lgp_sim_end(lgp_pushloop(L));
  return 0;
}

static gp_sim *checksim (lua_State *L) {
  lgp_loop *box = lgp_checkloop(L);
  if (box->sim == NULL)
    luaL_error(L, "there is no simulation");
  return box->sim;
}

/* A time at 'arg' in seconds, in ms. */
static uint32_t checktime (lua_State *L, int arg) {
  lua_Number time = luaL_checknumber(L, arg);
  luaL_argcheck(L, time >= 0 && time <= 86400, arg, "out of range");
  return (uint32_t)(time * 1000);
}

/* core.latency(min, max): a message takes so many seconds */
static int core_latency (lua_State *L) {
  uint32_t min = checktime(L, 1), max = checktime(L, 2);
  gp_sim_setlatency(checksim(L), min, max);
  return 0;
}

/* core.loss(share): of the messages, from 0 to 1, that are lost */
static int core_loss (lua_State *L) {
  lua_Number share = luaL_checknumber(L, 1);
  luaL_argcheck(L, share >= 0 && share <= 1, 1, "out of range");
  gp_sim_setloss(checksim(L), (uint32_t)(share * 1000000));
  return 0;
}

static uint64_t checkside (lua_State *L, int arg) {
  lua_Integer side = luaL_checkinteger(L, arg);
  luaL_argcheck(L, side >= 1 && side <= SIDES, arg, "out of range");
  return (uint64_t)1 << (side - 1);
}

/* core.side(node, side): of a partition, from 1 to 64 */
static int core_side (lua_State *L) {
  uint64_t side = checkside(L, 2);
  gp_simhost_setgroups(lgp_checkstation(L, 1), side);
  return 0;
}

/* core.cut(from, to): what is sent from one side to the other is lost */
static int core_cut (lua_State *L) {
  uint64_t from = checkside(L, 1), to = checkside(L, 2);
  gp_err e = gp_sim_cut(checksim(L), from, to);
  return e == GP_OK ? 0 : luaL_error(L, "no cut: %s", gp_err_text(e));
}

/* core.mend(): all cuts */
static int core_mend (lua_State *L) {
  gp_sim_heal(checksim(L), UINT64_MAX, UINT64_MAX);
  return 0;
}

/* core.hang(node): its process stands still */
static int core_hang (lua_State *L) {
  gp_simhost_hang(lgp_checkstation(L, 1));
  return 0;
}

/* core.goon(node): and goes on */
static int core_goon (lua_State *L) {
  gp_simhost_resume(lgp_checkstation(L, 1));
  return 0;
}

/* core.simulated() -> steps, requests | nil: what has happened so far */
static int core_simulated (lua_State *L) {
  const lgp_loop *box = lgp_pushloop(L);
  const gp_simcount *count;
  if (box->sim == NULL) {
    luaL_pushfail(L);
    return 1;
  }
  count = gp_sim_count(box->sim);
  lua_pushinteger(L, (lua_Integer)count->steps);
  lua_pushinteger(L, (lua_Integer)count->requests);
  return 2;
}

/* core.newmath() -> the library math, with a generator of its own */
static int core_newmath (lua_State *L) {
  lua_pushcfunction(L, luaopen_math);
  lua_call(L, 0, 1);
  return 1;
}

void lgp_open_sim (lua_State *L) {
  static const luaL_Reg functions[] = {{"simulate", core_simulate},
                                       {"endsimulation", core_endsimulation},
                                       {"simulated", core_simulated},
                                       {"latency", core_latency},
                                       {"loss", core_loss},
                                       {"side", core_side},
                                       {"cut", core_cut},
                                       {"mend", core_mend},
                                       {"hang", core_hang},
                                       {"goon", core_goon},
                                       {"newmath", core_newmath},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
