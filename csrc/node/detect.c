/*
** node/detect.c - who has failed.
**
** After SWIM (Das, Gupta, Motivala: "SWIM: Scalable Weakly-consistent
** Infection-style Process Group Membership Protocol", DSN 2002). Of its
** rules: one member is probed per period, in rounds that are shuffled anew
** (4.3); who does not answer in time is tried through others (4.1); after
** that it is suspected, and failed only when the suspicion is not refuted
** (4.2). And after Lifeguard (Dadgar, Phillips, Currey: "Lifeguard: Local
** Health Awareness for More Accurate Failure Detection", arXiv 1707.00788):
** a node that notices that it is slow itself makes its own periods and
** suspicions longer (IV.A), and a suspect gets the chance to refute (IV.C).
**
** Unlike there, nobody fails on hearsay. Every node has a connection to
** every other anyway, so a suspicion is told to all of ours at once, and
** each then tries for itself; the suspect refutes it by answering. So no
** incarnation numbers are needed, and no suspicion that gets shorter the
** more share it.
**
** In shuffled rounds alone somebody may be asked by nobody for seconds, in a
** network of any size. So every second period a node probes its neighbours as
** well: all members stand in a ring, in the order of their hashes, and each
** of ours has those for neighbours that come next, up to the first of ours.
** So each member is the neighbour of one of ours, which asks it again and
** again. That costs a network as much for each member, whatever its size;
** of a few of ours among many Go programs, which do not probe, it is they
** who bear it, up to a bound: beyond it rounds are all there is.
*/
#include <stdlib.h>

#include "node/contact.h"

#define HELP_AFTER 500     /* ms without an answer: others are asked to try */
#define TRIAL_TIME 1200    /* ms without any: it is suspected */
#define ROUND_TIME 600     /* ms: a suspect is asked so often */
#define SUSPICION 4500     /* ms: a suspect fails after */
#define REFUSING 1500      /* ms: one that refuses, time to start again */
#define STALL 500          /* ms: a tick that came so late came too late */
#define MOST_NEIGHBOURS 64 /* in the ring, that are asked */
#define MOST_HEALTH 3 /* Lifeguard's S: times are up to four times as long */

void gp_detect_init (gp_node *n) {
  gp_random_seed(&n->detect.random, n->opt.nonce);
  gp_ring_init(&n->detect.watched);
  n->detect.nextprobe = n->detect.lookat = UINT64_MAX;
  n->detect.relistat = UINT64_MAX;
}

void gp_detect_clear (gp_node *n) {
  gp_trial_clear(n);
  free(n->detect.round);
  n->detect.round = NULL;
}

static uint64_t patient (const gp_node *n, uint64_t time) {
  return time * (n->detect.health + 1);
}

static bool reserve (gp_detect *d, size_t size) {
  uint32_t *round;
  if (size <= d->roundsize)
    return true;
  round = realloc(d->round, 2 * size * sizeof *round);
  if (round == NULL)
    return false;
  d->round = round;
  d->roundsize = 2 * size;
  return true;
}

/* A new member comes at any place in what is left of the round (SWIM, 4.3);
   without memory in the next one. */
static void enter (gp_detect *d, uint32_t slot) {
  size_t at;
  if (!reserve(d, d->roundlen + 1))
    return;
  d->round[d->roundlen++] = slot;
  at = d->roundat +
       (size_t)gp_random_below(&d->random, d->roundlen - d->roundat);
  d->round[d->roundlen - 1] = d->round[at];
  d->round[at] = slot;
}

void gp_detect_begin (gp_node *n, gp_contact *c) {
  if (n->opt.probe_interval_ms == 0)
    return;
  enter(&n->detect, c->entry.slot);
  if (n->detect.nextprobe != UINT64_MAX)
    return;
  n->detect.nextprobe = n->now + 1 +
                        gp_random_below(&n->detect.random,
                                        n->opt.probe_interval_ms);
  gp_repair_compared(n);
}

