/*
** node/proof.c - whether it is true what a request says of its sender.
*/
#include "node/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "node/cookies.h"
#include "node/giver.h"
#include "node/machine.h"
#include "node/respond.h"
#include "node/state.h"
#include "value/address.h"
#include "wire/refusal.h"

#define TIMEOUT_MS 1200 /* of one try */
#define MAX_ASKED 1024  /* questions under way at once, */
#define MAX_EACH 16     /* and of them of one source; */
#define MAX_WAITING 256 /* so many wait for their turn, */
#define MAX_CLAIMERS 64 /* and so many requests with one question, */
#define MAX_BYTES ((size_t)16 << 20) /* of so much data with all */

/* A program may connect before it serves: so late is it tried, and is given
   up after the last. */
static const uint16_t tries_ms[] = {0, 20, 100, 300, 1000, 2000, 3000};

/* What was reached, and is not what is claimed, may be about to end: it is
   asked once more, after this. So whoever claims to be somewhere has that
   place sent no more than two questions; four, if it is too busy for them. */
#define DENIED_MS 1000
#define MAX_REACHED 2

/* The ids of these probes have this slot, which no record has. */
#define PROOF_SLOT (UINT32_MAX - 1)

void gp_proofs_init (gp_proofs *ps) {
  gp_ring_init(&ps->all);
}

static gp_question *questionof (const gp_ring *place) {
  return gp_ring_of(gp_question, place, place);
}

static const gp_recvreq *claim (const gp_question *q) {
  return &gp_ring_of(gp_claimer, place, q->claimers.next)->request;
}

static size_t sizeofdata (const gp_recvreq *request) {
  return request->msg == NULL ? 0 : gp_message_len(request->msg);
}

gp_exchange *gp_claimer_release (gp_node *n, gp_claimer *c) {
  gp_exchange *x = c->exchange;
  n->admission.proofs.owed -= c->origin != NULL;
  gp_origins_leave(&n->admission.proofs.owing, c->origin);
  c->origin = NULL;
  c->exchange = NULL;
  return x;
}

void gp_claimer_free (gp_node *n, gp_claimer *c) {
  gp_claimer_release(n, c);
  gp_ring_remove(&c->place);
  n->admission.proofs.bytes -= sizeofdata(&c->request);
  gp_recvreq_clear(&c->request);
  free(c);
}

gp_claimer *gp_proof_take (gp_question *q) {
  gp_claimer *c;
  if (gp_ring_empty(&q->claimers))
    return NULL;
  c = gp_ring_of(gp_claimer, place, q->claimers.next);
  gp_ring_remove(&c->place);
  return c;
}

static void freequestion (gp_question *q) {
  gp_peer_unref(q->name);
  gp_peer_unref(q->at);
  gp_peer_unref(q->came_to);
  free(q);
}

/* It is not asked any more. */
static void leaveorigin (gp_node *n, gp_question *q) {
  gp_origins_leave(&n->admission.proofs.asked, q->origin);
  q->origin = NULL;
}

void gp_proof_end (gp_node *n, gp_question *q) {
  gp_claimer *c;
  while ((c = gp_proof_take(q)) != NULL)
    gp_claimer_free(n, c);
  n->admission.proofs.count--;
  n->admission.proofs.waiting -= q->began_at == 0;
  gp_deadlines_cancel(&n->deadlines, &q->deadline);
  gp_ring_remove(&q->place);
  leaveorigin(n, q);
  freequestion(q);
}

void gp_proofs_clear (gp_node *n) {
  while (!gp_ring_empty(&n->admission.proofs.all)) {
    gp_question *q = questionof(n->admission.proofs.all.next);
    const gp_ring *r;
    for (r = q->claimers.next; r != &q->claimers; r = r->next) {
      gp_exchange *x = gp_ring_of(gp_claimer, place, r)->exchange;
      if (x != NULL)
        gp_respond(n, x, 503, gp_wire_busy);
    }
    gp_proof_end(n, q);
  }
  gp_origins_clear(&n->admission.proofs.asked);
  gp_origins_clear(&n->admission.proofs.owing);
}

const gp_peer *gp_proof_sender (const gp_recvreq *request) {
  if (request->msg != NULL)
    return request->msg->from;
  switch (request->ext.topic) {
    case GP_TOPIC_DIGEST:
    case GP_TOPIC_LIST: return request->ext.about;
    default: return request->ext.who.peer;
  }
}

