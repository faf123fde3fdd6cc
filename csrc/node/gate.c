/*
** node/gate.c - which requests come in.
*/
#include "node/gate.h"

#include "node/admission.h"
#include "node/cookies.h"
#include "node/giver.h"
#include "node/lookers.h"
#include "node/machine.h"
#include "node/naming.h"
#include "node/respond.h"
#include "node/state.h"
#include "node/unreached.h"
#include "wire/refusal.h"

#define PATIENCE_MS 1000 /* a request waits so long for its question, */
#define TURN_MS 5000     /* and so long for its turn before */
/* Between two questions about a member that sends from elsewhere, and that
   shows another cookie than before. */
#define ELSEWHERE_MS 10000
#define OTHER_MS 1000

static bool islook (const gp_recvreq *request) {
  return request->msg == NULL && request->ext.topic == GP_TOPIC_LIST;
}

/* Whether its sender asks whether we reach it. */
static bool asksforitself (const gp_recvreq *request) {
  const gp_peer *name = gp_proof_sender(request);
  return request->msg == NULL && request->ext.topic == GP_TOPIC_PROBE &&
         gp_peer_equal(request->ext.about, name);
}

static gp_passage refuse (gp_node *n, gp_exchange *x) {
  gp_respond(n, x, 403, gp_wire_notregistered);
  return GP_REFUSED;
}

/* Its exchange waits with a question about what it claims. */
static gp_passage ask (gp_node *n, const gp_recvreq *request,
                       gp_exchange *x) {
  gp_question *q = gp_proof_find(n, request);
  bool waits = q != NULL ? gp_proof_wait(n, q, request, x)
                         : (q = gp_proof_ask(n, request, x)) != NULL;
  if (waits) {
    gp_proof_lookat(n, q,
                    n->now + (q->began_at == 0 ? TURN_MS : PATIENCE_MS));
    return GP_WAITS;
  }
  gp_report_refusal(&n->report, GP_ELIMIT, 503, request->remote, n->now);
  gp_respond_toomany(n, x);
  return GP_REFUSED;
}

/* Whether a connect says of the peer's program what is known of it. */
static bool issameprogram (const gp_record *peer, const gp_recvreq *request) {
  const gp_compat *c = &peer->compat;
  bool headers = c->form == GP_FORM_HEADERS ||
                 gp_compat_isheaderform(c->form);
  if (request->ext.who.peer != NULL)
    return c->ours && peer->claim.process == request->ext.who.process;
  return !c->ours && c->form != GP_FORM_UNKNOWN &&
         headers == (request->form == GP_FORM_HEADERS);
}

/* Without a cookie it counts where it comes from: from where the peer
   responds. */
static bool isfromthere (const gp_node *n, const gp_record *peer,
                         const gp_recvreq *request) {
  return peer->names.remote[0] != '\0' &&
         (!n->self.opt.check_source ||
          gp_machine_isone(n, peer->names.remote, request->remote));
}

/* It is asked about what it would hardly say, but not more often than so. */
static gp_passage askseldom (gp_node *n, gp_record *peer, uint64_t pause_ms,
                             const gp_recvreq *request, gp_exchange *x) {
  return gp_proof_find(n, request) != NULL ||
             gp_cookies_mayask(peer, pause_ms, n->now)
           ? ask(n, request, x)
           : refuse(n, x);
}

/* It shows a cookie that is not known, or another one than before, or none
   though it has one. */
static gp_passage judgeother (gp_node *n, gp_record *peer,
                              const gp_recvreq *request, gp_exchange *x) {
  bool known = gp_cookies_judge(peer, &request->ext) == GP_SHOWN_WRONG;
  if (gp_recvreq_isconnect(request) || !known)
    return ask(n, request, x);
  if (!request->ext.has_cookie)
    return refuse(n, x);
  return askseldom(n, peer, OTHER_MS, request, x);
}

/* Whether the peer, which is called 0.0.0.0, is that of another machine: then
   the request is of one that has the same name elsewhere. */
static bool isanothers (const gp_node *n, const gp_record *peer,
                        const gp_recvreq *request) {
  return gp_peer_isany(gp_proof_sender(request)) &&
         peer->names.remote[0] != '\0' && !gp_membership_isfailing(peer) &&
         !gp_machine_isone(n, peer->names.remote, request->remote);
}

/* The sender is 'peer' if it is who it says. */
static gp_passage judgepeer (gp_node *n, gp_record *peer,
                             const gp_recvreq *request, gp_exchange *x) {
  bool connects = gp_recvreq_isconnect(request);
  switch (gp_cookies_judge(peer, &request->ext)) {
    case GP_SHOWN_ITS: return GP_PASSES;
    case GP_SHOWN_UNKNOWN:
    case GP_SHOWN_WRONG:
      return isanothers(n, peer, request) ? refuse(n, x)
                                          : judgeother(n, peer, request, x);
    default: break;
  }
  if (isanothers(n, peer, request))
    return refuse(n, x);
  if (connects && !issameprogram(peer, request))
    return ask(n, request, x);
  if (isfromthere(n, peer, request))
    return GP_PASSES;
  if (connects || peer->names.remote[0] == '\0')
    return ask(n, request, x);
  /* A name may stand for another address by now. */
  return askseldom(n, peer, ELSEWHERE_MS, request, x);
}

