/*
** node/inbox.c - the messages that the program has not read yet.
*/
#include "node/inbox.h"

#include <string.h>

#include "base/crypto.h"
#include "node/held.h"
#include "node/respond.h"
#include "node/state.h"
#include "wire/refusal.h"

#define REMEMBER_MS 120000 /* a message may come as late as this */
#define ONCE_MS 5000       /* to the second of two names, after the first */

/* What may wait for room. A sender of ours has one on its way at a time;
   others may have many. */
#define MAX_HELD 4096                     /* messages, */
#define MAX_HELD_BYTES ((size_t)64 << 20) /* and bytes of them */

void gp_inbox_init (gp_inbox *i, const gp_nodeopt *opt) {
  gp_queue_init(&i->unread, opt->inbox_messages, opt->inbox_bytes);
  gp_ring_init(&i->held);
  i->held_count = 0;
  i->held_bytes = 0;
  gp_ttlmap_init(&i->numbers, opt->max_members, REMEMBER_MS);
}

void gp_inbox_clear (gp_node *n) {
  gp_inbox *i = &n->inbox;
  gp_message *m;
  gp_held_clear(n, &i->held);
  while ((m = gp_queue_peek(&i->unread)) != NULL) {
    gp_queue_drop(&i->unread, gp_message_size(m));
    gp_message_unref(m);
  }
  gp_queue_clear(&i->unread);
  gp_ttlmap_clear(&i->numbers);
}

/* What is remembered of a peer under a nonce, which another one may use as
   well. */
static uint64_t keyof (const gp_node *n, const gp_peer *from,
                       uint64_t nonce) {
  const char *name = gp_peer_text(from);
  return nonce ^ gp_siphash(&n->self.opt.secret, name, strlen(name));
}

/* One that is not newer than the newest is a repetition: its sender missed
   our response. */
static bool isrepeated (gp_node *n, const gp_dedupe *d, const gp_message *m) {
  if (m->number == 0)
    return false;
  if (m->nonce == d->nonce)
    return m->number <= d->number;
  return m->number <= gp_ttlmap_get(&n->inbox.numbers,
                                    keyof(n, m->from, m->nonce), n->now);
}

static void remember (gp_node *n, const gp_peer *from, const gp_dedupe *d) {
  if (d->number != 0)
    gp_ttlmap_raise(&n->inbox.numbers, keyof(n, from, d->nonce), d->number,
                    n->now);
}

/*
** The message itself could be large, and would be kept though the program
** has read it. The key is secret, so that nobody finds two of one hash.
*/
static gp_coming comingof (const gp_node *n, const gp_record *peer,
                           const gp_message *m, const gp_peer *host) {
  const gp_siphashkey *key = &n->self.opt.secret;
  gp_coming c = {n->now, false, 0, 0};
  size_t len = gp_message_len(m);
  c.twin = m->type == GP_BROADCAST && gp_compat_istwin(n, peer);
  if (!c.twin)
    return c;
  c.hash = gp_siphash(key, len == 0 ? NULL : m->data->bytes, len);
  if (host != NULL)
    c.to = gp_siphash(key, gp_peer_text(host), strlen(gp_peer_text(host)));
  return c;
}

/*
** A Go member has no numbers. While it holds us under two names, it sends a
** broadcast to one after the other, and no other one between: so the same
** once more is the same one, and a third time another. What comes twice to
** one name is two; but only the header forms tell to which.
*/
static bool issecond (const gp_dedupe *d, const gp_coming *c) {
  bool isother = c->to == 0 || d->once_to == 0 || c->to != d->once_to;
  return c->twin && c->at < d->once_until && c->hash == d->once && isother;
}

static void setonce (const gp_node *n, gp_dedupe *d, const gp_coming *c) {
  d->once_until = c->twin ? n->now + ONCE_MS : 0;
  d->once = c->hash;
  d->once_to = c->to;
}

/* What another process at its address said before may come late, too. */
static void note (gp_node *n, gp_dedupe *d, const gp_message *m) {
  if (m->number == 0)
    return;
  if (m->nonce != d->nonce)
    remember(n, m->from, d);
  d->nonce = m->nonce;
  d->number = m->number;
}

/* Puts a message where the program finds it, if there is room. */
static gp_err put (gp_node *n, gp_dedupe *d, gp_message *m) {
  gp_err e;
  if (isrepeated(n, d, m))
    return GP_OK;
  e = gp_queue_push(&n->inbox.unread, m, gp_message_size(m));
  if (e != GP_OK)
    return e;
  note(n, d, m);
  gp_message_ref(m);
  gp_report_raise(&n->report, GP_SIGNAL_INBOX);
  return GP_OK;
}

/* The same for one of 'peer', once where it comes to two names of ours. */
static gp_err deliver (gp_node *n, gp_record *peer, gp_message *m,
                       const gp_coming *coming) {
  gp_dedupe *d = &peer->dedupe;
  gp_err e;
  if (issecond(d, coming)) {
    d->once_until = 0;
    return GP_OK;
  }
  e = put(n, d, m);
  if (e == GP_OK && m->type == GP_BROADCAST)
    setonce(n, d, coming);
  return e;
}

/* The same for one whose record is gone. */
static gp_err deliverlate (gp_node *n, gp_message *m) {
  gp_dedupe gone = {0, 0, 0, 0, 0};
  gp_err e = put(n, &gone, m);
  remember(n, m->from, &gone);
  return e;
}

