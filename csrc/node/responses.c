/*
** node/responses.c - what became of what we sent.
*/
#include "node/responses.h"

#include "node/admission.h"
#include "node/announce.h"
#include "node/ask.h"
#include "node/departure.h"
#include "node/gate.h"
#include "node/giver.h"
#include "node/join.h"
#include "node/reconnect.h"
#include "node/requests.h"
#include "node/respond.h"
#include "node/state.h"
#include "node/sweep.h"
#include "wire/refusal.h"

/* Another program responds in the place of a member, which has failed with
   that; as what it is now, it is met at once. */
static void replace (gp_node *n, gp_record *peer) {
  if (!gp_membership_apply(n, peer, GP_IS_REPLACED, GP_EREPLACED))
    return;
  gp_departure_reset(peer);
  gp_reconnect_resume(n, peer, 0);
}

/* Also what has not taken a message that it was sent is another program. */
static gp_giver giverof (const gp_record *peer, const gp_request *r,
                         const gp_recvresp *response) {
  const gp_purposerule *rule = gp_purpose_rule(gp_request_purpose(r));
  gp_asked what = rule->bare                 ? GP_ASKED_LIFE
                  : rule->type == GP_CONNECT ? GP_ASKED_ENTRY
                                             : GP_ASKED_OTHER;
  gp_giver giver = gp_giver_of(peer, response, what, r->began_at);
  bool good = response->status >= 200 && response->status <= 299;
  if (giver == GP_GIVER_PEER && good && gp_membership_ismember(peer) &&
      gp_request_purpose(r) == GP_PURPOSE_MESSAGE &&
      !gp_giver_hastaken(peer, response, r->began_at))
    return GP_GIVER_OTHER;
  return giver;
}

/* What follows from the end of a request, before it is finished. */
typedef struct outcome {
  gp_err error;
  bool kept; /* it was put back */
} outcome;

/* Any server may respond to all like a header form to a connect: only in
   response to a probe as well it shows to be one. */
static bool needsprobe (const gp_record *peer, const gp_recvresp *response) {
  return response != NULL && response->form != GP_FORM_V113 &&
         response->form != GP_FORM_UNKNOWN &&
         (peer->compat.ours || peer->compat.form == GP_FORM_V113);
}

/* What is done first. False: out of memory. */
static bool insert (gp_node *n, gp_record *peer, gp_purpose purpose) {
  gp_request *first = gp_request_newown(n, peer, purpose, NULL);
  if (first != NULL)
    gp_outbox_insert(n, peer, first);
  return first != NULL;
}

/*
** 403 from a member: it knows us by another name, or not any more; 400: it
** came back as another program, or responds like one, for which it may have
** failed meanwhile. Connecting again tells, and mends it; the message has not
** been taken, so it is sent once more. One of ours that does not know us
** needs no disconnect.
*/
static bool reconnectfirst (gp_node *n, gp_record *peer, gp_request *r,
                            gp_err error, const gp_recvresp *response) {
  bool ismessage = gp_request_purpose(r) == GP_PURPOSE_MESSAGE;
  bool isknown = gp_membership_ismember(peer) ||
                 (ismessage && gp_membership_isfailing(peer));
  gp_request *first;
  if (response == NULL || r->again || r->unsure || !isknown ||
      (peer->compat.ours && gp_request_purpose(r) == GP_PURPOSE_LEAVE) ||
      (error != GP_EFORBIDDEN && error != GP_EBADREQUEST &&
       error != GP_EREPLACED))
    return false;
  first = gp_request_newown(n, peer,
                            ismessage && needsprobe(peer, response)
                              ? GP_PURPOSE_FIND_FORM
                              : GP_PURPOSE_FIND_ALIAS,
                            NULL);
  if (first == NULL)
    return false;
  gp_request_repeat(r, n->now);
  gp_outbox_insert(n, peer, r);
  gp_outbox_insert(n, peer, first);
  return true;
}

/* What responds well may have taken the message for something else: a seed in
   the place of a v1.1.3 takes the JSON for text. */
static outcome endmessage (gp_node *n, gp_record *peer, gp_request *r,
                           gp_err error, const gp_recvresp *response) {
  outcome end = {error, false};
  if (error == GP_OK && !gp_giver_hastaken(peer, response, r->began_at))
    end.error = GP_EREPLACED;
  else if (error == GP_OK && gp_membership_isfailing(peer))
    gp_admission_welcome(n, peer,
                         GP_HAS_RESPONDED); /* we count there still */
  end.kept = reconnectfirst(n, peer, r, end.error, response);
  return end;
}

