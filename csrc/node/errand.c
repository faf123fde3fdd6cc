/*
** node/errand.c - the requests to peers, one at a time to each.
*/
#include <stdlib.h>
#include <string.h>

#include "node/contact.h"

/*
** What is safe to send once more is (see 'tryagain'), first after this time
** (ms), then after twice as long each time up to the most.
*/
#define FIRST_PAUSE 50
#define MOST_PAUSE 800

bool gp_contact_isfull (const gp_node *n, const gp_contact *c) {
  return c->count >= n->opt.outbox_messages ||
         c->bytes >= n->opt.outbox_bytes;
}

/* Whether its caller waits for it, so that it must not take too long. */
bool gp_errand_isawaited (const gp_errand *e) {
  return e->receipt != NULL && (e->failure->purpose == GP_PURPOSE_GREET ||
                                e->failure->purpose == GP_PURPOSE_LEAVE);
}

/*
** The receipt learns of a failure that concerns its own call; a greeting
** or a leave that fails does not fail the call it belongs to. What nobody
** waits for is told in the queue of failures; what the node does for itself
** is nobody's concern.
*/
static void finish (gp_node *n, gp_errand *e, gp_err error, int status) {
  gp_failure *f = e->failure;
  bool own = f->purpose == GP_PURPOSE_MESSAGE ||
             f->purpose == GP_PURPOSE_JOIN;
  if (gp_errand_isawaited(e))
    n->impatient--;
  f->error = error;
  f->status = status;
  if (error != GP_OK && f->purpose <= GP_PURPOSE_SERVE &&
      !(own && e->receipt != NULL && e->receipt->claimed))
    gp_node_tell(n, f);
  if (e->receipt != NULL)
    gp_receipt_end(e->receipt, error != GP_OK && own ? f : NULL);
  gp_failure_unref(f);
  free(e);
}

/* To be finished at the next tick: its caller has not got its receipt yet. */
static void finishlater (gp_node *n, gp_errand *e, gp_err error) {
  e->failure->error = error;
  e->next = NULL;
  if (n->lastlate != NULL)
    n->lastlate->next = e;
  else
    n->late = e;
  n->lastlate = e;
}

static gp_errand *shift (gp_node *n, gp_contact *c) {
  gp_errand *e = c->first;
  bool wasfull = gp_contact_isfull(n, c);
  c->first = e->next;
  if (c->first == NULL)
    c->last = NULL;
  c->count--;
  c->bytes -= gp_message_len(e->failure->msg);
  if (wasfull && !gp_contact_isfull(n, c))
    gp_signal_raise(&n->signals[GP_SIGNAL_ROOM]);
  return e;
}

const gp_peer *gp_contact_dialled (const gp_contact *c) {
  return c->dial == NULL ? c->entry.peer : c->dial;
}

/*
** Whoever is asked to let us in is asked so that every form understands it:
** it may have come back as another program. An asker whose form is being
** found out is known to speak one of the header forms.
*/
static gp_form formfor (const gp_contact *c, const gp_errand *e) {
  switch (e->failure->purpose) {
    case GP_PURPOSE_JOIN:
    case GP_PURPOSE_GREET:
    case GP_PURPOSE_RECONNECT:
    case GP_PURPOSE_FIND_ALIAS: return GP_FORM_UNKNOWN;
    default: return c->form;
  }
}

/*
** Whoever is asked to let us in is asked in our own name, also when he knew
** us by another: he may have come back without knowing anybody.
*/
static bool isinownname (gp_purpose doing) {
  switch (doing) {
    case GP_PURPOSE_JOIN:
    case GP_PURPOSE_GREET:
    case GP_PURPOSE_RECONNECT:
    case GP_PURPOSE_FIND_ALIAS:
    case GP_PURPOSE_DROP_ALIAS: return true;
    default: return false;
  }
}

/* What the node asks for of itself: one of ours that has left says no. */
static gp_topic topicof (const gp_contact *c, gp_purpose doing) {
  bool again = doing == GP_PURPOSE_LIST || doing == GP_PURPOSE_FIND_ALIAS;
  return doing == GP_PURPOSE_RECONNECT || (again && c->ours)
           ? GP_TOPIC_RECONNECT
           : GP_TOPIC_NONE;
}

