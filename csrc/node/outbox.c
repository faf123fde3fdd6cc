/*
** node/outbox.c - the requests to each peer, one at a time.
*/
#include "node/outbox.h"

#include <string.h>

#include "node/cookies.h"
#include "node/state.h"

/*
** What is safe to send once more is (see 'mayrepeat'), first after this time,
** then after twice as long each time up to the most.
*/
#define FIRST_PAUSE_MS 50
#define MAX_PAUSE_MS 800

static gp_request *requestof (const gp_ring *place) {
  return gp_ring_of(gp_request, place, place);
}

static gp_request *first (const gp_outbox *o) {
  return gp_ring_empty(&o->queue) ? NULL : requestof(o->queue.next);
}

uint64_t gp_outboxes_newnumber (gp_outboxes *os) {
  return ++os->last_number;
}

bool gp_outbox_isfull (const gp_node *n, const gp_record *peer) {
  return peer->outbox.count >= n->self.opt.outbox_messages ||
         peer->outbox.bytes >= n->self.opt.outbox_bytes;
}

/* What keeps the peer busy: on its way, or waiting to be sent; or NULL. */
static const gp_request *current (const gp_outbox *o) {
  return o->sent != NULL ? o->sent : first(o);
}

bool gp_outbox_isslow (const gp_node *n, const gp_record *peer) {
  const gp_request *r = current(&peer->outbox);
  return r != NULL && n->now >= r->began_at + GP_AWAITED_MS;
}

bool gp_outbox_iscurrent (const gp_record *peer, gp_purpose purpose) {
  const gp_request *sent = peer->outbox.sent, *next = first(&peer->outbox);
  return (sent != NULL && gp_request_purpose(sent) == purpose) ||
         (next != NULL && gp_request_purpose(next) == purpose);
}

/* It is one more that a call blocks for, or (-1) one less. */
static void tally (gp_outbox *o, const gp_request *r, int more) {
  if (gp_request_isawaited(r))
    o->awaited += (size_t)more;
}

/* 'at': before what it stands in the queue. */
static void put (gp_outbox *o, gp_ring *at, gp_request *r) {
  gp_ring_append(at, &r->place);
  tally(o, r, 1);
  o->count++;
  o->bytes += gp_message_len(gp_request_message(r));
}

static gp_request *shift (gp_node *n, gp_record *peer) {
  gp_outbox *o = &peer->outbox;
  gp_request *r = first(o);
  bool wasfull = gp_outbox_isfull(n, peer);
  gp_ring_remove(&r->place);
  tally(o, r, -1);
  o->count--;
  o->bytes -= gp_message_len(gp_request_message(r));
  if (wasfull && !gp_outbox_isfull(n, peer))
    gp_report_raise(&n->report, GP_SIGNAL_ROOM);
  return r;
}

/*
** One of ours takes a number that is not above the last of its nonce for a
** repetition. What is said to it under two names goes two ways, and comes in
** any order; so what goes to one of them alone has a nonce of its own, unless
** that one is the member. So has what was to go under another name.
*/
static uint64_t noncefor (const gp_node *n, const gp_record *peer,
                          const gp_request *r) {
  uint64_t nonce = n->self.opt.nonce;
  bool aside = !gp_membership_ismember(peer) &&
               gp_request_message(r)->type == GP_DIRECT;
  if (!peer->compat.ours)
    return 0;
  if (r->moved || aside)
    nonce += 1 + (uint64_t)gp_peer_publichash(r->failure->peer);
  return nonce;
}

/* What goes beyond the published protocol; a Go program ignores it. */
static void extend (gp_node *n, gp_record *peer, const gp_request *r,
                    gp_extension *ext) {
  const gp_purposerule *rule = gp_purpose_rule(gp_request_purpose(r));
  const gp_message *m = gp_request_message(r);
  bool always = gp_request_purpose(r) == GP_PURPOSE_RECONNECT;
  bool looks = gp_request_purpose(r) == GP_PURPOSE_LOOK;
  if (looks) {
    ext->topic = GP_TOPIC_LIST;
    ext->about = n->self.identity.peer;
  }
  if (looks || (m->type == GP_CONNECT && !rule->bare))
    ext->who = n->self.identity;
  if (rule->bare)
    return;
  if (m->type == GP_CONNECT || !gp_record_isgo(peer))
    gp_cookies_show(n, peer, ext);
  if (rule->unasked && (always || peer->compat.ours))
    ext->topic = GP_TOPIC_RECONNECT;
  ext->alone = n->memberships.members == 0;
  ext->brief = rule->brief;
  ext->visit = m->type == GP_CONNECT && r->visit;
  ext->nonce = peer->compat.ours ? r->nonce : 0;
  ext->number = m->number;
  ext->notice = peer->compat.ours && m->notice;
}

