/*
** sim/process.c - the process on a host, which a node is: started, stopped
** and killed, and made to stand still.
*/
#include <string.h>

#include "sim/request.h"
#include "sim/state.h"

/* What is added to the trace of a fault. */
typedef enum fault { STOPPED, CRASHED, STALLED, RESUMED } fault;

static void note (gp_simhost *h, fault what, uint64_t time_ms) {
  gp_clock_note(&h->sim->clock, GP_TRACE_FAULT, h->number, time_ms, what);
}

gp_err gp_simhost_start (gp_simhost *h, const gp_nodeopt *opt,
                         gp_signal *signals) {
  gp_transport t = gp_simhost_transport(h);
  gp_nodeopt own = *opt;
  size_t i;
  gp_err e;
  own.nonce = gp_random_next(&h->sim->random);
  memcpy(own.cookie_key, &own.nonce, sizeof own.nonce);
  if (signals == NULL)
    signals = h->signals;
  e = gp_node_new(&h->node, h->self, &t, &own, signals);
  if (e != GP_OK)
    return e;
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_clear(&signals[i]);
  h->probe_interval_ms = opt->probe_interval_ms;
  gp_sim_disturb(h->sim);
  return GP_OK;
}

/* What the node still does while it is freed finds 'node' NULL. */
static void end (gp_simhost *h, fault how) {
  gp_node *n = h->node;
  if (n == NULL)
    return;
  note(h, how, 0);
  h->node = NULL;
  h->hanging = false;
  h->crashing = how == CRASHED;
  gp_node_free(n);
  h->crashing = false;
  gp_simhost_orphan(h);
  gp_simhost_touch(h);
  gp_sim_disturb(h->sim);
}

void gp_simhost_crash (gp_simhost *h) {
  end(h, CRASHED);
}

void gp_simhost_stop (gp_simhost *h) {
  end(h, STOPPED);
}

static void sethanging (gp_simhost *h, bool hanging) {
  h->hanging = hanging;
  gp_simhost_reschedule(h);
  gp_simhost_touch(h);
  gp_sim_disturb(h->sim);
}

void gp_simhost_hang (gp_simhost *h) {
  gp_simhost_stall(h, GP_NEVER);
}

void gp_simhost_stall (gp_simhost *h, uint64_t time_ms) {
  uint64_t now = h->sim->clock.now;
  if (h->node == NULL)
    return;
  note(h, STALLED, time_ms);
  h->wakes_at = time_ms < GP_NEVER - now ? now + time_ms : GP_NEVER;
  sethanging(h, true);
}

void gp_simhost_resume (gp_simhost *h) {
  if (!h->hanging)
    return;
  note(h, RESUMED, 0);
  sethanging(h, false);
}