/* What has begun is brought to its end all the same. */
void gp_node_setprobeinterval (gp_node *n, uint32_t time, uint64_t now) {
  n->now = now;
  n->opt.probe_interval_ms = time;
  n->detect.nextprobe = UINT64_MAX;
  if (time == 0 || n->nmembers == 0)
    return;
  n->detect.nextprobe = now + 1 + gp_random_below(&n->detect.random, time);
  gp_repair_compared(n);
}

/* Those watched stand in the order in which they came. */
static void watch (gp_node *n, gp_contact *c) {
  gp_ring *all = &n->detect.watched, *before = all->prev;
  while (before != all &&
         gp_ring_of(gp_contact, watched, before)->entry.number >
           c->entry.number)
    before = before->prev;
  gp_ring_append(before->next, &c->watched);
}

void gp_detect_lookat (gp_node *n, gp_contact *c, uint64_t at) {
  if (gp_ring_empty(&c->watched))
    watch(n, c);
  if (at < n->detect.lookat)
    n->detect.lookat = at;
}

void gp_detect_heard (gp_node *n, gp_contact *c) {
  gp_vigil *v = &c->vigil;
  v->heard = n->now;
  v->trial = v->suspected = v->refused = 0;
  c->reachable = true;
  if (c->standing == GP_FAILING)
    gp_repair_hasten(n, c);
}

void gp_detect_answered (gp_node *n, gp_contact *c) {
  if (c->vigil.trial != 0 && n->detect.health > 0)
    n->detect.health--;
  gp_detect_heard(n, c);
  c->vigil.answered = n->now;
}

void gp_detect_try (gp_node *n, gp_contact *c, bool digest) {
  gp_vigil *v = &c->vigil;
  if (v->trial != 0 || v->suspected != 0 || n->opt.probe_interval_ms == 0)
    return;
  v->trial = n->now;
  v->helped = false;
  v->helpers = v->nacks = 0;
  v->reason = GP_ETIMEDOUT;
  gp_detect_lookat(n, c, n->now + HELP_AFTER);
  gp_trial_ask(n, c, digest);
}

static void suspectfrom (gp_node *n, gp_contact *c, uint64_t round) {
  c->vigil.trial = 0;
  c->vigil.suspected = n->now;
  c->vigil.round = round;
  gp_detect_lookat(n, c, round);
}

static void suspect (gp_node *n, gp_contact *c) {
  suspectfrom(n, c, n->now + ROUND_TIME);
  c->reachable = false;
  gp_trial_announce(n, c);
}

/* What others say is not said on: they have told everybody. */
void gp_detect_told (gp_node *n, gp_contact *c) {
  if (c->standing != GP_MEMBER || c->leaving || c->vigil.suspected != 0 ||
      n->opt.probe_interval_ms == 0)
    return;
  c->vigil.reason = GP_ETIMEDOUT;
  suspectfrom(n, c, n->now);
}

void gp_detect_refused (gp_node *n, gp_contact *c) {
  gp_vigil *v = &c->vigil;
  if (c->standing != GP_MEMBER || c->leaving || n->opt.probe_interval_ms == 0)
    return;
  if (v->refused == 0)
    v->refused = n->now;
  v->reason = GP_ECONNREFUSED;
  if (v->suspected == 0)
    suspect(n, c);
}

/* May free it. */
static void fail (gp_node *n, gp_contact *c) {
  gp_vigil *v = &c->vigil;
  if (gp_name_ismoved(n, c)) {
    gp_contact_left(n, c);
    gp_contact_release(n, c);
    return;
  }
  v->trial = v->suspected = v->refused = 0;
  gp_contact_stand(n, c, GP_FAILING);
  if (!v->lost)
    gp_node_note(n, GP_FAILED, c->entry.peer, v->reason);
  v->lost = true;
  gp_repair_begin(n, c);
  gp_contact_release(n, c);
}

/* Nobody has said anything, not even those who were asked to try: then it
   may well be us (Lifeguard, IV.A). */
