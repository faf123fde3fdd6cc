/*
** lua/world.h - what a loop and its nodes stand on: the network
** (lua/network.c) or a simulation (lua/sim.c).
**
** A loop has one world at a time, and a node that is started there stays in
** that one. Which it is, is decided where it is made; everybody else calls
** it through these tables. Knows no Lua.
*/
#ifndef gp_lua_world_h
#define gp_lua_world_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ring.h"
#include "base/signal.h"
#include "net/loop.h"
#include "net/service.h"
#include "net/watch.h"
#include "node/node.h"
#include "wire/json.h"
#pragma GCC visibility push(hidden)

typedef struct lgp_host lgp_host;
typedef struct lgp_world lgp_world;

/* What a world can do with what it has made for one node. */
typedef struct lgp_hostcalls {
  gp_node *(*node)(const lgp_host *h);

  /* Its node was called: when that wants its next tick may have changed. */
  void (*called)(lgp_host *h);

  /* Frees the node with all that it stands on. */
  void (*stop)(lgp_host *h);
} lgp_hostcalls;

/* What one node stands on; part of its owner's struct. */
struct lgp_host {
  const lgp_hostcalls *calls; /* NULL: on nothing, not started or stopped */
  void *self;                 /* a gp_service or a gp_simhost */
  gp_ring ring;               /* its world's */
};

typedef struct lgp_worldcalls {
  /* Ms of a clock that only goes forward. */
  uint64_t (*now)(const lgp_world *w);

  /* Seconds since 1970, by a clock that can be set. */
  double (*time)(const lgp_world *w);

  /*
  ** One turn of the loop: lets things happen until a signal is raised, or
  ** for 'wait' seconds, and has the nodes see to them. False: nothing will
  ** ever happen.
  */
  bool (*pump)(lgp_world *w, double wait, const gp_json *json);

  /* For other event loops, see gp_loop_fd and gp_loop_due. */
  int (*fd)(const lgp_world *w);
  int64_t (*due)(const lgp_world *w);

  /* See gp_watch_new. */
  gp_err (*watch)(lgp_world *w, int fd, gp_signal *readable, gp_watch **out);

  /* See gp_service_new. 'h' must not move from here on. */
  gp_err (*start)(lgp_world *w, const char *address, size_t len, int port,
                  const gp_serviceopt *opt, gp_signal *signals, lgp_host *h);

  /* Ends a world in which no node is left. */
  void (*end)(lgp_world *w);
} lgp_worldcalls;

struct lgp_world {
  const lgp_worldcalls *calls;
  gp_loop *loop;   /* borrowed */
  gp_ready *ready; /* borrowed: the signals of its nodes */
};

#pragma GCC visibility pop
#endif
