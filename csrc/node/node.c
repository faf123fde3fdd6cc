/*
** node/node.c - a node's life, and what its program calls.
*/
#include "node/node.h"

#include <stdlib.h>
#include <string.h>

#include "node/admission.h"
#include "node/naming.h"
#include "node/reconnect.h"
#include "node/state.h"
#include "node/sweep.h"

#define KEPT_MESSAGES 64 /* of each that may never show */

void gp_nodeopt_init (gp_nodeopt *opt) {
  memset(opt, 0, sizeof *opt);
  opt->max_members = 4096;
  opt->max_body = (size_t)1 << 20;
  opt->inbox_messages = 1024;
  opt->inbox_bytes = (size_t)64 << 20;
  opt->outbox_messages = 1024;
  opt->outbox_bytes = (size_t)8 << 20;
  opt->max_errors = 1024;
  opt->max_events = 1024;
  opt->probe_interval_ms = 600;
  opt->request_timeout_ms = 5000;
  opt->inbox_timeout_ms = 4000;
  opt->check_source = true;
}

static gp_err initself (gp_self *self, const gp_peer *name,
                        const gp_nodeopt *opt) {
  const char *nick = opt->nick == NULL ? "" : opt->nick;
  self->opt = *opt;
  self->opt.nick = NULL;
  self->identity.version = GP_VERSION;
  self->identity.process = opt->nonce;
  strcpy(self->identity.nick, nick);
  return gp_peer_nicknamed(&self->identity.peer, name, nick);
}

static gp_err init (gp_node *n, gp_signal *signals, const gp_nodeopt *opt) {
  gp_random_seed(&n->random,
                 gp_siphash(&opt->secret, &opt->nonce, sizeof opt->nonce));
  gp_peers_init(&n->peers);
  gp_unsent_init(&n->outboxes.unsent);
  n->outboxes.last_number = opt->first_number;
  gp_inbox_init(&n->inbox, opt);
  gp_probes_init(&n->probes);
  gp_departures_init(&n->departures, opt);
  gp_admission_init(&n->admission);
  gp_proofs_init(&n->admission.proofs);
  gp_announcements_init(&n->admission.announcements);
  gp_lookers_init(&n->admission.lookers);
  if (gp_deadlines_init(&n->deadlines) != GP_OK)
    return GP_ENOMEM;
  return gp_report_init(&n->report, opt, signals);
}

gp_err gp_node_new (gp_node **out, const gp_peer *self, const gp_transport *t,
                    const gp_nodeopt *opt, gp_signal *signals) {
  gp_node *n = calloc(1, sizeof *n);
  gp_err e;
  if (n == NULL)
    return GP_ENOMEM;
  n->transport = *t;
  e = init(n, signals, opt);
  if (e == GP_OK)
    e = initself(&n->self, self, opt);
  if (e != GP_OK) {
    gp_node_free(n);
    return e;
  }
  *out = n;
  return GP_OK;
}

/* Nobody is sent anything any more. */
static void endrequests (gp_node *n) {
  gp_request *r;
  gp_record *peer;
  gp_proofs_clear(n);
  gp_announcements_clear(n);
  while ((r = gp_unsent_take(n)) != NULL)
    gp_request_finish(r, &n->report, r->failure->error, 0);
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer)) {
    gp_departure_drop(n, peer, GP_ECANCELED);
    gp_claim_setpending(n, peer, false);
  }
  gp_sweep(n);
}

void gp_node_free (gp_node *n) {
  if (n == NULL)
    return;
  endrequests(n);
  gp_inbox_clear(n);
  gp_admission_clear(n);
  gp_lookers_clear(&n->admission.lookers);
  gp_probes_clear(n);
  gp_detector_clear(&n->detector);
  gp_departures_clear(&n->departures);
  gp_peers_clear(&n->peers);
  gp_deadlines_clear(&n->deadlines);
  gp_report_clear(&n->report);
  gp_peer_unref(n->self.identity.peer);
  free(n);
}

const gp_peer *gp_node_self (const gp_node *n) {
  return n->self.identity.peer;
}

