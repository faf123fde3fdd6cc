/*
** node/join.c - what follows from the answers of peers.
*/
#include "node/contact.h"

/* Who was named by 'by' and is to be greeted. */
static bool deserves (const gp_node *n, const gp_peer *p,
                      const gp_contact *by, bool again) {
  const gp_contact *c = gp_contact_find(n, p);
  if (c == by || gp_contact_isself(n, p, by->remote))
    return false;
  if (c == NULL || c->standing == GP_STRANGER || c->leaving)
    return n->nmembers + n->ncandidates < n->opt.max_members;
  return again && (c->standing == GP_MEMBER || c->standing == GP_FAILING);
}

/* Out of memory, a peer stays unknown: that much is told. */
static void notgreeted (gp_node *n, const gp_peer *p) {
  gp_failure *f = gp_failure_new(GP_PURPOSE_GREET, p, NULL);
  if (f == NULL) {
    n->lost++;
    return;
  }
  f->error = GP_ENOMEM;
  gp_node_tell(n, f);
  gp_failure_unref(f);
}

/* 0.0.0.0 in a list is where the peer is that names it. */
static void greetone (gp_node *n, const gp_contact *by, const gp_peer *p,
                      gp_purpose doing, gp_message *msg, gp_receipt *receipt,
                      uint64_t now) {
  gp_contact *c = gp_contact_get(n, p);
  if (c == NULL) {
    notgreeted(n, p);
    return;
  }
  if (c->standing == GP_STRANGER) {
    gp_contact_stand(n, c, GP_CANDIDATE);
    gp_contact_setdial(n, c, by->remote);
  }
  if (gp_contact_queue(n, c, doing, msg, receipt, n->opt.request_timeout_ms,
                       now) == GP_OK)
    return;
  if (c->standing == GP_CANDIDATE)
    gp_contact_reject(n, c);
  gp_contact_release(n, c);
  notgreeted(n, p);
}

/* One that failed here lives elsewhere: that alone does not revive it. */
static void hearsay (gp_node *n, const gp_peer *p) {
  gp_contact *c = gp_contact_find(n, p);
  if (c != NULL && c->standing == GP_FAILING)
    gp_repair_hasten(n, c);
}

static bool hasdeparted (gp_node *n, const gp_peer *p) {
  return gp_ttlmap_get(&n->departed, gp_peer_hash(p), n->now) != 0;
}

/* Greets those whom 'by' named, but for ourselves under the name 'us';
   members too if 'again'. 'doing' is as what. */
static void greet (gp_node *n, const gp_contact *by, const gp_peerlist *list,
                   const gp_peer *us, bool again, gp_purpose doing,
                   gp_receipt *receipt, uint64_t now) {
  gp_message *msg = NULL;
  size_t i;
  for (i = 0; i < list->n; i++) {
    const gp_peer *p = list->at[i];
    if (doing == GP_PURPOSE_RECONNECT && hasdeparted(n, p))
      continue;
    hearsay(n, p);
    if ((us != NULL && gp_peer_equal(p, us)) || !deserves(n, p, by, again))
      continue;
    if (msg == NULL &&
        gp_message_new(&msg, GP_CONNECT, n->self, NULL, NULL) != GP_OK) {
      notgreeted(n, p);
      return;
    }
    greetone(n, by, p, doing, msg, receipt, now);
  }
  gp_message_unref(msg);
}

/*
** A member that stood in our place twice would send us everything twice:
** where its list, as it was before we asked, has us under another name, our
** own, under which we asked, is taken back (protocol.md). A list from before
** it called us by a name itself does not count against that name. The name
** that it knows us by, or NULL for our own.
*/
static const gp_peer *settlename (gp_node *n, gp_contact *c,
                                  const gp_recvresp *answer, uint64_t now) {
  const gp_peer *us = NULL;
  if (answer->ext.who.peer == NULL)
    us = gp_contact_usin(n, c, &answer->list);
  if (us != NULL)
    (void)gp_contact_insert(n, c, GP_PURPOSE_DROP_ALIAS, n->self, NULL, now);
  if (us != NULL || !c->told)
    gp_contact_setusas(n, c, us);
  return us;
}

/* 'c' has turned out to be the same as 'other', which stays. */
static gp_contact *become (gp_node *n, gp_contact *c, gp_contact *other,
                           uint64_t now) {
  other->leaving = other->leaving || c->leaving;
  gp_contact_moveerrands(n, other, c, now);
  gp_contact_merge(n, other, c);
  return other;
}

/* What an answer to a connect tells about the one who gave it. */
static gp_contact *learn (gp_node *n, gp_contact *c,
                          const gp_recvresp *answer, uint64_t now) {
  gp_contact *same = NULL;
  c->form = answer->form;
  c->ours = answer->ext.who.peer != NULL;
  c->confirmed = false; /* it may be another program than before */
  if (c->ours) {
    same = gp_contact_find(n, answer->ext.who.peer);
    if (same == NULL)
      gp_contact_rename(n, c, answer->ext.who.peer);
  }
  if (same == NULL || same == c)
    same = gp_contact_twin(n, c);
  return same == NULL ? c : become(n, c, same, now);
}

