/*
** sim/steady.c - see sim/steady.h.
*/
#include "sim/steady.h"

#include <string.h>

#include "node/stats.h"
#include "sim/state.h"

/* ms from a change until it is first looked whether all is steady. */
#define FIRST_LOOK_MS 5000

/* ms until it is looked again, while it is not. */
#define LOOK_AGAIN_MS 1000

/* A node that probes differs from one that does not only in that. */
static void setprobing (gp_sim *s, bool on) {
  gp_simhost *h = NULL;
  while ((h = gp_simhost_next(s, h)) != NULL)
    if (h->node != NULL) {
      gp_node_setprobeinterval(h->node, on ? h->probe_interval_ms : 0,
                               s->clock.now);
      h->steady_digest = gp_node_digest(h->node);
      gp_simhost_touch(h);
    }
}

void gp_sim_disturb (gp_sim *s) {
  bool was_steady = s->steady.look_at == GP_NEVER;
  if (!s->steady.skips)
    return;
  s->steady.look_at = s->clock.now + FIRST_LOOK_MS;
  if (was_steady)
    setprobing(s, true);
}

void gp_sim_skipprobes (gp_sim *s) {
  s->steady.skips = true;
  gp_sim_disturb(s);
}

void gp_sim_checkdigest (const gp_simhost *h) {
  if (h->sim->steady.look_at == GP_NEVER && h->node != NULL &&
      !gp_digest_equal(gp_node_digest(h->node), h->steady_digest))
    gp_sim_disturb(h->sim);
}

/* Whether 'other' has the nick that 'h' knows: if not, a probe finds it
   out. */
static bool isnicked (const gp_simhost *h, const gp_simhost *other,
                      const gp_peer *known) {
  return h->plain || other->plain ||
         strcmp(gp_peer_nick(known),
                gp_peer_nick(gp_node_self(other->node))) == 0;
}

/* Nothing is to be learned by the one about the other. */
static bool isknown (const gp_simhost *h, const gp_peer *member) {
  const gp_network *net = &h->sim->network;
  const gp_simhost *other = gp_sim_find(h->sim, member);
  return other != NULL && other->node != NULL && !other->hanging &&
         isnicked(h, other, member) &&
         !gp_network_iscut(net, h->groups, other->groups) &&
         !gp_network_iscut(net, other->groups, h->groups) &&
         gp_digest_equal(gp_node_digest(other->node),
                         gp_node_digest(h->node));
}

/* Without memory to find it out, none is. */
static bool issteady (const gp_simhost *h) {
  gp_peerstates peers;
  bool steady = true;
  size_t i;
  if (gp_node_states(h->node, h->sim->clock.now, &peers) != GP_OK)
    return false;
  for (i = 0; i < peers.n && steady; i++) {
    const gp_peerstate *p = &peers.at[i];
    steady = p->state == GP_STATE_FAILED ||
             (p->state == GP_STATE_ALIVE && isknown(h, p->peer));
  }
  gp_peerstates_clear(&peers);
  return steady;
}

void gp_sim_checksteady (gp_sim *s) {
  const gp_simhost *h = NULL;
  bool steady = !gp_network_ischancy(&s->network);
  if (!s->steady.skips || s->clock.now < s->steady.look_at)
    return;
  while (steady && (h = gp_simhost_next(s, h)) != NULL)
    steady = h->node == NULL || h->hanging || issteady(h);
  s->steady.look_at = steady ? GP_NEVER : s->clock.now + LOOK_AGAIN_MS;
  if (steady)
    setprobing(s, false);
}
