/*
** sim/clock.h - the virtual clock: what happens next, and what has happened.
**
** Knows no host and no request: each is the head of a turn, which stands at
** most once in the clock. Its owner says when its turn is, and gives its
** room back before it frees it. What has happened is one number, the trace:
** equal for equal runs.
*/
#ifndef gp_sim_clock_h
#define gp_sim_clock_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/heap.h"
#pragma GCC visibility push(hidden)

#define GP_NEVER UINT64_MAX

/* Something that happens at a time. Zeroed, it does not. */
typedef struct gp_turn {
  gp_heapitem item;
  bool of_host; /* else it is a request's */
} gp_turn;

typedef struct gp_clock {
  uint64_t now; /* virtual ms */
  gp_heap heap;
  size_t turns; /* that may stand in the heap at once */
  uint64_t trace;
} gp_clock;

/* At zero, and empty. */
void gp_clock_init (gp_clock *c);

/* Frees its memory; no turn is in it any more. */
void gp_clock_clear (gp_clock *c);

/* Makes room for one more turn, so that setting it needs no memory.
   GP_ENOMEM. */
gp_err gp_clock_addturn (gp_clock *c);

/* Gives the room of one back, which does not come any more. */
void gp_clock_removeturn (gp_clock *c, gp_turn *t);

/* Its turn is at 'at', or at once if that is over; GP_NEVER: not. */
void gp_clock_set (gp_clock *c, gp_turn *t, uint64_t at);

/* The next turn, or NULL. */
gp_turn *gp_clock_first (const gp_clock *c);

/*
** Lets the time pass until the next turn and returns it, which stays where
** it is until it is set anew. NULL: there is none up to the time 'until',
** and now it is that time (but for GP_NEVER).
*/
gp_turn *gp_clock_advance (gp_clock *c, uint64_t until);

typedef enum gp_happening {
  GP_TRACE_TICK,
  GP_TRACE_ARRIVED,
  GP_TRACE_ENDED,
  GP_TRACE_FAULT
} gp_happening;

/* Adds to the trace that it happened now: to the host numbered 'where' (0:
   none), with what is to be told of it. */
void gp_clock_note (gp_clock *c, gp_happening what, size_t where, uint64_t id,
                    unsigned how);

#pragma GCC visibility pop
#endif
