/*
** node/probe.c - probes of peers on their way, and probes for others.
*/
#include "node/probe.h"

#include <stdlib.h>
#include <string.h>

#include "node/cookies.h"
#include "node/respond.h"
#include "node/state.h"
#include "wire/refusal.h"

#define PROBE_TIMEOUT_MS 1200 /* also where others probe for us */

/* The one that is asked whether it reaches us is heard also when it says that
   it does not, which it knows once its own probe has taken too long. */
#define SELF_TIMEOUT_MS (2 * PROBE_TIMEOUT_MS)
#define MAX_HELPING 64 /* probes for others at once */

/* The ids of probes have this slot, which no record has. */
#define PROBE_SLOT UINT32_MAX

void gp_probes_init (gp_probes *ps) {
  gp_ring_init(&ps->all);
}

static gp_probe *newprobe (gp_node *n, const gp_peer *about) {
  gp_probe *p = calloc(1, sizeof *p);
  if (p == NULL)
    return NULL;
  p->id = (uint64_t)++n->probes.sequence << 32 | PROBE_SLOT;
  p->about = gp_peer_ref(about);
  p->sent_at = n->now;
  gp_ring_append(&n->probes.all, &p->place);
  return p;
}

void gp_probe_free (gp_probe *p) {
  gp_peer_unref(p->about);
  gp_peer_unref(p->via);
  gp_peer_unref(p->claimant);
  free(p);
}

static gp_probe *takeout (gp_node *n, gp_probe *p) {
  gp_ring_remove(&p->place);
  if (p->exchange != NULL)
    n->probes.helping--;
  return p;
}

gp_probe *gp_probe_take (gp_node *n, uint64_t id) {
  gp_ring *at;
  for (at = n->probes.all.prev; at != &n->probes.all; at = at->prev) {
    gp_probe *p = gp_ring_of(gp_probe, place, at);
    if (p->id == id)
      return takeout(n, p);
  }
  return NULL;
}

/* A digest that there is no memory for leaves a plain probe. */
static void settopic (gp_node *n, gp_extension *x, gp_topic topic,
                      const gp_peer *about) {
  if (topic == GP_TOPIC_DIGEST) {
    x->digest = gp_membership_digest(n);
    if (gp_digest_isnone(x->digest))
      return;
  }
  x->topic = topic;
  x->about = about;
}

/* A plain probe says nothing, so it may be anybody's. */
static gp_err send (gp_node *n, uint64_t id, gp_record *to, gp_topic topic,
                    const gp_peer *about, uint32_t timeout_ms) {
  gp_sendreq request;
  memset(&request, 0, sizeof request);
  request.form = to->compat.form;
  request.from = gp_compat_ourname(n, to);
  request.to = gp_record_dialled(to);
  request.cause = gp_peers_isproven(to) ? GP_CAUSE_PROVEN : GP_CAUSE_NAMED;
  request.ranges = to->hearsay.ranges;
  settopic(n, &request.ext, topic, about);
  if (request.ext.topic != GP_TOPIC_NONE) {
    request.ext.who = n->self.identity;
    gp_cookies_show(n, to, &request.ext);
  }
  return n->transport.send(n->transport.self, id, request.to, &request,
                           timeout_ms);
}

/* What could not even be sent says nothing about anybody. */
static bool beginfor (gp_node *n, gp_probe *p, gp_record *to, gp_topic topic,
                      const gp_peer *about, uint32_t timeout_ms) {
  if (p == NULL)
    return false;
  if (send(n, p->id, to, topic, about, timeout_ms) == GP_OK)
    return true;
  gp_probe_free(takeout(n, p));
  return false;
}

static bool begin (gp_node *n, gp_probe *p, gp_record *to, gp_topic topic,
                   const gp_peer *about) {
  return beginfor(n, p, to, topic, about, PROBE_TIMEOUT_MS);
}

void gp_probe_send (gp_node *n, gp_record *peer, bool with_digest) {
  begin(n, newprobe(n, gp_record_name(peer)), peer,
        with_digest ? GP_TOPIC_DIGEST : GP_TOPIC_NONE,
        with_digest ? n->self.identity.peer : NULL);
}

void gp_probe_claim (gp_node *n, gp_record *holder, const gp_peer *claimant) {
  gp_probe *p = newprobe(n, gp_record_name(holder));
  if (p != NULL)
    p->claimant = gp_peer_ref(claimant);
  begin(n, p, holder, GP_TOPIC_NONE, NULL);
}

/* A random one of ours that can be asked about 'peer', not the last one. */
static gp_record *helper (gp_node *n, const gp_record *peer,
                          const gp_record *last) {
  gp_record *h, *chosen = NULL;
  uint64_t count = 0;
  for (h = gp_record_first(&n->peers); h != NULL; h = gp_record_next(h)) {
    if (h == peer || h == last || h->membership != GP_MEMBER ||
        !h->compat.ours || h->liveness.state == GP_SUSPECTED)
      continue;
    if (gp_random_below(&n->random, ++count) == 0)
      chosen = h;
  }
  return chosen;
}

/* 0.0.0.0 is another host for every node: none can be asked about it. */
unsigned gp_probe_sendindirect (gp_node *n, const gp_record *peer,
                                unsigned most) {
  const gp_peer *name = gp_record_name(peer);
  gp_record *h = NULL;
  unsigned count = 0, i;
  if (gp_peer_isany(name))
    return 0;
  for (i = 0; i < most; i++) {
    gp_probe *p;
    h = helper(n, peer, h);
    if (h == NULL)
      break;
    p = newprobe(n, name);
    if (p != NULL)
      p->via = gp_peer_ref(gp_record_name(h));
    count += begin(n, p, h, GP_TOPIC_PROBE, name);
  }
  return count;
}

void gp_probe_sendself (gp_node *n, gp_record *helper) {
  const gp_peer *self = n->self.identity.peer;
  gp_probe *p = newprobe(n, self);
  if (p != NULL)
    p->via = gp_peer_ref(gp_record_name(helper));
  beginfor(n, p, helper, GP_TOPIC_PROBE, self, SELF_TIMEOUT_MS);
}

bool gp_probe_isofself (const gp_node *n, const gp_probe *p) {
  return p->via != NULL && gp_peer_equal(p->about, n->self.identity.peer);
}

void gp_probe_announce (gp_node *n, const gp_record *peer) {
  const gp_peer *name = gp_record_name(peer);
  gp_record *to;
  if (gp_peer_isany(name))
    return;
  for (to = gp_record_first(&n->peers); to != NULL; to = gp_record_next(to))
    if (to != peer && to->membership == GP_MEMBER && to->compat.ours)
      (void)send(n, GP_FIRE_AND_FORGET, to, GP_TOPIC_SUSPECT, name,
                 PROBE_TIMEOUT_MS);
}

bool gp_probe_sendfor (gp_node *n, gp_record *peer, gp_exchange *x) {
  gp_probe *p = NULL;
  if (n->probes.helping < MAX_HELPING)
    p = newprobe(n, gp_record_name(peer));
  if (!begin(n, p, peer, GP_TOPIC_NONE, NULL))
    return false;
  p->exchange = x;
  n->probes.helping++;
  return true;
}

void gp_probes_clear (gp_node *n) {
  while (!gp_ring_empty(&n->probes.all)) {
    gp_probe *p = takeout(n, gp_ring_of(gp_probe, place, n->probes.all.prev));
    if (p->exchange != NULL)
      gp_respond(n, p->exchange, 503, gp_wire_busy);
    gp_probe_free(p);
  }
}
