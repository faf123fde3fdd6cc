/*
** net/sweep.h - when a server looks for connections that are too slow.
**
** Owns the timer of the sweeps and the clock that they go by, which stands
** still while the loop is held up: what Lua takes counts for no connection.
** Knows no connection: the sweep itself is its owner's.
*/
#ifndef gp_net_sweep_h
#define gp_net_sweep_h

#include <stdint.h>

#include "net/loop.h"
#include "net/options.h"
#pragma GCC visibility push(hidden)

typedef struct gp_sweep {
  gp_loop *loop;
  gp_timer timer;
  uint64_t period_ms; /* between two while requests come in */
  uint64_t lag_ms;    /* the loop was held up, in all */
} gp_sweep;

/* Borrows the loop. 'due' is called for a sweep, in phase one. */
void gp_sweep_init (gp_sweep *w, gp_loop *l, const gp_serveropt *opt,
                    void (*due)(void *arg), void *arg);
void gp_sweep_stop (gp_sweep *w);

/* By the clock of the sweeps, like all that follows. */
uint64_t gp_sweep_now (const gp_sweep *w);

/* One comes a period after 'at', or sooner. */
void gp_sweep_plan (gp_sweep *w, uint64_t at);

/* To be called first in a sweep: stops the clock for as long as it is late;
   then gives the time. */
uint64_t gp_sweep_begin (gp_sweep *w);

#pragma GCC visibility pop
#endif
