/*
** node/serve.c - what peers ask of a node.
*/
#include <stdlib.h>
#include <string.h>

#include "node/contact.h"
#include "wire/refusal.h"

#define CLAIM_TIME 2000 /* ms: whether a name is another's shows by then */

static void answer (gp_node *n, gp_exchange *r, gp_form form, int status,
                    const char *text) {
  gp_sendresp a = {.status = status, .text = text};
  r->form = form;
  n->transport.respond(n->transport.self, r, &a);
}

/* Members that did not answer last are not handed on: a Go newcomer that is
   given one it can not reach fails to join (protocol.md). */
static bool islisted (const gp_peerentry *e) {
  const gp_contact *c = (const gp_contact *)e;
  return c->standing == GP_MEMBER && c->reachable;
}

static gp_err listmembers (const gp_node *n, gp_peerlist *out) {
  const gp_peerentry *e;
  for (e = n->contacts.first; e != NULL; e = e->next)
    if (islisted(e) && gp_peerlist_add(out, e->peer) != GP_OK)
      return GP_ENOMEM;
  return GP_OK;
}

/*
** One of ours that greets us has a list already, and needs only those whom
** it may have missed. Whole lists would be as many names in all as the cube
** of a network that joins at once. What is missed still, repair finds.
*/
#define NEWEST 16

static gp_err listnewest (const gp_node *n, gp_peerlist *out) {
  const gp_peerentry *e;
  for (e = n->contacts.last; e != NULL && out->n < NEWEST; e = e->prev)
    if (islisted(e) && gp_peerlist_add(out, e->peer) != GP_OK)
      return GP_ENOMEM;
  return GP_OK;
}

static bool hasroom (const gp_node *n, const gp_contact *c) {
  return (c != NULL && c->standing != GP_STRANGER &&
          c->standing != GP_FAILING) ||
         n->nmembers + n->ncandidates < n->opt.max_members;
}

/*
** One that had failed reaches us: whether we reach it is to be seen before
** it counts as a member again. What is broadcast meanwhile goes to it, too.
** However long ago it failed, it is tried for a day from now on.
*/
static void readmit (gp_node *n, gp_contact *c) {
  if (!c->vigil.lost) {
    gp_contact_welcome(n, c, true);
    return;
  }
  if (c->standing == GP_FAILING)
    gp_contact_stand(n, c, GP_CANDIDATE);
  c->vigil.since = n->now;
  gp_repair_retry(n, c);
}

/* Lets 'c' in. The answer is the list as it was before (protocol.md). */
static void admit (gp_node *n, gp_contact *c, gp_exchange *r, gp_form form,
                   bool brief) {
  gp_peerlist list = {0, 0, NULL};
  gp_sendresp a = {.status = 200, .list = &list, .ext.who = n->identity};
  gp_err e = GP_ELIMIT;
  if (hasroom(n, c))
    e = brief ? listnewest(n, &list) : listmembers(n, &list);
  if (e != GP_OK) {
    gp_node_refused(n, e, 503, gp_peer_text(c->entry.peer), n->now);
    answer(n, r, form, 503, gp_wire_busy);
  }
  else {
    readmit(n, c);
    r->form = form;
    n->transport.respond(n->transport.self, r, &a);
    gp_contact_advance(n, c, n->now); /* what waited until it is met */
  }
  gp_peerlist_clear(&list);
}

/* Keeps a request until its time has come. False: out of memory. */
static bool hold (gp_holding *in, const gp_recvreq *asked, gp_exchange *r,
                  uint64_t until) {
  gp_held *h = calloc(1, sizeof *h);
  if (h == NULL)
    return false;
  h->msg = gp_message_ref(asked->msg);
  h->reply = r;
  h->form = asked->form;
  h->until = until;
  if (in->last != NULL)
    in->last->next = h;
  else
    in->first = h;
  in->last = h;
  return true;
}

/* Takes the one at '*at' out; 'before' is the one before it, or NULL. */
static gp_held *takeout (gp_holding *in, gp_held **at, gp_held *before) {
  gp_held *h = *at;
  *at = h->next;
  if (in->last == h)
    in->last = before;
  return h;
}

static void freeheld (gp_held *h) {
  gp_message_unref(h->msg);
  free(h);
}

