/*
** node/detector.c - finds out which members have failed.
**
** After SWIM (Das, Gupta, Motivala: "SWIM: Scalable Weakly-consistent
** Infection-style Process Group Membership Protocol", DSN 2002). Of its
** rules: one member is probed per period, in rounds that are shuffled anew
** (4.3); one that does not respond in time is probed through others (4.1);
** after that it is suspected, and failed only when the suspicion is not
** refuted (4.2). And after Lifeguard (Dadgar, Phillips, Currey: "Lifeguard:
** Local Health Awareness for More Accurate Failure Detection", arXiv
** 1707.00788): a node that notices that it is slow itself makes its own
** periods and suspicions longer (IV.A), and a suspect gets the chance to
** refute (IV.C).
**
** Unlike there, none fails on a third party's report. Every node has a
** connection to every other anyway, so a suspicion is told to all of ours at
** once, and each then probes for itself; the suspect refutes it by
** responding. So no incarnation numbers are needed, and no suspicion that
** gets shorter the more share it.
**
** In shuffled rounds alone a member may be probed by none for seconds, in a
** network of any size. So every second period a node probes its neighbours as
** well: all members stand in a ring, in the order of their public hashes, and
** each of ours has those for neighbours that come next, up to the first of
** ours. So each member is the neighbour of one of ours, which probes it again
** and again. That costs a network as much for each member, whatever its size;
** of a few of ours among many Go programs, which do not probe, it is they
** that bear it, up to a bound: beyond it rounds are all there is.
*/
#include "node/detector.h"

#include <stdlib.h>
#include <string.h>

#include "node/claim.h"
#include "node/departure.h"
#include "node/reconnect.h"
#include "node/state.h"

#define STALL_MS 500      /* a tick that came this late came too late */
#define MAX_NEIGHBOURS 64 /* in the ring, that are probed */
#define MAX_SELF_DOUBT 3  /* Lifeguard's S: times are up to 4 times as long */

#define HELPERS 2         /* others that are asked to probe, at first */
#define SUSPECT_HELPERS 3 /* and of a suspect, each time */

void gp_detector_clear (gp_detector *d) {
  free(d->round);
  d->round = NULL;
}

static void lookat (gp_node *n, gp_record *peer, uint64_t at) {
  gp_deadlines_lookat(&n->deadlines, &peer->deadline, at);
}

static uint64_t stretched (const gp_node *n, uint64_t ms) {
  return ms * (n->detector.self_doubt + 1);
}

static bool reserve (gp_detector *d, size_t size) {
  uint32_t *round;
  if (size <= d->round_size)
    return true;
  round = realloc(d->round, 2 * size * sizeof *round);
  if (round == NULL)
    return false;
  d->round = round;
  d->round_size = 2 * size;
  return true;
}

/* A new member comes at any place in what is left of the round (SWIM, 4.3);
   without memory in the next one. */
static void enter (gp_node *n, uint32_t slot) {
  gp_detector *d = &n->detector;
  size_t at;
  if (!reserve(d, d->round_count + 1))
    return;
  d->round[d->round_count++] = slot;
  at = d->round_next +
       (size_t)gp_random_below(&n->random, d->round_count - d->round_next);
  d->round[d->round_count - 1] = d->round[at];
  d->round[at] = slot;
}

static void plan (gp_node *n) {
  uint64_t interval = n->self.opt.probe_interval_ms;
  gp_deadlines_set(&n->deadlines, GP_DUE_PROBE,
                   n->now + 1 + gp_random_below(&n->random, interval));
  gp_sync_compared(n);
}

void gp_detector_begin (gp_node *n, const gp_record *peer) {
  if (n->self.opt.probe_interval_ms == 0)
    return;
  enter(n, peer->entry.slot);
  if (!gp_deadlines_isset(&n->deadlines, GP_DUE_PROBE))
    plan(n);
}