bool gp_node_isconnected (const gp_node *n) {
  return n->memberships.members > 0;
}

/* Adds those of which 'belongs' is true. */
static gp_err list (const gp_node *n, gp_peerlist *out,
                    bool (*belongs)(const gp_record *peer)) {
  const gp_record *peer;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer)) {
    if (belongs(peer) &&
        gp_peerlist_add(out, gp_record_name(peer)) != GP_OK) {
      gp_peerlist_clear(out);
      return GP_ENOMEM;
    }
  }
  return GP_OK;
}

gp_err gp_node_members (const gp_node *n, gp_peerlist *out) {
  return list(n, out, gp_membership_ismember);
}

const gp_peer *gp_node_meant (const gp_node *n, const gp_peer *p) {
  const gp_record *peer = gp_naming_meant(n, p);
  return peer == NULL ? NULL : gp_record_name(peer);
}

/* What nobody has proven is not to be known for longer than it is tried. */
static bool isknown (const gp_record *peer) {
  return gp_peers_isproven(peer) && gp_membership_isknown(peer);
}

gp_err gp_node_known (const gp_node *n, gp_peerlist *out, bool *left) {
  *left = n->departures.left;
  return *left ? GP_OK : list(n, out, isknown);
}

gp_err gp_node_resume (gp_node *n, const gp_peerlist *known, bool left,
                       uint64_t now) {
  size_t i;
  n->now = now;
  gp_departure_setleft(n, left);
  for (i = 0; i < known->n; i++) {
    gp_record *peer;
    if (gp_peer_equal(known->at[i], n->self.identity.peer))
      continue;
    peer = gp_peers_get(n, known->at[i]);
    if (peer == NULL)
      return GP_ENOMEM;
    gp_hearsay_setproven(n, peer, true);
    if (gp_membership_apply(n, peer, GP_IS_EXPECTED, GP_OK))
      gp_reconnect_resume(n, peer, known->n);
  }
  gp_sweep(n);
  return GP_OK;
}

/* A message of our own and the receipt of the call that it is made for. */
static gp_err prepare (const gp_node *n, gp_msgtype type, gp_blob *data,
                       const gp_peerlist *to, gp_message **msg,
                       gp_receipt **receipt) {
  *receipt = gp_receipt_new(n->report.signals[0].ready);
  if (*receipt == NULL)
    return GP_ENOMEM;
  if (gp_message_new(msg, type, n->self.identity.peer, to, data) != GP_OK) {
    gp_receipt_unref(*receipt);
    return GP_ENOMEM;
  }
  return GP_OK;
}

/* Gives the receipt out, or frees it when the call failed. */
static gp_err conclude (gp_node *n, gp_err e, gp_message *msg,
                        gp_receipt *receipt, gp_receipt **out) {
  gp_message_unref(msg);
  if (e == GP_OK)
    *out = receipt;
  else
    gp_receipt_unref(receipt);
  gp_sweep(n);
  return e;
}

/* One request of a call. */
static gp_err request (gp_node *n, gp_record *peer, gp_purpose purpose,
                       gp_message *msg, gp_receipt *receipt,
                       uint32_t timeout_ms) {
  gp_request *r = gp_request_new(purpose, gp_record_name(peer), msg, receipt,
                                 timeout_ms);
  if (r == NULL)
    return GP_ENOMEM;
  gp_outbox_queue(n, peer, r);
  return GP_OK;
}

/* Asks 'entry' to let us in, as a visitor or not. */
static gp_err ask (gp_node *n, const gp_peer *entry, bool visit,
                   gp_message *msg, gp_receipt *receipt, uint32_t timeout) {
  gp_record *peer = gp_naming_getmeant(n, entry);
  gp_request *r;
  if (peer == NULL)
    return GP_ENOMEM;
  r = gp_request_new(GP_PURPOSE_JOIN, gp_record_name(peer), msg, receipt,
                     timeout);
  if (r == NULL)
    return GP_ENOMEM;
  gp_request_setvisit(r, visit);
  gp_visitors_ask(peer, visit);
  gp_hearsay_setchosen(peer);
  gp_membership_apply(n, peer, GP_HAS_ASKED, GP_OK);
  gp_outbox_queue(n, peer, r);
  return GP_OK;
}

