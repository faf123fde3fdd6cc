/*
** sim/host.c - the stations of the simulator.
*/
#include "sim/host.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a name leads; see gp_sim_add. */
static void setremote (gp_simhost *st) {
  const char *address = gp_peer_address(st->self);
  struct in_addr any;
  if (strcmp(address, "localhost") == 0 || gp_peer_isany(st->self))
    snprintf(st->remote, sizeof st->remote, "127.0.0.1");
  else if (inet_pton(AF_INET, address, &any) == 1)
    snprintf(st->remote, sizeof st->remote, "%.15s", address);
  else
    snprintf(st->remote, sizeof st->remote, "10.%u.%u.%u",
             (unsigned)(st->number >> 16 & 255),
             (unsigned)(st->number >> 8 & 255), (unsigned)(st->number & 255));
}

gp_err gp_simhost_alias (gp_simhost *st, const gp_peer *name) {
  gp_simhost *other = gp_sim_find(st->sim, name);
  gp_simname *n;
  if (other != NULL)
    return other == st ? GP_OK : GP_EADDRINUSE;
  n = calloc(1, sizeof *n);
  if (n == NULL)
    return GP_ENOMEM;
  n->station = st;
  n->entry.peer = gp_peer_ref(name);
  if (gp_peertable_add(&st->sim->names, &n->entry) != GP_OK) {
    gp_peer_unref(name);
    free(n);
    return GP_ENOMEM;
  }
  return GP_OK;
}

static gp_err setnames (gp_simhost *st) {
  gp_peer *numeric;
  gp_err e = gp_simhost_alias(st, st->self);
  if (e != GP_OK)
    return e;
  e = gp_peer_new(&numeric, st->remote, strlen(st->remote),
                  gp_peer_port(st->self));
  if (e != GP_OK)
    return e;
  e = gp_simhost_alias(st, numeric);
  gp_peer_unref(numeric);
  return e;
}

static gp_simhost *newstation (gp_sim *s, const gp_peer *self) {
  gp_simhost *st = calloc(1, sizeof *st);
  size_t i;
  if (st == NULL)
    return NULL;
  st->turn.ofstation = true;
  st->sim = s;
  st->number = s->last == NULL ? 1 : s->last->number + 1;
  st->self = gp_peer_ref(self);
  gp_ring_init(&st->asking);
  gp_ring_init(&st->arrived);
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_init(&st->signals[i], &st->ready);
  setremote(st);
  return st;
}

static void removenames (gp_simhost *st) {
  gp_peertable *names = &st->sim->names;
  gp_peerentry *e = names->first;
  while (e != NULL) {
    gp_simname *n = (gp_simname *)e;
    e = e->next;
    if (n->station == st) {
      gp_peertable_remove(names, &n->entry);
      gp_peer_unref(n->entry.peer);
      free(n);
    }
  }
}

void gp_simhost_free (gp_simhost *st) {
  gp_heap_remove(&st->sim->heap, &st->turn.item);
  gp_peer_unref(st->self);
  free(st);
}

gp_err gp_sim_add (gp_sim *s, const gp_peer *self, const gp_nodeopt *opt,
                   gp_signal *signals, gp_simhost **out) {
  gp_simhost *st;
  gp_err e = gp_sim_addturn(s);
  if (e != GP_OK)
    return e;
  st = newstation(s, self);
  e = st == NULL ? GP_ENOMEM : setnames(st);
  if (e == GP_OK)
    e = gp_simhost_start(st, opt, signals);
  if (e != GP_OK) {
    s->turns--;
    if (st != NULL) {
      removenames(st);
      gp_simhost_free(st);
    }
    return e;
  }
  if (s->last != NULL)
    s->last->next = st;
  else
    s->first = st;
  s->last = st;
  *out = st;
  gp_sim_disturb(s);
  return GP_OK;
}

