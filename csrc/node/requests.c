/*
** node/requests.c - what came in from peers, dispatched.
*/
#include "node/requests.h"

#include "node/admission.h"
#include "node/cookies.h"
#include "node/departure.h"
#include "node/gate.h"
#include "node/lookers.h"
#include "node/naming.h"
#include "node/respond.h"
#include "node/state.h"
#include "node/sweep.h"
#include "node/unreached.h"
#include "wire/refusal.h"

/* The record of a sender that may speak, or NULL: of a member, a candidate,
   which may have heard that we greet it, or a visitor. */
static gp_record *findspeaker (gp_node *n, const gp_recvreq *request) {
  gp_record *peer = gp_naming_recognise(n, request->msg->from,
                                        request->remote, false);
  bool may = peer != NULL &&
             (peer->membership != GP_STRANGER || gp_visitors_isvisitor(peer));
  return may ? peer : NULL;
}

static bool disconnected (gp_node *n, const gp_recvreq *request,
                          gp_exchange *x) {
  gp_record *peer = findspeaker(n, request);
  if (peer == NULL) {
    gp_respond(n, x, 403, gp_wire_notregistered);
    return true;
  }
  gp_departure_left(n, peer);
  gp_departure_relay(n, peer, request->form);
  gp_respond(n, x, 200, NULL);
  return true;
}

/* The program sees the receivers with the nicks that they have here. */
static void nameto (gp_node *n, gp_peerlist *to) {
  size_t i;
  for (i = 0; i < to->n; i++) {
    const gp_record *peer = gp_peers_find(&n->peers, to->at[i]);
    const gp_peer *known = NULL;
    if (peer != NULL)
      known = gp_record_name(peer);
    else if (gp_peer_equal(to->at[i], n->self.identity.peer))
      known = n->self.identity.peer;
    if (known != NULL && gp_peer_equal(known, to->at[i]))
      gp_peerlist_set(to, i, known);
  }
}

/* The program sees the sender under the one name that it has here. */
static bool spoken (gp_node *n, const gp_recvreq *request, gp_exchange *x) {
  gp_record *peer = findspeaker(n, request);
  gp_message *msg = request->msg;
  if (peer == NULL) {
    gp_respond(n, x, 403, gp_wire_notregistered);
    return true;
  }
  if (gp_message_len(msg) > n->self.opt.max_body) {
    gp_report_refusal(&n->report, GP_ELIMIT, 413, request->remote, n->now);
    gp_respond(n, x, 413, gp_wire_toolarge);
    return true;
  }
  gp_detector_heard(n, peer);
  gp_message_setfrom(msg, gp_record_name(peer));
  nameto(n, &msg->to);
  msg->nonce = request->ext.nonce;
  msg->number = request->ext.number;
  msg->notice = request->ext.notice;
  return gp_inbox_receive(
    n, peer, msg, request->form == GP_FORM_HEADERS ? request->host : NULL, x);
}

/* The member that a probe comes from; NULL: from none. */
static const gp_record *memberof (const gp_node *n,
                                  const gp_recvreq *request) {
  const gp_peer *sender = gp_proof_sender(request);
  const gp_record *peer = NULL;
  if (sender != NULL)
    peer = gp_peers_find(&n->peers, sender);
  return peer != NULL && gp_membership_ismember(peer) ? peer : NULL;
}

/* Probes only a member, and for a member, so that nobody can have other
   machines probed. */
static bool help (gp_node *n, const gp_recvreq *request, gp_exchange *x) {
  gp_record *peer = gp_peers_find(&n->peers, request->ext.about);
  if (peer == NULL || !gp_membership_ismember(peer) ||
      memberof(n, request) == NULL) {
    gp_respond(n, x, 403, gp_wire_notregistered);
    return true;
  }
  if (gp_probe_sendfor(n, peer, x))
    return false;
  gp_respond(n, x, 503, gp_wire_busy);
  return true;
}