/* Whether the record is of one that may speak. */
static bool isknown (const gp_record *peer) {
  return peer != NULL &&
         (peer->membership != GP_STRANGER || gp_visitors_isvisitor(peer));
}

/* One that sends from where a peer is listens there under that name, or is a
   liar. */
static gp_passage judgenamed (gp_node *n, const gp_peer *name,
                              const gp_recvreq *request, gp_exchange *x) {
  gp_record *peer = gp_naming_sender(n, name, request->remote, false);
  if (!isknown(peer))
    return gp_proof_find(n, request) != NULL || gp_admission_holds(n, name)
             ? ask(n, request, x)
             : GP_PASSES;
  if (gp_peers_find(&n->peers, name) == NULL &&
      !gp_naming_isat(name, request->remote))
    return ask(n, request, x);
  return judgepeer(n, peer, request, x);
}

static gp_passage judgeconnect (gp_node *n, const gp_recvreq *request,
                                gp_exchange *x) {
  gp_record *peer = gp_peers_find(&n->peers, request->msg->from);
  if (gp_admission_turnsaway(n, request, x))
    return GP_REFUSED;
  return isknown(peer) ? judgepeer(n, peer, request, x) : ask(n, request, x);
}

gp_passage gp_gate_judge (gp_node *n, const gp_recvreq *request,
                          gp_exchange *x) {
  const gp_peer *name = gp_proof_sender(request);
  if (gp_recvreq_isconnect(request))
    return judgeconnect(n, request, x);
  if (islook(request))
    return gp_lookers_turnsaway(n, request, x) ? GP_REFUSED
                                               : ask(n, request, x);
  if (name == NULL || request->ext.topic == GP_TOPIC_COOKIE)
    return GP_PASSES;
  return judgenamed(n, name, request, x);
}

/* Whether a connect waits with it for its list. */
static bool owesalist (const gp_question *q) {
  const gp_ring *r;
  for (r = q->claimers.next; r != &q->claimers; r = r->next) {
    const gp_claimer *c = gp_ring_of(gp_claimer, place, r);
    if (c->exchange != NULL && gp_recvreq_isconnect(&c->request))
      return true;
  }
  return false;
}

/* Whether those that came later wait for it. */
static bool blocks (const gp_question *q) {
  return q->began_at != 0 && q->at != NULL && !q->late && !q->holds &&
         owesalist(q);
}

/* One that had its list unproven, and is no more than that now, is not
   awaited any more, unless it has come with another claim as well. */
static void end (gp_node *n, gp_question *q) {
  const gp_ring *all = &n->admission.proofs.all, *r;
  bool last = q->late;
  for (r = all->next; r != all && last; r = r->next) {
    const gp_question *other = gp_ring_of(const gp_question, place, r);
    last = other == q || !other->late || !gp_peer_equal(other->name, q->name);
  }
  if (last)
    gp_admission_dropped(n, q->name);
  gp_proof_end(n, q);
}

/* Whether what is next was said while a connect of the same waits, though it
   is proven: for its form, or its nick. */
static bool isbehind (const gp_node *n, const gp_question *q) {
  return !gp_ring_empty(&q->claimers) &&
         !gp_recvreq_isconnect(
           &gp_ring_of(gp_claimer, place, q->claimers.next)->request) &&
         gp_admission_holds(n, q->name);
}

gp_claimer *gp_gate_next (gp_node *n) {
  gp_ring *all = &n->admission.proofs.all, *r, *next;
  uint64_t since = UINT64_MAX; /* the first that is waited for was asked */
  for (r = all->next; r != all; r = next) {
    gp_question *q = gp_ring_of(gp_question, place, r);
    gp_claimer *c = NULL;
    next = r->next;
    if (q->holds && !(since <= q->began_at && owesalist(q)) &&
        !isbehind(n, q) && (c = gp_proof_take(q)) != NULL)
      return c;
    if (q->holds && gp_ring_empty(&q->claimers))
      end(n, q);
    else if (blocks(q) && q->began_at < since)
      since = q->began_at;
  }
  return NULL;
}

/* It claims to be a member that has no cookie, and comes from elsewhere. */
static void tellelsewhere (gp_node *n, const gp_recvreq *request) {
  const gp_peer *name = gp_proof_sender(request);
  gp_record *peer = gp_peers_find(&n->peers, name);
  if (peer == NULL || peer->arrival.told_elsewhere || islook(request) ||
      !gp_membership_ismember(peer) || isfromthere(n, peer, request) ||
      gp_cookies_judge(peer, &request->ext) != GP_SHOWN_NONE)
    return;
  gp_report_refusal(&n->report, GP_ESOURCE, 403, gp_peer_text(name), n->now);
  peer->arrival.told_elsewhere = true;
}

