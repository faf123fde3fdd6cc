/*
** node/trial.c - asking for signs of life, and giving them.
**
** OPTIONS is the probe: every published form answers it, and it changes
** nothing (protocol.md). It goes past whatever else a peer is asked. What is
** said beyond that stands in headers of our own, for nodes of ours alone.
*/
#include <stdlib.h>
#include <string.h>

#include "node/contact.h"
#include "wire/refusal.h"

#define PROBE_TIME 1200 /* ms, also where others try for us */
#define MOST_HELPING 64 /* probes for others at once */

static gp_probe *newprobe (gp_node *n, const gp_peer *about) {
  gp_probe *p = calloc(1, sizeof *p);
  if (p == NULL)
    return NULL;
  p->id = (uint64_t)++n->detect.sequence << 32 | GP_PROBE_SLOT;
  p->about = gp_peer_ref(about);
  p->since = n->now;
  p->next = n->detect.probes;
  n->detect.probes = p;
  return p;
}

static void freeprobe (gp_probe *p) {
  gp_peer_unref(p->about);
  gp_peer_unref(p->via);
  gp_peer_unref(p->claimant);
  free(p);
}

static gp_probe *takeprobe (gp_node *n, uint64_t id) {
  gp_probe **at = &n->detect.probes;
  gp_probe *p;
  while (*at != NULL && (*at)->id != id)
    at = &(*at)->next;
  p = *at;
  if (p != NULL)
    *at = p->next;
  return p;
}

static gp_err ask (gp_node *n, uint64_t id, const gp_contact *to,
                   gp_topic topic, const gp_peer *about) {
  gp_sendreq a;
  memset(&a, 0, sizeof a);
  a.form = to->form;
  a.from = to->usas == NULL ? n->self : to->usas;
  a.to = gp_contact_dialled(to);
  a.ext.topic = topic;
  a.ext.about = about;
  if (topic == GP_TOPIC_DIGEST)
    a.ext.digest = gp_node_digest(n);
  return n->transport.send(n->transport.self, id, a.to, &a, PROBE_TIME);
}

/* What could not even be asked says nothing about anybody. */
static bool begin (gp_node *n, gp_probe *p, const gp_contact *to,
                   gp_topic topic, const gp_peer *about) {
  if (p == NULL)
    return false;
  if (ask(n, p->id, to, topic, about) == GP_OK)
    return true;
  freeprobe(takeprobe(n, p->id));
  return false;
}

void gp_trial_ask (gp_node *n, const gp_contact *c, bool digest) {
  begin(n, newprobe(n, c->entry.peer), c,
        digest ? GP_TOPIC_DIGEST : GP_TOPIC_NONE, digest ? n->self : NULL);
}

void gp_trial_claim (gp_node *n, const gp_contact *c,
                     const gp_contact *claimant) {
  gp_probe *p = newprobe(n, c->entry.peer);
  if (p != NULL)
    p->claimant = gp_peer_ref(claimant->entry.peer);
  begin(n, p, c, GP_TOPIC_NONE, NULL);
}

/* A random one of ours that can be asked about 'c', other than the last. */
static gp_contact *helper (gp_node *n, const gp_contact *c,
                           const gp_contact *last) {
  gp_contact *chosen = NULL;
  uint64_t count = 0;
  gp_peerentry *e;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    gp_contact *h = (gp_contact *)e;
    if (h == c || h == last || h->standing != GP_MEMBER || !h->ours ||
        h->leaving || h->vigil.suspected != 0)
      continue;
    if (gp_random_below(&n->detect.random, ++count) == 0)
      chosen = h;
  }
  return chosen;
}

/* 0.0.0.0 is somebody else for everybody: nobody can be asked about it. */
unsigned gp_trial_askothers (gp_node *n, const gp_contact *c, unsigned most) {
  gp_contact *h = NULL;
  unsigned count = 0, i;
  if (gp_peer_isany(c->entry.peer))
    return 0;
  for (i = 0; i < most; i++) {
    gp_probe *p;
    h = helper(n, c, h);
    if (h == NULL)
      break;
    p = newprobe(n, c->entry.peer);
    if (p != NULL)
      p->via = gp_peer_ref(h->entry.peer);
    count += begin(n, p, h, GP_TOPIC_PROBE, c->entry.peer);
  }
  return count;
}

/* Zero is no id that anybody waits for. */
void gp_trial_announce (gp_node *n, const gp_contact *c) {
  gp_peerentry *e;
  if (gp_peer_isany(c->entry.peer))
    return;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    const gp_contact *to = (const gp_contact *)e;
    if (to != c && to->standing == GP_MEMBER && to->ours && !to->leaving)
      (void)ask(n, 0, to, GP_TOPIC_SUSPECT, c->entry.peer);
  }
}

static bool answer (gp_node *n, gp_exchange *r, gp_form form, int status,
                    const char *text) {
  gp_sendresp a = {.status = status, .text = text};
  if (status == 204)
    a.ext.who = n->identity;
  r->form = form;
  n->transport.respond(n->transport.self, r, &a);
  return true;
}