/*
** The header forms look alike until a list with an entry is seen. Asked a
** second time, it has us in it.
*/
static void askform (gp_node *n, gp_contact *c, const gp_errand *e,
                     uint64_t now) {
  gp_message *msg;
  if (c->form != GP_FORM_HEADERS || e->again)
    return;
  if (gp_message_new(&msg, GP_CONNECT, n->self, NULL, NULL) != GP_OK)
    return; /* both are written to alike, so nothing is lost */
  (void)gp_contact_queue(n, c, GP_PURPOSE_GREET, msg, NULL,
                         n->opt.request_timeout_ms, now);
  if (c->last != NULL)
    c->last->again = true;
  else if (c->asked != NULL)
    c->asked->again = true;
  gp_message_unref(msg);
}

/* Two of a name that live both stay when their networks become one. */
static void settleidentity (gp_node *n, gp_contact *c,
                            const gp_identity *who) {
  n->taken = false;
  gp_name_learn(n, c, who);
  if (gp_name_judge(n, c, who) == GP_NAME_TAKEN)
    gp_name_telltaken(n, c);
}

/*
** Whoever of ours came to us while we were joining through 'c' ourselves got
** a list without those whom we meet now: it learns that ours has become
** another, and asks for it.
*/
static void tellearly (gp_node *n, const gp_contact *c, uint64_t since) {
  const gp_peerentry *e;
  for (e = n->contacts.first; e != NULL && n->opt.probe_interval_ms != 0;
       e = e->next) {
    const gp_contact *early = (const gp_contact *)e;
    if (early->entered != 0 && early->entered >= since && early != c &&
        early->ours && early->standing == GP_MEMBER && !early->leaving)
      gp_trial_ask(n, early, true);
  }
}

/* The lists are followed on, for two that join at once through different
   peers learn of each other so. */
static gp_contact *joined (gp_node *n, gp_contact *c, gp_errand *e,
                           const gp_recvresp *answer, uint64_t now) {
  bool all = e->failure->purpose == GP_PURPOSE_JOIN;
  bool own = e->failure->purpose > GP_PURPOSE_SERVE;
  const gp_peer *us;
  if (e->receipt != NULL)
    e->receipt->joined = true;
  c = learn(n, c, answer, now);
  settleidentity(n, c, &answer->ext.who);
  gp_contact_welcome(n, c, false);
  us = settlename(n, c, answer, now);
  if (c->leaving)
    return c; /* the program has thought better of it */
  greet(n, c, &answer->list, us, all,
        own ? GP_PURPOSE_RECONNECT : GP_PURPOSE_GREET, e->receipt, now);
  askform(n, c, e, now);
  if (all)
    tellearly(n, c, e->since);
  return c;
}

/*
** Who was greeted and is only late may well have heard us and count us as a
** member: it stays a candidate, and is tried again. An entry point that is
** too late is told that we are not coming.
*/
static void notjoined (gp_node *n, gp_contact *c, const gp_errand *e,
                       gp_err error) {
  bool mayhaveheard = error == GP_ETIMEDOUT || error == GP_ECONNRESET;
  if (c->standing != GP_CANDIDATE)
    return;
  if (e->failure->purpose == GP_PURPOSE_GREET && mayhaveheard) {
    gp_repair_begin(n, c);
    return;
  }
  if (mayhaveheard)
    gp_contact_wave(n, c);
  gp_contact_reject(n, c);
}

/*
** 403 from a member: it knows us by another name, or not any more; 400: it
** came back as another program. Connecting again tells, and mends it; the
** message has not been taken, so it is sent once more. One of ours that does
** not know us needs no leave taken.
*/
static bool retry (gp_node *n, gp_contact *c, gp_errand *e, gp_err error,
                   uint64_t now) {
  if (e->again || e->unsure || c->standing != GP_MEMBER ||
      (c->ours && e->failure->purpose == GP_PURPOSE_LEAVE) ||
      (error != GP_EFORBIDDEN && error != GP_EBADREQUEST))
    return false;
  e->again = true;
  e->since = now;
  if (gp_contact_insert(n, c, GP_PURPOSE_FIND_ALIAS, n->self, e, now) ==
      GP_OK)
    return true;
  return false;
}

/* A seed in the place of a v1.1.3 takes the JSON for text: it shows in the
   answer only. */
static bool ischanged (const gp_contact *c, const gp_recvresp *answer) {
  return c->form == GP_FORM_V113 && answer->form == GP_FORM_HEADERS;
}

/* One of ours says no to what was asked because it has left, or because our
   name is another's there. */
