/*
** sim/steady.c - probes that could find nothing out are left out.
*/
#include "sim/host.h"

/* ms from a change until it is first looked whether all is calm. */
#define UNREST 5000

/* ms until it is looked again, while it is not. */
#define AGAIN 1000

/* A node that probes differs from one that does not only in that. */
static void setprobing (gp_sim *s, bool on) {
  gp_simhost *st;
  for (st = s->first; st != NULL; st = st->next)
    if (st->node != NULL) {
      gp_node_setprobeinterval(st->node, on ? st->probe_interval_ms : 0,
                               s->now);
      st->digest = gp_node_digest(st->node);
      gp_simhost_touch(st);
    }
}

void gp_sim_disturb (gp_sim *s) {
  bool wascalm = s->calmat == GP_NEVER;
  if (!s->skips)
    return;
  s->calmat = s->now + UNREST;
  if (wascalm)
    setprobing(s, true);
}

void gp_sim_skipprobes (gp_sim *s) {
  s->skips = true;
  gp_sim_disturb(s);
}

void gp_sim_checklist (const gp_simhost *st) {
  if (st->sim->calmat == GP_NEVER && st->node != NULL &&
      gp_node_digest(st->node) != st->digest)
    gp_sim_disturb(st->sim);
}

/* Nothing is to be learned by the one about the other. */
static bool isknown (const gp_simhost *st, const gp_peer *member) {
  const gp_sim *s = st->sim;
  const gp_simhost *other = gp_sim_find(s, member);
  return other != NULL && other->node != NULL && !other->hanging &&
         !gp_sim_iscut(s, st, other) && !gp_sim_iscut(s, other, st) &&
         gp_node_digest(other->node) == gp_node_digest(st->node);
}

/* Without memory to find it out, nobody is. */
static bool iscalm (const gp_simhost *st) {
  gp_peerstates peers;
  bool calm = true;
  size_t i;
  if (gp_node_states(st->node, st->sim->now, &peers) != GP_OK)
    return false;
  for (i = 0; i < peers.n && calm; i++) {
    const gp_peerstate *p = &peers.at[i];
    calm = p->state == GP_STATE_FAILED ||
           (p->state == GP_STATE_ALIVE && isknown(st, p->peer));
  }
  gp_peerstates_clear(&peers);
  return calm;
}

void gp_sim_checksteady (gp_sim *s) {
  const gp_simhost *st;
  bool calm = s->loss == 0 && s->breaks == 0;
  for (st = s->first; st != NULL && calm; st = st->next)
    calm = st->node == NULL || st->hanging || iscalm(st);
  s->calmat = calm ? GP_NEVER : s->now + AGAIN;
  if (calm)
    setprobing(s, false);
}