/* Tries for another; only who is a member here, so that nobody can have
   other machines looked at. */
static bool help (gp_node *n, const gp_recvreq *asked, gp_exchange *r) {
  const gp_contact *c = gp_contact_find(n, asked->ext.about);
  gp_probe *p;
  if (c == NULL || c->standing != GP_MEMBER)
    return answer(n, r, asked->form, 403, gp_wire_notregistered);
  if (n->detect.helping >= MOST_HELPING)
    return answer(n, r, asked->form, 503, gp_wire_busy);
  p = newprobe(n, c->entry.peer);
  if (!begin(n, p, c, GP_TOPIC_NONE, NULL))
    return answer(n, r, asked->form, 503, gp_wire_busy);
  p->reply = r;
  p->form = asked->form;
  n->detect.helping++;
  return false;
}

/* Its own list is compared when ours comes to it, and the other way round:
   either may know somebody that the other does not. One that is being asked
   to let us in may have become a member of more since. */
static bool compare (gp_node *n, const gp_recvreq *asked, gp_exchange *r) {
  gp_sendresp a = {.status = 204,
                   .ext = {.who = n->identity,
                           .has_digest = true,
                           .digest = gp_node_digest(n)}};
  gp_contact *c = gp_contact_find(n, asked->ext.about);
  r->form = asked->form;
  n->transport.respond(n->transport.self, r, &a);
  if (c != NULL &&
      ((c->standing == GP_MEMBER && c->ours) || c->standing == GP_CANDIDATE))
    gp_repair_compare(n, c, asked->ext.digest);
  return true;
}

bool gp_trial_asked (gp_node *n, const gp_recvreq *asked, gp_exchange *r) {
  gp_contact *c;
  switch (asked->ext.topic) {
    case GP_TOPIC_PROBE: return help(n, asked, r);
    case GP_TOPIC_DIGEST: return compare(n, asked, r);
    case GP_TOPIC_SUSPECT:
      c = gp_contact_find(n, asked->ext.about);
      if (c != NULL)
        gp_detect_told(n, c);
      break;
    default: break;
  }
  return answer(n, r, asked->form, 204, NULL);
}

/* The end of what was tried for another. */
static void helped (gp_node *n, gp_probe *p, bool alive) {
  n->detect.helping--;
  if (alive)
    answer(n, p->reply, p->form, 200, NULL);
  else
    answer(n, p->reply, p->form, 504, gp_wire_nosign);
}

/* What one that was asked to try has said. */
static void triedfor (gp_node *n, const gp_probe *p, gp_contact *c,
                      const gp_recvresp *answer) {
  gp_contact *h = gp_contact_find(n, p->via);
  c->vigil.nacks++;
  if (h != NULL)
    gp_detect_answered(n, h);
  if (answer->status == 200)
    gp_detect_heard(n, c);
}

/* May free it. */
static void answered (gp_node *n, const gp_probe *p, gp_contact *c,
                      const gp_recvresp *answer) {
  c->vigil.rtt = (uint32_t)(n->now - p->since) + 1;
  gp_detect_answered(n, c);
  if (gp_name_learn(n, c, &answer->ext.who))
    gp_repair_resume(n, c, 0);
  else if (answer->ext.has_digest && c->standing == GP_MEMBER && c->ours)
    gp_repair_compare(n, c, answer->ext.digest);
}

/* What this node lacks is nobody else's fault: it has not asked. */
static void notasked (gp_node *n, gp_contact *c) {
  c->vigil.trial = 0;
  if (c->vigil.suspected != 0)
    c->vigil.suspected = n->now;
}

static void tried (gp_node *n, const gp_probe *p, gp_contact *c, gp_err error,
                   const gp_recvresp *answer) {
  if (error == GP_OK)
    answered(n, p, c, answer);
  else if (error == GP_EMFILE || error == GP_ENOMEM)
    notasked(n, c);
  else if (error == GP_ECONNREFUSED)
    gp_detect_refused(n, c);
  else if (c->vigil.trial != 0)
    c->vigil.reason = error;
}

void gp_trial_ended (gp_node *n, uint64_t id, gp_err error,
                     const gp_recvresp *answer) {
  gp_probe *p = takeprobe(n, id);
  gp_contact *c;
  if (p == NULL)
    return;
  c = gp_contact_find(n, p->about);
  if (p->reply != NULL)
    helped(n, p, error == GP_OK);
  if (c != NULL && p->via == NULL)
    tried(n, p, c, error, answer);
  else if (c != NULL && error == GP_OK)
    triedfor(n, p, c, answer);
  if (p->claimant != NULL)
    gp_name_settle(n, p->about, p->claimant,
                   error == GP_OK ? answer->ext.who.process : 0);
  freeprobe(p);
}

void gp_trial_clear (gp_node *n) {
  while (n->detect.probes != NULL) {
    gp_probe *p = takeprobe(n, n->detect.probes->id);
    if (p->reply != NULL)
      answer(n, p->reply, p->form, 503, gp_wire_busy);
    freeprobe(p);
  }
}