/*
** A newcomer of a header form was asked who it is: a list with an entry
** tells. An empty one does so the second time, when we stand in it.
*/
static void endnewcomerform (gp_node *n, gp_record *peer, const gp_request *r,
                             gp_err error, const gp_recvresp *response) {
  gp_form form = error == GP_OK ? response->form : GP_FORM_HEADERS;
  if (error == GP_OK && form == GP_FORM_HEADERS && !r->again) {
    gp_request *second = gp_request_newown(n, peer, GP_PURPOSE_NEWCOMER_FORM,
                                           NULL);
    if (second != NULL) {
      gp_request_setagain(second);
      gp_outbox_insert(n, peer, second);
      return;
    }
  }
  gp_admission_admit(n, peer, form);
}

/*
** One that never responded was asked for its form before it is written to,
** and whether it is one of ours, which notice what comes twice. Without a
** response nothing can be written. Where another program than a member
** responds, it is met before it is written to.
*/
static void endfindform (gp_node *n, gp_record *peer, const gp_request *r,
                         gp_err error, const gp_recvresp *response) {
  if (error == GP_EPROTO || response == NULL || response->status == 0)
    gp_outbox_drop(n, peer, GP_NEXT_MESSAGES, error);
  else if (peer->membership == GP_SOUGHT ||
           (peer->compat.form != GP_FORM_UNKNOWN &&
            giverof(peer, r, response) == GP_GIVER_OTHER)) {
    insert(n, peer, GP_PURPOSE_FIND_ALIAS);
    replace(n, peer);
  }
  else {
    gp_compat_setprogram(n, peer, response->form,
                         response->ext.who.peer != NULL);
    gp_claim_learn(n, peer, &response->ext.who, r->began_at);
    if (gp_membership_isfailing(peer))
      gp_reconnect_hasten(n, peer);
  }
}

/* One that has failed is back, perhaps as another program. */
static gp_record *endreconnect (gp_node *n, gp_record *peer,
                                const gp_request *r, gp_err error,
                                const gp_recvresp *response) {
  bool lost = gp_membership_islost(peer);
  if (error == GP_OK && lost && needsprobe(peer, response))
    insert(n, peer, GP_PURPOSE_FIND_FORM);
  else if (error == GP_OK)
    return gp_join_joined(n, peer, r, response);
  gp_join_missed(n, peer, error);
  return peer;
}

/* Does what follows. The record that the request concerns from now on. */
static gp_record *follow (gp_node *n, gp_record *peer, gp_request *r,
                          const gp_recvresp *response, outcome *end) {
  gp_err error = end->error;
  gp_purpose purpose = gp_request_purpose(r);
  switch (purpose) {
    case GP_PURPOSE_JOIN:
    case GP_PURPOSE_GREET:
      if (error == GP_OK)
        return gp_join_joined(n, peer, r, response);
      gp_join_failed(n, peer, purpose, error);
      break;
    case GP_PURPOSE_RECONNECT:
      return endreconnect(n, peer, r, error, response);
    case GP_PURPOSE_MESSAGE:
      *end = endmessage(n, peer, r, error, response);
      break;
    case GP_PURPOSE_LEAVE:
      end->kept = reconnectfirst(n, peer, r, error, response);
      if (!end->kept)
        gp_departure_forget(n, peer);
      break;
    case GP_PURPOSE_WITHDRAW:
      end->kept = reconnectfirst(n, peer, r, error, response);
      if (!end->kept)
        gp_departure_left(n, peer);
      break;
    case GP_PURPOSE_LIST:
    case GP_PURPOSE_RENAME:
      return gp_join_listed(n, peer, r, error, response);
    case GP_PURPOSE_FIND_FORM:
      endfindform(n, peer, r, error, response);
      break;
    case GP_PURPOSE_ASK:
    case GP_PURPOSE_LOOK:
      if (response != NULL)
        gp_ask_responded(n, r, response);
      break;
    case GP_PURPOSE_FIND_ALIAS:
      return gp_join_aliased(n, peer, r, error, response);
    case GP_PURPOSE_DROP_ALIAS: gp_compat_untwinned(n, peer); break;
    case GP_PURPOSE_NEWCOMER_FORM:
      endnewcomerform(n, peer, r, error, response);
      break;
    default: break;
  }
  return peer;
}

/* The end of a request to 'peer', and what is sent to it next. */
static void conclude (gp_node *n, gp_record *peer, gp_request *r,
                      gp_err error, const gp_recvresp *response) {
  outcome end = {error, false};
  peer = follow(n, peer, r, response, &end);
  if (!end.kept && !gp_outbox_retry(n, peer, r, end.error)) {
    if (gp_request_purpose(r) == GP_PURPOSE_LEAVE &&
        end.error == GP_EFORBIDDEN)
      end.error = GP_OK; /* it does not count us as a member: all is well */
    gp_request_finish(r, &n->report, end.error,
                      response == NULL ? 0 : response->status);
  }
  gp_outbox_advance(n, peer);
}

