/*
** net/ration.c - how many connections a node sets up at once.
*/
#include "net/ration.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

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

/* Of a name its hash (FNV-1a), with which no numeric address begins. */
static void setname (struct in6_addr *net, const char *name) {
  uint64_t hash = 14695981039346656037u;
  while (*name != '\0')
    hash = (hash ^ (unsigned char)*name++) * 1099511628211u;
  memset(net, 0xFF, sizeof *net);
  memcpy(net->s6_addr + 8, &hash, sizeof hash);
}

/* An IPv4 address as IPv6 has it; of all others in IPv6 the first half, as
   one host may have all of a /64. */
static void setnet (struct in6_addr *net, const char *address) {
  memset(net, 0, sizeof *net);
  if (inet_pton(AF_INET, address, net->s6_addr + 12) == 1)
    memset(net->s6_addr + 10, 0xFF, 2);
  else if (inet_pton(AF_INET6, address, net) != 1)
    setname(net, address);
  else if (!IN6_IS_ADDR_V4MAPPED(net))
    memset(net->s6_addr + 8, 0, 8);
}

static gp_rationed *of (const gp_ring *place) {
  return gp_ring_of(gp_rationed, place, place);
}

void gp_ration_wait (gp_ration *r, gp_rationed *x, bool proven,
                     const char *address, bool again) {
  gp_ring *queue = proven ? &r->proven : &r->unproven;
  gp_ration_end(r, x);
  x->proven = proven;
  setnet(&x->net, address);
  if (again)
    gp_ring_prepend(queue, &x->place);
  else
    gp_ring_append(queue, &x->place);
}

static bool hasroom (const gp_ration *r, const gp_rationed *x) {
  const gp_ring *at;
  size_t there = 0;
  for (at = r->begun.next; at != &r->begun; at = at->next)
    there += !of(at)->proven && IN6_ARE_ADDR_EQUAL(&of(at)->net, &x->net);
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
