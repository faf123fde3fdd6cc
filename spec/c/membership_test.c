/*
** membership_test.c - which state follows from which event, and what is told
** and counted with it.
*/
#include "node/membership.h"

#include <string.h>

#include "memory.h"
#include "node/state.h"
#include "node/sweep.h"
#include "script.h"

/* The states by their letters, in their order; see gp_membership. */
static const char states[] = "-ucwMLfrns";

/*
** What follows: of each event a row, of each state a column of the state that
** comes, and what is told: + joined, * met, ! recovered, x left, f failed,
** '.' nothing. Blank: nothing changes.
*/
static const char *const follows[GP_HAPPENINGS] = {
  /*                   - u c w M L f r n s */
  [GP_HAS_KNOCKED] = "u.                  ",
  [GP_HAS_ASKED] = "c.c.                ",
  [GP_HAS_COME] = "M+M+M+L+          M+",
  [GP_HAS_RESPONDED] = "M*M*M*L*    M!M!L!M*",
  [GP_HAS_RETURNED] = "            r.      ",
  [GP_HAS_NOT_COME] = "              f.    ",
  [GP_IS_BEING_LEFT] = "w.  w.  L.  n.n.  w.",
  [GP_HAS_FAILED] = "        ff          ",
  [GP_IS_REPLACED] = "        sf          ",
  [GP_IS_EXPECTED] = "s.                  ",
  [GP_HAS_LEFT] = "  -.-.-.-x-x-x-x-x-.",
  [GP_IS_FORGOTTEN] = "  -.-.-.-.-.-.-.-.-.",
};

/* Events that lead to each state. */
static const int ways[GP_MEMBERSHIPS][5] = {
  [GP_STRANGER] = {-1},
  [GP_UNPROVEN] = {GP_HAS_KNOCKED, -1},
  [GP_CANDIDATE] = {GP_HAS_ASKED, -1},
  [GP_WITHDRAWING] = {GP_HAS_ASKED, GP_IS_BEING_LEFT, -1},
  [GP_MEMBER] = {GP_HAS_COME, -1},
  [GP_LEAVING] = {GP_HAS_COME, GP_IS_BEING_LEFT, -1},
  [GP_FAILED] = {GP_HAS_COME, GP_HAS_FAILED, -1},
  [GP_RETURNING] = {GP_HAS_COME, GP_HAS_FAILED, GP_HAS_RETURNED, -1},
  [GP_RENOUNCED] = {GP_HAS_COME, GP_HAS_FAILED, GP_HAS_RETURNED,
                    GP_IS_BEING_LEFT, -1},
  [GP_SOUGHT] = {GP_IS_EXPECTED, -1},
};

static void happens (script *s, gp_record *peer, gp_happening what) {
  CHECK(gp_membership_apply(s->node, peer, what, GP_ETIMEDOUT));
}

/* Another one, in a state; nothing is left to be read. */
static gp_record *in (script *s, const char *name, gp_membership state) {
  gp_peer *p;
  gp_record *peer;
  const int *way = ways[state];
  SAME(gp_peer_parse(&p, name, strlen(name)), GP_OK);
  peer = gp_peers_get(s->node, p);
  gp_peer_unref(p);
  while (*way >= 0)
    happens(s, peer, (gp_happening)*way++);
  SAME(peer->membership, state);
  while (*told_event(s->node) != '\0')
    continue;
  (void)script_raised(s, GP_SIGNAL_KNOWN);
  (void)script_raised(s, GP_SIGNAL_EVENTS);
  return peer;
}

static void gone (script *s, gp_record *peer) {
  gp_membership_apply(s->node, peer, GP_IS_FORGOTTEN, GP_OK);
  gp_sweep(s->node);
}

static bool isone (gp_membership state, const char *of) {
  return strchr(of, states[state]) != NULL;
}