static void plan (gp_node *n) {
  gp_deadlines_set(&n->deadlines, GP_DUE_INBOX, gp_held_due(&n->inbox.held));
}

/* Its exchange, which is responded to now. */
static gp_exchange *release (gp_inbox *i, gp_held *h) {
  i->held_count--;
  i->held_bytes -= gp_message_size(h->msg);
  return gp_held_take(h);
}

static bool isgone (const gp_node *n, const gp_held *h) {
  return n->transport.isgone(n->transport.self, h->exchange);
}

/* Those whose senders have given up need no room; their exchanges only end
   with this. */
static void dropgone (gp_node *n) {
  gp_ring *held = &n->inbox.held, *r, *next;
  for (r = held->next; r != held; r = next) {
    gp_held *h = gp_ring_of(gp_held, place, r);
    next = r->next;
    if (isgone(n, h))
      gp_respond(n, release(&n->inbox, h), 503, gp_wire_busy);
  }
}

static bool waits (const gp_inbox *i, const gp_peer *from) {
  const gp_ring *r;
  for (r = i->held.next; r != &i->held; r = r->next)
    if (gp_peer_equal(gp_ring_of(gp_held, place, r)->msg->from, from))
      return true;
  return false;
}

/* Whether as much waits as may, or the 'share'th part of it. One message that
   is larger still waits when no other one does. */
static bool isfull (const gp_inbox *i, size_t share) {
  return i->held_count >= MAX_HELD / share ||
         i->held_bytes >= MAX_HELD_BYTES / share;
}

/*
** Whether one more of 'from' may wait. The second half of the room is for
** those of whom nothing waits: else one sender with many connections would
** have it all, and nobody else's messages could even wait.
*/
static bool hasroom (gp_node *n, const gp_peer *from) {
  const gp_inbox *i = &n->inbox;
  if (isfull(i, 2))
    dropgone(n);
  return !isfull(i, 2) || (!isfull(i, 1) && !waits(i, from));
}

/* The response waits. False: out of memory. */
static bool hold (gp_node *n, gp_message *m, const gp_coming *coming,
                  gp_exchange *x) {
  gp_inbox *i = &n->inbox;
  gp_held *h = gp_held_put(&i->held, m, x,
                           n->now + n->self.opt.inbox_timeout_ms);
  if (h == NULL)
    return false;
  h->coming = *coming;
  i->held_count++;
  i->held_bytes += gp_message_size(m);
  plan(n);
  return true;
}

/* There is no room, and its sender has to try again. */
static void refuse (gp_node *n, const gp_peer *from, gp_exchange *x) {
  gp_report_refusal(&n->report, GP_ELIMIT, 503, gp_peer_text(from), n->now);
  gp_respond(n, x, 503, gp_wire_busy);
}

bool gp_inbox_receive (gp_node *n, gp_record *peer, gp_message *msg,
                       const gp_peer *host, gp_exchange *x) {
  gp_inbox *i = &n->inbox;
  gp_coming coming = comingof(n, peer, msg, host);
  gp_err e = GP_ENOBUFS;
  if (gp_ring_empty(&i->held) || isrepeated(n, &peer->dedupe, msg) ||
      issecond(&peer->dedupe, &coming))
    e = deliver(n, peer, msg, &coming);
  if (e == GP_ENOBUFS && !hasroom(n, msg->from))
    e = GP_ELIMIT;
  if (e == GP_ENOBUFS && hold(n, msg, &coming, x))
    return false;
  if (e == GP_OK)
    gp_respond(n, x, 200, NULL);
  else if (e == GP_ELIMIT)
    refuse(n, msg->from, x);
  else
    gp_respond(n, x, 503, gp_wire_busy);
  return true;
}

void gp_inbox_remember (gp_node *n, gp_record *peer) {
  remember(n, gp_record_name(peer), &peer->dedupe);
}

/*
** Lets held messages in. One whose sender has given up is dropped: it counts
** as not delivered there. One whose sender has left meanwhile is let in: it
** was sent before.
*/
static void admit (gp_node *n) {
  gp_held *h;
  while ((h = gp_held_first(&n->inbox.held)) != NULL) {
    gp_record *peer = gp_peers_find(&n->peers, h->msg->from);
    if (!isgone(n, h) &&
        (peer == NULL ? deliverlate(n, h->msg)
                      : deliver(n, peer, h->msg, &h->coming)) != GP_OK)
      return;
    gp_respond(n, release(&n->inbox, h), 200, NULL);
  }
}

void gp_inbox_tick (gp_node *n) {
  gp_ring *held = &n->inbox.held;
  admit(n);
  while (gp_held_due(held) <= n->now) {
    gp_held *h = gp_held_first(held);
    gp_peer *from = gp_peer_ref(h->msg->from);
    refuse(n, from, release(&n->inbox, h));
    gp_peer_unref(from);
  }
  plan(n);
}

gp_message *gp_inbox_peek (const gp_node *n) {
  return gp_queue_peek(&n->inbox.unread);
}

void gp_inbox_drop (gp_node *n) {
  gp_message *m = gp_queue_peek(&n->inbox.unread);
  gp_queue_drop(&n->inbox.unread, gp_message_size(m));
  gp_message_unref(m);
  if (gp_ring_empty(&n->inbox.held))
    return;
  admit(n);
  plan(n);
}
