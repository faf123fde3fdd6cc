/*
** node/name.c - which process a peer is, and which name is whose.
**
** A member's address can become another process, and a process that starts
** again can have another address. The number that each process draws tells
** the one, the name that its program gives it the other. A name is one
** member's: whoever comes with it takes the place of one that has failed,
** while of one that seems to live a sign of life is asked for. Only when two
** networks become one there may be two of a name; both stay, and are told.
*/
#include <string.h>

#include "node/contact.h"
#include "wire/refusal.h"

bool gp_name_learn (gp_node *n, gp_contact *c, const gp_identity *who) {
  bool other = c->process != 0 && c->process != who->process;
  if (who->process == 0 || who->process == c->former)
    return false;
  memcpy(c->name, who->name, sizeof c->name);
  if (other)
    c->former = c->process;
  c->process = who->process;
  if (!other || c->standing != GP_MEMBER || c->leaving)
    return false;
  gp_node_note(n, GP_FAILED, c->entry.peer, GP_EREPLACED);
  gp_contact_stand(n, c, GP_STRANGER); /* nothing is known of the new one */
  gp_contact_stand(n, c, GP_FAILING);
  return true;
}

/* Who else is called so; NULL: nobody. */
static gp_contact *holder (const gp_node *n, const gp_contact *c,
                           const gp_identity *who) {
  gp_peerentry *e;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    gp_contact *d = (gp_contact *)e;
    if (d != c && d->standing != GP_STRANGER && d->process != who->process &&
        strcmp(d->name, who->name) == 0)
      return d;
  }
  return NULL;
}

/* It has another address now. */
static void moved (gp_node *n, gp_contact *c) {
  gp_contact_left(n, c);
  gp_contact_release(n, c);
}

gp_verdict gp_name_judge (gp_node *n, const gp_contact *c,
                          const gp_identity *who) {
  gp_contact *d;
  if (who->name[0] == '\0')
    return GP_NAME_FREE;
  if (strcmp(who->name, n->identity.name) == 0)
    return who->process == n->identity.process ? GP_NAME_FREE : GP_NAME_TAKEN;
  while ((d = holder(n, c, who)) != NULL && d->standing == GP_FAILING)
    moved(n, d);
  if (d == NULL)
    return GP_NAME_FREE;
  gp_trial_claim(n, d, c);
  return GP_NAME_UNSURE;
}

bool gp_name_ismoved (const gp_node *n, const gp_contact *c) {
  const gp_peerentry *e;
  for (e = n->contacts.first; e != NULL && c->name[0] != '\0'; e = e->next) {
    const gp_contact *d = (const gp_contact *)e;
    if (d != c && d->standing == GP_MEMBER && strcmp(d->name, c->name) == 0)
      return true;
  }
  return false;
}

void gp_name_telltaken (gp_node *n, const gp_contact *c) {
  gp_failure *f = NULL;
  if (!n->taken)
    f = gp_failure_new(GP_PURPOSE_JOIN, c->entry.peer, NULL);
  if (f == NULL)
    return;
  n->taken = true;
  f->error = GP_EEXIST;
  gp_node_tell(n, f);
  gp_failure_unref(f);
}

void gp_name_refuse (gp_node *n, gp_contact *c) {
  gp_node_refusenewcomer(n, c, 409, gp_wire_taken);
  if (c->standing == GP_FAILING)
    gp_contact_left(n, c);
}

/* The claim of 'c', which waits, once more: the name may be a third one's. */
static void rejudge (gp_node *n, gp_contact *c, bool taken) {
  gp_identity who = {NULL, c->process, ""};
  gp_verdict verdict = GP_NAME_TAKEN;
  memcpy(who.name, c->name, sizeof who.name);
  if (!taken)
    verdict = gp_name_judge(n, c, &who);
  if (verdict == GP_NAME_UNSURE)
    return;
  c->claiming = false;
  if (verdict == GP_NAME_TAKEN)
    gp_name_refuse(n, c);
  else
    gp_node_admitnewcomer(n, c, c->form);
  gp_contact_release(n, c);
}

void gp_name_settle (gp_node *n, const gp_peer *holder,
                     const gp_peer *claimant, uint64_t process) {
  gp_contact *c = gp_contact_find(n, claimant);
  gp_contact *d = gp_contact_find(n, holder);
  bool taken;
  if (c == NULL)
    return;
  taken = d != NULL && strcmp(d->name, c->name) == 0;
  if (taken && d->process != process) {
    moved(n, d);
    taken = false;
  }
  if (c->claiming)
    rejudge(n, c, taken);
}