static gp_err send (gp_node *n, gp_record *peer, gp_request *r) {
  const gp_purposerule *rule = gp_purpose_rule(gp_request_purpose(r));
  const gp_peer *alias = peer->compat.our_alias;
  gp_sendreq request;
  uint32_t left = (uint32_t)(r->began_at + r->timeout_ms - n->now);
  uint64_t id;
  memset(&request, 0, sizeof request);
  request.form = rule->any_form ? GP_FORM_UNKNOWN : peer->compat.form;
  request.msg = rule->bare ? NULL : r->failure->msg;
  request.from = alias == NULL || rule->own_name ? r->failure->msg->from
                                                 : alias;
  request.to = gp_record_dialled(peer);
  if (rule->chosen || gp_peers_isproven(peer))
    request.cause = GP_CAUSE_PROVEN;
  request.ranges = peer->hearsay.ranges;
  extend(n, peer, r, &request.ext);
  peer->outbox.sequence = ++n->outboxes.sequence;
  id = (uint64_t)peer->outbox.sequence << 32 | peer->entry.slot;
  return n->transport.send(n->transport.self, id, request.to, &request, left);
}

/* Its time runs from the first try; a later one gets what is left. */
static gp_err begin (gp_node *n, gp_record *peer, gp_request *r) {
  if (!r->sent) {
    r->sent = true;
    r->hopeful = peer->liveness.reachable;
    r->nonce = noncefor(n, peer, r);
    r->visit = gp_visitors_goesas(peer, r->visit);
    r->began_at = n->now;
  }
  return send(n, peer, r);
}

/*
** A message to one that did not respond when it was greeted waits until it
** does: only then is it known whether it notices what comes twice. Every try
** of it looks here again. To one whose address has not shown that it is it
** nothing is sent.
*/
static bool mustwait (const gp_record *peer, const gp_request *r) {
  if (peer->membership == GP_UNPROVEN)
    return gp_request_purpose(r) == GP_PURPOSE_MESSAGE;
  return gp_membership_iscandidate(peer) && gp_retry_isactive(&peer->retry) &&
         !peer->compat.ours && gp_request_purpose(r) == GP_PURPOSE_MESSAGE;
}

/* Whether it has waited too long. To a peer that does not respond, what has
   waited longer than a request may take is not tried again one by one: that
   could last for hours. */
static bool isoverdue (const gp_node *n, const gp_record *peer,
                       const gp_request *r) {
  bool hopeful = peer->liveness.reachable && !r->sent && !mustwait(peer, r);
  return n->now >= r->began_at + r->timeout_ms && !hopeful;
}

/* How to write to one that never responded is not known: its form is asked
   for first. */
static gp_err findform (gp_node *n, gp_record *peer, const gp_request *r) {
  gp_request *probe;
  if (peer->compat.form != GP_FORM_UNKNOWN ||
      gp_request_purpose(r) != GP_PURPOSE_MESSAGE)
    return GP_OK;
  probe = gp_request_newown(n, peer, GP_PURPOSE_FIND_FORM, NULL);
  if (probe == NULL)
    return GP_ENOMEM;
  gp_outbox_insert(n, peer, probe);
  return GP_OK;
}

/* Whether it is for one that had a name, in whose place another is by now,
   under another name. */
static bool isforanother (const gp_record *peer, const gp_request *r) {
  const char *nick = gp_peer_nick(r->failure->peer);
  bool same = peer->compat.ours && peer->claim.process == r->process;
  return gp_request_message(r)->type == GP_DIRECT && nick[0] != '\0' &&
         !same && strcmp(nick, gp_peer_nick(gp_record_name(peer))) != 0;
}

static void setsent (gp_outbox *o, gp_request *r) {
  tally(o, r, 1);
  o->sent = r;
}

static gp_request *takesent (gp_outbox *o) {
  gp_request *r = o->sent;
  tally(o, r, -1);
  o->sent = NULL;
  return r;
}

/* When callers have blocked for as long as they may; UINT64_MAX: none do. */
static uint64_t slowat (const gp_outbox *o) {
  const gp_request *r = o->awaited > 0 ? current(o) : NULL;
  return r == NULL ? UINT64_MAX : r->began_at + GP_AWAITED_MS;
}

