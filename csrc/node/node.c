/*
** node/node.c - a node's life, and what its program asks of it.
*/
#include "node/node.h"

#include <stdlib.h>
#include <string.h>

#include "node/contact.h"

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
}

/* Bytes of undelivered messages that unread failures keep. */
#define MOST_UNDELIVERED ((size_t)64 << 20)

static gp_err init (gp_node *n, const gp_peer *self) {
  gp_queue_init(&n->inbox, n->opt.inbox_messages, n->opt.inbox_bytes);
  gp_queue_init(&n->errors, n->opt.max_errors, MOST_UNDELIVERED);
  gp_events_init(&n->events, n->opt.max_events);
  gp_ttlmap_init(&n->bygones, n->opt.max_members, GP_BYGONE_TIME);
  gp_ttlmap_init(&n->departed, n->opt.max_members, GP_DEPARTED_TIME);
  n->self = gp_peer_ref(self);
  n->identity.peer = n->self;
  n->identity.process = n->opt.nonce;
  if (n->opt.name != NULL)
    memcpy(n->identity.name, n->opt.name, strlen(n->opt.name) + 1);
  n->opt.name = NULL;
  gp_detect_init(n);
  return gp_queue_reserve(&n->errors);
}

gp_err gp_node_new (gp_node **out, const gp_peer *self, const gp_transport *t,
                    const gp_nodeopt *opt, gp_signal *signals) {
  gp_node *n = calloc(1, sizeof *n);
  if (n == NULL)
    return GP_ENOMEM;
  n->transport = *t;
  n->opt = *opt;
  n->signals = signals;
  if (init(n, self) != GP_OK) {
    gp_node_free(n);
    return GP_ENOMEM;
  }
  *out = n;
  return GP_OK;
}

static void freecontacts (gp_node *n) {
  gp_peerentry *entry = n->contacts.first;
  while (entry != NULL) {
    gp_contact *c = (gp_contact *)entry;
    entry = entry->next;
    gp_contact_abandon(n, c, GP_ECANCELED);
    gp_contact_stand(n, c, GP_STRANGER);
    c->claiming = false;
    gp_contact_release(n, c);
  }
  gp_peertable_clear(&n->contacts);
  gp_peertable_clear(&n->aliases);
  gp_index_clear(&n->places);
}

void gp_node_free (gp_node *n) {
  if (n == NULL)
    return;
  gp_node_dropheld(n);
  gp_detect_clear(n);
  gp_contact_finishlate(n, 0);
  freecontacts(n);
  while (gp_node_peekmessage(n) != NULL)
    gp_node_dropmessage(n);
  while (gp_node_peekfailure(n) != NULL)
    gp_node_dropfailure(n);
  gp_queue_clear(&n->inbox);
  gp_queue_clear(&n->errors);
  gp_events_clear(&n->events);
  gp_ttlmap_clear(&n->bygones);
  gp_ttlmap_clear(&n->departed);
  gp_peer_unref(n->self);
  free(n);
}

const gp_peer *gp_node_self (const gp_node *n) {
  return n->self;
}

bool gp_node_isconnected (const gp_node *n) {
  return n->nmembers > 0;
}

gp_err gp_node_members (const gp_node *n, gp_peerlist *out) {
  const gp_peerentry *e;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    if (((const gp_contact *)e)->standing == GP_MEMBER &&
        gp_peerlist_add(out, e->peer) != GP_OK) {
      gp_peerlist_clear(out);
      return GP_ENOMEM;
    }
  }
  return GP_OK;
}

/* A message of our own and the receipt of the call that it is made for. */
static gp_err prepare (const gp_node *n, gp_msgtype type, gp_blob *data,
                       const gp_peerlist *to, gp_message **msg,
                       gp_receipt **receipt) {
  *receipt = gp_receipt_new(n->signals[0].ready);
  if (*receipt == NULL)
    return GP_ENOMEM;
  if (gp_message_new(msg, type, n->self, to, data) != GP_OK) {
    gp_receipt_unref(*receipt);
    return GP_ENOMEM;
  }
  return GP_OK;
}

/* Gives the receipt out, or frees it when the call failed. */
static gp_err conclude (gp_err e, gp_message *msg, gp_receipt *receipt,
                        gp_receipt **out) {
  gp_message_unref(msg);
  if (e == GP_OK)
    *out = receipt;
  else
    gp_receipt_unref(receipt);
  return e;
}

/* Whether it wants to be in no network is known after a restart, too. */
static void setleft (gp_node *n, bool left) {
  if (n->left != left)
    gp_signal_raise(&n->signals[GP_SIGNAL_KNOWN]);
  n->left = left;
}