/* Counts, and what the state is said to be, follow from the state. */
static void holds (const script *s, const gp_record *peer,
                   gp_digest nobodys) {
  const gp_memberships *ms = &s->node->memberships;
  gp_membership m = peer->membership;
  SAME(gp_membership_ismember(peer), isone(m, "ML"));
  SAME(gp_membership_iscandidate(peer), isone(m, "cwrn"));
  SAME(gp_membership_isfailing(peer), isone(m, "fs"));
  SAME(gp_membership_isleaving(peer), isone(m, "Lwn"));
  SAME(gp_membership_isknown(peer), isone(m, "MLfsrn"));
  SAME(gp_membership_islost(peer), isone(m, "frn"));
  SAME(gp_membership_istarget(peer), isone(m, "Mcr"));
  SAME(ms->members, isone(m, "ML"));
  SAME(ms->candidates, isone(m, "cwrn"));
  SAME(ms->failing, isone(m, "fs"));
  CHECK(gp_digest_equal(gp_node_digest(s->node), nobodys) != isone(m, "ML"));
}

static const char *news (char what) {
  switch (what) {
    case '+':
    case '*': return "b joined";
    case '!': return "b recovered";
    case 'x': return "b left";
    case 'f': return "b failed: ETIMEDOUT";
    default: return "";
  }
}

/* What the event does in the state. */
static void try (gp_happening what, gp_membership state) {
  script s;
  gp_record *peer;
  const char *next = &follows[what][2 * state];
  char from = states[state], to = next[0] == ' ' ? from : next[0];
  gp_digest digest;
  script_open(&s);
  digest = gp_node_digest(s.node);
  peer = in(&s, "b:1", state);
  CHECK(gp_peers_nexttouched(&s.node->peers) == peer);
  holds(&s, peer, digest);
  SAME(gp_membership_apply(s.node, peer, what, GP_ETIMEDOUT), next[0] != ' ');
  if (states[peer->membership] != to)
    test_note("event %d in state %c", what, from);
  SAME(states[peer->membership], to);
  holds(&s, peer, digest);
  SAME(script_raised(&s, GP_SIGNAL_KNOWN),
       (strchr("MLfsrn", from) != NULL) != (strchr("MLfsrn", to) != NULL) ||
         (strchr("ML", from) != NULL) != (strchr("ML", to) != NULL));
  SAME(script_raised(&s, GP_SIGNAL_EVENTS), *news(next[1]) != '\0');
  if (next[1] == '*')
    SAME(gp_node_peekevent(s.node)->kind, GP_EV_MET);
  if (next[1] == '+')
    SAME(gp_node_peekevent(s.node)->kind, GP_EV_JOINED);
  TEXT(told_event(s.node), news(next[1]));
  TEXT(told_event(s.node), "");
  CHECK((gp_peers_nexttouched(&s.node->peers) == peer) == (next[0] == '-'));
  gp_peers_touch(&s.node->peers, peer);
  gone(&s, peer);
  CHECK(script_record(&s, "b:1") == NULL);
  script_close(&s);
}

TEST(transitions, "what follows from each event in each state, and is told") {
  int what, state;
  for (what = 0; what < GP_HAPPENINGS; what++) {
    SAME(strlen(follows[what]), 2 * GP_MEMBERSHIPS);
    for (state = 0; state < GP_MEMBERSHIPS; state++)
      try((gp_happening)what, (gp_membership)state);
  }
}

TEST(counted, "every peer is counted as what it is") {
  script s;
  script_open(&s);
  in(&s, "b:1", GP_MEMBER);
  in(&s, "c:1", GP_LEAVING);
  in(&s, "d:1", GP_CANDIDATE);
  in(&s, "e:1", GP_RETURNING);
  in(&s, "f:1", GP_WITHDRAWING);
  in(&s, "g:1", GP_FAILED);
  in(&s, "h:1", GP_SOUGHT);
  in(&s, "i:1", GP_STRANGER);
  SAME(s.node->memberships.members, 2);
  SAME(s.node->memberships.candidates, 3);
  SAME(s.node->memberships.failing, 2);
  TEXT(told_members(s.node), "b c");
  gone(&s, script_record(&s, "i:1"));
  script_close(&s);
}