/* What is due already is looked at in the next tick, which is not late for
   it. */
static void planat (gp_node *n, gp_record *peer, uint64_t at) {
  gp_deadlines_lookat(&n->deadlines, &peer->deadline,
                      at < n->now ? n->now : at);
}

static void plan (gp_node *n, gp_record *peer) {
  planat(n, peer, slowat(&peer->outbox));
  if (peer->outbox.pause_until != 0)
    planat(n, peer, peer->outbox.pause_until);
}

/* Takes 'r', which could not be sent. Whether what is next waits for its end:
   a message whose form it was to find out. */
static bool fail (gp_node *n, gp_request *r, gp_err error) {
  bool blocks = gp_request_purpose(r) == GP_PURPOSE_FIND_FORM;
  gp_unsent_put(n, r, error);
  return blocks;
}

void gp_outbox_advance (gp_node *n, gp_record *peer) {
  gp_outbox *o = &peer->outbox;
  while (o->sent == NULL && o->pause_until == 0 &&
         !gp_ring_empty(&o->queue)) {
    gp_request *r = first(o);
    gp_err error = GP_ETIMEDOUT;
    if (isforanother(peer, r))
      error = GP_EREPLACED;
    else if (!isoverdue(n, peer, r)) {
      if (mustwait(peer, r))
        break;
      error = findform(n, peer, r);
    }
    r = shift(n, peer);
    if (error == GP_OK)
      error = begin(n, peer, r);
    if (error == GP_OK)
      setsent(o, r);
    else if (fail(n, r, error))
      break;
  }
  plan(n, peer);
  if (peer->membership == GP_STRANGER)
    gp_peers_touch(&n->peers, peer);
}

void gp_outbox_queue (gp_node *n, gp_record *peer, gp_request *r) {
  const gp_message *m = gp_request_message(r);
  bool ismessage = gp_request_purpose(r) == GP_PURPOSE_MESSAGE;
  r->began_at = n->now;
  r->process = peer->claim.process;
  if (m->type == GP_BROADCAST)
    peer->outbox.last_number = m->number;
  if (ismessage && gp_peer_equal(gp_record_name(peer), n->self.identity.peer))
    gp_unsent_put(n, r, GP_ESELF);
  else if (ismessage && gp_outbox_isfull(n, peer))
    gp_unsent_put(n, r, GP_ENOBUFS);
  else {
    put(&peer->outbox, &peer->outbox.queue, r);
    gp_outbox_advance(n, peer);
  }
}

void gp_outbox_insert (gp_node *n, gp_record *peer, gp_request *r) {
  if (!r->sent)
    r->began_at = n->now;
  put(&peer->outbox, peer->outbox.queue.next, r);
}

void gp_outbox_pause (gp_node *n, gp_record *peer, uint64_t until) {
  peer->outbox.pause_until = until;
  plan(n, peer);
}

gp_request *gp_outbox_take (gp_node *n, uint64_t id, gp_record **peer) {
  gp_record *p = gp_peers_at(&n->peers, (uint32_t)id);
  if (p == NULL || p->outbox.sent == NULL ||
      p->outbox.sequence != (uint32_t)(id >> 32))
    return NULL;
  *peer = p;
  return takesent(&p->outbox);
}

/*
** Whether a message may be sent once more: for a refused connection, a 503
** and want of descriptors it surely has not been taken; a connection that
** broke may have carried it, but a node of ours knows it again by its number.
** A peer that was away before is not waited for, nor one that refuses longer
** than a caller blocks.
*/
static bool mayrepeat (const gp_node *n, const gp_record *peer,
                       const gp_request *r, gp_err error) {
  switch (error) {
    case GP_EBUSY:
    case GP_EMFILE: return true;
    case GP_ECONNREFUSED:
      return gp_membership_ismember(peer) && r->hopeful && !r->unsure &&
             n->now < r->began_at + GP_AWAITED_MS;
    case GP_ECONNRESET:
      return r->nonce != 0 && peer->compat.ours && r->hopeful;
    default: return false;
  }
}

