/*
** node/join.c - what follows from the response to a connect.
*/
#include "node/join.h"

#include "node/admission.h"
#include "node/cookies.h"
#include "node/departure.h"
#include "node/naming.h"
#include "node/reach.h"
#include "node/reconnect.h"
#include "node/state.h"

/* How those that a peer has listed are greeted. */
typedef struct greeting {
  gp_record *by;     /* the peer that listed them */
  const gp_peer *us; /* our alias in the list, or NULL */
  gp_purpose purpose;
  bool trusted; /* the program itself has chosen the peer that listed them */
  bool visit;   /* we come as a visitor */
  bool members_too;
  gp_receipt *receipt; /* of the call that it belongs to, or NULL */
  gp_message *msg;     /* made when first needed */
} greeting;

static bool ispresent (const gp_record *peer) {
  return peer != NULL && peer->membership != GP_STRANGER &&
         !gp_membership_isleaving(peer);
}

/*
** Whoever the program itself has named to join through may list all of a
** network. What anybody else lists is dialled as far as its budget goes; the
** rest comes again when lists are compared next.
*/
static bool maybedialled (gp_node *n, greeting *g, const gp_peer *name) {
  if (!gp_hearsay_mayname(n, g->by, name))
    return false;
  if (g->trusted || gp_hearsay_take(n, g->by))
    return true;
  gp_sync_missed(g->by);
  return false;
}

static bool isworthit (const gp_node *n, const greeting *g,
                       const gp_peer *name) {
  const gp_record *peer = gp_peers_find(&n->peers, name);
  if (peer != NULL && gp_visitors_isvisitor(peer))
    return false; /* it is a member to other programs */
  if (peer == g->by || gp_compat_isself(n, name, g->by->names.remote) ||
      (g->us != NULL && gp_peer_equal(name, g->us)))
    return false;
  if (!ispresent(peer))
    return gp_membership_hasroom(n) && !gp_reach_isunreached(n);
  if (peer->arrival.visit.visiting && !g->visit)
    return true; /* it has us, or will have us, as a visitor */
  return g->members_too &&
         (gp_membership_ismember(peer) || gp_membership_isfailing(peer));
}

/* Out of memory, a peer stays unknown: that much is told. */
static void notgreeted (gp_node *n, const gp_peer *name) {
  gp_report_error(&n->report, GP_PURPOSE_GREET, name, GP_ENOMEM);
}

/* 0.0.0.0 in a list is where the peer is that lists it. */
static gp_record *candidate (gp_node *n, const greeting *g,
                             const gp_peer *name) {
  gp_record *peer = gp_peers_get(n, name);
  if (peer != NULL)
    gp_visitors_ask(peer, g->visit);
  if (peer != NULL && gp_membership_apply(n, peer, GP_HAS_ASKED, GP_OK)) {
    gp_peers_setdial(&n->peers, peer, g->by->names.remote);
    gp_hearsay_setnamed(n, peer, g->by, g->trusted);
  }
  return peer;
}

static void greetone (gp_node *n, greeting *g, const gp_peer *name) {
  gp_record *peer = candidate(n, g, name);
  gp_request *r = NULL;
  if (peer != NULL)
    r = gp_request_new(g->purpose, gp_record_name(peer), g->msg, g->receipt,
                       n->self.opt.request_timeout_ms);
  if (r != NULL) {
    gp_request_setvisit(r, g->visit);
    gp_outbox_queue(n, peer, r);
    return;
  }
  if (peer != NULL && gp_membership_iscandidate(peer))
    gp_departure_reject(n, peer);
  notgreeted(n, name);
}

/* A third-party report only brings the next retry forward. */
static void hasten (gp_node *n, const gp_peer *name) {
  gp_record *peer = gp_peers_find(&n->peers, name);
  if (peer != NULL && gp_membership_isfailing(peer))
    gp_reconnect_hasten(n, peer);
}

