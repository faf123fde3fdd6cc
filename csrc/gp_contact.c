/*
** gp_contact.c - what is asked of peers, one request at a time to each.
*/
#include "gp_contact.h"

#include <stdlib.h>
#include <string.h>

gp_contact *gp_contact_find (const gp_node *n, const gp_peer *p) {
  return (gp_contact *)gp_members_find(&n->contacts, p);
}

gp_contact *gp_contact_get (gp_node *n, const gp_peer *p) {
  gp_contact *c = gp_contact_find(n, p);
  if (c != NULL)
    return c;
  c = calloc(1, sizeof *c);
  if (c == NULL)
    return NULL;
  c->entry.peer = gp_peer_ref(p);
  c->form = GP_FORM_V113;
  if (gp_members_add(&n->contacts, &c->entry) != GP_OK) {
    gp_peer_unref(p);
    free(c);
    return NULL;
  }
  return c;
}

void gp_contact_release (gp_node *n, gp_contact *c) {
  if (c->standing != GP_STRANGER || c->asked != NULL || c->first != NULL)
    return;
  gp_members_remove(&n->contacts, &c->entry);
  gp_peer_unref(c->entry.peer);
  free(c);
}

void gp_contact_stand (gp_node *n, gp_contact *c, gp_standing standing) {
  if (c->standing == GP_MEMBER)
    n->nmembers--;
  c->standing = standing;
  if (standing == GP_MEMBER)
    n->nmembers++;
  c->leaving = false;
}

bool gp_contact_isslow (const gp_contact *c, uint64_t now) {
  return c->asked != NULL && now >= c->asked->since + GP_PATIENCE;
}

bool gp_contact_isfull (const gp_node *n, const gp_contact *c) {
  return c->count >= n->opt.outboxmessages || c->bytes >= n->opt.outboxbytes;
}

/* Whether its caller waits for it, so that it must not take too long. */
static bool isawaited (const gp_errand *e) {
  return e->receipt != NULL && (e->failure->doing == GP_GREETING ||
                                e->failure->doing == GP_LEAVING);
}

