/*
** sim/state.h - inside the simulator: what a simulation consists of.
**
** Each part is its module's, which alone writes into it; what is left over
** is here. sim/sim.c is above them all, below it sim/process.c, and then
** what calls nothing above it: sim/request.c, sim/steady.c, sim/host.c, and
** those that know no host at all: clock, network, weigh.
*/
#ifndef gp_sim_state_h
#define gp_sim_state_h

#include <stdbool.h>

#include "base/random.h"
#include "sim/clock.h"
#include "sim/host.h"
#include "sim/network.h"
#include "sim/sim.h"
#include "sim/steady.h"
#pragma GCC visibility push(hidden)

struct gp_sim {
  gp_clock clock;
  gp_random random; /* whoever leaves something to chance draws from it */
  gp_network network;
  gp_simhosts hosts;
  gp_steady steady;
  bool weighs;       /* requests and responses, in bytes */
  gp_simcount count; /* 'steps' by sim/sim.c, the rest by sim/request.c */
};

#pragma GCC visibility pop
#endif
