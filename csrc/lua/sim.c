/*
** lua/sim.c - a simulation as the world of a loop: a network in memory, on
** virtual time.
**
** For the test kit alone, as is all of core.sim. The Lua layer runs in it as
** it does on a real network, and cannot see which of the two it is.
*/
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lua/core.h"
#include "lua/loop.h"
#include "lua/node.h"
#include "sim/sim.h"

#define FOREVER UINT64_MAX

/* Longest wait that is not for ever, in seconds. */
#define MAXWAIT 1e12

/* Steps of one pump, so that the program is asked now and then whether it
   has been interrupted. */
#define MAXSTEPS 10000

/* Where the system begins to look for a free port. */
#define FIRST_FREE 49152

#define SIDES 64

typedef struct simulation {
  lgp_world world;
  gp_sim *sim;
  double epoch; /* what its clock began at, in seconds since 1970 */
} simulation;

static gp_node *host_node (const lgp_host *h) {
  return gp_simhost_node(h->self);
}

/* The simulator looks by itself when a node wants its next tick. */
static void host_called (lgp_host *h) {
  (void)h;
}

static void host_stop (lgp_host *h) {
  gp_simhost_stop(h->self);
}

static void host_crash (lgp_host *h) {
  gp_simhost_crash(h->self);
}

static const lgp_hostcalls hostcalls = {host_node, host_called, host_stop};

/* The simulation whose part 'w' is. */
static simulation *simof (const lgp_world *w) {
  return gp_ring_of(simulation, world, w);
}

static uint64_t now (const lgp_world *w) {
  return gp_sim_now(simof(w)->sim);
}

static double wallclock (const lgp_world *w) {
  return simof(w)->epoch + (double)now(w) / 1000;
}

/* The nodes have their turns in the simulator's steps. */
static bool pump (lgp_world *w, double wait, const gp_json *json) {
  gp_sim *s = simof(w)->sim;
  uint64_t until = FOREVER;
  int i;
  (void)json;
  if (wait <= MAXWAIT)
    until = gp_sim_now(s) + (uint64_t)ceil(wait * 1000);
  for (i = 0; i < MAXSTEPS && w->ready->first == NULL; i++)
    if (gp_sim_step(s, until) == NULL)
      return until != FOREVER;
  return true;
}

/* What a program outside of it does happens at no virtual time. */
static int fd (const lgp_world *w) {
  (void)w;
  return -1;
}

static int64_t due (const lgp_world *w) {
  (void)w;
  return -1;
}

/* For that reason only what can always be read is watched. */
static gp_err watch (lgp_world *w, int number, gp_signal *readable,
                     gp_watch **out) {
  gp_err e = gp_watch_new(out, w->loop, number, readable);
  if (e != GP_OK || readable->raised)
    return e;
  gp_watch_free(*out);
  return GP_EINVAL;
}

/* A machine that had a node of the same name has the new one, too. */
static gp_err startone (gp_sim *s, const gp_peer *self, const gp_nodeopt *opt,
                        gp_signal *signals, gp_simhost **out) {
  gp_simhost *h = gp_sim_find(s, self);
  gp_err e;
  if (h == NULL)
    return gp_sim_add(s, self, opt, signals, out);
  if (gp_simhost_node(h) != NULL || !gp_peer_equal(gp_simhost_self(h), self))
    return GP_EADDRINUSE;
  gp_simhost_setgroups(h, 0);
  e = gp_simhost_start(h, opt, signals);
  if (e == GP_OK)
    *out = h;
  return e;
}

/* All have one machine's localhost, so only a node of that name is it. */
static gp_err start (lgp_world *w, const char *address, size_t len, int port,
                     const gp_serviceopt *given, gp_signal *signals,
                     lgp_host *h) {
  int wanted = port == 0 ? (int)given->listen_port : port;
  int at = wanted == 0 ? FIRST_FREE : wanted;
  int last = wanted == 0 ? 65535 : wanted;
  gp_nodeopt opt = given->node;
  gp_simhost *out;
  gp_err e;
  opt.trust_lists = true; /* each reaches all, whatever they are called */
  opt.on_loopback = len == 9 && memcmp(address, "localhost", len) == 0;
  do {
    gp_peer *self;
    e = gp_peer_new(&self, address, len, at);
    if (e != GP_OK)
      return e;
    e = startone(simof(w)->sim, self, &opt, signals, &out);
    gp_peer_unref(self);
  } while (e == GP_EADDRINUSE && ++at <= last);
  if (e != GP_OK)
    return e;
  h->calls = &hostcalls;
  h->self = out;
  return GP_OK;
}

static void end (lgp_world *w) {
  simulation *s = simof(w);
  gp_sim_free(s->sim);
  free(s);
}

static const lgp_worldcalls worldcalls = {now, wallclock, pump,  fd,
                                          due, watch,     start, end};