bool gp_outbox_retry (gp_node *n, gp_record *peer, gp_request *r,
                      gp_err error) {
  gp_outbox *o = &peer->outbox;
  uint32_t pause = FIRST_PAUSE_MS << (o->tries < 4 ? o->tries : 4);
  if (gp_request_purpose(r) != GP_PURPOSE_MESSAGE ||
      !mayrepeat(n, peer, r, error) ||
      n->now + pause >= r->began_at + r->timeout_ms) {
    o->tries = 0;
    return false;
  }
  o->tries++;
  gp_outbox_insert(n, peer, r);
  gp_outbox_pause(n, peer,
                  n->now + (pause < MAX_PAUSE_MS ? pause : MAX_PAUSE_MS));
  return true;
}

/* Greeting one that is gone, or telling it that we leave, is no failure. */
static void end (gp_node *n, gp_request *r, gp_err error) {
  gp_purpose purpose = gp_request_purpose(r);
  if (error == GP_ENOTCONN &&
      (purpose == GP_PURPOSE_GREET || purpose == GP_PURPOSE_LEAVE))
    error = GP_OK;
  gp_request_finish(r, &n->report, error, 0);
}

static void dropbroadcasts (gp_node *n, gp_record *peer, gp_err error) {
  size_t i, count = peer->outbox.count;
  for (i = 0; i < count; i++) {
    gp_request *r = shift(n, peer);
    if (gp_request_message(r)->type == GP_BROADCAST)
      gp_request_finish(r, &n->report, error, 0);
    else
      put(&peer->outbox, &peer->outbox.queue, r);
  }
}

/* Each that a receipt counts fails, and another one of it is kept. Without
   memory it is not. */
static void keepbroadcasts (gp_node *n, gp_record *peer, gp_err error) {
  size_t i, count = peer->outbox.count;
  for (i = 0; i < count; i++) {
    gp_request *kept, *r = shift(n, peer);
    gp_message *m = r->failure->msg;
    if (m->type != GP_BROADCAST || r->kept) {
      put(&peer->outbox, &peer->outbox.queue, r);
      continue;
    }
    kept = gp_request_new(GP_PURPOSE_MESSAGE, gp_record_name(peer), m, NULL,
                          r->timeout_ms);
    if (kept != NULL) {
      gp_request_keep(kept);
      kept->began_at = n->now;
      put(&peer->outbox, &peer->outbox.queue, kept);
    }
    gp_request_finish(r, &n->report, error, 0);
  }
}

void gp_outbox_drop (gp_node *n, gp_record *peer, gp_outbox_part part,
                     gp_err error) {
  gp_outbox *o = &peer->outbox;
  if (part == GP_RECEIPTS) {
    keepbroadcasts(n, peer, error);
    return;
  }
  if (part != GP_NEXT_MESSAGES)
    gp_outbox_pause(n, peer, 0);
  if (part == GP_ALL && o->sent != NULL)
    end(n, takesent(o), error);
  if (part == GP_BROADCASTS)
    dropbroadcasts(n, peer, error);
  else
    while (!gp_ring_empty(&o->queue) &&
           (part != GP_NEXT_MESSAGES ||
            gp_request_purpose(first(o)) == GP_PURPOSE_MESSAGE))
      end(n, shift(n, peer), error);
  if (peer->membership == GP_STRANGER)
    gp_peers_touch(&n->peers, peer);
}

void gp_outbox_move (gp_node *n, gp_record *to, gp_record *from) {
  gp_outbox *o = &to->outbox;
  gp_outbox_pause(n, from, 0);
  while (!gp_ring_empty(&from->outbox.queue)) {
    gp_request *r = shift(n, from);
    const gp_message *m = gp_request_message(r);
    if (m->type == GP_BROADCAST && m->number > o->known_number &&
        m->number <= o->last_number)
      gp_request_finish(r, &n->report, GP_OK, 0);
    else {
      r->moved = true;
      put(o, &o->queue, r);
    }
  }
  gp_outbox_advance(n, to);
}

static void release (gp_outbox *o, gp_request *r) {
  if (!gp_request_isawaited(r))
    return;
  tally(o, r, -1);
  gp_request_release(r);
}

void gp_outbox_release (gp_record *peer) {
  gp_outbox *o = &peer->outbox;
  gp_ring *at;
  if (o->sent != NULL)
    release(o, o->sent);
  for (at = o->queue.next; at != &o->queue; at = at->next)
    release(o, requestof(at));
}

bool gp_outbox_look (gp_node *n, gp_record *peer) {
  gp_outbox *o = &peer->outbox;
  if (o->pause_until != 0 && o->pause_until <= n->now) {
    gp_outbox_pause(n, peer, 0);
    gp_outbox_advance(n, peer);
  }
  plan(n, peer);
  return slowat(o) <= n->now;
}