/*
** Asks a newcomer of a header form which of the two it speaks, before it
** gets its list: under the name that it calls us, or it would hold us twice
** (protocol.md). False: out of memory, its answer does not wait.
*/
static bool inquire (gp_node *n, gp_contact *c, const gp_recvreq *asked,
                     gp_exchange *r, uint64_t now) {
  gp_message *msg;
  gp_err e = gp_message_new(&msg, GP_CONNECT, n->self, NULL, NULL);
  if (e != GP_OK)
    return false;
  e = gp_contact_queue(n, c, GP_PURPOSE_NEWCOMER_FORM, msg, NULL, GP_PATIENCE,
                       now);
  gp_message_unref(msg);
  return e == GP_OK && hold(&n->newcomers, asked, r, now + GP_PATIENCE);
}

/*
** v1.1.3 does not say what it calls us. Its own style is a good guess
** (protocol.md); a 403 corrects it.
*/
static void guessusas (const gp_node *n, gp_contact *c) {
  const gp_peer *p = c->entry.peer;
  gp_peer *us = NULL;
  if (gp_peer_isany(p)) {
    const char *address = gp_peer_address(p);
    if (gp_peer_new(&us, address, strlen(address), gp_peer_port(n->self)) !=
        GP_OK)
      us = NULL;
  }
  gp_contact_setusas(n, c, us);
  gp_peer_unref(us);
}

static bool isheaderform (gp_form form) {
  return form == GP_FORM_SEED || form == GP_FORM_V112;
}

/* What a connect tells about the one who asks. */
static void learn (gp_node *n, gp_contact *c, const gp_recvreq *asked) {
  if (asked->form != GP_FORM_HEADERS || !isheaderform(c->form))
    c->form = asked->form;
  c->ours = asked->ext.who.peer != NULL;
  c->confirmed = true;
  gp_name_learn(n, c, &asked->ext.who);
  gp_contact_setdial(n, c, asked->remote);
  if (c->ours)
    gp_contact_setusas(n, c, NULL);
  else if (asked->form == GP_FORM_HEADERS) {
    gp_contact_setusas(n, c, asked->host);
    c->told = true;
  }
  else if (c->standing != GP_MEMBER)
    guessusas(n, c);
}

/*
** A member that had us already, under the name 'had', and connects to us by
** another will have us twice: the old name is taken back.
*/
static void untwin (gp_node *n, gp_contact *c, const gp_peer *had,
                    uint64_t now) {
  const gp_peer *has = c->usas == NULL ? n->self : c->usas;
  if (c->ours)
    return;
  if (c->form == GP_FORM_V113)
    gp_contact_checkname(n, c, now);
  else if (!gp_peer_equal(has, had))
    (void)gp_contact_insert(n, c, GP_PURPOSE_DROP_ALIAS, had, NULL, now);
}

/*
** A newcomer with a name that is, or may be, another's. True when it is not
** to be let in at once; '*later': it waits. One that comes of itself, with
** its network, is let in.
*/
static bool isnamesake (gp_node *n, gp_contact *c, const gp_recvreq *asked,
                        gp_exchange *r, uint64_t now, bool *later) {
  bool merging = asked->ext.topic == GP_TOPIC_RECONNECT && !asked->ext.alone;
  gp_verdict verdict = gp_name_judge(n, c, &asked->ext.who);
  if (verdict == GP_NAME_TAKEN && merging)
    gp_name_telltaken(n, c);
  if (verdict == GP_NAME_FREE || merging)
    return false;
  if (verdict == GP_NAME_TAKEN) {
    answer(n, r, asked->form, 409, gp_wire_taken);
    gp_name_refuse(n, c);
    return true;
  }
  *later = hold(&n->newcomers, asked, r, now + CLAIM_TIME);
  if (*later)
    c->claiming = true;
  else
    answer(n, r, asked->form, 503, gp_wire_busy);
  return true;
}

static bool connected (gp_node *n, const gp_recvreq *asked, gp_exchange *r,
                       uint64_t now) {
  const gp_peer *from = asked->msg->from;
  gp_contact *c = gp_contact_recognise(n, from, asked->remote, true);
  gp_peer *had = NULL; /* the name by which it has us already */
  bool later = false;
  if (n->left && asked->ext.topic == GP_TOPIC_RECONNECT) {
    answer(n, r, asked->form, 403, gp_wire_notregistered);
    return true;
  }
  if (gp_contact_isself(n, from, asked->remote)) {
    answer(n, r, asked->form, 400, gp_wire_yourself);
    return true;
  }
  if (hasroom(n, c) && c == NULL)
    c = gp_contact_get(n, from);
  if (c == NULL) {
    gp_node_refused(n, GP_ELIMIT, 503, asked->remote, now);
    answer(n, r, asked->form, 503, gp_wire_busy);
    return true;
  }
  if (c->standing == GP_MEMBER)
    had = gp_peer_ref(c->usas == NULL ? n->self : c->usas);
  learn(n, c, asked);
  if (!asked->ext.brief)
    c->entered = now;
  n->left = false;
  gp_detect_heard(n, c);
  if (asked->form == GP_FORM_HEADERS)
    later = inquire(n, c, asked, r, now);
  if (!later)
    c->reachable = true;
  if (!later &&
      (c->standing == GP_MEMBER || !isnamesake(n, c, asked, r, now, &later)))
    admit(n, c, r, asked->form, asked->ext.brief);
  if (had != NULL)
    untwin(n, c, had, now);
  gp_peer_unref(had);
  if (c->standing == GP_FAILING && c->vigil.retry == 0)
    gp_repair_begin(n, c); /* another process, and not let in */
  gp_contact_release(n, c);
  return !later;
}

