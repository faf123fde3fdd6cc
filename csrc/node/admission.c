/*
** node/admission.c - decides that a newcomer may enter.
*/
#include "node/admission.h"

#include <string.h>

#include "node/cookies.h"
#include "node/departure.h"
#include "node/held.h"
#include "node/machine.h"
#include "node/naming.h"
#include "node/reconnect.h"
#include "node/respond.h"
#include "node/state.h"
#include "value/address.h"
#include "wire/refusal.h"

#define CLAIM_MS 2000 /* whether a nick is another's shows by then */

/*
** One of ours that greets us has a list already, and needs only those that it
** may have missed. Whole lists would be as many names in all as the cube of a
** network that joins at once. What is missed still, node/sync.h finds.
*/
#define NEWEST 16

/* A source whose newcomers have not proven to be there has one list in this
   time: it is much larger than the connect that it responds to. */
#define UNPROVEN_MS 1000
#define MAX_SOURCES 1024

void gp_admission_init (gp_admission *a) {
  gp_ring_init(&a->held);
  gp_ttlmap_init(&a->listed, MAX_SOURCES, UNPROVEN_MS);
  gp_unreached_init(&a->unreached);
}

void gp_admission_clear (gp_node *n) {
  gp_held_clear(n, &n->admission.held);
  gp_ttlmap_clear(&n->admission.listed);
  gp_unreached_clear(&n->admission.unreached);
  gp_roster_clear(&n->admission.roster);
}

static gp_err listnewest (const gp_node *n, gp_peerlist *out) {
  const gp_record *peer;
  for (peer = gp_record_last(&n->peers); peer != NULL && out->n < NEWEST;
       peer = gp_record_previous(peer))
    if (gp_roster_lists(peer) &&
        gp_peerlist_add(out, gp_record_name(peer)) != GP_OK)
      return GP_ENOMEM;
  return GP_OK;
}

/* One that was but named by somebody, and has not responded: it gives its
   place to whoever comes. NULL: there is none. */
static gp_record *yielding (const gp_node *n) {
  gp_record *peer = gp_record_first(&n->peers);
  while (peer != NULL && (!gp_membership_iscandidate(peer) ||
                          !peer->hearsay.unasked || gp_peers_isproven(peer)))
    peer = gp_record_next(peer);
  return peer;
}

static bool hasplace (const gp_record *peer) {
  return peer != NULL && peer->membership != GP_STRANGER &&
         !gp_membership_isfailing(peer);
}

/* 'peer' may be NULL. */
static bool hasroom (const gp_node *n, const gp_record *peer) {
  return hasplace(peer) || gp_membership_hasroom(n) || yielding(n) != NULL;
}

/* Where it says so, and all places are taken. */
static void makeroom (gp_node *n, const gp_record *peer) {
  gp_record *other = hasplace(peer) || gp_membership_hasroom(n) ? NULL
                                                                : yielding(n);
  if (other == NULL)
    return;
  gp_departure_reject(n, other);
  gp_outbox_advance(n, other);
}

/*
** Its address is one that other machines reach, and we are none: whoever
** joins from there has us in its list, and cannot reach us. What a name
** stands for cannot be told here.
*/
static void tellelsewhere (gp_node *n, const gp_record *peer) {
  const gp_peer *name = gp_record_name(peer);
  const char *address = gp_peer_address(name);
  if (!n->self.opt.only_here || n->admission.told_elsewhere ||
      !gp_peer_isnumeric(name) || gp_peer_isany(name) ||
      gp_address_isinternal(address))
    return;
  gp_report_error(&n->report, GP_PURPOSE_MEET, name, GP_EADDRNOTAVAIL);
  n->admission.told_elsewhere = true;
}