TEST(crowded, "members and candidates are as many as there may be") {
  script s;
  script_init(&s);
  s.opt.max_members = 2;
  script_start(&s);
  in(&s, "b:1", GP_MEMBER);
  in(&s, "c:1", GP_FAILED);
  in(&s, "d:1", GP_SOUGHT);
  CHECK(gp_membership_hasroom(s.node));
  in(&s, "e:1", GP_CANDIDATE);
  CHECK(!gp_membership_hasroom(s.node));
  gp_membership_apply(s.node, script_record(&s, "b:1"), GP_HAS_LEFT, GP_OK);
  CHECK(gp_membership_hasroom(s.node));
  gp_sweep(s.node);
  script_close(&s);
}

/* As another implementation, Python's hashlib, has it. */
static bool hasdigest (const script *s, const char *digits) {
  char text[GP_DIGEST_DIGITS + 1];
  gp_digest_write(text, gp_membership_digest(s->node));
  return strcmp(text, digits) == 0;
}

TEST(digest, "the digest is one for equal lists, in any order and version") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  CHECK(hasdigest(&s, "dc1061e55d6fbc0243293c41ed5ddb95"));
  b = in(&s, "b:1", GP_MEMBER);
  CHECK(hasdigest(&s, "126c93ebfab9182b60f1224dc15f7f3e"));
  c = in(&s, "c:1", GP_MEMBER);
  CHECK(!hasdigest(&s, "126c93ebfab9182b60f1224dc15f7f3e"));
  gone(&s, b);
  in(&s, "b:1", GP_LEAVING);
  gone(&s, c);
  CHECK(hasdigest(&s, "126c93ebfab9182b60f1224dc15f7f3e"));
  script_close(&s);
}

TEST(digestmade, "it is made only when the list has changed, if it can be") {
  script s;
  gp_digest before;
  int i;
  script_open(&s);
  in(&s, "b:1", GP_MEMBER);
  for (i = 1; i <= 2; i++) {
    memory_fail(i, false);
    CHECK(gp_digest_isnone(gp_membership_digest(s.node)));
    CHECK(memory_heal());
  }
  before = gp_membership_digest(s.node);
  in(&s, "c:1", GP_CANDIDATE);
  memory_fail(1, true);
  CHECK(gp_digest_equal(gp_membership_digest(s.node), before));
  memory_heal();
  script_close(&s);
}

/* What is told when one in a state is called "c:1" from now on. */
static void rename_in (gp_membership state, bool told) {
  script s;
  gp_record *peer;
  gp_peer *name;
  gp_digest digest, before;
  script_open(&s);
  digest = gp_node_digest(s.node);
  peer = in(&s, "b:1", state);
  before = gp_node_digest(s.node);
  SAME(gp_peer_parse(&name, "c:1", 3), GP_OK);
  gp_membership_rename(s.node, peer, name);
  gp_peer_unref(name);
  TEXT(gp_peer_text(gp_record_name(peer)), "c:1");
  SAME(peer->membership, state);
  CHECK(script_raised(&s, GP_SIGNAL_KNOWN));
  TEXT(told_event(s.node), told ? "b left" : "");
  TEXT(told_event(s.node), told ? "c joined" : "");
  holds(&s, peer, digest);
  CHECK(gp_digest_equal(gp_node_digest(s.node), before) !=
        gp_membership_ismember(peer));
  gone(&s, peer);
  script_close(&s);
}

TEST(renamed, "a member with another name has left, and another has joined") {
  rename_in(GP_STRANGER, false);
  rename_in(GP_CANDIDATE, false);
  rename_in(GP_WITHDRAWING, false);
  rename_in(GP_MEMBER, true);
  rename_in(GP_LEAVING, true);
  rename_in(GP_FAILED, true);
  rename_in(GP_RETURNING, true);
  rename_in(GP_SOUGHT, false);
}
