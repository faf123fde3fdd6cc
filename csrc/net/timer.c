/*
** net/timer.c - what is to be called at a time.
*/
#include "net/timer.h"

#include <stddef.h>

static gp_timer *of (const gp_ring *place) {
  return gp_ring_of(gp_timer, place, place);
}

void gp_timers_init (gp_timers *ts) {
  gp_ring_init(&ts->armed);
}

uint64_t gp_timers_due_at (const gp_timers *ts) {
  return gp_ring_empty(&ts->armed) ? UINT64_MAX : of(ts->armed.next)->due_at;
}

/* They are put aside first, so that one which sets itself for now is not met
   again in this turn. */
void gp_timers_run (gp_timers *ts, uint64_t now) {
  gp_ring due;
  gp_ring_init(&due);
  while (gp_timers_due_at(ts) <= now)
    gp_ring_move(&due, ts->armed.next);
  while (!gp_ring_empty(&due)) {
    gp_timer *t = of(due.next);
    gp_timer_stop(t);
    t->due(t->arg);
  }
}

void gp_timer_init (gp_timer *t, gp_timers *ts, void (*due)(void *arg),
                    void *arg) {
  t->timers = ts;
  gp_ring_init(&t->place);
  t->due_at = 0;
  t->armed = false;
  t->due = due;
  t->arg = arg;
}

/* Looks for its place from the end: most are set for later than the rest. */
void gp_timer_set (gp_timer *t, uint64_t due_at) {
  gp_ring *head = &t->timers->armed, *before;
  gp_timer_stop(t);
  before = head->prev;
  while (before != head && of(before)->due_at > due_at)
    before = before->prev;
  t->due_at = due_at;
  t->armed = true;
  gp_ring_append(before->next, &t->place);
}

void gp_timer_setby (gp_timer *t, uint64_t due_at) {
  if (!t->armed || due_at < t->due_at)
    gp_timer_set(t, due_at);
}

void gp_timer_stop (gp_timer *t) {
  t->armed = false;
  gp_ring_remove(&t->place);
}