static gp_err join (gp_node *n, const gp_peer *entry, bool visit,
                    uint32_t timeout, uint64_t now, gp_receipt **out) {
  gp_message *msg;
  gp_receipt *receipt;
  n->now = now;
  if (gp_peer_equal(entry, n->self.identity.peer))
    return GP_ESELF;
  gp_departure_setleft(n, false);
  gp_reach_reset(n);
  if (prepare(n, GP_CONNECT, NULL, NULL, &msg, &receipt) != GP_OK)
    return GP_ENOMEM;
  receipt->claimed = true;
  return conclude(n, ask(n, entry, visit, msg, receipt, timeout), msg,
                  receipt, out);
}

gp_err gp_node_connect (gp_node *n, const gp_peer *entry, uint32_t timeout,
                        uint64_t now, gp_receipt **out) {
  return join(n, entry, false, timeout, now, out);
}

gp_err gp_node_visit (gp_node *n, const gp_peer *entry, uint32_t timeout,
                      uint64_t now, gp_receipt **out) {
  return join(n, entry, true, timeout, now, out);
}

static gp_err postto (gp_node *n, const gp_peer *to, gp_message *msg,
                      gp_receipt *receipt) {
  gp_record *peer = gp_naming_getmeant(n, to);
  if (peer == NULL)
    return GP_ENOMEM;
  return request(n, peer, GP_PURPOSE_MESSAGE, msg, receipt,
                 n->self.opt.request_timeout_ms);
}

/* Whether it may never show that it is there: it has our list unproven, or it
   was only listed, and did not respond so far, or was listed by one whose
   list nobody has asked for. */
static bool mayneverbe (const gp_record *peer) {
  return peer->membership == GP_UNPROVEN ||
         (peer->membership == GP_CANDIDATE && !gp_peers_isproven(peer) &&
          (gp_retry_isactive(&peer->retry) || peer->hearsay.unasked));
}

/* For such a one a few are kept, and no receipt counts it. */
static gp_err keep (gp_node *n, gp_record *peer, gp_message *msg) {
  gp_request *r;
  if (peer->outbox.count >= KEPT_MESSAGES)
    return GP_OK;
  r = gp_request_new(GP_PURPOSE_MESSAGE, gp_record_name(peer), msg, NULL,
                     n->self.opt.request_timeout_ms);
  if (r == NULL)
    return GP_ENOMEM;
  gp_request_keep(r);
  gp_outbox_queue(n, peer, r);
  return GP_OK;
}

static gp_err postall (gp_node *n, gp_message *msg, gp_receipt *receipt) {
  gp_record *peer;
  gp_err e = GP_OK;
  for (peer = gp_record_first(&n->peers); peer != NULL && e == GP_OK;
       peer = gp_record_next(peer))
    if (mayneverbe(peer))
      e = keep(n, peer, msg);
    else if (gp_membership_istarget(peer))
      e = request(n, peer, GP_PURPOSE_MESSAGE, msg, receipt,
                  n->self.opt.request_timeout_ms);
  return e;
}

/* Memory ran out before all receivers of a message had their request: the
   receipt fails so. GP_ENOMEM when not even that could be noted. */
static gp_err postshort (gp_node *n, gp_message *msg, gp_receipt *receipt) {
  gp_request *r = gp_request_new(GP_PURPOSE_MESSAGE, NULL, msg, receipt, 0);
  if (r == NULL)
    return GP_ENOMEM;
  gp_unsent_put(n, r, GP_ENOMEM);
  return GP_OK;
}

