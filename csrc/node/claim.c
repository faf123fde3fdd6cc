/*
** node/claim.c - which process a peer is, and whose a nick is.
*/
#include "node/claim.h"

#include <stdlib.h>
#include <string.h>

#include "node/cookies.h"
#include "node/departure.h"
#include "node/nicks.h"
#include "node/state.h"

#define AGAIN_MS 1000 /* between two looks whether a nick is free */

/* One of an earlier version shows addresses where others have nicks; of a
   later one we may miss something. Each is told once: there may be many. */
void gp_claim_met (gp_node *n, const gp_record *peer) {
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

/* It seems to live, so nobody else is called as it is. */
static bool lives (const gp_record *peer) {
  return peer->membership != GP_STRANGER && !gp_membership_isfailing(peer);
}

/* The other one that lives and is called so, or NULL. A process that is known
   by two names for a while is no other: its cookie shows it, for whoever but
   copies its number does not know that. */
static gp_record *holderof (const gp_node *n, const gp_record *peer,
                            const char *nick) {
  gp_record *other = gp_nicks_find(&n->peers.nicks, nick);
  while (other != NULL &&
         (other == peer || !lives(other) || gp_cookies_issame(other, peer)))
    other = gp_nicks_next(other);
  return other;
}

static bool isours (const gp_node *n, const char *nick) {
  return nick[0] != '\0' && strcmp(nick, n->self.identity.nick) == 0;
}

/* What it says that it is called. */
static const char *saidof (const gp_record *peer) {
  return peer->claim.wanted != NULL ? peer->claim.wanted
                                    : gp_peer_nick(gp_record_name(peer));
}

/* It may not be called so. Whether that is new. Without memory it is
   forgotten, until it says it again. */
static bool withhold (gp_node *n, gp_record *peer, const char *nick) {
  gp_claim *c = &peer->claim;
  bool new = c->wanted == NULL || strcmp(c->wanted, nick) != 0;
  if (new) {
    gp_claim_clear(peer);
    c->wanted = malloc(strlen(nick) + 1);
  }
  if (new && c->wanted != NULL)
    strcpy(c->wanted, nick);
  setnick(n, peer, "");
  return new;
}

/* One that is in has the nick, and no other one: those that have failed are
   gone, and who is no member has it no more. */
static void clearothers (gp_node *n, const gp_record *peer,
                         const char *nick) {
  gp_record *other = gp_nicks_find(&n->peers.nicks, nick), *next;
  for (; other != NULL; other = next) {
    next = gp_nicks_next(other);
    if (other == peer || lives(other))
      continue;
    if (gp_membership_isfailing(other))
      gp_departure_left(n, other);
    withhold(n, other, nick);
  }
}

/* It says that it is called so; 'in': it is a member, or is to be one.
   Whether it is not called so, and that is new. */
static bool call (gp_node *n, gp_record *peer, const char *nick, bool in) {
  bool new;
  if (isours(n, nick) || holderof(n, peer, nick) != NULL) {
    new = withhold(n, peer, nick);
    if (in)
      gp_deadlines_lookat(&n->deadlines, &peer->deadline, n->now + AGAIN_MS);
    return new;
  }
  if (in)
    clearothers(n, peer, nick);
  setnick(n, peer, nick);
  gp_claim_clear(peer);
  return false;
}

/* One that is in says that it has a nick which another one has, or we: that
   one is asked whether it lives, or the program is told. */
static void contest (gp_node *n, gp_record *peer) {
  const char *wanted = peer->claim.wanted;
  gp_record *holder;
  if (wanted == NULL)
    return;
  if (isours(n, wanted))
    gp_claim_telltaken(n, peer, GP_PURPOSE_MEET);
  else if ((holder = holderof(n, peer, wanted)) != NULL)
    gp_probe_claim(n, holder, gp_record_name(peer));
}

/* It says a nick, or is looked at again. */
static void hear (gp_node *n, gp_record *peer, const char *nick) {
  bool in = gp_membership_ismember(peer);
  if (call(n, peer, nick, in) && in)
    contest(n, peer);
}

void gp_claim_enter (gp_node *n, gp_record *peer) {
  (void)call(n, peer, saidof(peer), true);
  contest(n, peer);
}

void gp_claim_renew (gp_node *n, gp_record *peer) {
  hear(n, peer, saidof(peer));
}

void gp_claim_look (gp_node *n, gp_record *peer) {
  if (peer->claim.wanted != NULL)
    gp_claim_renew(n, peer);
}

void gp_claim_clear (gp_record *peer) {
  free(peer->claim.wanted);
  peer->claim.wanted = NULL;
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
  hear(n, peer, nick);
}

/*
** What the process before says late does not count. But when it responds to
** what was sent since it seemed to be gone, it was the other one that was
** late; and it is there again when it says so, and a program that tells no
** process has been there since.
*/
static bool islate (const gp_node *n, const gp_claim *c, uint64_t process,
                    uint64_t asked_at) {
  return process == c->former &&
         (asked_at == n->now ? c->process != 0 : asked_at <= c->since);
}

static void setprocess (gp_node *n, gp_claim *c, uint64_t process) {
  c->former = c->process;
  c->process = process;
  c->since = n->now;
  c->named_at = 0;
}

/* That process is there now; 0: one that tells none. Whether it has taken the
   place of a member, which has failed with that. */
static bool replace (gp_node *n, gp_record *peer, uint64_t process) {
  gp_claim *c = &peer->claim;
  bool other = c->process != 0 && c->process != process;
  if (other)
    gp_cookies_reset(peer);
  if (c->process != process)
    setprocess(n, c, process);
  if (!other || !gp_membership_apply(n, peer, GP_IS_REPLACED, GP_EREPLACED))
    return false;
  gp_departure_reset(peer); /* nothing is known of the new one */
  return true;
}

bool gp_claim_learn (gp_node *n, gp_record *peer, const gp_identity *who,
                     uint64_t asked_at) {
  gp_claim *c = &peer->claim;
  bool replaced;
  if (who->process == 0 || islate(n, c, who->process, asked_at))
    return false;
  replaced = replace(n, peer, who->process);
  if (who->peer != NULL) { /* a refusal shows the process alone */
    c->version = who->version;
    learnnick(n, peer, who->nick, asked_at);
  }
  return replaced;
}

void gp_claim_forget (gp_node *n, gp_record *peer, const gp_identity *who) {
  replace(n, peer, who->process);
  peer->claim.version = who->version;
  learnnick(n, peer, "", n->now);
}

bool gp_claim_istaken (const gp_node *n, const char *nick) {
  const gp_record *peer = gp_nicks_find(&n->peers.nicks, nick);
  while (peer != NULL && !lives(peer))
    peer = gp_nicks_next(peer);
  return peer != NULL;
}

gp_verdict gp_claim_judge (gp_node *n, gp_record *peer) {
  const char *nick = saidof(peer);
  gp_record *holder = holderof(n, peer, nick);
  if (isours(n, nick))
    return GP_NICK_TAKEN;
  if (holder == NULL)
    return GP_NICK_FREE;
  gp_probe_claim(n, holder, gp_record_name(peer));
  return GP_NICK_UNSURE;
}

bool gp_claim_confirm (gp_node *n, const gp_peer *holder,
                       const gp_record *peer, uint64_t process) {
  gp_record *other = gp_peers_find(&n->peers, holder);
  if (other == NULL ||
      strcmp(gp_peer_nick(gp_record_name(other)), saidof(peer)) != 0)
    return false;
  if (other->claim.process == process)
    return true;
  gp_departure_left(n, other);
  return false;
}

void gp_claim_setpending (gp_node *n, gp_record *peer, bool pending) {
  peer->claim.pending = pending;
  gp_peers_touch(&n->peers, peer);
}

void gp_claim_merge (gp_node *n, gp_record *peer, gp_record *gone) {
  if (gone->claim.pending)
    gp_claim_setpending(n, peer, true);
  gp_claim_setpending(n, gone, false);
  if (saidof(peer)[0] != '\0' || gone->claim.wanted == NULL)
    return;
  peer->claim.wanted = gone->claim.wanted;
  gone->claim.wanted = NULL;
  gp_claim_renew(n, peer);
}

bool gp_claim_ismoved (const gp_record *peer) {
  return peer->claim.wanted != NULL;
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