/* Probes and suspicions under way go on. */
void gp_detector_restart (gp_node *n) {
  gp_deadlines_set(&n->deadlines, GP_DUE_PROBE, UINT64_MAX);
  if (n->self.opt.probe_interval_ms != 0 && n->memberships.members > 0)
    plan(n);
}

/* One that had failed seems to be alive. */
static void hasten (gp_node *n, gp_record *peer) {
  if (gp_membership_isfailing(peer))
    gp_reconnect_hasten(n, peer);
}

void gp_detector_heard (gp_node *n, gp_record *peer) {
  gp_suspicion_heard(&peer->liveness, n->now);
  hasten(n, peer);
}

void gp_detector_responded (gp_node *n, gp_record *peer) {
  if (peer->liveness.state == GP_PROBED && n->detector.self_doubt > 0)
    n->detector.self_doubt--;
  gp_suspicion_responded(&peer->liveness, n->now);
  hasten(n, peer);
}

/* Not announced again: whoever suspects it has told every node. */
void gp_detector_told (gp_node *n, gp_record *peer) {
  if (peer->membership != GP_MEMBER || peer->liveness.state == GP_SUSPECTED ||
      n->self.opt.probe_interval_ms == 0)
    return;
  if (gp_suspicion_told(&peer->liveness, n->now))
    lookat(n, peer, n->now);
}

void gp_detector_refused (gp_node *n, gp_record *peer) {
  if (peer->membership != GP_MEMBER || n->self.opt.probe_interval_ms == 0)
    return;
  if (!gp_suspicion_refused(&peer->liveness, n->now))
    return;
  lookat(n, peer, peer->liveness.round_at);
  gp_probe_announce(n, peer);
}

/* One that says a nick which another one has may be just that one, before it
   moved. */
static void fail (gp_node *n, gp_record *peer) {
  if (gp_claim_ismoved(peer)) {
    gp_departure_left(n, peer);
    return;
  }
  if (gp_membership_apply(n, peer, GP_HAS_FAILED, peer->liveness.reason))
    gp_reconnect_begin(n, peer);
}

static void suspect (gp_node *n, gp_record *peer) {
  if (gp_suspicion_isdoubtful(&peer->liveness) &&
      n->detector.self_doubt < MAX_SELF_DOUBT)
    n->detector.self_doubt++;
  gp_probe_announce(n, peer);
}

/* Does what is due for a member that is probed or suspected. */
static void lookliveness (gp_node *n, gp_record *peer) {
  gp_liveness *l = &peer->liveness;
  gp_suspicion_step step;
  uint64_t due_at;
  do {
    step = gp_suspicion_tick(l, n->detector.self_doubt, n->now, &due_at);
    switch (step) {
      case GP_STEP_HELP:
        gp_suspicion_sethelpers(l, gp_probe_sendindirect(n, peer, HELPERS));
        break;
      case GP_STEP_SUSPECT: suspect(n, peer); break;
      case GP_STEP_PROBE:
        gp_probe_send(n, peer, false);
        gp_probe_sendindirect(n, peer, SUSPECT_HELPERS);
        break;
      case GP_STEP_FAIL: fail(n, peer); return;
      default: lookat(n, peer, due_at); break;
    }
  } while (step != GP_STEP_NONE);
}

void gp_detector_probe (gp_node *n, gp_record *peer, bool with_digest) {
  if (peer->liveness.state != GP_ALIVE || n->self.opt.probe_interval_ms == 0)
    return;
  gp_suspicion_begin(&peer->liveness, n->now);
  lookliveness(n, peer);
  gp_probe_send(n, peer, with_digest);
}

void gp_detector_look (gp_node *n, gp_record *peer) {
  if (gp_membership_ismember(peer) && peer->liveness.state != GP_ALIVE)
    lookliveness(n, peer);
}