static void doubt (gp_node *n, const gp_vigil *v) {
  if (v->helpers > 0 && v->nacks == 0 && n->detect.health < MOST_HEALTH)
    n->detect.health++;
}

static void lookattrial (gp_node *n, gp_contact *c, uint64_t now) {
  gp_vigil *v = &c->vigil;
  if (!v->helped && now >= v->trial + HELP_AFTER) {
    v->helped = true;
    v->helpers = gp_trial_askothers(n, c, 2);
  }
  if (now < v->trial + TRIAL_TIME) {
    gp_detect_lookat(n, c, v->trial + (v->helped ? TRIAL_TIME : HELP_AFTER));
    return;
  }
  doubt(n, v);
  suspect(n, c);
}

static void lookatsuspect (gp_node *n, gp_contact *c, uint64_t now) {
  gp_vigil *v = &c->vigil;
  uint64_t end = v->suspected + patient(n, SUSPICION);
  if (v->refused != 0 && v->reason == GP_ECONNREFUSED)
    end = v->refused + patient(n, REFUSING);
  if (now >= end) {
    fail(n, c);
    return;
  }
  if (now >= v->round) {
    v->round = now + ROUND_TIME;
    gp_trial_ask(n, c, false);
    gp_trial_askothers(n, c, 3);
  }
  gp_detect_lookat(n, c, v->round < end ? v->round : end);
}

/* May free it. */
static void look (gp_node *n, gp_contact *c, uint64_t now) {
  if (c->standing == GP_MEMBER && c->vigil.trial != 0)
    lookattrial(n, c, now);
  else if (c->standing == GP_MEMBER && c->vigil.suspected != 0)
    lookatsuspect(n, c, now);
  else if (c->vigil.retry != 0 && now >= c->vigil.retry)
    gp_repair_retry(n, c);
  else if (c->vigil.retry != 0)
    gp_detect_lookat(n, c, c->vigil.retry);
}

static bool hasdue (const gp_contact *c) {
  const gp_vigil *v = &c->vigil;
  return v->trial != 0 || v->suspected != 0 || v->retry != 0;
}

static void lookatall (gp_node *n, uint64_t now) {
  gp_ring *r, *next;
  n->detect.lookat = UINT64_MAX;
  for (r = n->detect.watched.next; r != &n->detect.watched; r = next) {
    gp_contact *c = gp_ring_of(gp_contact, watched, r);
    next = r->next;
    if (hasdue(c))
      look(n, c, now);
    else
      gp_ring_remove(r);
  }
}

/* What has been waited for from 'since' to 'due' has been, up to 'most'; what
   came after that does not count. */
static uint64_t postpone (uint64_t since, uint64_t due, uint64_t now,
                          uint64_t most) {
  uint64_t waited = due > since ? due - since : 0;
  return now - (waited < most ? waited : most);
}

/*
** This process has stood still, or was busy with other things, and comes
** later than at 'due'. Answers may lie unread that came in time: nobody has
** kept it waiting meanwhile, and who was about to fail is asked once more.
** What it waited for before counts: it may be busy again and again.
*/
static void forgive (gp_node *n, uint64_t due, uint64_t now) {
  gp_peerentry *e;
  if (n->detect.health < MOST_HEALTH)
    n->detect.health++;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    gp_vigil *v = &((gp_contact *)e)->vigil;
    v->trial = 0;
    if (v->refused != 0)
      v->refused = postpone(v->refused, due, now,
                            patient(n, REFUSING) - ROUND_TIME);
    if (v->suspected != 0) {
      v->suspected = postpone(v->suspected, due, now,
                              patient(n, SUSPICION) - ROUND_TIME);
      v->round = now;
    }
  }
  if (n->detect.nextprobe != UINT64_MAX)
    n->detect.nextprobe = now;
}