/*
** Where a request's sender is asked: at the address that it claims, or, where
** that is every machine's own, and of one that only looks, where it has come
** from, at its port. NULL: nowhere; the loopback of another machine is out of
** reach.
*/
static gp_err endpoint (gp_peer **at, const gp_node *n,
                        const gp_recvreq *request) {
  const gp_peer *name = gp_proof_sender(request);
  const char *remote = request->remote;
  bool internal = gp_address_isinternal(gp_peer_address(name));
  if (request->ext.topic == GP_TOPIC_LIST || gp_peer_isany(name))
    return gp_peer_new(at, remote, strlen(remote), gp_peer_port(name));
  *at = internal && !gp_machine_ishere(n, remote) ? NULL : gp_peer_ref(name);
  return GP_OK;
}

/* Whether both claim to be of one sender, and show the same for it. */
static bool issame (const gp_recvreq *a, const gp_recvreq *b) {
  const gp_peer *name = gp_proof_sender(b);
  return gp_peer_equal(gp_proof_sender(a), name) &&
         (a->ext.topic == GP_TOPIC_LIST) == (b->ext.topic == GP_TOPIC_LIST) &&
         (a->msg == NULL || b->msg == NULL || a->form == b->form) &&
         a->ext.has_cookie == b->ext.has_cookie &&
         (a->ext.has_cookie ? gp_crypto_equal(&a->ext.cookie, &b->ext.cookie,
                                              sizeof a->ext.cookie)
                            : strcmp(a->remote, b->remote) == 0);
}

gp_question *gp_proof_find (const gp_node *n, const gp_recvreq *request) {
  const gp_ring *all = &n->admission.proofs.all, *r;
  for (r = all->next; r != all; r = r->next)
    if (issame(claim(questionof(r)), request))
      return questionof(r);
  return NULL;
}

/*
** So many may wait of one source, the fewer the more wait in all. Each holds
** a connection, of which 1,024 are served: it takes some 550 sources to take
** all of them, and a thousand newcomers from as many places are let in.
*/
static size_t mosteach (size_t owed) {
  return owed < 256 ? 32 : owed < 512 ? 8 : 1;
}

static bool ishere (const gp_node *n, const gp_question *q,
                    const char *remote) {
  return strcmp(remote, q->remote) == 0 ? q->here
                                        : gp_machine_ishere(n, remote);
}

static bool mayowe (const gp_node *n, const gp_question *q,
                    const char *remote) {
  const gp_proofs *ps = &n->admission.proofs;
  const gp_origin *origin = gp_origins_find(&ps->owing, remote);
  return (origin == NULL ? 0 : origin->count) < mosteach(ps->owed) ||
         ishere(n, q, remote);
}

static void owe (gp_node *n, const gp_question *q, gp_claimer *c,
                 const char *remote) {
  gp_proofs *ps = &n->admission.proofs;
  if (!ishere(n, q, remote))
    c->origin = gp_origins_enter(&ps->owing, remote);
  ps->owed += c->origin != NULL;
}

static bool hasroom (const gp_node *n, const gp_question *q,
                     const gp_recvreq *request) {
  const gp_ring *r;
  size_t count = 0;
  for (r = q->claimers.next; r != &q->claimers; r = r->next)
    count++;
  return count < MAX_CLAIMERS && mayowe(n, q, request->remote) &&
         n->admission.proofs.bytes + sizeofdata(request) <= MAX_BYTES;
}

bool gp_proof_wait (gp_node *n, gp_question *q, const gp_recvreq *request,
                    gp_exchange *x) {
  gp_claimer *c = hasroom(n, q, request) ? calloc(1, sizeof *c) : NULL;
  if (c == NULL)
    return false;
  n->admission.proofs.bytes += sizeofdata(request);
  c->request = *request;
  c->request.remote = q->remote;
  if (request->msg != NULL)
    gp_message_ref(request->msg);
  if (request->host != NULL)
    gp_peer_ref(request->host);
  gp_extension_copy(&c->request.ext, &request->ext);
  c->exchange = x;
  c->came_at = n->now;
  owe(n, q, c, request->remote);
  gp_ring_append(&q->claimers, &c->place);
  return true;
}