static void greet (gp_node *n, greeting *g, const gp_peerlist *list) {
  size_t i;
  for (i = 0; i < list->n; i++) {
    const gp_peer *name = list->at[i];
    if (!g->members_too && gp_departure_isrecent(n, name))
      continue;
    hasten(n, name);
    if (!isworthit(n, g, name) || !maybedialled(n, g, name))
      continue;
    if (g->msg == NULL &&
        gp_message_new(&g->msg, GP_CONNECT, n->self.identity.peer, NULL,
                       NULL) != GP_OK) {
      notgreeted(n, name);
      return;
    }
    greetone(n, g, name);
  }
  gp_message_unref(g->msg);
}

/* What a response to a connect tells about the one that gave it. It may be
   another program than before. */
static gp_record *learn (gp_node *n, gp_record *peer,
                         const gp_recvresp *response) {
  const gp_peer *self = response->ext.who.peer;
  gp_record *same = NULL;
  gp_compat_setprogram(n, peer, response->form, self != NULL);
  gp_peers_setconfirmed(peer, false);
  if (self != NULL) {
    same = gp_peers_find(&n->peers, self);
    if (same == NULL)
      gp_naming_rename(n, peer, self);
  }
  if (same == NULL || same == peer)
    same = gp_naming_twin(n, peer);
  if (same == NULL)
    return peer;
  gp_naming_merge(n, same, peer);
  gp_compat_setprogram(n, same, response->form, self != NULL);
  return same;
}

/* The header forms look alike until a list with an entry is seen. Connected
   to a second time, it has us in it. */
static void findform (gp_node *n, gp_record *peer, const gp_request *r) {
  gp_request *second;
  if (peer->compat.form != GP_FORM_HEADERS || r->again)
    return;
  second = gp_request_newown(n, peer, GP_PURPOSE_GREET, NULL);
  if (second == NULL)
    return; /* both are written to alike, so nothing is lost */
  gp_request_setagain(second);
  gp_outbox_queue(n, peer, second);
}

/* One to which we have not proven yet who we are shows none. */
static void learncookie (gp_record *peer, const gp_recvresp *response) {
  if (response->ext.has_cookie)
    gp_cookies_learn(peer, &response->ext);
}

static void learnidentity (gp_node *n, gp_record *peer,
                           const gp_identity *who, uint64_t asked_at) {
  if (n->memberships.members == 0)
    gp_claim_letin(n);
  if (who->peer == NULL) {
    gp_claim_forget(n, peer, who);
    return;
  }
  gp_claim_learn(n, peer, who, asked_at);
}

/*
** Whoever of ours came to us while we were joining through 'peer' ourselves
** got a list without those that we meet now: it learns that ours has become
** another, and asks for it.
*/
static void tellearly (gp_node *n, const gp_record *peer, uint64_t since) {
  gp_record *early;
  if (n->self.opt.probe_interval_ms == 0)
    return;
  for (early = gp_record_first(&n->peers); early != NULL;
       early = gp_record_next(early))
    if (early->arrival.entered_at != 0 &&
        early->arrival.entered_at >= since && early != peer &&
        early->compat.ours && early->membership == GP_MEMBER)
      gp_probe_send(n, early, true);
}

/* The lists are followed on, for two that join at once through different
   peers learn of each other so. */
gp_record *gp_join_joined (gp_node *n, gp_record *peer, const gp_request *r,
                           const gp_recvresp *response) {
  gp_purpose purpose = gp_request_purpose(r);
  greeting g = {.purpose = gp_purpose_rule(purpose)->reported
                             ? GP_PURPOSE_GREET
                             : GP_PURPOSE_RECONNECT,
                .trusted = purpose == GP_PURPOSE_JOIN,
                .visit = r->visit,
                .members_too = purpose == GP_PURPOSE_JOIN,
                .receipt = r->receipt};
  if (r->receipt != NULL)
    r->receipt->joined = true;
  peer = learn(n, peer, response);
  learnidentity(n, peer, &response->ext.who, r->began_at);
  learncookie(peer, response);
  gp_visitors_stand(peer, r->visit);
  gp_admission_welcome(n, peer, GP_HAS_RESPONDED);
  g.by = peer;
  g.us = gp_compat_settlealias(n, peer, response);
  if (gp_reach_isunreached(n) && gp_record_isgo(peer))
    gp_reach_withdraw(n, peer); /* it was greeted before that was known */
  if (gp_membership_isleaving(peer))
    return peer; /* the program has thought better of it */
  greet(n, &g, &response->list);
  findform(n, peer, r);
  if (purpose == GP_PURPOSE_JOIN)
    tellearly(n, peer, r->began_at);
  return peer;
}