gp_err gp_node_connect (gp_node *n, const gp_peer *entry, uint32_t timeout,
                        uint64_t now, gp_receipt **out) {
  gp_contact *c;
  gp_message *msg;
  gp_receipt *receipt;
  gp_err e;
  n->now = now;
  if (gp_peer_equal(entry, n->self))
    return GP_ESELF;
  setleft(n, false);
  if (prepare(n, GP_CONNECT, NULL, NULL, &msg, &receipt) != GP_OK)
    return GP_ENOMEM;
  receipt->claimed = true;
  c = gp_contact_meant(n, entry);
  if (c == NULL)
    c = gp_contact_get(n, entry);
  if (c == NULL)
    return conclude(GP_ENOMEM, msg, receipt, out);
  if (c->standing == GP_STRANGER)
    gp_contact_stand(n, c, GP_CANDIDATE);
  e = gp_contact_queue(n, c, GP_PURPOSE_JOIN, msg, receipt, timeout, now);
  if (e != GP_OK && c->standing == GP_CANDIDATE)
    gp_contact_reject(n, c);
  gp_contact_release(n, c);
  return conclude(e, msg, receipt, out);
}

const gp_peer *gp_node_meant (const gp_node *n, const gp_peer *p) {
  const gp_contact *c = gp_contact_meant(n, p);
  return c == NULL ? NULL : c->entry.peer;
}

gp_err gp_node_known (const gp_node *n, gp_peerlist *out, bool *left) {
  const gp_peerentry *e;
  *left = n->left;
  for (e = n->contacts.first; e != NULL && !n->left; e = e->next) {
    const gp_contact *c = (const gp_contact *)e;
    if ((c->standing == GP_MEMBER || c->standing == GP_FAILING ||
         c->vigil.lost) &&
        gp_peerlist_add(out, e->peer) != GP_OK) {
      gp_peerlist_clear(out);
      return GP_ENOMEM;
    }
  }
  return GP_OK;
}

gp_err gp_node_resume (gp_node *n, const gp_peerlist *known, bool left,
                       uint64_t now) {
  size_t i;
  n->now = now;
  n->left = left;
  for (i = 0; i < known->n; i++) {
    gp_contact *c;
    if (gp_peer_equal(known->at[i], n->self))
      continue;
    c = gp_contact_get(n, known->at[i]);
    if (c == NULL)
      return GP_ENOMEM;
    if (c->standing != GP_STRANGER)
      continue;
    gp_contact_stand(n, c, GP_FAILING);
    gp_repair_resume(n, c, known->n);
  }
  return GP_OK;
}

/* Who gets a message: the peers named, or else every member. */
static bool istarget (const gp_contact *c) {
  return (c->standing == GP_CANDIDATE || c->standing == GP_MEMBER) &&
         !c->leaving;
}

static gp_err postto (gp_node *n, const gp_peer *to, gp_message *msg,
                      gp_receipt *receipt, uint64_t now) {
  gp_contact *c = gp_contact_meant(n, to);
  gp_err e;
  if (c == NULL)
    c = gp_contact_get(n, to);
  if (c == NULL)
    return GP_ENOMEM;
  e = gp_contact_queue(n, c, GP_PURPOSE_MESSAGE, msg, receipt,
                       n->opt.request_timeout_ms, now);
  gp_contact_release(n, c);
  return e;
}

static gp_err postall (gp_node *n, gp_message *msg, gp_receipt *receipt,
                       uint64_t now) {
  gp_peerentry *entry;
  gp_err e = GP_OK;
  for (entry = n->contacts.first; entry != NULL && e == GP_OK;
       entry = entry->next) {
    gp_contact *c = (gp_contact *)entry;
    if (!istarget(c))
      continue;
    c->said = msg->number;
    e = gp_contact_queue(n, c, GP_PURPOSE_MESSAGE, msg, receipt,
                         n->opt.request_timeout_ms, now);
  }
  return e;
}

/*
** Out of memory half way, the receipt tells: the peers that were reached are
** reached, so the call can not fail as a whole any more.
*/
gp_err gp_node_post (gp_node *n, gp_blob *data, const gp_peerlist *to,
                     uint64_t now, gp_receipt **out) {
  gp_msgtype type = to->n == 0 ? GP_BROADCAST : GP_DIRECT;
  gp_message *msg;
  gp_receipt *receipt;
  gp_err e = prepare(n, type, data, to, &msg, &receipt);
  size_t i;
  n->now = now;
  if (e != GP_OK)
    return e;
  msg->number = ++n->lastid;
  if (to->n == 0)
    e = postall(n, msg, receipt, now);
  for (i = 0; i < to->n && e == GP_OK; i++)
    e = postto(n, to->at[i], msg, receipt, now);
  if (receipt->pending > 0 && e != GP_OK)
    e = gp_contact_short(n, msg, receipt);
  return conclude(e, msg, receipt, out);
}