void gp_responses_unsent (gp_node *n) {
  gp_request *r;
  while ((r = gp_unsent_take(n)) != NULL) {
    gp_err error = r->failure->error;
    gp_record *peer = NULL;
    if (r->failure->peer != NULL)
      peer = gp_peers_find(&n->peers, r->failure->peer);
    if (peer == NULL)
      gp_request_finish(r, &n->report, error, 0);
    else
      conclude(n, peer, r, error, NULL);
  }
}

/*
** What the end of a request tells of the life of the peer. Another program in
** its place proves nothing of it: a connect shows what that is, and a probe
** does after all else.
*/
static void observe (gp_node *n, gp_record *peer, const gp_request *r,
                     gp_err error, gp_giver giver) {
  const gp_purposerule *rule = gp_purpose_rule(gp_request_purpose(r));
  bool other = giver == GP_GIVER_OTHER;
  bool shown = rule->type == GP_CONNECT && !rule->bare && !rule->hasty;
  gp_suspicion_setreachable(&peer->liveness, error == GP_OK);
  if (error == GP_OK && !other)
    gp_detector_responded(n, peer);
  else if (error == GP_ECONNREFUSED)
    gp_detector_refused(n, peer);
  else if (other && shown)
    replace(n, peer);
  else if (gp_membership_ismember(peer) &&
           (other || error == GP_ETIMEDOUT || error == GP_EPROTO))
    gp_detector_probe(n, peer, false);
}

/*
** It was our own process that responded, so the name is another one of ours.
** Only whoever wanted something of just this one is told; it may well ask
** itself who it is.
*/
static void endself (gp_node *n, gp_record *peer, gp_request *r) {
  gp_purpose purpose = gp_request_purpose(r);
  bool told = gp_purpose_rule(purpose)->decisive && purpose != GP_PURPOSE_ASK;
  gp_departure_reject(n, peer);
  gp_request_finish(r, &n->report, told ? GP_ESELF : GP_OK, 0);
  gp_outbox_advance(n, peer);
}

/* Whether the peer may have taken what has failed so. */
static bool isunsure (gp_err error, const gp_recvresp *response) {
  return (error == GP_ETIMEDOUT || error == GP_ECONNRESET) &&
         (response == NULL || !response->unsent);
}

/* A well meant response, of which the name that it announces is not believed:
   the peer is called what it was called before. */
static void concludeas (gp_node *n, gp_record *peer, gp_request *r,
                        const gp_recvresp *response) {
  gp_peer *name = gp_peer_ref(gp_record_name(peer));
  gp_recvresp renamed = *response;
  renamed.ext.who.peer = name;
  conclude(n, peer, r, GP_OK, &renamed);
  gp_peer_unref(name);
}

static void endrequest (gp_node *n, gp_record *peer, gp_request *r,
                        gp_err error, const gp_recvresp *response) {
  gp_giver giver = GP_GIVER_PEER;
  if (response != NULL && gp_compat_isourselves(n, &response->ext.who)) {
    endself(n, peer, r);
    return;
  }
  if (error == GP_OK)
    giver = giverof(peer, r, response);
  if (giver == GP_GIVER_ALIEN)
    error = GP_EPROTO;
  else if (error == GP_OK)
    gp_hearsay_setproven(n, peer, true);
  if (error == GP_OK && giver == GP_GIVER_PEER)
    gp_reach_said(n, peer, response);
  observe(n, peer, r, error, giver);
  r->unsure = r->unsure || isunsure(error, response);
  if (response != NULL && response->remote != NULL)
    gp_peers_setremote(&n->peers, peer, response->remote);
  if (error == GP_OK && (response->status < 200 || response->status > 299))
    error = gp_err_fromstatus(response->status);
  if (error == GP_OK && gp_announce_isnew(n, peer, r, response)) {
    if (!gp_announce_ask(n, peer, r, response))
      concludeas(n, peer, r, response);
    return;
  }
  conclude(n, peer, r, error, response);
}

/* What 'a' is about has been asked, or cannot be. */
static void endannouncement (gp_node *n, gp_announcement *a, gp_err error,
                             const gp_recvresp *response) {
  gp_record *peer = gp_peers_find(&n->peers, a->of);
  if (peer == NULL)
    gp_request_finish(a->r, &n->report, GP_ECANCELED, 0);
  else {
    gp_outbox_pause(n, peer, 0);
    if (gp_announce_holds(a, error, response))
      conclude(n, peer, a->r, GP_OK, &a->response);
    else
      concludeas(n, peer, a->r, &a->response);
  }
  gp_announce_free(a);
}

