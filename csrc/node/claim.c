/*
** node/claim.c - which process a peer is, and whose a name is.
*/
#include "node/claim.h"

#include <string.h>

#include "node/departure.h"
#include "node/state.h"

bool gp_claim_learn (gp_node *n, gp_record *peer, const gp_identity *who) {
  gp_claim *c = &peer->claim;
  bool other = c->process != 0 && c->process != who->process;
  if (who->process == 0 || who->process == c->former)
    return false;
  memcpy(c->name, who->name, sizeof c->name);
  if (other)
    c->former = c->process;
  c->process = who->process;
  if (!other || !gp_membership_apply(n, peer, GP_IS_REPLACED, GP_EREPLACED))
    return false;
  gp_departure_reset(peer); /* nothing is known of the new one */
  return true;
}

static bool iscalled (const gp_record *peer, const char *text) {
  return strcmp(peer->claim.name, text) == 0;
}

/* The other peer that is called so, or NULL. */
static gp_record *holderof (const gp_node *n, const gp_record *peer,
                            const gp_identity *who) {
  gp_record *other;
  for (other = gp_record_first(&n->peers); other != NULL;
       other = gp_record_next(other))
    if (other != peer && other->membership != GP_STRANGER &&
        other->claim.process != who->process && iscalled(other, who->name))
      return other;
  return NULL;
}

gp_verdict gp_claim_judge (gp_node *n, const gp_record *peer,
                           const gp_identity *who) {
  const gp_identity *self = &n->self.identity;
  gp_record *holder;
  if (who->name[0] == '\0')
    return GP_NAME_FREE;
  if (strcmp(who->name, self->name) == 0)
    return who->process == self->process ? GP_NAME_FREE : GP_NAME_TAKEN;
  while ((holder = holderof(n, peer, who)) != NULL &&
         gp_membership_isfailing(holder))
    gp_departure_left(n, holder); /* it has another address now */
  if (holder == NULL)
    return GP_NAME_FREE;
  gp_probe_claim(n, holder, gp_record_name(peer));
  return GP_NAME_UNSURE;
}

bool gp_claim_confirm (gp_node *n, const gp_peer *holder, const char *text,
                       uint64_t process) {
  gp_record *peer = gp_peers_find(&n->peers, holder);
  if (peer == NULL || !iscalled(peer, text))
    return false;
  if (peer->claim.process == process)
    return true;
  gp_departure_left(n, peer);
  return false;
}

void gp_claim_setpending (gp_node *n, gp_record *peer, bool pending) {
  peer->claim.pending = pending;
  gp_peers_touch(&n->peers, peer);
}

bool gp_claim_ismoved (const gp_node *n, const gp_record *peer) {
  const gp_record *other;
  if (peer->claim.name[0] == '\0')
    return false;
  for (other = gp_record_first(&n->peers); other != NULL;
       other = gp_record_next(other))
    if (other != peer && gp_membership_ismember(other) &&
        iscalled(other, peer->claim.name))
      return true;
  return false;
}

void gp_claim_telltaken (gp_node *n, const gp_record *peer) {
  if (!n->admission.claims.told)
    gp_report_error(&n->report, GP_PURPOSE_JOIN, gp_record_name(peer),
                    GP_EEXIST);
  n->admission.claims.told = true;
}

void gp_claim_letin (gp_node *n) {
  n->admission.claims.told = false;
}