/* A request of 'c' that waits, taken out; NULL: there is none. */
static gp_held *takenewcomer (gp_node *n, const gp_contact *c) {
  gp_held **at = &n->newcomers.first;
  gp_held *before = NULL;
  for (; *at != NULL; before = *at, at = &before->next)
    if (gp_contact_find(n, (*at)->msg->from) == c)
      return takeout(&n->newcomers, at, before);
  return NULL;
}

void gp_node_admitnewcomer (gp_node *n, gp_contact *c, gp_form form) {
  gp_held *h;
  if (form == GP_FORM_HEADERS && isheaderform(c->form))
    form = c->form; /* what it was */
  c->form = form;
  while ((h = takenewcomer(n, c)) != NULL) {
    admit(n, c, h->reply, form, false);
    freeheld(h);
  }
}

void gp_node_refusenewcomer (gp_node *n, gp_contact *c, int status,
                             const char *text) {
  gp_held *h;
  while ((h = takenewcomer(n, c)) != NULL) {
    answer(n, h->reply, h->form, status, text);
    freeheld(h);
  }
}

/* Whether the sender may speak; a candidate may have heard our greeting. */
static gp_contact *known (gp_node *n, const gp_recvreq *asked) {
  gp_contact *c = gp_contact_recognise(n, asked->msg->from, asked->remote,
                                       false);
  return c == NULL || c->standing == GP_STRANGER ? NULL : c;
}

static void disconnected (gp_node *n, const gp_recvreq *asked,
                          gp_exchange *r) {
  gp_contact *c = known(n, asked);
  if (c == NULL) {
    answer(n, r, asked->form, 403, gp_wire_notregistered);
    return;
  }
  gp_contact_left(n, c);
  gp_contact_relayleave(n, c, asked->form);
  gp_contact_release(n, c);
  answer(n, r, asked->form, 200, NULL);
}

/*
** A peer has one message on the way at a time and counts up, so one that is
** not newer than the newest is a repetition: its sender missed our answer.
*/
static bool isrepeated (gp_node *n, const gp_contact *c,
                        const gp_message *m) {
  if (m->number == 0)
    return false;
  if (m->nonce == c->nonce)
    return m->number <= c->id;
  return m->number <= gp_ttlmap_get(&n->bygones, m->nonce, n->now);
}

void gp_node_remember (gp_node *n, const gp_contact *c) {
  if (c->id != 0)
    gp_ttlmap_raise(&n->bygones, c->nonce, c->id, n->now);
}

/* Puts a message into the inbox, if there is room. */
static gp_err deliver (gp_node *n, gp_contact *c, gp_message *m) {
  gp_err e;
  if (isrepeated(n, c, m))
    return GP_OK;
  e = gp_queue_push(&n->inbox, m, gp_message_size(m));
  if (e != GP_OK)
    return e;
  if (m->number != 0) {
    if (m->nonce != c->nonce)
      gp_node_remember(n, c); /* what its former process said may come late */
    c->nonce = m->nonce;
    c->id = m->number;
  }
  gp_message_ref(m);
  gp_signal_raise(&n->signals[GP_SIGNAL_INBOX]);
  return GP_OK;
}