/* It may well have taken the request, and count us as a member. */
static bool mayhaveheard (gp_err error) {
  return error == GP_ETIMEDOUT || error == GP_ECONNRESET;
}

/* It may never have been there: receipts do not wait for it. */
static void trylater (gp_node *n, gp_record *peer) {
  if (!gp_retry_isactive(&peer->retry))
    gp_reconnect_begin(n, peer);
  if (!gp_peers_isproven(peer))
    gp_outbox_drop(n, peer, GP_RECEIPTS, GP_ETIMEDOUT);
}

/*
** One that was greeted and is only late may count us as a member: it stays a
** candidate, and is tried again. An entry point that is too late is told that
** we are not coming.
*/
void gp_join_failed (gp_node *n, gp_record *peer, gp_purpose purpose,
                     gp_err error) {
  if (!gp_membership_iscandidate(peer))
    return;
  if (purpose == GP_PURPOSE_GREET && mayhaveheard(error)) {
    trylater(n, peer);
    return;
  }
  if (mayhaveheard(error))
    gp_departure_disconnect(n, peer);
  if (purpose == GP_PURPOSE_GREET)
    gp_departure_remember(n, peer); /* others list it, too */
  gp_departure_reject(n, peer);
}

void gp_join_missed (gp_node *n, gp_record *peer, gp_err error) {
  if (gp_membership_ismember(peer))
    return;
  if (error == GP_EEXIST)
    gp_claim_telltaken(n, peer, GP_PURPOSE_GREET);
  if (error == GP_EFORBIDDEN)
    gp_departure_left(n, peer);
  else if (gp_membership_islost(peer)) {
    gp_membership_apply(n, peer, GP_HAS_NOT_COME, error);
    gp_reconnect_limit(n, peer);
  }
  else if (mayhaveheard(error))
    trylater(n, peer);
  else if (gp_membership_iscandidate(peer))
    gp_departure_reject(n, peer);
}

/* One of ours refuses what was asked because it has left, or because our nick
   is another's there. */
static bool hasleft (gp_node *n, gp_record *peer, gp_err error) {
  if ((error != GP_EFORBIDDEN && error != GP_EEXIST) || !peer->compat.ours)
    return false;
  if (error == GP_EEXIST)
    gp_claim_telltaken(n, peer, GP_PURPOSE_GREET);
  gp_departure_left(n, peer);
  return true;
}

gp_record *gp_join_listed (gp_node *n, gp_record *peer, const gp_request *r,
                           gp_err error, const gp_recvresp *response) {
  greeting g = {
    .by = peer, .purpose = GP_PURPOSE_RECONNECT, .visit = r->visit};
  if (error == GP_OK && peer->membership == GP_SOUGHT)
    return gp_join_joined(n, peer, r, response); /* another program now */
  if (hasleft(n, peer, error) || peer->membership != GP_MEMBER)
    return peer;
  if (error != GP_OK) {
    gp_sync_missed(peer);
    return peer;
  }
  learncookie(peer, response);
  if (!peer->compat.ours)
    g.us = gp_compat_aliasin(n, peer, &response->list);
  greet(n, &g, &response->list);
  return peer;
}

gp_record *gp_join_aliased (gp_node *n, gp_record *peer, const gp_request *r,
                            gp_err error, const gp_recvresp *response) {
  if (error == GP_OK)
    gp_claim_learn(n, peer, &response->ext.who, r->began_at);
  if (error == GP_OK && peer->membership == GP_SOUGHT)
    return gp_join_joined(n, peer, r, response); /* another program now */
  if (hasleft(n, peer, error) || error != GP_OK)
    return peer;
  gp_compat_setprogram(n, peer, response->form,
                       response->ext.who.peer != NULL);
  gp_peers_setconfirmed(peer, false); /* it may be another program now */
  learncookie(peer, response);
  if (gp_compat_settlealias(n, peer, response) != NULL)
    gp_compat_checked(peer);
  return peer;
}
