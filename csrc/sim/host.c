/*
** sim/host.c - see sim/host.h.
*/
#include "sim/host.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/state.h"

/* A name of a host. */
typedef struct gp_simname {
  gp_peerentry entry;
  gp_ring ring; /* in its host */
  gp_simhost *host;
} gp_simname;

void gp_simhosts_init (gp_simhosts *hs) {
  memset(hs, 0, sizeof *hs);
  gp_ring_init(&hs->all);
  gp_ring_init(&hs->touched);
}

void gp_simhosts_clear (gp_simhosts *hs) {
  while (!gp_ring_empty(&hs->all))
    gp_simhost_free(gp_ring_of(gp_simhost, ring, hs->all.next));
  gp_peertable_clear(&hs->names);
}

/* Where a name leads; see gp_sim_add. */
static void setremote (gp_simhost *h) {
  const char *address = gp_peer_address(h->self);
  struct in_addr any;
  if (strcmp(address, "localhost") == 0 || gp_peer_isany(h->self))
    snprintf(h->remote, sizeof h->remote, "127.0.0.1");
  else if (inet_pton(AF_INET, address, &any) == 1)
    snprintf(h->remote, sizeof h->remote, "%.15s", address);
  else
    snprintf(h->remote, sizeof h->remote, "10.%u.%u.%u",
             (unsigned)(h->number >> 16 & 255),
             (unsigned)(h->number >> 8 & 255), (unsigned)(h->number & 255));
}

gp_simhost *gp_sim_find (const gp_sim *s, const gp_peer *name) {
  gp_peerentry *e = gp_peertable_find(&s->hosts.names, name);
  return e == NULL ? NULL : ((gp_simname *)e)->host;
}

gp_err gp_simhost_alias (gp_simhost *h, const gp_peer *name) {
  gp_simhost *other = gp_sim_find(h->sim, name);
  gp_simname *n;
  if (other != NULL)
    return other == h ? GP_OK : GP_EADDRINUSE;
  n = calloc(1, sizeof *n);
  if (n == NULL)
    return GP_ENOMEM;
  n->host = h;
  n->entry.peer = gp_peer_ref(name);
  if (gp_peertable_add(&h->sim->hosts.names, &n->entry) != GP_OK) {
    gp_peer_unref(name);
    free(n);
    return GP_ENOMEM;
  }
  gp_ring_append(&h->names, &n->ring);
  return GP_OK;
}

static void freename (gp_simname *n) {
  gp_ring_remove(&n->ring);
  gp_peertable_remove(&n->host->sim->hosts.names, &n->entry);
  gp_peer_unref(n->entry.peer);
  free(n);
}

static gp_err setnames (gp_simhost *h) {
  gp_peer *numeric;
  gp_err e = gp_simhost_alias(h, h->self);
  if (e != GP_OK)
    return e;
  e = gp_peer_new(&numeric, h->remote, strlen(h->remote),
                  gp_peer_port(h->self));
  if (e != GP_OK)
    return e;
  e = gp_simhost_alias(h, numeric);
  gp_peer_unref(numeric);
  return e;
}

static void initrings (gp_simhost *h) {
  gp_ring_init(&h->ring);
  gp_ring_init(&h->touched_ring);
  gp_ring_init(&h->names);
  gp_ring_init(&h->sent);
  gp_ring_init(&h->arrived);
}

gp_err gp_simhost_new (gp_simhost **out, gp_sim *s, const gp_peer *self) {
  gp_simhost *h = calloc(1, sizeof *h);
  size_t i;
  gp_err e;
  if (h == NULL || gp_clock_addturn(&s->clock) != GP_OK) {
    free(h);
    return GP_ENOMEM;
  }
  h->turn.of_host = true;
  h->sim = s;
  h->number = s->hosts.count + 1;
  h->self = gp_peer_ref(self);
  initrings(h);
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_init(&h->signals[i], &h->ready);
  setremote(h);
  e = setnames(h);
  if (e != GP_OK)
    gp_simhost_free(h);
  *out = h;
  return e;
}

void gp_simhost_free (gp_simhost *h) {
  while (!gp_ring_empty(&h->names))
    freename(gp_ring_of(gp_simname, ring, h->names.next));
  gp_ring_remove(&h->ring);
  gp_ring_remove(&h->touched_ring);
  gp_clock_removeturn(&h->sim->clock, &h->turn);
  gp_peer_unref(h->self);
  free(h);
}

void gp_simhost_enlist (gp_simhost *h) {
  gp_ring_append(&h->sim->hosts.all, &h->ring);
  h->sim->hosts.count++;
}

gp_simhost *gp_simhost_next (const gp_sim *s, const gp_simhost *h) {
  const gp_ring *all = &s->hosts.all;
  gp_ring *next = h == NULL ? all->next : h->ring.next;
  return next == all ? NULL : gp_ring_of(gp_simhost, ring, next);
}

gp_node *gp_simhost_node (gp_simhost *h) {
  if (h->node != NULL)
    gp_simhost_touch(h);
  return h->node;
}

const gp_peer *gp_simhost_self (const gp_simhost *h) {
  return h->self;
}

gp_signal *gp_simhost_signals (gp_simhost *h) {
  return h->signals;
}

void gp_simhost_setplain (gp_simhost *h) {
  h->plain = true;
}

void gp_simhost_setscript (gp_simhost *h, gp_simscript *script, void *self) {
  h->script = script;
  h->script_self = self;
}

void gp_simhost_setshielded (gp_simhost *h, bool shielded) {
  h->shielded = shielded;
}

void gp_simhost_touch (gp_simhost *h) {
  if (gp_ring_empty(&h->touched_ring))
    gp_ring_prepend(&h->sim->hosts.touched, &h->touched_ring);
}

gp_simhost *gp_simhost_taketouched (gp_sim *s) {
  gp_ring *newest = s->hosts.touched.next;
  if (newest == &s->hosts.touched)
    return NULL;
  gp_ring_remove(newest);
  return gp_ring_of(gp_simhost, touched_ring, newest);
}

uint64_t gp_simhost_due (const gp_simhost *h) {
  if (h->node == NULL)
    return GP_NEVER;
  if (h->hanging)
    return h->wakes_at;
  return gp_ring_empty(&h->arrived) ? gp_node_due(h->node) : 0;
}
