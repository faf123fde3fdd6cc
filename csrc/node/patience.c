/*
** node/patience.c - what time does to the errands of peers: pauses that end,
** and waits that nobody should have to bear.
*/
#include <string.h>

#include "node/contact.h"

/* What keeps 'c' busy: it is on the way, or will be again after a pause. */
static gp_errand *current (const gp_contact *c) {
  if (c->asked != NULL)
    return c->asked;
  return c->pause != 0 ? c->first : NULL;
}

bool gp_contact_isslow (const gp_contact *c, uint64_t now) {
  const gp_errand *e = current(c);
  return e != NULL && now >= e->since + GP_PATIENCE;
}

/* Somebody waits in person for one of the errands to 'c'. */
static bool hasawaited (const gp_contact *c) {
  const gp_errand *e;
  if (c->asked != NULL && gp_errand_isawaited(c->asked))
    return true;
  for (e = c->first; e != NULL; e = e->next)
    if (gp_errand_isawaited(e))
      return true;
  return false;
}

static void letgo (gp_node *n, gp_errand *e) {
  if (!gp_errand_isawaited(e))
    return;
  n->impatient--;
  gp_receipt_end(e->receipt, NULL);
  e->receipt = NULL;
}

/* Says goodbye to 'c' in the name of 'from'. Zero is no id that a contact
   waits for: nobody asks how it ends. */
static void farewell (gp_node *n, const gp_contact *c, const gp_peer *from) {
  gp_sendreq asking;
  memset(&asking, 0, sizeof asking);
  if (gp_message_new(&asking.msg, GP_DISCONNECT, from, NULL, NULL) != GP_OK)
    return;
  asking.form = c->form;
  asking.from = from;
  asking.to = gp_contact_dialled(c);
  (void)n->transport.send(n->transport.self, 0, gp_contact_dialled(c),
                          &asking, n->opt.request_timeout_ms);
  gp_message_unref(asking.msg);
}

void gp_contact_wave (gp_node *n, const gp_contact *c) {
  farewell(n, c, c->usas == NULL ? n->self : c->usas);
}

/* Whether a Go program that is 'c' can not read what one of 'form' writes. */
static bool isforeign (const gp_contact *c, gp_form form) {
  return !c->ours && c->form != GP_FORM_UNKNOWN &&
         (c->form == GP_FORM_V113) != (form == GP_FORM_V113);
}

void gp_contact_relayleave (gp_node *n, const gp_contact *gone,
                            gp_form form) {
  const gp_peerentry *e;
  const gp_ring *r;
  if (gone->ours)
    return; /* it speaks to each in its form */
  for (e = n->contacts.first; e != NULL; e = e->next) {
    const gp_contact *c = (const gp_contact *)e;
    if (c->standing != GP_MEMBER || !c->reachable || !isforeign(c, form))
      continue;
    farewell(n, c, gone->entry.peer);
    for (r = gone->aliases.next; r != &gone->aliases; r = r->next)
      farewell(n, c, gp_ring_of(const gp_alias, ring, r)->entry.peer);
  }
}

/* Whether taking leave has not even been asked yet. */
static bool isunsaid (const gp_contact *c) {
  const gp_errand *e;
  for (e = c->first; e != NULL; e = e->next)
    if (e->failure->purpose == GP_PURPOSE_LEAVE)
      return true;
  return false;
}

/* Whoever waits in person waits no longer for this one. */
static void losepatience (gp_node *n, gp_contact *c) {
  gp_errand *e;
  if (c->leaving) {
    if (isunsaid(c))
      gp_contact_wave(n, c);
    gp_contact_stand(n, c, GP_STRANGER);
    gp_contact_abandon(n, c, GP_ETIMEDOUT);
    gp_contact_release(n, c);
    return;
  }
  if (c->asked != NULL)
    letgo(n, c->asked);
  for (e = c->first; e != NULL; e = e->next)
    letgo(n, e);
}