/*
** The receipt learns of a failure that concerns its own call; a greeting
** or a leave that fails does not fail the call it belongs to. What nobody
** waits for is told in the queue of failures.
*/
static void finish (gp_node *n, gp_errand *e, gp_err error, int status) {
  gp_failure *f = e->failure;
  bool own = f->doing == GP_SENDING || f->doing == GP_JOINING;
  if (isawaited(e))
    n->impatient--;
  f->error = error;
  f->status = status;
  if (error != GP_OK && !(own && e->receipt != NULL && e->receipt->claimed))
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

static gp_err ask (gp_node *n, gp_contact *c, gp_errand *e) {
  gp_asking asking;
  uint64_t id;
  asking.form = c->form;
  asking.msg = e->failure->msg;
  asking.from = n->self;
  asking.to = c->entry.peer;
  c->sequence = ++n->sequence;
  id = (uint64_t)c->sequence << 32 | c->entry.slot;
  return n->transport.ask(n->transport.self, id, c->entry.peer, &asking,
                          e->timeout);
}

/*
** Asks what is next. To a peer that does not answer, what has waited longer
** than a request may take is not tried again one by one: that could last
** for hours.
*/
static void advance (gp_node *n, gp_contact *c, uint64_t now) {
  while (c->asked == NULL && c->first != NULL) {
    gp_errand *e = shift(n, c);
    gp_err error = GP_ETIMEDOUT;
    if (c->reachable || now < e->since + e->timeout)
      error = ask(n, c, e);
    if (error == GP_OK) {
      e->since = now;
      c->asked = e;
    }
    else
      finishlater(n, e, error);
  }
}

static gp_errand *newerrand (const gp_contact *c, gp_doing doing,
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

gp_err gp_contact_queue (gp_node *n, gp_contact *c, gp_doing doing,
                         gp_message *msg, gp_receipt *receipt,
                         uint32_t timeout, uint64_t now) {
  gp_errand *e = newerrand(c, doing, msg);
  if (e == NULL)
    return GP_ENOMEM;
  e->timeout = timeout;
  e->since = now;
  e->receipt = receipt == NULL ? NULL : gp_receipt_begin(receipt);
  if (isawaited(e))
    n->impatient++;
  if (doing == GP_SENDING && gp_peer_equal(c->entry.peer, n->self))
    finishlater(n, e, GP_ESELF);
  else if (doing == GP_SENDING && gp_contact_isfull(n, c))
    finishlater(n, e, GP_ENOBUFS);
  else {
    push(c, e);
    advance(n, c, now);
  }
  return GP_OK;
}

gp_err gp_contact_short (gp_node *n, gp_message *msg, gp_receipt *receipt) {
  gp_errand *e = calloc(1, sizeof *e);
  gp_failure *f = gp_failure_new(GP_SENDING, NULL, msg);
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

void gp_contact_abandon (gp_node *n, gp_contact *c, gp_err error) {
  gp_errand *e = c->asked;
  c->asked = NULL;
  if (e != NULL)
    finish(n, e, error, 0);
  while (c->first != NULL)
    finish(n, shift(n, c), error, 0);
}

void gp_contact_reject (gp_node *n, gp_contact *c) {
  size_t i, count = c->count;
  gp_contact_stand(n, c, GP_STRANGER);
  for (i = 0; i < count; i++) {
    gp_errand *e = shift(n, c);
    if (e->failure->msg->type == GP_BROADCAST)
      finish(n, e, GP_OK, 0);
    else
      push(c, e);
  }
}

/* Who was named by 'by' and is to be greeted. */
static bool deserves (const gp_node *n, const gp_peer *p,
                      const gp_contact *by, bool again) {
  const gp_contact *c = gp_contact_find(n, p);
  if (c == by || gp_peer_equal(p, n->self))
    return false;
  if (c == NULL || c->standing == GP_STRANGER)
    return n->nmembers < n->opt.maxmembers;
  return again && c->standing == GP_MEMBER;
}

/* Out of memory, a peer stays unknown: that much is told. */
static void greetone (gp_node *n, const gp_peer *p, gp_message *msg,
                      gp_receipt *receipt, uint64_t now) {
  gp_contact *c = gp_contact_get(n, p);
  gp_failure *f;
  if (c != NULL) {
    if (c->standing == GP_STRANGER)
      gp_contact_stand(n, c, GP_CANDIDATE);
    if (gp_contact_queue(n, c, GP_GREETING, msg, receipt, n->opt.asktime,
                         now) == GP_OK)
      return;
    gp_contact_reject(n, c);
    gp_contact_release(n, c);
  }
  f = gp_failure_new(GP_GREETING, p, NULL);
  if (f == NULL) {
    n->lost++;
    return;
  }
  f->error = GP_ENOMEM;
  gp_node_tell(n, f);
  gp_failure_unref(f);
}

/* Greets those whom 'by' named; members too if 'again'. */
static void greet (gp_node *n, const gp_contact *by, const gp_peerlist *list,
                   bool again, gp_receipt *receipt, uint64_t now) {
  gp_message *msg = NULL;
  size_t i;
  for (i = 0; i < list->n; i++) {
    if (!deserves(n, list->at[i], by, again))
      continue;
    if (msg == NULL &&
        gp_message_new(&msg, GP_CONNECT, n->self, NULL, NULL) != GP_OK) {
      n->lost++;
      return;
    }
    greetone(n, list->at[i], msg, receipt, now);
  }
  gp_message_unref(msg);
}

/* Errors after which the peer may have heard us all the same. */
static bool mayhaveheard (gp_err error) {
  return error == GP_ETIMEDOUT || error == GP_ECONNRESET;
}

static gp_err outcome (gp_err error, const gp_answer *answer) {
  if (error == GP_OK && (answer->status < 200 || answer->status > 299))
    error = gp_err_fromstatus(answer->status);
  return error;
}

/*
** The end of a connect. Who was greeted and is only late is counted as a
** member: it may well count us as one. The lists are followed on, for two
** that join at once through different peers learn of each other so.
*/
static void joined (gp_node *n, gp_contact *c, gp_errand *e, gp_err error,
                    const gp_answer *answer, uint64_t now) {
  bool greeting = e->failure->doing == GP_GREETING;
  if (error == GP_OK) {
    gp_contact_stand(n, c, GP_MEMBER);
    greet(n, c, &answer->list, !greeting, e->receipt, now);
  }
  else if (c->standing == GP_CANDIDATE) {
    if (greeting && mayhaveheard(error))
      gp_contact_stand(n, c, GP_MEMBER);
    else
      gp_contact_reject(n, c);
  }
}

static void left (gp_node *n, gp_contact *c) {
  gp_contact_stand(n, c, GP_STRANGER);
  gp_contact_abandon(n, c, GP_ENOTCONN);
}

/* What follows from the end of an errand; then the errand ends. */
static void conclude (gp_node *n, gp_contact *c, gp_errand *e, gp_err error,
                      const gp_answer *answer, uint64_t now) {
  switch (e->failure->doing) {
    case GP_JOINING: case GP_GREETING:
      joined(n, c, e, error, answer, now);
      break;
    case GP_LEAVING: left(n, c); break;
    default: break;
  }
  finish(n, e, error, answer == NULL ? 0 : answer->status);
}

static gp_contact *waiting (const gp_node *n, uint64_t id) {
  gp_contact *c = (gp_contact *)gp_members_at(&n->contacts, (uint32_t)id);
  if (c == NULL || c->asked == NULL || c->sequence != (uint32_t)(id >> 32))
    return NULL;
  return c;
}

bool gp_node_wantslist (const gp_node *n, uint64_t id) {
  const gp_contact *c = waiting(n, id);
  return c != NULL && c->asked->failure->msg->type == GP_CONNECT;
}

void gp_node_answered (gp_node *n, uint64_t id, gp_err error,
                       const gp_answer *answer, uint64_t now) {
  gp_contact *c = waiting(n, id);
  gp_errand *e;
  if (c == NULL)
    return;
  e = c->asked;
  c->asked = NULL;
  c->reachable = error == GP_OK;
  conclude(n, c, e, outcome(error, answer), answer, now);
  advance(n, c, now);
  gp_contact_release(n, c);
}

/* Somebody waits in person for one of the errands to 'c'. */
static bool hasawaited (const gp_contact *c) {
  const gp_errand *e;
  if (c->asked != NULL && isawaited(c->asked))
    return true;
  for (e = c->first; e != NULL; e = e->next)
    if (isawaited(e))
      return true;
  return false;
}

static void letgo (gp_node *n, gp_errand *e) {
  if (!isawaited(e))
    return;
  n->impatient--;
  gp_receipt_end(e->receipt, NULL);
  e->receipt = NULL;
}

/* Says goodbye behind the back of a request that hangs; zero is no id that
   a contact waits for. */
static void wave (gp_node *n, gp_contact *c) {
  gp_errand *e;
  gp_asking asking = {c->form, NULL, n->self, c->entry.peer};
  for (e = c->first; e != NULL; e = e->next) {
    if (e->failure->doing == GP_LEAVING) {
      asking.msg = e->failure->msg;
      (void)n->transport.ask(n->transport.self, 0, c->entry.peer, &asking,
                             e->timeout);
    }
  }
}

/* Whoever waits in person waits no longer for this one. */
static void losepatience (gp_node *n, gp_contact *c) {
  gp_errand *e;
  if (c->leaving) {
    wave(n, c);
    gp_contact_stand(n, c, GP_STRANGER);
    gp_contact_abandon(n, c, GP_ETIMEDOUT);
    gp_contact_release(n, c);
    return;
  }
  letgo(n, c->asked);
  for (e = c->first; e != NULL; e = e->next)
    letgo(n, e);
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
    else {
      conclude(n, c, e, e->failure->error, NULL, now);
      gp_contact_release(n, c);
    }
  }
}

void gp_contact_tick (gp_node *n, uint64_t now) {
  gp_entry *entry, *next;
  gp_contact_finishlate(n, now);
  if (n->impatient == 0)
    return;
  for (entry = n->contacts.first; entry != NULL; entry = next) {
    next = entry->next;
    if (gp_contact_isslow((gp_contact *)entry, now))
      losepatience(n, (gp_contact *)entry);
  }
}

uint64_t gp_contact_due (const gp_node *n) {
  uint64_t due = UINT64_MAX;
  const gp_entry *entry;
  if (n->late != NULL)
    return 0;
  if (n->impatient == 0)
    return due;
  for (entry = n->contacts.first; entry != NULL; entry = entry->next) {
    const gp_contact *c = (const gp_contact *)entry;
    if (c->asked != NULL && c->asked->since + GP_PATIENCE < due &&
        hasawaited(c))
      due = c->asked->since + GP_PATIENCE;
  }
  return due;
}