/* Whether nothing is at the address that its claimers are called by. A looker
   is dialled where it sends from, and learns all that from its refusal. */
static bool isinvain (const gp_question *q) {
  return !q->denied.bynode && !q->denied.busy &&
         !gp_ring_empty(&q->claimers) &&
         !islook(&gp_ring_of(gp_claimer, place, q->claimers.next)->request);
}

/* Its claim has not been shown to be true. */
static void drop (gp_node *n, gp_question *q) {
  gp_claimer *c;
  if (isinvain(q))
    gp_unreached_remember(n, q->name, q->remote);
  while ((c = gp_proof_take(q)) != NULL) {
    tellelsewhere(n, &c->request);
    if (c->exchange != NULL && asksforitself(&c->request))
      gp_respond(n, c->exchange, 504, gp_wire_nosign);
    else if (c->exchange != NULL)
      gp_respond(n, c->exchange, 403, gp_wire_unreached);
    gp_claimer_free(n, c);
  }
  end(n, q);
}

static uint64_t dueat (const gp_question *q, const gp_claimer *c) {
  uint64_t since = c->came_at > q->began_at ? c->came_at : q->began_at;
  if (c->exchange == NULL)
    return UINT64_MAX;
  if (q->began_at == 0)
    return c->came_at + TURN_MS;
  return islook(&c->request) ? UINT64_MAX : since + PATIENCE_MS;
}

/* It has waited for as long as it may. Whether it is done with. */
static bool overdue (gp_node *n, gp_question *q, gp_claimer *c) {
  bool listed = gp_recvreq_isconnect(&c->request) && q->began_at != 0;
  gp_exchange *x = gp_claimer_release(n, c);
  q->late = q->late || listed;
  if (listed)
    return !gp_admission_listunproven(n, &c->request, x);
  if (asksforitself(&c->request)) {
    gp_respond(n, x, 504, gp_wire_nosign);
    return true;
  }
  gp_report_refusal(&n->report, GP_ELIMIT, 503, q->remote, n->now);
  gp_respond(n, x, 503, gp_wire_busy);
  return true;
}

/* Responds to those of its requests that are due. */
static void answer (gp_node *n, gp_question *q) {
  gp_ring *r, *next;
  for (r = q->claimers.next; r != &q->claimers; r = next) {
    gp_claimer *c = gp_ring_of(gp_claimer, place, r);
    next = r->next;
    if (dueat(q, c) <= n->now && overdue(n, q, c))
      gp_claimer_free(n, c);
    else
      gp_proof_lookat(n, q, dueat(q, c));
  }
}

void gp_gate_settle (gp_node *n) {
  gp_ring *all = &n->admission.proofs.all, *r, *next;
  for (r = all->next; r != all; r = next) {
    gp_question *q = gp_ring_of(gp_question, place, r);
    next = r->next;
    if (q->holds && !isbehind(n, q))
      continue;
    if (q->began_at == 0)
      gp_proof_try(n, q); /* it may be its turn now */
    answer(n, q);
    if (gp_ring_empty(&q->claimers))
      end(n, q);
    else if (gp_proof_isover(q) && !owesalist(q))
      drop(n, q);
    else
      gp_proof_lookat(n, q, UINT64_MAX);
  }
}

static bool islate (const gp_node *n, const gp_question *q,
                    const gp_claimer *c) {
  return q->began_at != 0 && gp_recvreq_isconnect(&c->request) &&
         dueat(q, c) <= n->now;
}

/* A connect that is due has its list soon: those that came later need not
   wait for it any more. */
void gp_gate_look (gp_node *n, gp_question *q) {
  const gp_ring *r;
  gp_proof_try(n, q);
  for (r = q->claimers.next; r != &q->claimers; r = r->next)
    q->late = q->late || islate(n, q, gp_ring_of(gp_claimer, place, r));
}

/* A Go program is where it responds, whoever was asked about: one that has
   moved is heard, however often others speak in its name. */
static void learnplace (gp_node *n, const gp_question *q,
                        const gp_recvresp *response) {
  gp_record *peer = gp_peers_find(&n->peers, q->name);
  if (peer != NULL && gp_record_isgo(peer) && response->remote != NULL &&
      gp_peer_equal(q->at, gp_record_dialled(peer)) &&
      gp_giver_of(peer, response, GP_ASKED_LIFE, n->now) == GP_GIVER_PEER)
    gp_peers_setremote(&n->peers, peer, response->remote);
}

void gp_gate_responded (gp_node *n, gp_question *q, gp_err error,
                        const gp_recvresp *response) {
  if (error == GP_OK)
    learnplace(n, q, response);
  if (!gp_proof_judge(n, q, error, response))
    gp_gate_look(n, q);
}