/*
** This process has stood still, or was busy with other things, and comes
** later than at 'due_at'. Responses may lie unread that came in time: nobody
** has kept it waiting meanwhile, and one that was about to fail is probed
** once more. What it waited for before counts: it may be busy again and
** again.
*/
void gp_detector_forgive (gp_node *n, uint64_t due_at) {
  gp_detector *d = &n->detector;
  gp_record *peer;
  if (n->now - due_at <= STALL_MS)
    return;
  if (d->self_doubt < MAX_SELF_DOUBT)
    d->self_doubt++;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    gp_suspicion_forgive(&peer->liveness, d->self_doubt, due_at, n->now);
  if (gp_deadlines_isset(&n->deadlines, GP_DUE_PROBE))
    gp_deadlines_set(&n->deadlines, GP_DUE_PROBE, n->now);
}

/* 'all': also one that has responded within the interval of probes. */
static bool isworthit (const gp_node *n, const gp_record *peer, bool all) {
  if (peer == NULL || peer->membership != GP_MEMBER ||
      peer->liveness.state != GP_ALIVE)
    return false;
  return all || peer->liveness.responded_at == 0 ||
         n->now - peer->liveness.responded_at >=
           n->self.opt.probe_interval_ms;
}

static bool newround (gp_node *n) {
  gp_detector *d = &n->detector;
  const gp_record *peer;
  size_t i;
  d->round_count = d->round_next = 0;
  if (!reserve(d, n->memberships.members))
    return false;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (gp_membership_ismember(peer))
      d->round[d->round_count++] = peer->entry.slot;
  for (i = d->round_count; i > 1; i--) {
    size_t j = (size_t)gp_random_below(&n->random, i);
    uint32_t slot = d->round[j];
    d->round[j] = d->round[i - 1];
    d->round[i - 1] = slot;
  }
  return true;
}

/* The next in this round of which nothing is known; NULL: there is none. */
static gp_record *nextone (gp_node *n, bool all) {
  gp_detector *d = &n->detector;
  size_t tries;
  for (tries = 0; tries <= n->memberships.members; tries++) {
    gp_record *peer;
    if (d->round_next >= d->round_count && !newround(n))
      return NULL;
    peer = gp_peers_at(&n->peers, d->round[d->round_next++]);
    if (isworthit(n, peer, all))
      return peer;
  }
  return NULL;
}

/* The way to it in the ring, from where we are. */
static uint32_t distance (uint32_t own, const gp_record *peer) {
  return peer->entry.publichash - own;
}

/* How far it is to the next of ours. By slot is faster than in order. */
static uint32_t reach (const gp_node *n, uint32_t own) {
  uint32_t slot, nearest = UINT32_MAX;
  for (slot = 0; slot < n->peers.records.size; slot++) {
    const gp_record *peer = gp_peers_at(&n->peers, slot);
    if (peer != NULL && peer->compat.ours && peer->membership == GP_MEMBER &&
        distance(own, peer) < nearest)
      nearest = distance(own, peer);
  }
  return nearest;
}

static void probeneighbours (gp_node *n) {
  size_t left = MAX_NEIGHBOURS;
  uint32_t own = gp_peer_publichash(n->self.identity.peer), last;
  gp_record *peer;
  n->detector.neighbours = !n->detector.neighbours;
  if (!n->detector.neighbours)
    return;
  last = reach(n, own);
  for (peer = gp_record_first(&n->peers); peer != NULL && left > 0;
       peer = gp_record_next(peer)) {
    if (distance(own, peer) <= last && peer->membership == GP_MEMBER) {
      gp_detector_probe(n, peer, false);
      left--;
    }
  }
}

/* The comparison of lists rides on the probe that is due anyway. */
void gp_detector_tick (gp_node *n) {
  bool compare = gp_sync_isdue(n);
  gp_record *peer;
  if (n->memberships.members == 0)
    return;
  gp_deadlines_set(&n->deadlines, GP_DUE_PROBE,
                   n->now + stretched(n, n->self.opt.probe_interval_ms));
  probeneighbours(n);
  peer = nextone(n, compare);
  if (peer == NULL)
    return;
  if (compare)
    gp_sync_compared(n);
  gp_detector_probe(n, peer, compare && peer->compat.ours);
}