void gp_admission_welcome (gp_node *n, gp_record *peer, gp_happening how) {
  bool lost = gp_membership_islost(peer);
  gp_retry_stop(&peer->retry);
  if (!gp_membership_ismember(peer))
    gp_claim_enter(n, peer);
  if (!gp_membership_apply(n, peer, how, GP_OK))
    return;
  gp_claim_met(n, peer);
  if (lost)
    gp_reconnect_hastenall(n);
  if (n->memberships.members == 1)
    gp_reconnect_hastenall(n);
  gp_detector_begin(n, peer);
  gp_sync_met(n, peer);
  tellelsewhere(n, peer);
}

/*
** One that had failed reaches us: whether we reach it is to be seen before
** it counts as a member again. What is broadcast meanwhile goes to it, too.
** However long ago it failed, it is tried for a day from now on.
*/
static void letin (gp_node *n, gp_record *peer) {
  if (gp_visitors_letin(n, peer))
    return;
  gp_visitors_end(n, peer);
  gp_departure_setleft(n, false);
  if (!gp_membership_islost(peer)) {
    gp_admission_welcome(n, peer, GP_HAS_COME);
    return;
  }
  gp_membership_apply(n, peer, GP_HAS_RETURNED, GP_OK);
  gp_retry_renew(&peer->retry, n->now);
  gp_reconnect_try(n, peer);
}

/* 'x' may be NULL: it has had its response before it was proven. */
static void say (gp_node *n, gp_exchange *x, int status, const char *text) {
  if (x != NULL)
    gp_respond(n, x, status, text);
}

/* The response is the list as it was before (protocol.md). */
static void admit (gp_node *n, gp_record *peer, gp_exchange *x, bool brief) {
  gp_roster newest = {{0, 0, NULL}, {NULL, NULL}};
  gp_roster *given = brief ? &newest : &n->admission.roster;
  gp_extension own = {0};
  gp_err e = GP_ELIMIT;
  if (hasroom(n, peer))
    e = brief ? listnewest(n, &newest.list) : gp_roster_update(n);
  if (e != GP_OK) {
    gp_report_refusal(&n->report, e, 503, gp_peer_text(gp_record_name(peer)),
                      n->now);
    say(n, x, 503, gp_wire_busy);
  }
  else {
    makeroom(n, peer);
    letin(n, peer);
    gp_visitors_stand(peer, false);
    if (peer->compat.ours)
      gp_cookies_show(n, peer, &own);
    if (x != NULL)
      gp_respond_list(n, x, given, &own);
    gp_outbox_advance(n, peer); /* what waited until it is met */
  }
  gp_roster_clear(&newest);
}

bool gp_admission_holds (const gp_node *n, const gp_peer *name) {
  const gp_ring *held = &n->admission.held, *at;
  for (at = held->next; at != held; at = at->next)
    if (gp_peer_equal(gp_ring_of(gp_held, place, at)->msg->from, name))
      return true;
  return false;
}

/* The response waits. False: out of memory. */
static bool hold (gp_node *n, const gp_recvreq *request, gp_exchange *x,
                  uint64_t due_at) {
  gp_ring *held = &n->admission.held;
  if (!gp_held_put(held, request->msg, x, due_at))
    return false;
  gp_deadlines_set(&n->deadlines, GP_DUE_NEWCOMERS, gp_held_due(held));
  return true;
}

/*
** Asks a newcomer of a header form which of the two it speaks, before it
** gets its list: under the name that it calls us, or it would hold us twice
** (protocol.md). False: out of memory, its response does not wait.
*/
static bool findform (gp_node *n, gp_record *peer, const gp_recvreq *request,
                      gp_exchange *x) {
  gp_request *r = gp_request_newown(n, peer, GP_PURPOSE_NEWCOMER_FORM, NULL);
  if (r == NULL)
    return false;
  gp_outbox_queue(n, peer, r);
  return hold(n, request, x, n->now + GP_AWAITED_MS);
}

/* It is dialled where it comes from if its name does not say where. That has
   not responded yet if it is another place than before. */
