/*
** net/crowd.c - see net/crowd.h.
*/
#include "net/crowd.h"

#include "value/origin.h"

static size_t count (const gp_conn *c) {
  return c->origin == NULL ? 0 : c->origin->count;
}

static bool isbetter (const gp_conn *c, const gp_conn *best) {
  if (best == NULL || count(c) != count(best))
    return best == NULL || count(c) > count(best);
  if (c->state != best->state)
    return c->state == GP_CONN_IDLE;
  return c->state_at < best->state_at;
}

/* Whether nobody loses more than a connection with it. */
static bool isspare (const gp_conn *c, const gp_conn *newcomer,
                     uint64_t now) {
  if (c == newcomer)
    return false;
  if (c->state == GP_CONN_READING)
    return count(c) > count(newcomer) &&
           c->state_at + GP_CROWD_SLOW_MS <= now;
  return c->state == GP_CONN_IDLE;
}

gp_conn *gp_crowd_idlest (const gp_ring *live, const gp_conn *newcomer) {
  uint64_t now = gp_sweep_now(&newcomer->conns->sweep);
  gp_conn *best = NULL;
  const gp_ring *r;
  for (r = live->next; r != live; r = r->next) {
    gp_conn *c = gp_ring_of(gp_conn, place, r);
    if (isspare(c, newcomer, now) && isbetter(c, best) && !gp_conn_hasmore(c))
      best = c;
  }
  return best;
}

/* Whether it is known is asked only where it decides. */
gp_conn *gp_crowd_largest (const gp_ring *live) {
  gp_conn *stranger = NULL, *known = NULL;
  const gp_ring *r;
  for (r = live->next; r != live; r = r->next) {
    gp_conn *c = gp_ring_of(gp_conn, place, r);
    if (!gp_conn_isunfinished(c) ||
        (stranger != NULL && c->got <= stranger->got))
      continue;
    if (!gp_conn_isknown(c))
      stranger = c;
    else if (known == NULL || c->got > known->got)
      known = c;
  }
  return stranger != NULL ? stranger : known;
}