/* The end of what was tried for another node. */
static void endhelp (gp_node *n, gp_exchange *x, gp_err error) {
  if (error == GP_OK)
    gp_respond(n, x, 200, NULL);
  else
    gp_respond(n, x, 504, gp_wire_nosign);
}

/* What one that was asked to probe 'peer' has said; NULL: this node. */
static void endindirect (gp_node *n, const gp_probe *p, gp_record *peer,
                         const gp_recvresp *response) {
  gp_record *helper = gp_peers_find(&n->peers, p->via);
  if (helper != NULL) {
    gp_detector_responded(n, helper);
    gp_reach_said(n, helper, response);
  }
  if (peer != NULL)
    gp_suspicion_said(&peer->liveness, response->status == 200);
  else if (gp_probe_isofself(n, p) && response->status == 504)
    gp_reach_denied(n, helper == NULL ? p->via : gp_record_name(helper));
}

static void probed (gp_node *n, const gp_probe *p, gp_record *peer,
                    const gp_recvresp *response) {
  gp_hearsay_setproven(n, peer, true);
  gp_suspicion_setrtt(&peer->liveness, (uint32_t)(n->now - p->sent_at));
  gp_detector_responded(n, peer);
  gp_reach_said(n, peer, response);
  if (gp_claim_learn(n, peer, &response->ext.who, p->sent_at))
    gp_reconnect_resume(n, peer, 0);
  else if (response->ext.has_digest && gp_membership_ismember(peer) &&
           peer->compat.ours)
    gp_sync_compare(n, peer, response->ext.digest);
}

/* What this node lacks is nobody else's fault: it has not probed. */
static void enddirect (gp_node *n, const gp_probe *p, gp_record *peer,
                       gp_err error, const gp_recvresp *response) {
  if (error == GP_OK)
    probed(n, p, peer, response);
  else if (error == GP_EREPLACED) {
    gp_hearsay_setproven(n, peer, true);
    replace(n, peer);
  }
  else if (error == GP_EMFILE || error == GP_ENOMEM)
    gp_suspicion_notsent(&peer->liveness, n->now);
  else if (error == GP_ECONNREFUSED)
    gp_detector_refused(n, peer);
  else
    gp_suspicion_missed(&peer->liveness, error);
}

/* What is made of a response to a probe, which its 'giver' gave. */
static gp_err errorof (gp_giver giver) {
  switch (giver) {
    case GP_GIVER_ALIEN: return GP_EPROTO;
    case GP_GIVER_OTHER: return GP_EREPLACED;
    default: return GP_OK;
  }
}

static void endprobe (gp_node *n, gp_probe *p, gp_err error,
                      const gp_recvresp *response) {
  gp_record *peer = gp_peers_find(&n->peers, p->about);
  const gp_record *asked = p->via == NULL ? peer
                                          : gp_peers_find(&n->peers, p->via);
  if (error == GP_OK)
    error = errorof(gp_giver_of(
      asked, response, p->via == NULL ? GP_ASKED_LIFE : GP_ASKED_HELP,
      p->sent_at));
  if (p->exchange != NULL)
    endhelp(n, p->exchange, error);
  if (p->via != NULL && error == GP_OK)
    endindirect(n, p, peer, response);
  else if (p->via == NULL && peer != NULL)
    enddirect(n, p, peer, error, response);
  if (p->claimant != NULL)
    gp_admission_settle(n, p->about, p->claimant, error,
                        error == GP_OK ? response->ext.who.process : 0);
  gp_probe_free(p);
}

void gp_node_responded (gp_node *n, uint64_t id, gp_err error,
                        const gp_recvresp *response, uint64_t now) {
  gp_probe *p = gp_probe_take(n, id);
  gp_question *q = gp_proof_ended(n, id);
  gp_announcement *a = gp_announce_take(n, id);
  bool frees = q != NULL || !gp_ring_empty(&n->admission.held);
  gp_record *peer;
  gp_request *r;
  n->now = now;
  if (p != NULL)
    endprobe(n, p, error, response);
  else if (a != NULL)
    endannouncement(n, a, error, response);
  else if (q != NULL)
    gp_gate_responded(n, q, error, response);
  else if ((r = gp_outbox_take(n, id, &peer)) != NULL)
    endrequest(n, peer, r, error, response);
  if (frees) /* what has waited for that */
    gp_requests_letin(n);
  gp_sweep(n);
}