static void prepare (const gp_node *n, const gp_contact *c,
                     const gp_errand *e, gp_sendreq *asking) {
  gp_purpose doing = e->failure->purpose;
  const gp_message *m = e->failure->msg;
  bool own = c->usas == NULL || isinownname(doing);
  memset(asking, 0, sizeof *asking);
  asking->form = formfor(c, e);
  asking->msg = doing == GP_PURPOSE_FIND_FORM ? NULL : e->failure->msg;
  asking->from = own ? m->from : c->usas;
  asking->to = gp_contact_dialled(c);
  if (asking->msg != NULL && m->type == GP_CONNECT)
    asking->ext.who = n->identity;
  asking->ext.nonce = c->ours ? e->nonce : 0;
  asking->ext.number = m->number;
  asking->ext.topic = topicof(c, doing);
  asking->ext.alone = n->nmembers == 0;
  asking->ext.brief = doing == GP_PURPOSE_GREET ||
                      doing == GP_PURPOSE_RECONNECT;
}

/*
** One of ours takes a number that is not above the last of its nonce for a
** repetition. What is said to it under two names goes two ways, and comes in
** any order; so what goes to one of them alone has a nonce of its own, unless
** that one is the member. So has what was to go under another name.
*/
static uint64_t noncefor (const gp_node *n, const gp_contact *c,
                          const gp_errand *e) {
  uint64_t nonce = n->opt.nonce;
  if (!c->ours)
    return 0;
  if (e->moved ||
      (c->standing != GP_MEMBER && e->failure->msg->type == GP_DIRECT))
    nonce += 1 + (uint64_t)gp_peer_hash(e->failure->peer);
  return nonce;
}

/* Its time runs from the first try; a later one gets what is left. */
static gp_err ask (gp_node *n, gp_contact *c, gp_errand *e, uint64_t now) {
  gp_sendreq asking;
  uint64_t id;
  if (!e->asked) {
    e->asked = true;
    e->hopeful = c->reachable;
    e->nonce = noncefor(n, c, e);
    e->since = now;
  }
  prepare(n, c, e, &asking);
  if (n->impatient > 0)
    gp_contact_lookat(n, e->since + GP_PATIENCE);
  c->told = false;
  c->sequence = ++n->sequence;
  id = (uint64_t)c->sequence << 32 | c->entry.slot;
  return n->transport.send(n->transport.self, id, gp_contact_dialled(c),
                           &asking, (uint32_t)(e->since + e->timeout - now));
}

void gp_contact_endpause (gp_node *n, gp_contact *c) {
  if (c->pause != 0)
    n->pausing--;
  c->pause = 0;
}

/*
** What is said to one that did not answer when it was greeted waits until it
** does: only then is it known whether it tells a message that comes twice.
** Every try of it looks here again.
*/
static bool mustwait (const gp_contact *c, const gp_errand *e) {
  return c->standing == GP_CANDIDATE && c->vigil.retry != 0 && !c->ours &&
         e->failure->purpose == GP_PURPOSE_MESSAGE;
}

/* Whether it has waited too long. To a peer that does not answer, what has
   waited longer than a request may take is not tried again one by one: that
   could last for hours. */
static bool isoverdue (const gp_contact *c, const gp_errand *e,
                       uint64_t now) {
  bool hopeful = c->reachable && !e->asked && !mustwait(c, e);
  return now >= e->since + e->timeout && !hopeful;
}

/* How to write to one who never answered is not known: its form is asked
   for. */
static bool needsform (const gp_contact *c, const gp_errand *e) {
  return c->form == GP_FORM_UNKNOWN &&
         e->failure->purpose == GP_PURPOSE_MESSAGE;
}

/* Asks what is next. */
void gp_contact_advance (gp_node *n, gp_contact *c, uint64_t now) {
  while (c->asked == NULL && c->pause == 0 && c->first != NULL) {
    bool overdue = isoverdue(c, c->first, now);
    gp_err error = overdue ? GP_ETIMEDOUT : GP_OK;
    gp_errand *e;
    if (!overdue && mustwait(c, c->first))
      break;
    if (!overdue && needsform(c, c->first))
      error = gp_contact_insert(n, c, GP_PURPOSE_FIND_FORM, n->self, NULL,
                                now);
    e = shift(n, c);
    if (error == GP_OK)
      error = ask(n, c, e, now);
    if (error == GP_OK)
      c->asked = e;
    else
      finishlater(n, e, error);
  }
}

static gp_errand *newerrand (const gp_contact *c, gp_purpose doing,
                             gp_message *msg) {
  gp_errand *e = calloc(1, sizeof *e);
  if (e == NULL)
    return NULL;
  e->failure = gp_failure_new(doing, c->entry.peer, msg);
  if (e->failure == NULL) {
    free(e);
    return NULL;
  }
  return e;
}

static void push (gp_contact *c, gp_errand *e) {
  e->next = NULL;
  if (c->last != NULL)
    c->last->next = e;
  else
    c->first = e;
  c->last = e;
  c->count++;
  c->bytes += gp_message_len(e->failure->msg);
}