static void setdial (gp_node *n, gp_record *peer, const char *remote) {
  gp_peer *before = gp_peer_ref(gp_record_dialled(peer));
  gp_peers_setdial(&n->peers, peer, remote);
  if (!gp_peer_equal(before, gp_record_dialled(peer)))
    gp_hearsay_setproven(n, peer, false);
  gp_peer_unref(before);
  gp_hearsay_setseen(n, peer, remote);
}

/* What a connect tells about the one that sends it. */
static void learn (gp_node *n, gp_record *peer, const gp_recvreq *request) {
  bool ours = request->ext.who.peer != NULL;
  gp_form form = peer->compat.form;
  if (request->form != GP_FORM_HEADERS || !gp_compat_isheaderform(form))
    form = request->form;
  gp_compat_setprogram(n, peer, form, ours);
  gp_peers_setconfirmed(peer, true);
  if (ours)
    gp_claim_learn(n, peer, &request->ext.who, n->now);
  else
    gp_claim_forget(n, peer, &request->ext.who);
  gp_cookies_learn(peer, &request->ext);
  setdial(n, peer, request->remote);
  if (!gp_peer_isnumeric(gp_record_name(peer))) /* a name shows no address */
    gp_hosts_comes(&n->peers.hosts, &peer->names.host, request->remote);
  gp_compat_learnalias(n, peer, request);
  gp_visitors_asked(n, peer, request);
  if (!request->ext.brief)
    peer->arrival.entered_at = n->now;
}

/* A connect of 'peer' that waits, taken out; NULL: there is none. */
static gp_exchange *takeheld (gp_node *n, const gp_record *peer) {
  gp_ring *at, *held = &n->admission.held;
  for (at = held->next; at != held; at = at->next) {
    gp_held *h = gp_ring_of(gp_held, place, at);
    if (gp_peers_find(&n->peers, h->msg->from) == peer)
      return gp_held_take(h);
  }
  return NULL;
}

void gp_admission_admit (gp_node *n, gp_record *peer, gp_form form) {
  gp_exchange *x;
  if (form == GP_FORM_HEADERS && gp_compat_isheaderform(peer->compat.form))
    form = peer->compat.form; /* what it was */
  gp_compat_setprogram(n, peer, form, peer->compat.ours);
  if (peer->claim.pending)
    return; /* whether it is let in is not known yet */
  while ((x = takeheld(n, peer)) != NULL) {
    x->form = form;
    admit(n, peer, x, false);
  }
}

static void refuse (gp_node *n, const gp_record *peer, int status,
                    const char *text) {
  gp_exchange *x;
  while ((x = takeheld(n, peer)) != NULL)
    gp_respond(n, x, status, text);
}

/* Its nick is another's. Where a member had failed, this one is in its place,
   so that one is gone. */
static void refusenick (gp_node *n, gp_record *peer) {
  refuse(n, peer, 409, gp_wire_taken);
  if (gp_membership_isfailing(peer))
    gp_departure_left(n, peer);
}

/*
** A newcomer with a nick that is, or may be, another's. True when it is not
** to be let in at once; '*later': its response waits. One that comes of
** itself, with its network, or has its list already (x: NULL), is let in, but
** not by that nick.
*/
static bool isnamesake (gp_node *n, gp_record *peer,
                        const gp_recvreq *request, gp_exchange *x,
                        bool *later) {
  bool merging = request->ext.topic == GP_TOPIC_RECONNECT &&
                 !request->ext.alone;
  gp_verdict verdict = merging || x == NULL ? GP_NICK_FREE
                                            : gp_claim_judge(n, peer);
  if (verdict == GP_NICK_FREE)
    return false;
  if (verdict == GP_NICK_TAKEN) {
    gp_respond(n, x, 409, gp_wire_taken);
    refusenick(n, peer);
    return true;
  }
  *later = hold(n, request, x, n->now + CLAIM_MS);
  if (*later)
    gp_claim_setpending(n, peer, true);
  else
    gp_respond(n, x, 503, gp_wire_busy);
  return true;
}

