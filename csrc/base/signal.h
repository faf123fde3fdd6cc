/*
** base/signal.h - how the core tells that something may be taken now.
**
** A signal stands for one thing that can be waited for (an inbox, a
** receipt). Raising it puts it once into the list of its loop, however often
** it is raised; the scheduler takes the numbers out and resumes whoever waits
** for them. Nothing is allocated, so raising never fails.
** Zeroed, a list is empty and a signal is not raised, so that what was made
** only half can be freed: the links are its own, since a ring is not so.
*/
#ifndef gp_base_signal_h
#define gp_base_signal_h

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef struct gp_signal gp_signal;

/* The raised signals of one loop, oldest first. */
typedef struct gp_ready {
  gp_signal *first, *last;
  uint64_t count; /* signals ever made: the number of the newest */
} gp_ready;

struct gp_signal {
  gp_ready *ready;
  gp_signal *next, *prev;
  uint64_t number; /* never used twice in one loop, never zero */
  bool raised;
};

/* Borrows 'ready', which must outlive the signal. */
void gp_signal_init (gp_signal *s, gp_ready *ready);

void gp_signal_raise (gp_signal *s);

/* Takes it out of the list, for instance because its memory goes. */
void gp_signal_clear (gp_signal *s);

/* Takes the oldest raised signal and returns its number, or zero. */
uint64_t gp_ready_next (gp_ready *r);

#pragma GCC visibility pop
#endif