gp_err gp_simhost_start (gp_simhost *st, const gp_nodeopt *opt,
                         gp_signal *signals) {
  gp_transport t = {st, gp_sim_send, gp_sim_respond, gp_sim_isgone};
  gp_nodeopt own = *opt;
  size_t i;
  gp_err e;
  own.nonce = gp_random_next(&st->sim->random);
  if (signals == NULL)
    signals = st->signals;
  e = gp_node_new(&st->node, st->self, &t, &own, signals);
  if (e != GP_OK)
    return e;
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_clear(&signals[i]);
  st->probe_interval_ms = opt->probe_interval_ms;
  gp_sim_disturb(st->sim);
  return GP_OK;
}

gp_node *gp_simhost_node (gp_simhost *st) {
  if (st->node != NULL)
    gp_simhost_touch(st);
  return st->node;
}

const gp_peer *gp_simhost_self (const gp_simhost *st) {
  return st->self;
}

gp_signal *gp_simhost_signals (gp_simhost *st) {
  return st->signals;
}

void gp_simhost_touch (gp_simhost *st) {
  if (st->touched)
    return;
  st->touched = true;
  st->nexttouched = st->sim->touched;
  st->sim->touched = st;
}

/* When it is called next, if nobody asks or answers it. */
static uint64_t due (const gp_simhost *st) {
  if (st->node == NULL)
    return GP_NEVER;
  if (st->hanging)
    return st->wakes;
  return gp_ring_empty(&st->arrived) ? gp_node_due(st->node) : 0;
}

void gp_sim_rearm (gp_sim *s) {
  while (s->touched != NULL) {
    gp_simhost *st = s->touched;
    uint64_t at;
    s->touched = st->nexttouched;
    st->touched = false;
    if (s->skips)
      gp_sim_checklist(st);
    at = due(st);
    if (at == GP_NEVER)
      gp_heap_remove(&s->heap, &st->turn.item);
    else
      gp_heap_set(&s->heap, &st->turn.item, at < s->now ? s->now : at);
  }
}

void gp_simhost_turn (gp_simhost *st) {
  gp_heap_remove(&st->sim->heap, &st->turn.item);
  if (st->hanging) {
    gp_simhost_resume(st);
    return;
  }
  if (!gp_ring_empty(&st->arrived)) {
    gp_sim_servenext(st);
    return;
  }
  gp_sim_note(st->sim, GP_TRACE_TICK, st, 0, 0);
  gp_node_tick(st->node, st->sim->now);
  gp_simhost_touch(st);
}

/* What the node still does while it is freed finds 'node' NULL. */
static void end (gp_simhost *st, bool crashing) {
  gp_node *n = st->node;
  if (n == NULL)
    return;
  gp_sim_note(st->sim, GP_TRACE_FAULT, st, 0, crashing);
  st->node = NULL;
  st->hanging = false;
  st->crashing = crashing;
  gp_node_free(n);
  st->crashing = false;
  gp_sim_orphan(st);
  gp_simhost_touch(st);
  gp_sim_disturb(st->sim);
}

void gp_simhost_crash (gp_simhost *st) {
  end(st, true);
}

void gp_simhost_stop (gp_simhost *st) {
  end(st, false);
}

void gp_simhost_hang (gp_simhost *st) {
  gp_simhost_stall(st, GP_NEVER);
}

void gp_simhost_stall (gp_simhost *st, uint64_t time) {
  uint64_t now = st->sim->now;
  if (st->node == NULL)
    return;
  gp_sim_note(st->sim, GP_TRACE_FAULT, st, time, 2);
  st->hanging = true;
  st->wakes = time < GP_NEVER - now ? now + time : GP_NEVER;
  gp_sim_reschedule(st);
  gp_simhost_touch(st);
  gp_sim_disturb(st->sim);
}

void gp_simhost_resume (gp_simhost *st) {
  if (!st->hanging)
    return;
  gp_sim_note(st->sim, GP_TRACE_FAULT, st, 0, 3);
  st->hanging = false;
  gp_sim_reschedule(st);
  gp_simhost_touch(st);
  gp_sim_disturb(st->sim);
}

void gp_simhost_setplain (gp_simhost *st) {
  st->plain = true;
}

void gp_simhost_setgroups (gp_simhost *st, uint64_t groups) {
  st->groups = groups;
  gp_sim_disturb(st->sim);
}
