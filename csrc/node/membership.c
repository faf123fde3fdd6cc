/*
** node/membership.c - the table of states and events.
*/
#include "node/membership.h"

#include <stdlib.h>

#include "node/state.h"

/* What the program is told of a change. */
typedef enum news { NOTHING, JOINED, MET, LEFT, FAILED, RECOVERED } news;

typedef struct change {
  bool takes_place;
  gp_membership to;
  news news;
} change;

#define TO(state) \
  { true, GP_##state, NOTHING }
#define TELL(state, what) \
  { true, GP_##state, what }

/* Where nothing stands, the event changes nothing in that state. */
static const change table[GP_HAPPENINGS][GP_MEMBERSHIPS] = {
  [GP_HAS_KNOCKED][GP_STRANGER] = TO(UNPROVEN),

  [GP_HAS_ASKED][GP_STRANGER] = TO(CANDIDATE),
  [GP_HAS_ASKED][GP_UNPROVEN] = TO(CANDIDATE),

  [GP_HAS_COME][GP_STRANGER] = TELL(MEMBER, JOINED),
  [GP_HAS_COME][GP_UNPROVEN] = TELL(MEMBER, JOINED),
  [GP_HAS_COME][GP_CANDIDATE] = TELL(MEMBER, JOINED),
  [GP_HAS_COME][GP_WITHDRAWING] = TELL(LEAVING, JOINED),
  [GP_HAS_COME][GP_SOUGHT] = TELL(MEMBER, JOINED),

  [GP_HAS_RESPONDED][GP_STRANGER] = TELL(MEMBER, MET),
  [GP_HAS_RESPONDED][GP_UNPROVEN] = TELL(MEMBER, MET),
  [GP_HAS_RESPONDED][GP_CANDIDATE] = TELL(MEMBER, MET),
  [GP_HAS_RESPONDED][GP_WITHDRAWING] = TELL(LEAVING, MET),
  [GP_HAS_RESPONDED][GP_FAILED] = TELL(MEMBER, RECOVERED),
  [GP_HAS_RESPONDED][GP_RETURNING] = TELL(MEMBER, RECOVERED),
  [GP_HAS_RESPONDED][GP_RENOUNCED] = TELL(LEAVING, RECOVERED),
  [GP_HAS_RESPONDED][GP_SOUGHT] = TELL(MEMBER, MET),

  [GP_HAS_RETURNED][GP_FAILED] = TO(RETURNING),

  [GP_HAS_NOT_COME][GP_RETURNING] = TO(FAILED),

  [GP_IS_BEING_LEFT][GP_STRANGER] = TO(WITHDRAWING),
  [GP_IS_BEING_LEFT][GP_CANDIDATE] = TO(WITHDRAWING),
  [GP_IS_BEING_LEFT][GP_MEMBER] = TO(LEAVING),
  [GP_IS_BEING_LEFT][GP_FAILED] = TO(RENOUNCED),
  [GP_IS_BEING_LEFT][GP_RETURNING] = TO(RENOUNCED),
  [GP_IS_BEING_LEFT][GP_SOUGHT] = TO(WITHDRAWING),

  [GP_HAS_FAILED][GP_MEMBER] = TELL(FAILED, FAILED),

  [GP_IS_REPLACED][GP_MEMBER] = TELL(SOUGHT, FAILED),

  [GP_IS_EXPECTED][GP_STRANGER] = TO(SOUGHT),

  [GP_HAS_LEFT][GP_UNPROVEN] = TO(STRANGER),
  [GP_HAS_LEFT][GP_CANDIDATE] = TO(STRANGER),
  [GP_HAS_LEFT][GP_WITHDRAWING] = TO(STRANGER),
  [GP_HAS_LEFT][GP_MEMBER] = TELL(STRANGER, LEFT),
  [GP_HAS_LEFT][GP_LEAVING] = TELL(STRANGER, LEFT),
  [GP_HAS_LEFT][GP_FAILED] = TELL(STRANGER, LEFT),
  [GP_HAS_LEFT][GP_RETURNING] = TELL(STRANGER, LEFT),
  [GP_HAS_LEFT][GP_RENOUNCED] = TELL(STRANGER, LEFT),
  [GP_HAS_LEFT][GP_SOUGHT] = TO(STRANGER),

  [GP_IS_FORGOTTEN][GP_UNPROVEN] = TO(STRANGER),
  [GP_IS_FORGOTTEN][GP_CANDIDATE] = TO(STRANGER),
  [GP_IS_FORGOTTEN][GP_WITHDRAWING] = TO(STRANGER),
  [GP_IS_FORGOTTEN][GP_MEMBER] = TO(STRANGER),
  [GP_IS_FORGOTTEN][GP_LEAVING] = TO(STRANGER),
  [GP_IS_FORGOTTEN][GP_FAILED] = TO(STRANGER),
  [GP_IS_FORGOTTEN][GP_RETURNING] = TO(STRANGER),
  [GP_IS_FORGOTTEN][GP_RENOUNCED] = TO(STRANGER),
  [GP_IS_FORGOTTEN][GP_SOUGHT] = TO(STRANGER),
};

static const gp_digest nodigest;

/* It counts as what it is, one more or (-1) one less. */
static void tally (gp_node *n, const gp_record *peer, int more) {
  gp_memberships *ms = &n->memberships;
  if (gp_membership_iscandidate(peer))
    ms->candidates += (size_t)more;
  else if (gp_membership_isfailing(peer))
    ms->failing += (size_t)more;
  else if (gp_membership_ismember(peer)) {
    ms->members += (size_t)more;
    ms->digest = nodigest;
  }
}

static void tell (gp_node *n, const gp_record *peer, news what,
                  gp_err reason) {
  static const gp_eventkind kinds[] = {[JOINED] = GP_EV_JOINED,
                                       [MET] = GP_EV_MET,
                                       [LEFT] = GP_EV_LEFT,
                                       [FAILED] = GP_EV_FAILED,
                                       [RECOVERED] = GP_EV_RECOVERED};
  if (what != NOTHING)
    gp_report_event(&n->report, kinds[what], gp_record_name(peer),
                    what == FAILED ? reason : GP_OK);
}

bool gp_membership_apply (gp_node *n, gp_record *peer, gp_happening what,
                          gp_err reason) {
  const change *c = &table[what][peer->membership];
  bool known = gp_membership_isknown(peer),
       member = gp_membership_ismember(peer);
  if (!c->takes_place)
    return false;
  tally(n, peer, -1);
  peer->membership = c->to;
  tally(n, peer, 1);
  if (known != gp_membership_isknown(peer) ||
      member != gp_membership_ismember(peer))
    gp_report_raise(&n->report, GP_SIGNAL_KNOWN);
  if (c->to == GP_STRANGER)
    gp_peers_touch(&n->peers, peer);
  tell(n, peer, c->news, reason);
  return true;
}

void gp_membership_rename (gp_node *n, gp_record *peer, const gp_peer *name) {
  bool told = table[GP_HAS_LEFT][peer->membership].news == LEFT;
  if (told)
    tell(n, peer, LEFT, GP_OK);
  tally(n, peer, -1);
  gp_peers_rename(&n->peers, peer, name);
  tally(n, peer, 1);
  gp_report_raise(&n->report, GP_SIGNAL_KNOWN);
  if (told)
    tell(n, peer, JOINED, GP_OK);
}

void gp_membership_setnick (gp_node *n, gp_record *peer, const char *nick) {
  gp_peer *former = gp_peer_ref(gp_record_name(peer)), *name;
  if (gp_peer_nicknamed(&name, former, nick) == GP_OK) {
    gp_peers_rename(&n->peers, peer, name);
    if (gp_membership_ismember(peer))
      gp_report_renamed(&n->report, former, name);
    gp_peer_unref(name);
  }
  gp_peer_unref(former);
}

bool gp_membership_ismember (const gp_record *peer) {
  return peer->membership == GP_MEMBER || peer->membership == GP_LEAVING;
}

bool gp_membership_iscandidate (const gp_record *peer) {
  return peer->membership == GP_CANDIDATE ||
         peer->membership == GP_WITHDRAWING ||
         peer->membership == GP_RETURNING || peer->membership == GP_RENOUNCED;
}

bool gp_membership_isfailing (const gp_record *peer) {
  return peer->membership == GP_FAILED || peer->membership == GP_SOUGHT;
}

bool gp_membership_isleaving (const gp_record *peer) {
  return peer->membership == GP_LEAVING ||
         peer->membership == GP_WITHDRAWING ||
         peer->membership == GP_RENOUNCED;
}

bool gp_membership_isknown (const gp_record *peer) {
  return gp_membership_ismember(peer) || gp_membership_isfailing(peer) ||
         gp_membership_islost(peer);
}

bool gp_membership_islost (const gp_record *peer) {
  return peer->membership == GP_FAILED || peer->membership == GP_RETURNING ||
         peer->membership == GP_RENOUNCED;
}

bool gp_membership_istarget (const gp_record *peer) {
  return peer->membership == GP_MEMBER || peer->membership == GP_CANDIDATE ||
         peer->membership == GP_RETURNING;
}

bool gp_membership_hasroom (const gp_node *n) {
  return n->memberships.members + n->memberships.candidates <
         n->self.opt.max_members;
}

/* 'names' has room for our own name and those of the members. */
static gp_digest digestof (const gp_node *n, const gp_peer **names) {
  const gp_record *peer;
  gp_digest digest;
  size_t count = 0;
  names[count++] = n->self.identity.peer;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (gp_membership_ismember(peer))
      names[count++] = gp_record_name(peer);
  return gp_digest_make(&digest, names, count) == GP_OK ? digest : nodigest;
}

gp_digest gp_membership_digest (gp_node *n) {
  gp_memberships *ms = &n->memberships;
  const gp_peer **names;
  if (!gp_digest_isnone(ms->digest))
    return ms->digest;
  names = malloc((ms->members + 1) * sizeof *names);
  if (names == NULL)
    return nodigest;
  ms->digest = digestof(n, names);
  free(names);
  return ms->digest;
}