static bool hasleft (gp_node *n, gp_contact *c, gp_err error) {
  if ((error != GP_EFORBIDDEN && error != GP_EEXIST) || !c->ours)
    return false;
  if (error == GP_EEXIST)
    gp_name_telltaken(n, c);
  gp_contact_left(n, c);
  return true;
}

/* It was tried again, or named to us, and does not answer. */
static void notmet (gp_node *n, gp_contact *c, gp_err error) {
  if (c->standing == GP_MEMBER)
    return;
  if (error == GP_EEXIST)
    gp_name_telltaken(n, c);
  if (error == GP_EFORBIDDEN) {
    gp_contact_left(n, c);
    return;
  }
  if (c->vigil.lost) {
    gp_contact_stand(n, c, GP_FAILING);
    gp_repair_limit(n, c);
  }
  else if (error == GP_ETIMEDOUT || error == GP_ECONNRESET) {
    if (c->vigil.retry == 0)
      gp_repair_begin(n, c);
  }
  else if (c->standing == GP_CANDIDATE)
    gp_contact_reject(n, c);
}

static gp_contact *listed (gp_node *n, gp_contact *c, gp_errand *e,
                           gp_err error, const gp_recvresp *answer,
                           uint64_t now) {
  const gp_peer *us = NULL;
  if (hasleft(n, c, error) || c->standing != GP_MEMBER || c->leaving)
    return c;
  if (error != GP_OK) {
    c->vigil.fruitless = 0;
    return c;
  }
  if (c->ours != (answer->ext.who.peer != NULL))
    return joined(n, c, e, answer, now); /* it is another program now */
  if (!c->ours)
    us = gp_contact_usin(n, c, &answer->list);
  greet(n, c, &answer->list, us, false, GP_PURPOSE_RECONNECT, NULL, now);
  return c;
}

static void named (gp_node *n, gp_contact *c, gp_err error,
                   const gp_recvresp *answer, uint64_t now) {
  if (hasleft(n, c, error))
    return;
  if (error != GP_OK)
    return;
  c->form = answer->form;
  c->ours = answer->ext.who.peer != NULL;
  c->confirmed = false; /* it may be another program than before */
  if (settlename(n, c, answer, now) != NULL) {
    c->checked = 0;
    gp_contact_endcheck(n, c);
  }
}

/*
** A newcomer of a header form is asked who it is: a list with an entry
** tells. An empty one does so the second time, when we stand in it.
*/
static void inquired (gp_node *n, gp_contact *c, const gp_errand *e,
                      gp_err error, const gp_recvresp *answer, uint64_t now) {
  gp_form form = GP_FORM_HEADERS;
  if (error == GP_OK)
    form = answer->form;
  if (error == GP_OK && form == GP_FORM_HEADERS && !e->again &&
      gp_contact_insert(n, c, GP_PURPOSE_NEWCOMER_FORM, n->self, NULL, now) ==
        GP_OK) {
    c->first->again = true;
    c->first->timeout = GP_PATIENCE;
    return;
  }
  gp_node_admitnewcomer(n, c, form);
}

/*
** One that never answered is asked for its form before it is written to, and
** whether it is one of ours, which know what comes twice. Without an answer
** nothing can be written.
*/
static void probed (gp_node *n, gp_contact *c, gp_err error,
                    const gp_recvresp *answer) {
  if (answer != NULL && answer->status != 0) {
    c->form = answer->form;
    c->ours = answer->ext.who.peer != NULL;
  }
  else
    gp_contact_dropmessages(n, c, error);
}

gp_contact *gp_join_follow (gp_node *n, gp_contact *c, gp_errand *e,
                            gp_err error, const gp_recvresp *answer,
                            bool *keep, uint64_t now) {
  switch (e->failure->purpose) {
    case GP_PURPOSE_JOIN:
    case GP_PURPOSE_GREET:
      if (error == GP_OK)
        return joined(n, c, e, answer, now);
      notjoined(n, c, e, error);
      break;
    case GP_PURPOSE_MESSAGE:
      if (error == GP_OK && ischanged(c, answer))
        error = GP_EBADREQUEST;
      if (error == GP_OK && c->standing == GP_FAILING)
        gp_contact_welcome(n, c, false); /* it counts us as a member still */
      *keep = retry(n, c, e, error, now);
      break;
    case GP_PURPOSE_LEAVE:
      *keep = retry(n, c, e, error, now);
      if (!*keep)
        gp_contact_stand(n, c, GP_STRANGER);
      break;
    case GP_PURPOSE_FIND_FORM: probed(n, c, error, answer); break;
    case GP_PURPOSE_RECONNECT:
      if (error == GP_OK)
        return joined(n, c, e, answer, now);
      notmet(n, c, error);
      break;
    case GP_PURPOSE_LIST: return listed(n, c, e, error, answer, now);
    case GP_PURPOSE_FIND_ALIAS: named(n, c, error, answer, now); break;
    case GP_PURPOSE_NEWCOMER_FORM:
      inquired(n, c, e, error, answer, now);
      break;
    default: break;
  }
  return c;
}
