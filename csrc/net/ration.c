/*
** net/ration.c - how many connections a node sets up at once.
*/
#include "net/ration.h"

#include <string.h>

#include "base/index.h"
#include "value/address.h"

void gp_ration_init (gp_ration *r) {
  memset(r, 0, sizeof *r);
  gp_ring_init(&r->proven);
  gp_ring_init(&r->unproven);
  gp_ring_init(&r->begun);
}

void gp_rationed_init (gp_rationed *x) {
  memset(x, 0, sizeof *x);
  gp_ring_init(&x->place);
}

/* A name is a network of its own. */
static uint32_t networkof (const char *address) {
  char network[GP_NETWORK_TEXT];
  bool numeric = gp_address_network(network, address);
  return gp_index_hash(numeric ? network : address);
}

static gp_rationed *of (const gp_ring *place) {
  return gp_ring_of(gp_rationed, place, place);
}

void gp_ration_wait (gp_ration *r, gp_rationed *x, bool proven,
                     const char *address, bool again) {
  gp_ring *queue = proven ? &r->proven : &r->unproven;
  gp_ration_end(r, x);
  x->proven = proven;
  x->network = networkof(address);
  if (again)
    gp_ring_prepend(queue, &x->place);
  else
    gp_ring_append(queue, &x->place);
}

static bool hasroom (const gp_ration *r, const gp_rationed *x) {
  const gp_ring *at;
  size_t there = 0;
  for (at = r->begun.next; at != &r->begun; at = at->next)
    there += !of(at)->proven && of(at)->network == x->network;
  return there < GP_RATION_EACH;
}

/* The oldest to the unproven that there is a place for, or NULL. */
static gp_rationed *unproven (const gp_ration *r) {
  const gp_ring *at;
  if (r->count >= GP_RATION_MOST || r->unproven_count >= GP_RATION_UNPROVEN)
    return NULL;
  for (at = r->unproven.next; at != &r->unproven; at = at->next)
    if (hasroom(r, of(at)))
      return of(at);
  return NULL;
}

gp_rationed *gp_ration_next (gp_ration *r, bool scarce) {
  gp_rationed *x = NULL;
  if (r->count >= GP_RATION_MOST)
    return NULL;
  if (!gp_ring_empty(&r->proven))
    x = of(r->proven.next);
  else if (!scarce)
    x = unproven(r);
  if (x == NULL)
    return NULL;
  gp_ring_move(&r->begun, &x->place);
  x->begun = true;
  r->count++;
  r->unproven_count += !x->proven;
  return x;
}

void gp_ration_end (gp_ration *r, gp_rationed *x) {
  if (x->begun) {
    r->count--;
    r->unproven_count -= !x->proven;
  }
  x->begun = false;
  gp_ring_remove(&x->place);
}

bool gp_ration_isready (const gp_ration *r) {
  return unproven(r) != NULL;
}
