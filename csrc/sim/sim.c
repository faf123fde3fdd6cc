/*
** sim/sim.c - the whole: its hosts and its network are changed, and time
** passes.
*/
#include "sim/sim.h"

#include <stdlib.h>

#include "sim/request.h"
#include "sim/state.h"

gp_err gp_sim_new (gp_sim **out, uint64_t seed) {
  gp_sim *s = calloc(1, sizeof *s);
  if (s == NULL)
    return GP_ENOMEM;
  gp_clock_init(&s->clock);
  gp_random_seed(&s->random, seed);
  gp_simhosts_init(&s->hosts);
  gp_sim_setlatency(s, 1, 10);
  *out = s;
  return GP_OK;
}

/* When each node wants its next tick, of those that were called. */
static void rearm (gp_sim *s) {
  gp_simhost *h;
  while ((h = gp_simhost_taketouched(s)) != NULL) {
    gp_sim_checkdigest(h);
    gp_clock_set(&s->clock, &h->turn, gp_simhost_due(h));
  }
}

/* Once no host has a node, what is left is on its way to nobody. */
void gp_sim_free (gp_sim *s) {
  gp_simhost *h = NULL;
  gp_turn *t;
  if (s == NULL)
    return;
  while ((h = gp_simhost_next(s, h)) != NULL)
    gp_simhost_crash(h);
  rearm(s);
  while ((t = gp_clock_first(&s->clock)) != NULL)
    gp_simrequest_free(t);
  gp_simhosts_clear(&s->hosts);
  gp_clock_clear(&s->clock);
  gp_network_clear(&s->network);
  free(s);
}

uint64_t gp_sim_now (const gp_sim *s) {
  return s->clock.now;
}

gp_random *gp_sim_random (gp_sim *s) {
  return &s->random;
}

const gp_simcount *gp_sim_count (const gp_sim *s) {
  return &s->count;
}

uint64_t gp_sim_trace (const gp_sim *s) {
  return s->clock.trace;
}

gp_err gp_sim_add (gp_sim *s, const gp_peer *self, const gp_nodeopt *opt,
                   gp_signal *signals, gp_simhost **out) {
  gp_simhost *h;
  gp_err e = gp_simhost_new(&h, s, self);
  if (e != GP_OK)
    return e;
  e = gp_simhost_start(h, opt, signals);
  if (e != GP_OK) {
    gp_simhost_free(h);
    return e;
  }
  gp_simhost_enlist(h);
  *out = h;
  gp_sim_disturb(s);
  return GP_OK;
}

void gp_simhost_setgroups (gp_simhost *h, uint64_t groups) {
  h->groups = groups;
  gp_sim_disturb(h->sim);
}

gp_err gp_sim_cut (gp_sim *s, uint64_t from, uint64_t to) {
  gp_err e = gp_network_cut(&s->network, from, to);
  if (e == GP_OK)
    gp_sim_disturb(s);
  return e;
}

void gp_sim_heal (gp_sim *s, uint64_t from, uint64_t to) {
  gp_network_heal(&s->network, from, to);
  gp_sim_disturb(s);
}

void gp_sim_setlatency (gp_sim *s, uint32_t min_ms, uint32_t max_ms) {
  s->network.min_latency_ms = min_ms;
  s->network.max_latency_ms = max_ms < min_ms ? min_ms : max_ms;
  gp_sim_disturb(s);
}

void gp_sim_setloss (gp_sim *s, uint32_t in_million) {
  s->network.loss = in_million;
  gp_sim_disturb(s);
}

void gp_sim_setcopies (gp_sim *s, uint32_t in_million) {
  s->network.copies = in_million;
}

void gp_sim_setbreaks (gp_sim *s, uint32_t in_million) {
  s->network.breaks = in_million;
  gp_sim_disturb(s);
}

void gp_sim_setweighing (gp_sim *s, bool on) {
  s->weighs = on;
}

/* The turn of a host has come. */
static void hostturn (gp_simhost *h) {
  gp_clock *c = &h->sim->clock;
  gp_clock_set(c, &h->turn, GP_NEVER);
  if (h->hanging)
    gp_simhost_resume(h);
  else if (!gp_ring_empty(&h->arrived))
    gp_simhost_serveoldest(h);
  else {
    gp_clock_note(c, GP_TRACE_TICK, h->number, 0, 0);
    gp_node_tick(h->node, c->now);
    gp_simhost_touch(h);
  }
}

gp_simhost *gp_sim_step (gp_sim *s, uint64_t until) {
  gp_turn *t;
  gp_simhost *h;
  gp_sim_checksteady(s);
  rearm(s);
  t = gp_clock_advance(&s->clock, until);
  if (t == NULL)
    return NULL;
  s->count.steps++;
  if (!t->of_host)
    return gp_simrequest_turn(t);
  h = (gp_simhost *)t;
  hostturn(h);
  return h;
}

void gp_sim_run (gp_sim *s, uint64_t until) {
  while (gp_sim_step(s, until) != NULL)
    continue;
}