static bool isworthit (const gp_node *n, const gp_contact *c, bool all) {
  if (c == NULL || c->standing != GP_MEMBER || c->leaving ||
      c->vigil.trial != 0 || c->vigil.suspected != 0)
    return false;
  return all || c->vigil.answered == 0 ||
         n->now - c->vigil.answered >= n->opt.probe_interval_ms;
}

static bool newround (gp_node *n) {
  gp_detect *d = &n->detect;
  gp_peerentry *e;
  size_t i;
  d->roundlen = d->roundat = 0;
  if (!reserve(d, n->nmembers))
    return false;
  for (e = n->contacts.first; e != NULL; e = e->next)
    if (((gp_contact *)e)->standing == GP_MEMBER)
      d->round[d->roundlen++] = e->slot;
  for (i = d->roundlen; i > 1; i--) {
    size_t j = (size_t)gp_random_below(&d->random, i);
    uint32_t slot = d->round[j];
    d->round[j] = d->round[i - 1];
    d->round[i - 1] = slot;
  }
  return true;
}

/* The next in this round of whom nothing is known; NULL: there is none. */
static gp_contact *nextone (gp_node *n, bool all) {
  gp_detect *d = &n->detect;
  size_t tries;
  for (tries = 0; tries <= n->nmembers; tries++) {
    gp_contact *c;
    if (d->roundat >= d->roundlen && !newround(n))
      return NULL;
    c = (gp_contact *)gp_peertable_at(&n->contacts, d->round[d->roundat++]);
    if (isworthit(n, c, all))
      return c;
  }
  return NULL;
}

/* The way to it in the ring. */
static uint32_t distance (const gp_node *n, const gp_contact *c) {
  return c->entry.link.hash - gp_peer_hash(n->self);
}

/* How far it is to the next of ours. By slot is faster than in order. */
static uint32_t reach (const gp_node *n) {
  uint32_t slot, nearest = UINT32_MAX;
  for (slot = 0; slot < n->contacts.size; slot++) {
    const gp_contact *c = (gp_contact *)gp_peertable_at(&n->contacts, slot);
    if (c != NULL && c->ours && c->standing == GP_MEMBER && !c->leaving &&
        distance(n, c) < nearest)
      nearest = distance(n, c);
  }
  return nearest;
}

static void probeneighbours (gp_node *n) {
  size_t left = MOST_NEIGHBOURS;
  uint32_t last;
  gp_peerentry *e;
  n->detect.watching = !n->detect.watching;
  if (!n->detect.watching)
    return;
  last = reach(n);
  for (e = n->contacts.first; e != NULL && left > 0; e = e->next) {
    gp_contact *c = (gp_contact *)e;
    if (distance(n, c) <= last && c->standing == GP_MEMBER && !c->leaving) {
      gp_detect_try(n, c, false);
      left--;
    }
  }
}

/* The comparison of lists rides on the probe that is due anyway. */
static void probe (gp_node *n, uint64_t now) {
  bool repair = gp_repair_isdue(n);
  gp_contact *c;
  n->detect.nextprobe = n->nmembers == 0
                          ? UINT64_MAX
                          : now + patient(n, n->opt.probe_interval_ms);
  if (n->nmembers == 0)
    return;
  probeneighbours(n);
  c = nextone(n, repair);
  if (c == NULL)
    return;
  if (repair)
    gp_repair_compared(n);
  gp_detect_try(n, c, repair && c->ours);
}

uint64_t gp_detect_due (const gp_node *n) {
  uint64_t due = n->detect.nextprobe;
  if (n->detect.lookat < due)
    due = n->detect.lookat;
  return n->detect.relistat < due ? n->detect.relistat : due;
}

void gp_detect_tick (gp_node *n, uint64_t now) {
  uint64_t due = gp_detect_due(n);
  if (now < due)
    return;
  if (now - due > STALL)
    forgive(n, due, now);
  if (now >= n->detect.lookat)
    lookatall(n, now);
  if (now >= n->detect.nextprobe)
    probe(n, now);
  if (now >= n->detect.relistat)
    gp_repair_relist(n);
}