/* Lets a newcomer in, or refuses it. Whether the response waits, until it is
   known which. */
static bool judge (gp_node *n, gp_record *peer, const gp_recvreq *request,
                   gp_exchange *x) {
  bool later = false;
  if (gp_membership_ismember(peer) ||
      !isnamesake(n, peer, request, x, &later))
    admit(n, peer, x, request->ext.brief);
  return later;
}

/* Finds out what is to be known of a newcomer before it is judged. Whether
   the response waits. */
static bool enter (gp_node *n, gp_record *peer, const gp_recvreq *request,
                   gp_exchange *x) {
  gp_detector_heard(n, peer);
  if (x != NULL && request->form == GP_FORM_HEADERS &&
      findform(n, peer, request, x))
    return true;
  return judge(n, peer, request, x);
}

/* Whether the sender of a connect was only told of us, and we have left: then
   we are no member to be met. Others start a network with us. */
static bool istoolate (const gp_node *n, const gp_recvreq *request) {
  return n->departures.left && (request->ext.topic == GP_TOPIC_RECONNECT ||
                                (request->ext.visit && request->ext.brief));
}

bool gp_admission_turnsaway (gp_node *n, const gp_recvreq *request,
                             gp_exchange *x) {
  const gp_peer *from = request->msg->from;
  const gp_record *peer = gp_peers_find(&n->peers, from);
  if (gp_compat_isourselves(n, &request->ext.who))
    gp_respond_yourself(n, x);
  else if (istoolate(n, request))
    gp_respond(n, x, 403, gp_wire_notregistered);
  else if (gp_compat_isself(n, from, request->remote))
    gp_respond(n, x, 400, gp_wire_yourself);
  else if ((peer == NULL || peer->membership == GP_STRANGER) &&
           !hasroom(n, peer)) {
    gp_report_refusal(&n->report, GP_ELIMIT, 503, request->remote, n->now);
    gp_respond(n, x, 503, gp_wire_busy);
  }
  else
    return false;
  return true;
}

/* The record of a newcomer; NULL: it cannot be let in, and was told so. */
static gp_record *find (gp_node *n, const gp_recvreq *request,
                        gp_exchange *x) {
  const gp_peer *from = request->msg->from;
  gp_record *peer = gp_naming_recognise(n, from, request->remote, true);
  if (istoolate(n, request)) {
    say(n, x, 403, gp_wire_notregistered);
    return NULL;
  }
  if (peer == NULL && hasroom(n, NULL))
    peer = gp_peers_get(n, from);
  if (peer == NULL) {
    gp_report_refusal(&n->report, GP_ELIMIT, 503, request->remote, n->now);
    say(n, x, 503, gp_wire_busy);
  }
  return peer;
}

bool gp_admission_connect (gp_node *n, const gp_recvreq *request,
                           gp_exchange *x, bool proven) {
  gp_peer *had = NULL; /* the name by which it holds us already */
  gp_record *peer = find(n, request, x);
  bool later;
  if (peer == NULL)
    return true;
  if (proven)
    gp_peers_setremote(&n->peers, peer, request->remote);
  if (gp_membership_ismember(peer))
    had = gp_peer_ref(gp_compat_ourname(n, peer));
  learn(n, peer, request);
  if (proven)
    gp_hearsay_setproven(n, peer, true);
  later = enter(n, peer, request, x);
  if (had != NULL)
    gp_compat_untwin(n, peer, had);
  gp_peer_unref(had);
  if (gp_membership_isfailing(peer) && !gp_retry_isactive(&peer->retry))
    gp_reconnect_begin(n, peer); /* another process, and not let in */
  return !later;
}

/* It has the list, so it counts itself as a member: what is broadcast is
   kept for it. Without memory it is not, nor where a visitor is called so:
   that one would not have been asked. */
