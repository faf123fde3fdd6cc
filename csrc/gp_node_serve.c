/*
** gp_node_serve.c - what peers ask of a node.
*/
#include <stdlib.h>
#include <string.h>

#include "gp_contact.h"

static void answer (gp_node *n, gp_reply *r, gp_form form, int status,
                    const char *text) {
  gp_answer a;
  memset(&a, 0, sizeof a);
  a.status = status;
  a.text = text;
  n->transport.answer(n->transport.self, r, &a, form);
}

/* Members that did not answer last are not handed on: a Go newcomer that is
   given one it can not reach fails to join (protocol.md). */
static gp_err listmembers (const gp_node *n, gp_peerlist *out) {
  const gp_entry *e;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    const gp_contact *c = (const gp_contact *)e;
    if (c->standing == GP_MEMBER && c->reachable &&
        gp_peerlist_add(out, e->peer) != GP_OK)
      return GP_ENOMEM;
  }
  return GP_OK;
}

/* A new member, or NULL when there is no room or memory for one. */
static gp_contact *admit (gp_node *n, const gp_peer *p) {
  gp_contact *c = gp_contact_find(n, p);
  if ((c == NULL || c->standing == GP_STRANGER) &&
      n->nmembers >= n->opt.maxmembers)
    return NULL;
  c = gp_contact_get(n, p);
  if (c == NULL)
    return NULL;
  if (c->standing != GP_MEMBER)
    gp_contact_stand(n, c, GP_MEMBER);
  c->reachable = true;
  return c;
}

/* The answer is the list as it was before (protocol.md). */
static void connected (gp_node *n, const gp_asked *asked, gp_reply *r) {
  gp_answer a;
  memset(&a, 0, sizeof a);
  a.status = 200;
  a.islist = true;
  if (listmembers(n, &a.list) != GP_OK || admit(n, asked->msg->from) == NULL)
    answer(n, r, asked->form, 503, gp_wire_busy);
  else
    n->transport.answer(n->transport.self, r, &a, asked->form);
  gp_peerlist_clear(&a.list);
}

/* Whether the sender may speak; a candidate may have heard our greeting. */
static gp_contact *known (const gp_node *n, const gp_asked *asked) {
  gp_contact *c = gp_contact_find(n, asked->msg->from);
  return c == NULL || c->standing == GP_STRANGER ? NULL : c;
}

static void disconnected (gp_node *n, const gp_asked *asked, gp_reply *r) {
  gp_contact *c = known(n, asked);
  if (c == NULL) {
    answer(n, r, asked->form, 403, gp_wire_notregistered);
    return;
  }
  gp_contact_stand(n, c, GP_STRANGER);
  gp_contact_abandon(n, c, GP_ENOTCONN);
  gp_contact_release(n, c);
  answer(n, r, asked->form, 200, NULL);
}

/* Puts a message into the inbox, if there is room. */
static gp_err deliver (gp_node *n, gp_message *m) {
  gp_err e = gp_queue_push(&n->inbox, m, gp_message_len(m));
  if (e == GP_OK) {
    gp_message_ref(m);
    gp_signal_raise(&n->signals[GP_SIGNAL_INBOX]);
  }
  return e;
}

/* Keeps the sender waiting: that slows him down. False: out of memory. */
static bool hold (gp_node *n, const gp_asked *asked, gp_reply *r,
                  uint64_t now) {
  gp_held *h = calloc(1, sizeof *h);
  if (h == NULL)
    return false;
  h->msg = gp_message_ref(asked->msg);
  h->reply = r;
  h->form = asked->form;
  h->until = now + n->opt.holdtime;
  if (n->lastheld != NULL)
    n->lastheld->next = h;
  else
    n->firstheld = h;
  n->lastheld = h;
  return true;
}

/* Behind those that are held already, so that a sender's order is kept. */
static bool said (gp_node *n, const gp_asked *asked, gp_reply *r,
                  uint64_t now) {
  gp_contact *c = known(n, asked);
  gp_err e;
  if (c == NULL) {
    answer(n, r, asked->form, 403, gp_wire_notregistered);
    return true;
  }
  c->reachable = true;
  e = n->firstheld != NULL ? GP_ENOBUFS : deliver(n, asked->msg);
  if (e == GP_ENOBUFS && hold(n, asked, r, now))
    return false;
  if (e == GP_OK)
    answer(n, r, asked->form, 200, NULL);
  else
    answer(n, r, asked->form, 503, gp_wire_busy);
  return true;
}

bool gp_node_requested (gp_node *n, const gp_asked *asked, gp_reply *r,
                        uint64_t now) {
  if (asked->msg == NULL) {
    answer(n, r, asked->form, 204, NULL);
    return true;
  }
  switch (asked->msg->type) {
    case GP_CONNECT: connected(n, asked, r); return true;
    case GP_DISCONNECT: disconnected(n, asked, r); return true;
    default: return said(n, asked, r, now);
  }
}

void gp_node_misasked (gp_node *n, const char *origin) {
  gp_failure *f = gp_failure_new(GP_SERVING, NULL, NULL);
  size_t len = strlen(origin);
  if (f == NULL) {
    n->lost++;
    return;
  }
  f->error = GP_EBADMSG;
  f->origin = gp_blob_new(len);
  if (f->origin != NULL)
    memcpy(f->origin->bytes, origin, len);
  gp_node_tell(n, f);
  gp_failure_unref(f);
}

/* Ends the oldest wait with an answer. */
static void letgo (gp_node *n, int status, const char *text) {
  gp_held *h = n->firstheld;
  n->firstheld = h->next;
  if (n->firstheld == NULL)
    n->lastheld = NULL;
  answer(n, h->reply, h->form, status, text);
  gp_message_unref(h->msg);
  free(h);
}

/*
** Lets held messages in. One whose sender has given up is dropped: he was
** told that it did not arrive.
*/
static void admitheld (gp_node *n) {
  while (n->firstheld != NULL) {
    gp_held *h = n->firstheld;
    if (!n->transport.gone(n->transport.self, h->reply) &&
        deliver(n, h->msg) != GP_OK)
      return;
    letgo(n, 200, NULL);
  }
}

void gp_node_tickheld (gp_node *n, uint64_t now) {
  admitheld(n);
  while (n->firstheld != NULL && n->firstheld->until <= now)
    letgo(n, 503, gp_wire_busy);
}

uint64_t gp_node_heldtill (const gp_node *n) {
  return n->firstheld == NULL ? UINT64_MAX : n->firstheld->until;
}

void gp_node_dropheld (gp_node *n) {
  while (n->firstheld != NULL)
    letgo(n, 503, gp_wire_busy);
}

gp_message *gp_node_peekmessage (const gp_node *n) {
  return gp_queue_peek(&n->inbox);
}

void gp_node_dropmessage (gp_node *n) {
  gp_message *m = gp_queue_peek(&n->inbox);
  gp_queue_drop(&n->inbox, gp_message_len(m));
  gp_message_unref(m);
  admitheld(n);
}