/*
** Out of memory half way, the receipt tells: the peers that were reached are
** reached, so the call cannot fail as a whole any more.
*/
gp_err gp_node_post (gp_node *n, gp_blob *data, const gp_peerlist *to,
                     bool notice, uint64_t now, gp_receipt **out) {
  gp_msgtype type = to->n == 0 ? GP_BROADCAST : GP_DIRECT;
  gp_message *msg;
  gp_receipt *receipt;
  gp_err e = prepare(n, type, data, to, &msg, &receipt);
  size_t i;
  n->now = now;
  if (e != GP_OK)
    return e;
  msg->number = gp_outboxes_newnumber(&n->outboxes);
  msg->notice = notice;
  if (to->n == 0)
    e = postall(n, msg, receipt);
  for (i = 0; i < to->n && e == GP_OK; i++)
    e = postto(n, to->at[i], msg, receipt);
  if (receipt->pending > 0 && e != GP_OK)
    e = postshort(n, msg, receipt);
  return conclude(n, e, msg, receipt, out);
}

static bool hasroom (const gp_node *n, const gp_record *peer) {
  return peer == NULL || !gp_outbox_isfull(n, peer) ||
         gp_outbox_isslow(n, peer);
}

bool gp_node_hasroom (gp_node *n, const gp_peerlist *to, uint64_t now) {
  const gp_record *peer;
  size_t i;
  n->now = now;
  for (i = 0; i < to->n; i++)
    if (!hasroom(n, gp_naming_meant(n, to->at[i])))
      return false;
  if (to->n > 0)
    return true;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (gp_membership_istarget(peer) && !mayneverbe(peer) &&
        !hasroom(n, peer))
      return false;
  return true;
}

/* One that failed may be alive where we cannot be heard. */
static void giveup (gp_node *n, gp_record *peer) {
  gp_departure_disconnect(n, peer);
  gp_departure_drop(n, peer, GP_ENOTCONN);
}

static gp_err leave (gp_node *n, gp_record *peer, gp_message *msg,
                     gp_receipt *receipt) {
  gp_err e;
  if (peer->membership == GP_UNPROVEN) {
    gp_departure_reject(n, peer);
    gp_outbox_advance(n, peer);
  }
  if (gp_membership_isfailing(peer))
    giveup(n, peer);
  if (!gp_membership_istarget(peer) && !gp_visitors_isvisitor(peer))
    return GP_OK;
  e = request(n, peer, GP_PURPOSE_LEAVE, msg, receipt,
              n->self.opt.request_timeout_ms);
  if (e == GP_OK)
    gp_membership_apply(n, peer, GP_IS_BEING_LEFT, GP_OK);
  return e;
}

gp_err gp_node_leave (gp_node *n, uint64_t now, gp_receipt **out) {
  gp_message *msg;
  gp_receipt *receipt;
  gp_record *peer;
  gp_err e = prepare(n, GP_DISCONNECT, NULL, NULL, &msg, &receipt);
  n->now = now;
  if (e != GP_OK)
    return e;
  gp_departure_setleft(n, true);
  for (peer = gp_record_first(&n->peers); peer != NULL && e == GP_OK;
       peer = gp_record_next(peer))
    e = leave(n, peer, msg, receipt);
  if (receipt->pending > 0)
    e = GP_OK; /* whoever could not be told is a member still */
  return conclude(n, e, msg, receipt, out);
}

gp_message *gp_node_peekmessage (const gp_node *n) {
  return gp_inbox_peek(n);
}

void gp_node_dropmessage (gp_node *n) {
  gp_inbox_drop(n);
}

gp_failure *gp_node_peekfailure (const gp_node *n) {
  return gp_report_peekfailure(&n->report);
}

void gp_node_dropfailure (gp_node *n) {
  gp_report_dropfailure(&n->report);
}

const gp_event *gp_node_peekevent (const gp_node *n) {
  return gp_report_peekevent(&n->report);
}

void gp_node_dropevent (gp_node *n) {
  gp_report_dropevent(&n->report);
}

uint64_t gp_node_lostfailures (gp_node *n) {
  return gp_report_takelost(&n->report);
}

gp_digest gp_node_digest (gp_node *n) {
  return gp_membership_digest(n);
}

void gp_node_setprobeinterval (gp_node *n, uint32_t interval_ms,
                               uint64_t now) {
  n->now = now;
  n->self.opt.probe_interval_ms = interval_ms;
  gp_detector_restart(n);
}
