/*
** net/ration.c - how many connections a node sets up at once.
*/
#include "net/ration.h"

#include <string.h>

#include "value/address.h"

#define OWN (GP_CAUSE_PROVEN + 1) /* the line of own claims */

void gp_ration_init (gp_ration *r) {
  size_t i;
  memset(r, 0, sizeof *r);
  for (i = 0; i < sizeof r->lines / sizeof *r->lines; i++)
    gp_ring_init(&r->lines[i].waiting);
}

void gp_ration_clear (gp_ration *r) {
  gp_index_clear(&r->told);
  gp_index_clear(&r->claimed);
}

/* A name is a network of its own. */
static uint32_t networkof (const char *address) {
  char network[GP_NETWORK_TEXT];
  bool numeric = gp_address_network(network, address);
  return gp_index_hash(numeric ? network : address);
}

void gp_rationed_init (gp_rationed *x, gp_cause cause, const char *claimer) {
  memset(x, 0, sizeof *x);
  gp_ring_init(&x->place);
  x->cause = cause;
  x->claimer = networkof(claimer == NULL ? "" : claimer);
  x->internal = claimer != NULL && gp_address_isinternal(claimer);
}

static gp_rationed *of (const gp_ring *place) {
  return gp_ring_of(gp_rationed, place, place);
}

static gp_rationline *lineof (gp_ration *r, const gp_rationed *x) {
  return &r->lines[x->own ? OWN : (int)x->cause];
}

/* By what claims are counted: those of a network that are own, and the
   others. */
static uint32_t countedas (const gp_rationed *x) {
  return x->own ? ~x->claimer : x->claimer;
}

/* Those before it that have no place stay so. */
static void leave (gp_ration *r, gp_rationed *x) {
  if (r->passed == &x->place)
    r->passed = x->place.prev;
  gp_ring_remove(&x->place);
}

void gp_ration_wait (gp_ration *r, gp_rationed *x, const char *address,
                     bool again) {
  gp_ring *queue;
  gp_ration_end(r, x);
  x->to = networkof(address);
  x->own = x->cause == GP_CAUSE_CLAIM &&
           (x->to == x->claimer ||
            (x->internal && gp_address_isinternal(address)));
  queue = &lineof(r, x)->waiting;
  if (!again) {
    gp_ring_append(queue, &x->place);
    return;
  }
  gp_ring_prepend(queue, &x->place);
  if (x->cause == GP_CAUSE_NAMED)
    r->passed = NULL;
}

/* How many of a network have begun: no more than a few. */
static size_t count (const gp_index *of, uint32_t network) {
  const gp_indexlink *l = gp_index_find(of, network);
  size_t n = 0;
  for (; l != NULL; l = gp_index_next(l))
    n++;
  return n;
}

static bool hasroom (const gp_ration *r, const gp_rationed *x) {
  return x->own || count(&r->told, x->to) < GP_RATION_TOLD;
}

/* The oldest of those that others name that there is a place for, or NULL. */
static gp_rationed *nextnamed (gp_ration *r) {
  const gp_rationline *line = &r->lines[GP_CAUSE_NAMED];
  const gp_ring *at = r->passed != NULL ? r->passed : &line->waiting;
  if (line->begun >= GP_RATION_NAMED)
    return NULL;
  while (at->next != &line->waiting && !hasroom(r, of(at->next)))
    at = at->next;
  r->passed = at;
  return at->next == &line->waiting ? NULL : of(at->next);
}

/* Likewise of a line of claims, of the network that has the fewest. */
static gp_rationed *fewestof (const gp_ration *r, const gp_rationline *line) {
  const gp_ring *at = line->waiting.next;
  gp_rationed *best = NULL;
  size_t fewest = GP_RATION_CLAIMED;
  for (; at != &line->waiting && fewest > 0; at = at->next) {
    size_t n = count(&r->claimed, countedas(of(at)));
    if (n >= fewest || !hasroom(r, of(at)))
      continue;
    best = of(at);
    fewest = n;
  }
  return best;
}

static gp_rationed *nextclaim (const gp_ration *r) {
  const gp_rationline *own = &r->lines[OWN];
  const gp_rationline *others = &r->lines[GP_CAUSE_CLAIM];
  gp_rationed *x;
  if (own->begun + others->begun >= GP_RATION_CLAIMS)
    return NULL;
  x = fewestof(r, own);
  return x != NULL || others->begun >= GP_RATION_ELSEWHERE
           ? x
           : fewestof(r, others);
}

static gp_rationed *next (gp_ration *r, bool scarce) {
  const gp_ring *proven = &r->lines[GP_CAUSE_PROVEN].waiting;
  gp_rationed *x;
  size_t i, begun = 0;
  for (i = 0; i < sizeof r->lines / sizeof *r->lines; i++)
    begun += r->lines[i].begun;
  if (begun >= GP_RATION_MOST)
    return NULL;
  if (!gp_ring_empty(proven))
    return of(proven->next);
  if (scarce)
    return NULL;
  x = nextclaim(r);
  return x != NULL ? x : nextnamed(r);
}

/* One that there is no memory to count has its place all the same. */
static void enter (gp_ration *r, gp_rationed *x) {
  if (x->cause == GP_CAUSE_PROVEN)
    return;
  if (!x->own && gp_index_add(&r->told, &x->told, x->to) != GP_OK)
    return;
  x->counted = x->cause != GP_CAUSE_CLAIM ||
               gp_index_add(&r->claimed, &x->claimed, countedas(x)) == GP_OK;
  if (!x->counted && !x->own)
    gp_index_remove(&r->told, &x->told);
}

gp_rationed *gp_ration_next (gp_ration *r, bool scarce) {
  gp_rationed *x = next(r, scarce);
  if (x == NULL)
    return NULL;
  leave(r, x);
  x->begun = true;
  lineof(r, x)->begun++;
  enter(r, x);
  return x;
}

static void uncount (gp_ration *r, gp_rationed *x) {
  if (!x->own)
    gp_index_remove(&r->told, &x->told);
  if (x->cause == GP_CAUSE_CLAIM)
    gp_index_remove(&r->claimed, &x->claimed);
  x->counted = false;
  r->passed = NULL;
}

void gp_ration_end (gp_ration *r, gp_rationed *x) {
  if (x->begun)
    lineof(r, x)->begun--;
  x->begun = false;
  if (x->counted)
    uncount(r, x);
  leave(r, x);
}

bool gp_ration_isready (gp_ration *r, bool scarce) {
  return next(r, scarce) != NULL;
}