/* Its own list is compared when ours comes to it, and the other way round:
   either may know a member that the other does not. One that is being asked
   to let us in may have become a member of more since. */
static void compare (gp_node *n, const gp_recvreq *request) {
  gp_record *peer = gp_peers_find(&n->peers, request->ext.about);
  if (peer != NULL && ((gp_membership_ismember(peer) && peer->compat.ours) ||
                       gp_membership_iscandidate(peer)))
    gp_sync_compare(n, peer, request->ext.digest);
}

static void suspect (gp_node *n, const gp_recvreq *request) {
  gp_record *peer = gp_peers_find(&n->peers, request->ext.about);
  if (peer != NULL && memberof(n, request) != NULL)
    gp_detector_told(n, peer);
}

static bool probed (gp_node *n, const gp_recvreq *request, gp_exchange *x) {
  gp_topic topic = request->ext.topic;
  switch (topic) {
    case GP_TOPIC_PROBE: return help(n, request, x);
    case GP_TOPIC_LIST: gp_lookers_givelist(n, request, x); return true;
    case GP_TOPIC_COOKIE:
      gp_respond_cookie(n, x, gp_cookies_isours(n, request));
      return true;
    default: break;
  }
  gp_respond_probe(n, x, topic == GP_TOPIC_DIGEST);
  if (topic == GP_TOPIC_DIGEST)
    compare(n, request);
  else if (topic == GP_TOPIC_SUSPECT)
    suspect(n, request);
  return true;
}

/* What its sender's address has said: it is there, and shows that cookie. */
static void learn (gp_node *n, const gp_recvreq *request) {
  gp_record *peer = gp_naming_recognise(n, gp_proof_sender(request),
                                        request->remote, false);
  if (peer == NULL)
    return;
  gp_peers_setremote(&n->peers, peer, request->remote);
  if (request->ext.has_cookie)
    gp_cookies_learn(peer, &request->ext);
}

/* 'proven': its 'remote' is where its sender's address has responded from. */
static bool dispatch (gp_node *n, const gp_recvreq *request, gp_exchange *x,
                      bool proven) {
  if (proven && !gp_recvreq_isconnect(request) &&
      request->ext.topic != GP_TOPIC_LIST)
    learn(n, request);
  if (request->msg == NULL)
    return probed(n, request, x);
  switch (request->msg->type) {
    case GP_CONNECT: return gp_admission_connect(n, request, x, proven);
    case GP_DISCONNECT: return disconnected(n, request, x);
    default: return spoken(n, request, x);
  }
}

bool gp_node_received (gp_node *n, const gp_recvreq *request, gp_exchange *x,
                       uint64_t now) {
  bool responded = true;
  n->now = now;
  x->form = request->form;
  gp_reach_heard(n, request->remote);
  if (request->ext.topic != GP_TOPIC_LIST)
    gp_unreached_note(x, gp_proof_sender(request), request->remote);
  switch (gp_gate_judge(n, request, x)) {
    case GP_PASSES: responded = dispatch(n, request, x, false); break;
    case GP_WAITS: responded = false; break;
    default: break;
  }
  gp_sweep(n);
  return responded;
}

void gp_requests_letin (gp_node *n) {
  gp_claimer *c;
  while ((c = gp_gate_next(n)) != NULL) {
    if (c->exchange != NULL)
      c->exchange->form = c->request.form;
    (void)dispatch(n, &c->request, c->exchange, true);
    gp_claimer_free(n, c);
  }
  gp_gate_settle(n);
}

bool gp_node_knows (const gp_node *n, const char *address) {
  return gp_hosts_has(&n->peers.hosts, address);
}

void gp_node_refused (gp_node *n, gp_err error, int status,
                      const char *origin, uint64_t now) {
  gp_report_refusal(&n->report, error, status, origin, now);
}

void gp_node_overlooked (gp_node *n, uint64_t count) {
  gp_report_overlooked(&n->report, count);
}