gp_err gp_contact_queue (gp_node *n, gp_contact *c, gp_purpose doing,
                         gp_message *msg, gp_receipt *receipt,
                         uint32_t timeout, uint64_t now) {
  gp_errand *e = newerrand(c, doing, msg);
  if (e == NULL)
    return GP_ENOMEM;
  e->timeout = timeout;
  e->since = now;
  e->receipt = receipt == NULL ? NULL : gp_receipt_begin(receipt);
  if (gp_errand_isawaited(e)) {
    n->impatient++;
    gp_contact_lookat(n, now); /* what is before it may last already */
  }
  if (doing == GP_PURPOSE_MESSAGE && gp_peer_equal(c->entry.peer, n->self))
    finishlater(n, e, GP_ESELF);
  else if (doing == GP_PURPOSE_MESSAGE && gp_contact_isfull(n, c))
    finishlater(n, e, GP_ENOBUFS);
  else {
    push(c, e);
    gp_contact_advance(n, c, now);
  }
  return GP_OK;
}

static void unshift (gp_contact *c, gp_errand *e) {
  e->next = c->first;
  c->first = e;
  if (c->last == NULL)
    c->last = e;
  c->count++;
  c->bytes += gp_message_len(e->failure->msg);
}

gp_err gp_contact_insert (gp_node *n, gp_contact *c, gp_purpose doing,
                          const gp_peer *from, gp_errand *e, uint64_t now) {
  gp_msgtype type = doing == GP_PURPOSE_DROP_ALIAS ? GP_DISCONNECT
                                                   : GP_CONNECT;
  gp_message *msg;
  gp_errand *before;
  if (gp_message_new(&msg, type, from, NULL, NULL) != GP_OK)
    return GP_ENOMEM;
  before = newerrand(c, doing, msg);
  gp_message_unref(msg);
  if (before == NULL)
    return GP_ENOMEM;
  before->timeout = n->opt.request_timeout_ms;
  before->since = now;
  if (e != NULL)
    unshift(c, e);
  unshift(c, before);
  return GP_OK;
}

void gp_contact_moveerrands (gp_node *n, gp_contact *to, gp_contact *from,
                             uint64_t now) {
  gp_contact_endpause(n, from);
  gp_contact_lookat(n, now);
  while (from->first != NULL) {
    gp_errand *e = shift(n, from);
    const gp_message *m = e->failure->msg;
    if (m->type == GP_BROADCAST && m->number > to->since &&
        m->number <= to->said)
      finish(n, e, GP_OK, 0);
    else {
      e->moved = true;
      push(to, e);
    }
  }
  gp_contact_advance(n, to, now);
}

gp_err gp_contact_short (gp_node *n, gp_message *msg, gp_receipt *receipt) {
  gp_errand *e = calloc(1, sizeof *e);
  gp_failure *f = gp_failure_new(GP_PURPOSE_MESSAGE, NULL, msg);
  if (e == NULL || f == NULL) {
    free(e);
    gp_failure_unref(f);
    return GP_ENOMEM;
  }
  e->failure = f;
  e->receipt = gp_receipt_begin(receipt);
  finishlater(n, e, GP_ENOMEM);
  return GP_OK;
}

/* Greeting one that is gone, or taking leave of it, is no failure. */
static void drop (gp_node *n, gp_errand *e, gp_err error) {
  gp_purpose doing = e->failure->purpose;
  if (error == GP_ENOTCONN &&
      (doing == GP_PURPOSE_GREET || doing == GP_PURPOSE_LEAVE))
    error = GP_OK;
  finish(n, e, error, 0);
}

void gp_contact_abandonunasked (gp_node *n, gp_contact *c, gp_err error) {
  gp_contact_endpause(n, c);
  while (c->first != NULL)
    drop(n, shift(n, c), error);
}

void gp_contact_abandon (gp_node *n, gp_contact *c, gp_err error) {
  gp_errand *e = c->asked;
  c->asked = NULL;
  if (e != NULL)
    drop(n, e, error);
  gp_contact_abandonunasked(n, c, error);
}

void gp_contact_dropmessages (gp_node *n, gp_contact *c, gp_err error) {
  while (c->first != NULL && c->first->failure->purpose == GP_PURPOSE_MESSAGE)
    finish(n, shift(n, c), error, 0);
}

