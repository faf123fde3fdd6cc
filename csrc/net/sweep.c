/*
** net/sweep.c - when a server looks for connections that are too slow.
*/
#include "net/sweep.h"

/* A tenth of the shorter limit: so exact are they. */
static uint64_t period (const gp_serveropt *o) {
  uint64_t t = (o->receive_timeout_ms < o->idle_timeout_ms
                  ? o->receive_timeout_ms
                  : o->idle_timeout_ms) /
               10;
  return t < 10 ? 10 : t > 1000 ? 1000 : t;
}

void gp_sweep_init (gp_sweep *w, gp_loop *l, const gp_serveropt *opt,
                    void (*due)(void *arg), void *arg) {
  w->loop = l;
  gp_timer_init(&w->timer, gp_loop_timers(l), due, arg);
  w->period_ms = period(opt);
  w->lag_ms = 0;
}

void gp_sweep_stop (gp_sweep *w) {
  gp_timer_stop(&w->timer);
}

uint64_t gp_sweep_now (const gp_sweep *w) {
  return gp_loop_now(w->loop) - w->lag_ms;
}

void gp_sweep_plan (gp_sweep *w, uint64_t at) {
  gp_timer_setby(&w->timer, at + w->lag_ms + w->period_ms);
}

/* What came in while the loop was held up has been read in this turn
   already: timers run after the input. */
uint64_t gp_sweep_begin (gp_sweep *w) {
  uint64_t now = gp_loop_now(w->loop);
  if (now - w->timer.due_at > w->period_ms)
    w->lag_ms += now - w->timer.due_at;
  return now - w->lag_ms;
}