static void expect (gp_node *n, const gp_peer *name) {
  gp_record *peer = gp_peers_get(n, name);
  if (peer != NULL && !gp_visitors_isvisitor(peer))
    (void)gp_membership_apply(n, peer, GP_HAS_KNOCKED, GP_OK);
}

bool gp_admission_listunproven (gp_node *n, const gp_recvreq *request,
                                gp_exchange *x) {
  uint64_t source = gp_machine_hash(n, request->remote);
  gp_ttlmap *listed = &n->admission.listed;
  gp_extension none = {0};
  if (gp_ttlmap_get(listed, source, n->now) != 0 ||
      gp_roster_update(n) != GP_OK) {
    gp_report_refusal(&n->report, GP_ELIMIT, 503, request->remote, n->now);
    gp_respond(n, x, 503, gp_wire_busy);
    return false;
  }
  gp_respond_list(n, x, &n->admission.roster, &none);
  gp_ttlmap_raise(listed, source, 1, n->now);
  expect(n, request->msg->from);
  return true;
}

void gp_admission_dropped (gp_node *n, const gp_peer *name) {
  gp_record *peer = gp_peers_find(&n->peers, name);
  if (peer == NULL || peer->membership != GP_UNPROVEN)
    return;
  gp_departure_reject(n, peer);
  gp_outbox_advance(n, peer); /* what the program says to it alone */
}

/* The claim of 'peer', which waits, once more: the nick may be a third
   one's. */
static void rejudge (gp_node *n, gp_record *peer, bool taken) {
  gp_verdict verdict = taken ? GP_NICK_TAKEN : gp_claim_judge(n, peer);
  if (verdict == GP_NICK_UNSURE)
    return;
  gp_claim_setpending(n, peer, false);
  if (verdict == GP_NICK_TAKEN) {
    refusenick(n, peer);
    return;
  }
  gp_claim_renew(n, peer);
  gp_admission_admit(n, peer, peer->compat.form);
}

/* Whether that the holder of a nick was asked in vain says that it has gone.
   A newcomer waits for it, and the holder has had time enough. One that is in
   can wait until the holder has failed, if it has. */
static bool istelling (const gp_record *claimant, gp_err error) {
  switch (error) {
    case GP_OK:
    case GP_EREPLACED:
    case GP_ECONNREFUSED: return true;
    case GP_EMFILE:
    case GP_ENOMEM: return false; /* it was not asked */
    default: return claimant->claim.pending;
  }
}

void gp_admission_settle (gp_node *n, const gp_peer *holder,
                          const gp_peer *claimant, gp_err error,
                          uint64_t process) {
  gp_record *peer = gp_peers_find(&n->peers, claimant);
  bool taken;
  if (peer == NULL || !istelling(peer, error))
    return;
  taken = gp_claim_confirm(n, holder, peer, process);
  if (peer->claim.pending)
    rejudge(n, peer, taken);
  else if (!taken)
    gp_claim_renew(n, peer);
}

/* A newcomer that does not tell its form in time gets the newer one. */
static void overdue (gp_node *n, gp_held *h) {
  gp_record *peer = gp_peers_find(&n->peers, h->msg->from);
  if (peer == NULL)
    gp_respond(n, gp_held_take(h), 503, gp_wire_busy);
  else if (peer->claim.pending) {
    gp_claim_setpending(n, peer, false);
    refuse(n, peer, 503, gp_wire_busy);
  }
  else {
    gp_suspicion_setreachable(&peer->liveness, false);
    gp_admission_admit(n, peer, GP_FORM_HEADERS);
  }
}

void gp_admission_tick (gp_node *n) {
  gp_ring *held = &n->admission.held;
  while (gp_held_due(held) <= n->now)
    overdue(n, gp_held_first(held));
  gp_deadlines_set(&n->deadlines, GP_DUE_NEWCOMERS, gp_held_due(held));
}