void gp_contact_reject (gp_node *n, gp_contact *c) {
  size_t i, count = c->count;
  gp_contact_endpause(n, c);
  gp_contact_stand(n, c, GP_STRANGER);
  for (i = 0; i < count; i++) {
    gp_errand *e = shift(n, c);
    if (e->failure->msg->type == GP_BROADCAST)
      finish(n, e, GP_OK, 0);
    else
      push(c, e);
  }
}

static gp_err outcome (gp_err error, const gp_recvresp *answer) {
  if (error == GP_OK && (answer->status < 200 || answer->status > 299))
    error = gp_err_fromstatus(answer->status);
  return error;
}

/*
** Whether a message may be sent once more: for a refused connection, a 503
** and want of descriptors it surely has not been taken; a connection that
** broke may have carried it, but a node of ours knows it again by its number.
** A peer that was away before is not waited for, nor one that refuses longer
** than anybody should be kept waiting.
*/
static bool mayrepeat (const gp_contact *c, const gp_errand *e, gp_err error,
                       uint64_t now) {
  switch (error) {
    case GP_EBUSY:
    case GP_EMFILE: return true;
    case GP_ECONNREFUSED:
      return c->standing == GP_MEMBER && e->hopeful && !e->unsure &&
             now < e->since + GP_PATIENCE;
    case GP_ECONNRESET: return e->nonce != 0 && c->ours && e->hopeful;
    default: return false;
  }
}

/* Puts a message back to try it again after a pause, if time is left. */
static bool tryagain (gp_node *n, gp_contact *c, gp_errand *e, gp_err error,
                      uint64_t now) {
  uint32_t pause = FIRST_PAUSE << (c->tries < 4 ? c->tries : 4);
  if (e->failure->purpose != GP_PURPOSE_MESSAGE ||
      !mayrepeat(c, e, error, now) || now + pause >= e->since + e->timeout)
    return false;
  c->tries++;
  e->unsure = e->unsure || error == GP_ECONNRESET;
  c->pause = now + (pause < MOST_PAUSE ? pause : MOST_PAUSE);
  n->pausing++;
  gp_contact_lookat(n, c->pause);
  unshift(c, e);
  return true;
}

/* What the end of an errand tells of the life of 'c'. */
static void observe (gp_node *n, gp_contact *c, gp_err error) {
  if (error == GP_OK)
    gp_detect_answered(n, c);
  else if (error == GP_ECONNREFUSED)
    gp_detect_refused(n, c);
  else if (error == GP_ETIMEDOUT && c->standing == GP_MEMBER)
    gp_detect_try(n, c, false);
}

/* The end of an errand to 'c', and what 'c' is asked next. */
static void conclude (gp_node *n, gp_contact *c, gp_errand *e, gp_err error,
                      const gp_recvresp *answer, uint64_t now) {
  bool keep = false;
  c = gp_join_follow(n, c, e, error, answer, &keep, now);
  if (!keep && !tryagain(n, c, e, error, now)) {
    c->tries = 0;
    if (e->failure->purpose == GP_PURPOSE_LEAVE && error == GP_EFORBIDDEN)
      error = GP_OK; /* it does not count us as a member: all is well */
    finish(n, e, error, answer == NULL ? 0 : answer->status);
  }
  gp_contact_advance(n, c, now);
  gp_contact_release(n, c);
}

static gp_contact *waiting (const gp_node *n, uint64_t id) {
  gp_contact *c = (gp_contact *)gp_peertable_at(&n->contacts, (uint32_t)id);
  if (c == NULL || c->asked == NULL || c->sequence != (uint32_t)(id >> 32))
    return NULL;
  return c;
}

void gp_node_responded (gp_node *n, uint64_t id, gp_err error,
                        const gp_recvresp *answer, uint64_t now) {
  gp_contact *c = waiting(n, id);
  gp_errand *e;
  n->now = now;
  if ((uint32_t)id == GP_PROBE_SLOT)
    gp_trial_ended(n, id, error, answer);
  if (c == NULL)
    return;
  e = c->asked;
  c->asked = NULL;
  c->reachable = error == GP_OK;
  observe(n, c, error);
  if (answer != NULL && answer->remote != NULL)
    gp_contact_setremote(n, c, answer->remote);
  conclude(n, c, e, outcome(error, answer), answer, now);
}

void gp_contact_finishlate (gp_node *n, uint64_t now) {
  while (n->late != NULL) {
    gp_errand *e = n->late;
    gp_contact *c = NULL;
    n->late = e->next;
    if (n->late == NULL)
      n->lastlate = NULL;
    if (e->failure->peer != NULL)
      c = gp_contact_find(n, e->failure->peer);
    if (c == NULL)
      finish(n, e, e->failure->error, 0);
    else
      conclude(n, c, e, e->failure->error, NULL, now);
  }
}
