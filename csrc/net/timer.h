/*
** net/timer.h - what is to be called at a time, in phase one of the pump.
**
** A timer is part of its owner's struct and stands in the list of its loop
** (gp_loop_timers) while it is armed. Knows neither the loop nor the clock:
** every time is in ms with any fixed origin. Such a call fills queues of its
** owner and touches neither Lua nor the loop.
*/
#ifndef gp_net_timer_h
#define gp_net_timer_h

#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#pragma GCC visibility push(hidden)

/* The armed timers of one loop. */
typedef struct gp_timers {
  gp_ring armed; /* the first one due first */
} gp_timers;

typedef struct gp_timer {
  gp_timers *timers;
  gp_ring place; /* in 'armed' */
  uint64_t due_at;
  bool armed;
  void (*due)(void *arg);
  void *arg;
} gp_timer;

void gp_timers_init (gp_timers *ts);

/* When the next one is due; UINT64_MAX: none is armed. */
uint64_t gp_timers_due_at (const gp_timers *ts);

/* Calls those that are due by 'now', and no other that is armed meanwhile. */
void gp_timers_run (gp_timers *ts, uint64_t now);

/* Borrows 'ts'. Its owner stops it before its memory goes. */
void gp_timer_init (gp_timer *t, gp_timers *ts, void (*due)(void *arg),
                    void *arg);

/* Arms it for that time, also anew; it calls once and is then disarmed. */
void gp_timer_set (gp_timer *t, uint64_t due_at);

/* The same unless it is armed for a time before. */
void gp_timer_setby (gp_timer *t, uint64_t due_at);

void gp_timer_stop (gp_timer *t);

#pragma GCC visibility pop
#endif