/*
** A v1.1.3 member of ours that connects to us adds us once more when it has
** its answer, under a name that it does not tell: its list does, soon after.
** What is to go to it waits for the first look.
**
** To look is to connect. Two of ours that take each other for Go programs,
** since what is between them lets nothing through that Go does not say, would
** be made to look by each other's looks, for good: so where many have found
** nothing the next ones come more and more rarely.
*/
#define FIRST_CHECK 100
#define CHECKS 3
#define MANY_CHECKS 12
#define MOST_DOUBLED 9       /* times: they are 51 s apart then */
#define FORGET_CHECKS 120000 /* ms without any */

/* ms until it may be looked at. */
static uint64_t interval (const gp_contact *c) {
  unsigned over = c->checked < MANY_CHECKS ? 0 : c->checked - MANY_CHECKS;
  return (uint64_t)FIRST_CHECK << (over < MOST_DOUBLED ? over : MOST_DOUBLED);
}

void gp_contact_checkname (gp_node *n, gp_contact *c, uint64_t now) {
  uint64_t at;
  if (now - c->lastcheck > FORGET_CHECKS)
    c->checked = 0;
  at = now + interval(c);
  c->checks = CHECKS;
  if (c->checked <= MANY_CHECKS) {
    gp_contact_endpause(n, c);
    c->pause = at;
    n->pausing++;
  }
  else if (c->checkat != 0)
    return; /* it is waited for already */
  if (c->checkat == 0)
    n->pausing++;
  c->checkat = at;
  gp_contact_lookat(n, at);
}

void gp_contact_endcheck (gp_node *n, gp_contact *c) {
  if (c->checkat != 0)
    n->pausing--;
  c->checkat = 0;
}

static void checkname (gp_node *n, gp_contact *c, uint64_t now) {
  uint64_t next;
  c->checked++;
  c->lastcheck = now;
  if (c->standing == GP_MEMBER && !c->leaving &&
      gp_contact_insert(n, c, GP_PURPOSE_FIND_ALIAS, n->self, NULL, now) ==
        GP_OK)
    gp_contact_advance(n, c, now);
  if (c->standing != GP_MEMBER || c->leaving || --c->checks == 0) {
    gp_contact_endcheck(n, c);
    return;
  }
  next = (uint64_t)FIRST_CHECK << 2 * (CHECKS - c->checks);
  c->checkat = now + (next < interval(c) ? interval(c) : next);
}

/* Ends the pauses and the patience that are over. */
static void look (gp_node *n, gp_contact *c, uint64_t now) {
  if (c->checkat != 0 && c->checkat <= now)
    checkname(n, c, now);
  if (c->pause != 0 && c->pause <= now) {
    gp_contact_endpause(n, c);
    gp_contact_advance(n, c, now);
  }
  if (n->impatient > 0 && gp_contact_isslow(c, now))
    losepatience(n, c);
}

/* When the first pause or patience will be over. */
static uint64_t nextend (const gp_node *n) {
  uint64_t due = UINT64_MAX;
  const gp_peerentry *entry;
  for (entry = n->contacts.first; entry != NULL; entry = entry->next) {
    const gp_contact *c = (const gp_contact *)entry;
    const gp_errand *e = current(c);
    if (c->pause != 0 && c->pause < due)
      due = c->pause;
    if (c->checkat != 0 && c->checkat < due)
      due = c->checkat;
    if (e != NULL && e->since + GP_PATIENCE < due && hasawaited(c))
      due = e->since + GP_PATIENCE;
  }
  return due;
}

void gp_contact_tick (gp_node *n, uint64_t now) {
  gp_peerentry *entry, *next;
  gp_contact_finishlate(n, now);
  if (now < gp_contact_due(n))
    return;
  for (entry = n->contacts.first; entry != NULL; entry = next) {
    next = entry->next;
    look(n, (gp_contact *)entry, now);
  }
  n->patienceat = nextend(n);
}

void gp_contact_lookat (gp_node *n, uint64_t at) {
  if (at < n->patienceat)
    n->patienceat = at;
}

uint64_t gp_contact_due (const gp_node *n) {
  if (n->late != NULL)
    return 0;
  return n->impatient == 0 && n->pausing == 0 ? UINT64_MAX : n->patienceat;
}