static bool hasroom (const gp_node *n, const gp_contact *c, uint64_t now) {
  return c == NULL || !gp_contact_isfull(n, c) || gp_contact_isslow(c, now);
}

bool gp_node_hasroom (gp_node *n, const gp_peerlist *to, uint64_t now) {
  const gp_peerentry *e;
  size_t i;
  for (i = 0; i < to->n; i++)
    if (!hasroom(n, gp_contact_meant(n, to->at[i]), now))
      return false;
  if (to->n > 0)
    return true;
  for (e = n->contacts.first; e != NULL; e = e->next)
    if (istarget((const gp_contact *)e) &&
        !hasroom(n, (const gp_contact *)e, now))
      return false;
  return true;
}

/* One that failed may be alive where we can not be heard. */
static void giveup (gp_node *n, gp_contact *c) {
  gp_contact_wave(n, c);
  gp_contact_stand(n, c, GP_STRANGER);
  gp_contact_abandon(n, c, GP_ENOTCONN);
  gp_contact_release(n, c);
}

gp_err gp_node_leave (gp_node *n, uint64_t now, gp_receipt **out) {
  gp_message *msg;
  gp_receipt *receipt;
  gp_peerentry *entry, *next;
  gp_err e = prepare(n, GP_DISCONNECT, NULL, NULL, &msg, &receipt);
  n->now = now;
  if (e != GP_OK)
    return e;
  setleft(n, true);
  for (entry = n->contacts.first; entry != NULL; entry = next) {
    gp_contact *c = (gp_contact *)entry;
    next = entry->next;
    if (c->standing == GP_FAILING) {
      giveup(n, c); /* 'c' is gone */
      continue;
    }
    if (!istarget(c))
      continue;
    e = gp_contact_queue(n, c, GP_PURPOSE_LEAVE, msg, receipt,
                         n->opt.request_timeout_ms, now);
    if (e != GP_OK)
      break;
    c->leaving = true;
  }
  if (receipt->pending > 0)
    e = GP_OK; /* whoever could not be told is a member still */
  return conclude(e, msg, receipt, out);
}

uint64_t gp_node_due (const gp_node *n) {
  uint64_t contacts = gp_contact_due(n);
  uint64_t held = gp_node_heldtill(n);
  uint64_t detect = gp_detect_due(n);
  if (held < contacts)
    contacts = held;
  return contacts < detect ? contacts : detect;
}

void gp_node_tick (gp_node *n, uint64_t now) {
  n->now = now;
  gp_detect_tick(n, now);
  gp_contact_tick(n, now);
  gp_node_tickheld(n, now);
}

static size_t sizeoffailure (const gp_failure *f) {
  return f->msg == NULL ? 0 : gp_message_size(f->msg);
}

/* Should the message go to others still, it is encoded once more. */
void gp_node_tell (gp_node *n, gp_failure *f) {
  if (gp_queue_push(&n->errors, f, sizeoffailure(f)) != GP_OK) {
    n->lost++;
    return;
  }
  if (f->msg != NULL)
    gp_message_dropwire(f->msg);
  gp_failure_ref(f);
  gp_signal_raise(&n->signals[GP_SIGNAL_ERRORS]);
}

gp_failure *gp_node_peekfailure (const gp_node *n) {
  return gp_queue_peek(&n->errors);
}

void gp_node_dropfailure (gp_node *n) {
  gp_failure *f = gp_queue_peek(&n->errors);
  gp_queue_drop(&n->errors, sizeoffailure(f));
  gp_failure_unref(f);
}

void gp_node_note (gp_node *n, gp_eventkind kind, const gp_peer *peer,
                   gp_err reason) {
  gp_events_push(&n->events, kind, peer, reason);
  gp_signal_raise(&n->signals[GP_SIGNAL_EVENTS]);
}

const gp_event *gp_node_peekevent (const gp_node *n) {
  return gp_events_peek(&n->events);
}

void gp_node_dropevent (gp_node *n) {
  gp_events_drop(&n->events);
}

uint64_t gp_node_lostfailures (gp_node *n) {
  uint64_t lost = n->lost;
  n->lost = 0;
  return lost;
}