/*
** A message. Behind those that are held already, so that a sender's order is
** kept. The program sees its sender under the one name it has here.
*/
static bool said (gp_node *n, const gp_recvreq *asked, gp_exchange *r,
                  uint64_t now) {
  gp_contact *c = known(n, asked);
  gp_err e = GP_ENOBUFS;
  if (c == NULL) {
    answer(n, r, asked->form, 403, gp_wire_notregistered);
    return true;
  }
  if (gp_message_len(asked->msg) > n->opt.max_body) {
    gp_node_refused(n, GP_ELIMIT, 413, asked->remote, now);
    answer(n, r, asked->form, 413, gp_wire_toolarge);
    return true;
  }
  gp_detect_heard(n, c);
  gp_message_setfrom(asked->msg, c->entry.peer);
  if (n->messages.first == NULL || isrepeated(n, c, asked->msg))
    e = deliver(n, c, asked->msg);
  if (e == GP_ENOBUFS &&
      hold(&n->messages, asked, r, now + n->opt.inbox_timeout_ms))
    return false;
  if (e == GP_OK)
    answer(n, r, asked->form, 200, NULL);
  else
    answer(n, r, asked->form, 503, gp_wire_busy);
  return true;
}

bool gp_node_received (gp_node *n, const gp_recvreq *asked, gp_exchange *r,
                       uint64_t now) {
  n->now = now;
  if (asked->msg == NULL)
    return gp_trial_asked(n, asked, r);
  asked->msg->nonce = asked->ext.nonce;
  asked->msg->number = asked->ext.number;
  switch (asked->msg->type) {
    case GP_CONNECT: return connected(n, asked, r, now);
    case GP_DISCONNECT: disconnected(n, asked, r); return true;
    default: return said(n, asked, r, now);
  }
}

/* Ends the oldest wait of a message with an answer. */
static void letgo (gp_node *n, int status, const char *text) {
  gp_held *h = takeout(&n->messages, &n->messages.first, NULL);
  answer(n, h->reply, h->form, status, text);
  freeheld(h);
}

/*
** Lets held messages in. One whose sender has given up is dropped: he was
** told that it did not arrive. One whose sender has left meanwhile is let
** in: it was said before.
*/
static void admitheld (gp_node *n) {
  while (n->messages.first != NULL) {
    gp_held *h = n->messages.first;
    gp_contact *c = gp_contact_find(n, h->msg->from);
    gp_contact gone = {.id = 0};
    if (!n->transport.isgone(n->transport.self, h->reply) &&
        deliver(n, c == NULL ? &gone : c, h->msg) != GP_OK)
      return;
    gp_node_remember(n, &gone);
    letgo(n, 200, NULL);
  }
}

/* A newcomer that does not tell its form in time gets numbers. */
static void overdue (gp_node *n) {
  gp_held *h = n->newcomers.first;
  gp_contact *c = gp_contact_find(n, h->msg->from);
  if (c != NULL && c->claiming) {
    c->claiming = false;
    gp_node_refusenewcomer(n, c, 503, gp_wire_busy);
    gp_contact_release(n, c);
    return;
  }
  if (c != NULL) {
    c->reachable = false;
    gp_node_admitnewcomer(n, c, GP_FORM_HEADERS);
    return;
  }
  takeout(&n->newcomers, &n->newcomers.first, NULL);
  answer(n, h->reply, h->form, 503, gp_wire_busy);
  freeheld(h);
}

void gp_node_tickheld (gp_node *n, uint64_t now) {
  admitheld(n);
  while (n->messages.first != NULL && n->messages.first->until <= now) {
    const gp_peer *from = n->messages.first->msg->from;
    gp_node_refused(n, GP_ELIMIT, 503, gp_peer_text(from), now);
    letgo(n, 503, gp_wire_busy);
  }
  while (n->newcomers.first != NULL && n->newcomers.first->until <= now)
    overdue(n);
}

static uint64_t firstuntil (const gp_holding *in) {
  return in->first == NULL ? UINT64_MAX : in->first->until;
}

uint64_t gp_node_heldtill (const gp_node *n) {
  uint64_t messages = firstuntil(&n->messages);
  uint64_t newcomers = firstuntil(&n->newcomers);
  return messages < newcomers ? messages : newcomers;
}

void gp_node_dropheld (gp_node *n) {
  while (n->messages.first != NULL)
    letgo(n, 503, gp_wire_busy);
  while (n->newcomers.first != NULL) {
    gp_held *h = takeout(&n->newcomers, &n->newcomers.first, NULL);
    answer(n, h->reply, h->form, 503, gp_wire_busy);
    freeheld(h);
  }
}

gp_message *gp_node_peekmessage (const gp_node *n) {
  return gp_queue_peek(&n->inbox);
}

void gp_node_dropmessage (gp_node *n) {
  gp_message *m = gp_queue_peek(&n->inbox);
  gp_queue_drop(&n->inbox, gp_message_size(m));
  gp_message_unref(m);
  admitheld(n);
}
