/*
** node/claim.c - which process a peer is, and whose a nick is.
*/
#include "node/claim.h"

#include <string.h>

#include "node/cookies.h"
#include "node/departure.h"
#include "node/nicks.h"
#include "node/state.h"

/* One of an earlier version shows addresses where others have nicks; of a
   later one we may miss something. Each is told once: there may be many. */
static void compareversion (gp_node *n, const gp_record *peer) {
  gp_claims *cs = &n->admission.claims;
  unsigned version = peer->claim.version;
  bool *told = version < GP_VERSION ? &cs->told_earlier : &cs->told_later;
  if (version == 0 || version == GP_VERSION || *told)
    return;
  *told = true;
  gp_report_error(&n->report, GP_PURPOSE_MEET, gp_record_name(peer),
                  GP_EVERSION);
}

static void setnick (gp_node *n, gp_record *peer, const char *nick) {
  if (strcmp(gp_peer_nick(gp_record_name(peer)), nick) == 0) {
    (void)gp_nicks_update(&n->peers.nicks, peer); /* memory was short */
    return;
  }
  gp_membership_setnick(n, peer, nick);
  if (gp_membership_ismember(peer))
    gp_claim_met(n, peer);
}

/* Whether another one that lives, or this node, is called so: whoever had a
   nick first keeps it. */
static bool isheld (const gp_node *n, const gp_record *peer,
                    const char *nick) {
  const gp_record *other = gp_nicks_find(&n->peers.nicks, nick);
  if (strcmp(nick, n->self.identity.nick) == 0)
    return peer->claim.process != n->self.identity.process;
  while (other != NULL &&
         (other == peer || !gp_membership_ismember(other) ||
          other->claim.process == peer->claim.process))
    other = gp_nicks_next(other);
  return other != NULL;
}

bool gp_claim_disarm (gp_node *n, gp_record *peer, const char *nick) {
  if (nick[0] == '\0' || !isheld(n, peer, nick))
    return false;
  if (strcmp(nick, n->self.identity.nick) == 0)
    gp_claim_telltaken(n, peer, GP_PURPOSE_MEET);
  setnick(n, peer, "");
  return true;
}

/* What it says in response may be older than what it has said by itself
   since it was asked. */
static void learnnick (gp_node *n, gp_record *peer, const char *nick,
                       uint64_t asked_at) {
  gp_claim *c = &peer->claim;
  bool asked = asked_at != n->now;
  if (asked && c->named_at != 0 && asked_at <= c->named_at)
    return;
  if (!asked)
    c->named_at = n->now;
  if (!gp_membership_ismember(peer) || !gp_claim_disarm(n, peer, nick))
    setnick(n, peer, nick);
}

/*
** What the process before says late does not count. But when it responds to
** what was sent since it seemed to be gone, it was the other one that was
** late.
*/
static bool islate (const gp_node *n, const gp_claim *c, uint64_t process,
                    uint64_t asked_at) {
  return process == c->former && (asked_at == n->now || asked_at <= c->since);
}

static void setprocess (gp_node *n, gp_claim *c, uint64_t process) {
  c->former = c->process;
  c->process = process;
  c->since = n->now;
  c->named_at = 0;
}

bool gp_claim_learn (gp_node *n, gp_record *peer, const gp_identity *who,
                     uint64_t asked_at) {
  gp_claim *c = &peer->claim;
  bool other = c->process != 0 && c->process != who->process;
  bool replaced;
  if (who->process == 0 || islate(n, c, who->process, asked_at))
    return false;
  if (other)
    gp_cookies_reset(peer);
  if (c->process != who->process)
    setprocess(n, c, who->process);
  replaced = other &&
             gp_membership_apply(n, peer, GP_IS_REPLACED, GP_EREPLACED);
  if (who->peer != NULL) { /* a refusal shows the process alone */
    c->version = who->version;
    learnnick(n, peer, who->nick, asked_at);
  }
  if (replaced)
    gp_departure_reset(peer); /* nothing is known of the new one */
  return replaced;
}

void gp_claim_forget (gp_node *n, gp_record *peer, const gp_identity *who) {
  peer->claim.version = who->version;
  learnnick(n, peer, "", n->now);
}

static bool iscalled (const gp_record *peer, const char *nick) {
  return strcmp(gp_peer_nick(gp_record_name(peer)), nick) == 0;
}

void gp_claim_met (gp_node *n, const gp_record *peer) {
  const gp_identity *self = &n->self.identity;
  compareversion(n, peer);
  if (self->nick[0] != '\0' && iscalled(peer, self->nick) &&
      peer->claim.process != self->process)
    gp_claim_telltaken(n, peer, GP_PURPOSE_MEET);
}

bool gp_claim_istaken (const gp_node *n, const char *nick) {
  const gp_record *peer = gp_nicks_find(&n->peers.nicks, nick);
  while (peer != NULL &&
         (peer->membership == GP_STRANGER || gp_membership_isfailing(peer)))
    peer = gp_nicks_next(peer);
  return peer != NULL;
}

/* The other peer that is called so, or NULL. */
static gp_record *holderof (const gp_node *n, const gp_record *peer,
                            const gp_identity *who) {
  gp_record *other = gp_nicks_find(&n->peers.nicks, who->nick);
  while (other != NULL &&
         (other == peer || other->membership == GP_STRANGER ||
          other->claim.process == who->process))
    other = gp_nicks_next(other);
  return other;
}

gp_verdict gp_claim_judge (gp_node *n, const gp_record *peer,
                           const gp_identity *who) {
  const gp_identity *self = &n->self.identity;
  gp_record *holder;
  if (who->nick[0] == '\0')
    return GP_NICK_FREE;
  if (strcmp(who->nick, self->nick) == 0)
    return who->process == self->process ? GP_NICK_FREE : GP_NICK_TAKEN;
  while ((holder = holderof(n, peer, who)) != NULL &&
         gp_membership_isfailing(holder))
    gp_departure_left(n, holder); /* it has another address now */
  if (holder == NULL)
    return GP_NICK_FREE;
  gp_probe_claim(n, holder, gp_record_name(peer));
  return GP_NICK_UNSURE;
}

bool gp_claim_confirm (gp_node *n, const gp_peer *holder, const char *nick,
                       uint64_t process) {
  gp_record *peer = gp_peers_find(&n->peers, holder);
  if (peer == NULL || !iscalled(peer, nick))
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
  const char *nick = gp_peer_nick(gp_record_name(peer));
  const gp_record *other = gp_nicks_find(&n->peers.nicks, nick);
  while (other != NULL && (other == peer || !gp_membership_ismember(other)))
    other = gp_nicks_next(other);
  return other != NULL;
}

void gp_claim_telltaken (gp_node *n, const gp_record *peer,
                         gp_purpose purpose) {
  if (!n->admission.claims.told)
    gp_report_error(&n->report, purpose, gp_record_name(peer), GP_EEXIST);
  n->admission.claims.told = true;
}

void gp_claim_letin (gp_node *n) {
  n->admission.claims.told = false;
}