static gp_err newsimulation (simulation **out, lgp_loop *loop, uint64_t seed,
                             double epoch) {
  simulation *s = malloc(sizeof *s);
  gp_err e;
  if (s == NULL)
    return GP_ENOMEM;
  s->world.calls = &worldcalls;
  s->world.loop = loop->loop;
  s->world.ready = &loop->ready;
  s->epoch = epoch;
  e = gp_sim_new(&s->sim, seed);
  if (e != GP_OK) {
    free(s);
    return e;
  }
  gp_sim_skipprobes(s->sim);
  *out = s;
  return GP_OK;
}

/* The simulation that the loop stands on, or NULL. */
static gp_sim *findsim (const lgp_loop *loop) {
  return loop->world->calls == &worldcalls ? simof(loop->world)->sim : NULL;
}

static gp_sim *checksim (lua_State *L) {
  gp_sim *s = findsim(lgp_checkloop(L));
  if (s == NULL)
    luaL_error(L, "there is no simulation");
  return s;
}

/* The simulated machine of the node that is the first argument. */
static gp_simhost *checkhost (lua_State *L) {
  const lgp_node *box = lgp_checknode(L, 1);
  luaL_argcheck(L, box->host.calls == &hostcalls, 1, "not a simulated node");
  return box->host.self;
}

/*
** sim.begin(seed, epoch)
**
** From now on the loop is a simulation, whose clock stands at zero, and at
** 'epoch' seconds since 1970. Nodes that are open would stand still in it:
** there must be none.
*/
static int sim_begin (lua_State *L) {
  lua_Integer seed = luaL_checkinteger(L, 1);
  lua_Number epoch = luaL_checknumber(L, 2);
  lgp_loop *box = lgp_checkloop(L);
  simulation *s;
  gp_err e;
  if (findsim(box) != NULL)
    return luaL_error(L, "there is a simulation already");
  if (!gp_ring_empty(&box->nodes))
    return luaL_error(L, "close the nodes on the network first");
  e = newsimulation(&s, box, (uint64_t)seed, (double)epoch);
  if (e != GP_OK)
    return luaL_error(L, "no simulation: %s", gp_err_text(e));
  lgp_loop_setworld(box, &s->world);
  return 0;
}

/* sim.finish(): all nodes in it are closed; nothing when there is none */
static int sim_finish (lua_State *L) {
  lgp_loop_setworld(lgp_pushloop(L), NULL);
  return 0;
}

/* A time at 'arg' in seconds, in ms. */
static uint32_t checktime (lua_State *L, int arg) {
  lua_Number time = luaL_checknumber(L, arg);
  luaL_argcheck(L, time >= 0 && time <= 86400, arg, "out of range");
  return (uint32_t)(time * 1000);
}

/* sim.latency(min, max): a message takes so many seconds */
static int sim_latency (lua_State *L) {
  uint32_t min = checktime(L, 1), max = checktime(L, 2);
  gp_sim_setlatency(checksim(L), min, max);
  return 0;
}

/* sim.loss(share): of the messages, from 0 to 1, that are lost */
static int sim_loss (lua_State *L) {
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

/* sim.side(node, side): of a partition, from 1 to 64 */
static int sim_side (lua_State *L) {
  uint64_t side = checkside(L, 2);
  gp_simhost_setgroups(checkhost(L), side);
  return 0;
}

/* sim.cut(from, to): what is sent from one side to the other is lost */
static int sim_cut (lua_State *L) {
  uint64_t from = checkside(L, 1), to = checkside(L, 2);
  gp_err e = gp_sim_cut(checksim(L), from, to);
  return e == GP_OK ? 0 : luaL_error(L, "no cut: %s", gp_err_text(e));
}

/* sim.heal(): all cuts */
static int sim_heal (lua_State *L) {
  gp_sim_heal(checksim(L), UINT64_MAX, UINT64_MAX);
  return 0;
}

/* sim.hang(node): its process stands still */
static int sim_hang (lua_State *L) {
  gp_simhost_hang(checkhost(L));
  return 0;
}

/* sim.resume(node): and goes on */
static int sim_resume (lua_State *L) {
  gp_simhost_resume(checkhost(L));
  return 0;
}

/* sim.crash(node): its process is killed */
static int sim_crash (lua_State *L) {
  checkhost(L);
  lgp_node_close(lgp_checknode(L, 1), host_crash);
  return 0;
}

/* sim.count() -> steps, requests: what has happened so far */
static int sim_count (lua_State *L) {
  const gp_simcount *count = gp_sim_count(checksim(L));
  lua_pushinteger(L, (lua_Integer)count->steps);
  lua_pushinteger(L, (lua_Integer)count->requests);
  return 2;
}

/* sim.newmath() -> the library math, with a generator of its own */
static int sim_newmath (lua_State *L) {
  lua_pushcfunction(L, luaopen_math);
  lua_call(L, 0, 1);
  return 1;
}

void lgp_open_sim (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"begin", sim_begin}, {"finish", sim_finish},
    {"count", sim_count}, {"latency", sim_latency},
    {"loss", sim_loss},   {"side", sim_side},
    {"cut", sim_cut},     {"heal", sim_heal},
    {"hang", sim_hang},   {"resume", sim_resume},
    {"crash", sim_crash}, {"newmath", sim_newmath},
    {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "sim");
}