/* Whether one more of a source may be asked now. */
static bool isitsturn (const gp_node *n, const gp_question *q) {
  const gp_proofs *ps = &n->admission.proofs;
  const gp_origin *origin;
  if (ps->count - ps->waiting >= MAX_ASKED)
    return false;
  if (q->here)
    return true;
  origin = gp_origins_find(&ps->asked, q->remote);
  return origin == NULL || origin->count < MAX_EACH;
}

static gp_question *newquestion (gp_node *n, const gp_recvreq *request) {
  gp_question *q;
  if (gp_deadlines_reserve(&n->deadlines,
                           n->peers.count + n->admission.proofs.count + 1) !=
      GP_OK)
    return NULL;
  q = calloc(1, sizeof *q);
  if (q == NULL)
    return NULL;
  gp_ring_init(&q->claimers);
  q->deadline.what = GP_DUE_QUESTION;
  q->here = gp_machine_ishere(n, request->remote);
  strncpy(q->remote, request->remote, sizeof q->remote - 1);
  q->name = gp_peer_ref(gp_proof_sender(request));
  if (endpoint(&q->at, n, request) == GP_OK)
    return q;
  freequestion(q);
  return NULL;
}

gp_question *gp_proof_ask (gp_node *n, const gp_recvreq *request,
                           gp_exchange *x) {
  gp_question *q = newquestion(n, request);
  bool turn = q != NULL && isitsturn(n, q);
  if (q == NULL)
    return NULL;
  if ((!turn && n->admission.proofs.waiting >= MAX_WAITING) ||
      !gp_proof_wait(n, q, request, x)) {
    freequestion(q);
    return NULL;
  }
  q->came_to = n->transport.endpoint(n->transport.self, x);
  gp_ring_append(&n->admission.proofs.all, &q->place);
  n->admission.proofs.count++;
  n->admission.proofs.waiting++;
  gp_proof_try(n, q);
  if (q->at == NULL || !gp_proof_isover(q))
    return q;
  gp_proof_end(n, q); /* it could not be sent, and is not tried again */
  return NULL;
}

gp_question *gp_proof_ended (gp_node *n, uint64_t id) {
  const gp_ring *all = &n->admission.proofs.all, *r;
  if ((uint32_t)id != PROOF_SLOT)
    return NULL;
  for (r = all->next; r != all; r = r->next)
    if (questionof(r)->id == id) {
      questionof(r)->id = 0;
      return questionof(r);
    }
  return NULL;
}

/* The next try after so many ms from the beginning, if there is one. A looker
   is tried once: it asks again by itself. */
static void plan (gp_question *q, uint64_t ms) {
  size_t i = 0, count = sizeof tries_ms / sizeof *tries_ms;
  while (i < count && tries_ms[i] < ms)
    i++;
  q->next_at = i == count || q->at == NULL ||
                   (claim(q)->ext.topic == GP_TOPIC_LIST && ms > 0)
                 ? UINT64_MAX
                 : q->began_at + tries_ms[i];
}

static gp_err send (gp_node *n, gp_question *q) {
  const gp_extension *x = &claim(q)->ext;
  gp_sendreq request;
  memset(&request, 0, sizeof request);
  request.from = n->self.identity.peer;
  request.to = q->at;
  request.cause = GP_CAUSE_CLAIM;
  request.claimer = q->remote;
  request.anew = true; /* its name may lead elsewhere by now */
  if (!q->here && !n->self.opt.trust_lists) /* nobody has others asked */
    request.ranges = gp_address_mayname(gp_address_range(q->remote));
  gp_cookies_ask(n, &request.ext, x, q->came_to);
  q->id = (uint64_t)++n->admission.proofs.sequence << 32 | PROOF_SLOT;
  return n->transport.send(n->transport.self, q->id, q->at, &request,
                           TIMEOUT_MS);
}

void gp_proof_try (gp_node *n, gp_question *q) {
  if (q->began_at == 0 && isitsturn(n, q)) {
    n->admission.proofs.waiting--;
    q->origin = gp_origins_enter(&n->admission.proofs.asked, q->remote);
    q->began_at = n->now;
    plan(q, 0);
  }
  if (q->began_at == 0 || q->id != 0 || q->holds || q->next_at > n->now)
    return;
  if (send(n, q) != GP_OK)
    q->id = 0;
  plan(q, n->now - q->began_at + 1);
}

/* Whether what has responded is the program that is claimed, which is no node
   of ours. */
static bool isgo (const gp_recvreq *request, const gp_recvresp *response) {
  bool headers = request->form != GP_FORM_V113;
  return response->ext.who.process == 0 && request->ext.who.peer == NULL &&
         (response->form != GP_FORM_V113) == headers;
}

/* Likewise, one of ours that has no cookies yet, or only looks. */
static bool isprocess (const gp_recvreq *request,
                       const gp_recvresp *response) {
  const gp_identity *who = &response->ext.who;
  return who->process != 0 && who->process == request->ext.who.process &&
         (request->ext.topic == GP_TOPIC_LIST ||
          gp_identity_lackscookies(who));
}

/* What a message of one of ours does not say is known from its record. */
static bool isearlier (const gp_node *n, const gp_recvreq *request,
                       const gp_recvresp *response) {
  const gp_record *peer = gp_peers_find(&n->peers, gp_proof_sender(request));
  return peer != NULL && request->ext.who.process == 0 &&
         response->ext.who.process != 0 &&
         response->ext.who.process == peer->claim.process &&
         gp_identity_lackscookies(&response->ext.who);
}

static bool isthere (const gp_node *n, const gp_question *q,
                     const gp_recvresp *response) {
  const gp_recvreq *request = claim(q);
  bool looks = request->ext.topic == GP_TOPIC_LIST;
  if (request->ext.has_cookie && !looks)
    return response->ext.confirmed && response->ext.who.process != 0 &&
           (request->ext.who.process == 0 ||
            request->ext.who.process == response->ext.who.process);
  if (!isgo(request, response) && !isprocess(request, response) &&
      !isearlier(n, request, response))
    return false;
  return !n->self.opt.check_source || response->remote == NULL ||
         gp_machine_isone(n, response->remote, q->remote);
}

static void hold (gp_node *n, gp_question *q, const gp_recvresp *response) {
  q->holds = true;
  leaveorigin(n, q);
  if (response->remote == NULL)
    return;
  memset(q->remote, 0, sizeof q->remote);
  strncpy(q->remote, response->remote, sizeof q->remote - 1);
}

/* It has not looked at the probe. */
static bool isbusy (const gp_recvresp *response) {
  return response->status == 503 || response->status == 429;
}

/* Whether a probe came to somebody. */
static bool isreached (gp_err error, const gp_recvresp *response) {
  return error != GP_ECONNREFUSED && (response == NULL || !response->unsent);
}

/* It was not what is claimed. A member that has said so says it for good. */
static void deny (gp_node *n, gp_question *q, bool busy) {
  q->denied.count += !busy;
  if (q->denied.count == MAX_REACHED ||
      (q->denied.bynode && !gp_recvreq_isconnect(claim(q))))
    q->next_at = UINT64_MAX;
  else if (n->now - q->began_at < DENIED_MS)
    plan(q, DENIED_MS);
}

bool gp_proof_judge (gp_node *n, gp_question *q, gp_err error,
                     const gp_recvresp *response) {
  bool busy = error == GP_OK && isbusy(response);
  if (q->next_at < n->now) /* it has taken so long */
    plan(q, n->now - q->began_at);
  if (!q->holds && error == GP_OK &&
      gp_giver_of(NULL, response, GP_ASKED_LIFE, n->now) != GP_GIVER_ALIEN) {
    if (isthere(n, q, response))
      hold(n, q, response);
    else if (busy)
      q->denied.busy = true;
    else
      q->denied.bynode = true;
  }
  if (!q->holds && isreached(error, response))
    deny(n, q, busy);
  return q->holds;
}

bool gp_proof_isover (const gp_question *q) {
  return q->began_at != 0 && !q->holds && q->id == 0 &&
         q->next_at == UINT64_MAX;
}

void gp_proof_lookat (gp_node *n, gp_question *q, uint64_t at) {
  if (q->began_at != 0 && q->id == 0 && !q->holds && q->next_at < at)
    at = q->next_at;
  gp_deadlines_lookat(&n->deadlines, &q->deadline, at);
}
