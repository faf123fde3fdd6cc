/*
** claim_test.c - which process a peer is, and whose a nick is.
*/
#include "node/claim.h"

#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "node/sweep.h"
#include "script.h"

static const actor b = {.name = "b:1", .process = 11, .called = "bob"};
static const actor c = {.name = "c:1", .process = 12, .called = "cat"};
static const actor d = {.name = "d:1", .process = 13};

/* A node called "ann". */
static void open (script *s) {
  script_init(s);
  s->opt.nick = "ann";
  script_start(s);
}

static gp_identity whois (const script *s, const char *name, uint64_t process,
                          const char *called) {
  gp_identity who = {.process = process};
  who.peer = script_record(s, name)->entry.peer;
  snprintf(who.nick, sizeof who.nick, "%s", called);
  return who;
}

static bool learn (script *s, const char *name, uint64_t process,
                   const char *called) {
  gp_identity who = whois(s, name, process, called);
  return gp_claim_learn(s->node, script_record(s, name), &who, s->node->now);
}

static gp_verdict judge (script *s, const char *name, uint64_t process,
                         const char *called) {
  gp_identity who = whois(s, name, process, called);
  return gp_claim_judge(s->node, script_record(s, name), &who);
}

static const char *nickof (const script *s, const char *name) {
  return gp_peer_nick(gp_record_name(script_record(s, name)));
}

static void fails (script *s, const char *name) {
  CHECK(gp_membership_apply(s->node, script_record(s, name), GP_HAS_FAILED,
                            GP_ETIMEDOUT));
  (void)told_event(s->node);
}

TEST(sameprocess, "a process that shows itself again is the same one") {
  script s;
  open(&s);
  script_member(&s, &b);
  CHECK(!learn(&s, "b:1", 11, "bob"));
  CHECK(!learn(&s, "b:1", 11, "rob"));
  TEXT(nickof(&s, "b:1"), "rob");
  CHECK(!learn(&s, "b:1", 0, "who"));
  TEXT(nickof(&s, "b:1"), "rob");
  SAME(script_record(&s, "b:1")->claim.process, 11);
  TEXT(told_members(s.node), "b");
  TEXT(told_event(s.node), "b renamed: bob to rob");
  TEXT(told_event(s.node), "");
  script_close(&s);
}

TEST(replaced, "another process where a member was: that one has failed") {
  script s;
  open(&s);
  script_member(&s, &b);
  CHECK(script_record(&s, "b:1")->liveness.heard_at != 0);
  CHECK(learn(&s, "b:1", 21, "rob"));
  TEXT(told_event(s.node), "b failed: EREPLACED");
  TEXT(told_members(s.node), "");
  TEXT(nickof(&s, "b:1"), "rob");
  SAME(script_record(&s, "b:1")->membership, GP_SOUGHT);
  SAME(script_record(&s, "b:1")->liveness.heard_at, 0);
  CHECK(!learn(&s, "b:1", 22, "rob")); /* is no member */
  SAME(script_record(&s, "b:1")->claim.process, 22);
  script_close(&s);
}

TEST(former, "what the process before says late does not count") {
  script s;
  open(&s);
  script_member(&s, &b);
  CHECK(learn(&s, "b:1", 21, "rob"));
  CHECK(!learn(&s, "b:1", 11, "bob"));
  CHECK(!learn(&s, "b:1", 0, "who"));
  SAME(script_record(&s, "b:1")->claim.process, 21);
  TEXT(nickof(&s, "b:1"), "rob");
  gp_membership_apply(s.node, script_record(&s, "b:1"), GP_HAS_COME, GP_OK);
  CHECK(!learn(&s, "b:1", 11, "bob"));
  CHECK(learn(&s, "b:1", 31, ""));
  CHECK(!learn(&s, "b:1", 21, ""));
  script_close(&s);
}

TEST(firstprocess, "one that has told no process is not another one") {
  static const actor go = {.name = "g:1", .program = ACTOR_V113};
  script s;
  open(&s);
  script_member(&s, &go);
  CHECK(!learn(&s, "g:1", 1, "bob"));
  SAME(script_record(&s, "g:1")->claim.process, 1);
  TEXT(told_members(s.node), "g");
  CHECK(learn(&s, "g:1", 2, "bob"));
  CHECK(!learn(&s, "g:1", 1, "bob"));
  script_close(&s);
}

TEST(freename, "a name that nobody has is free, and so is none") {
  script s;
  open(&s);
  script_member(&s, &b);
  script_member(&s, &c);
  script_member(&s, &d);
  SAME(judge(&s, "b:1", 11, "bob"), GP_NICK_FREE);
  SAME(judge(&s, "b:1", 11, "eve"), GP_NICK_FREE);
  SAME(judge(&s, "b:1", 11, ""), GP_NICK_FREE);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(ourname, "our own name is taken, but for ourselves") {
  script s;
  open(&s);
  script_member(&s, &b);
  SAME(judge(&s, "b:1", 11, "ann"), GP_NICK_TAKEN);
  SAME(judge(&s, "b:1", 7, "ann"), GP_NICK_FREE);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(heldname, "one that has the name is asked for a sign of life") {
  script s;
  open(&s);
  script_member(&s, &b);
  script_member(&s, &d);
  SAME(judge(&s, "d:1", 13, "bob"), GP_NICK_UNSURE);
  TEXT(script_sent(&s), "probe b:1 v113");
  SAME(judge(&s, "d:1", 11, "bob"), GP_NICK_FREE); /* bob itself */
  TEXT(script_sent(&s), "");
  TEXT(told_members(s.node), "b d");
  script_close(&s);
}

TEST(shortname, "a name may be a letter") {
  static const actor e = {.name = "e:1", .process = 14, .called = "e"};
  script s;
  open(&s);
  script_member(&s, &d);
  script_member(&s, &e);
  SAME(judge(&s, "d:1", 13, "e"), GP_NICK_UNSURE);
  CHECK(!learn(&s, "d:1", 13, "e"));
  CHECK(gp_claim_ismoved(s.node, script_record(&s, "d:1")));
  script_close(&s);
}

TEST(strangersname, "a stranger has no name") {
  script s;
  open(&s);
  script_member(&s, &b);
  script_member(&s, &d);
  gp_membership_apply(s.node, script_record(&s, "b:1"), GP_IS_FORGOTTEN,
                      GP_OK);
  SAME(judge(&s, "d:1", 13, "bob"), GP_NICK_FREE);
  gp_sweep(s.node);
  script_close(&s);
}

TEST(failedname, "one with the name of one that failed replaces it") {
  static const actor bob = {.name = "e:1", .process = 14, .called = "bob"};
  script s;
  open(&s);
  script_member(&s, &b);
  script_member(&s, &d);
  fails(&s, "b:1");
  SAME(judge(&s, "d:1", 13, "bob"), GP_NICK_FREE);
  TEXT(told_event(s.node), "b left");
  gp_sweep(s.node);
  CHECK(script_record(&s, "b:1") == NULL);
  script_member(&s, &b);
  fails(&s, "b:1");
  script_member(&s, &bob);
  fails(&s, "e:1");
  SAME(judge(&s, "d:1", 13, "bob"), GP_NICK_FREE);
  gp_sweep(s.node);
  TEXT(told_members(s.node), "d");
  SAME(s.node->memberships.failing, 0);
  script_close(&s);
}

static bool isheld (script *s, const char *holder, const char *called,
                    uint64_t process) {
  gp_peer *p;
  bool is;
  SAME(gp_peer_parse(&p, holder, strlen(holder)), GP_OK);
  is = gp_claim_confirm(s->node, p, called, process);
  gp_peer_unref(p);
  return is;
}

TEST(held, "a name is held by the process that shows itself, no other") {
  script s;
  open(&s);
  script_member(&s, &b);
  CHECK(!isheld(&s, "x:1", "bob", 11));
  CHECK(!isheld(&s, "b:1", "rob", 11));
  CHECK(isheld(&s, "b:1", "bob", 11));
  TEXT(told_members(s.node), "b");
  CHECK(!isheld(&s, "b:1", "bob", 0));
  TEXT(told_event(s.node), "b left");
  TEXT(told_members(s.node), "");
  gp_sweep(s.node);
  script_close(&s);
}

TEST(pending, "a record stays while its peer waits for a verdict") {
  script s;
  open(&s);
  script_member(&s, &b);
  gp_membership_apply(s.node, script_record(&s, "b:1"), GP_IS_FORGOTTEN,
                      GP_OK);
  gp_claim_setpending(s.node, script_record(&s, "b:1"), true);
  gp_sweep(s.node);
  CHECK(script_record(&s, "b:1") != NULL);
  gp_claim_setpending(s.node, script_record(&s, "b:1"), false);
  gp_sweep(s.node);
  CHECK(script_record(&s, "b:1") == NULL);
  script_close(&s);
}

TEST(moved, "one whose name a member has is that member, which has moved") {
  static const actor bob = {.name = "e:1", .process = 14, .called = "bob"};
  script s;
  open(&s);
  script_member(&s, &d);
  script_member(&s, &b);
  script_member(&s, &c);
  CHECK(!gp_claim_ismoved(s.node, script_record(&s, "b:1")));
  CHECK(!gp_claim_ismoved(s.node, script_record(&s, "d:1")));
  fails(&s, "b:1");
  script_member(&s, &bob);
  SAME(s.node->memberships.failing, 0);
  CHECK(!learn(&s, "c:1", 12, "bob"));
  CHECK(gp_claim_ismoved(s.node, script_record(&s, "c:1")));
  fails(&s, "e:1");
  CHECK(!gp_claim_ismoved(s.node, script_record(&s, "c:1")));
  CHECK(gp_claim_ismoved(s.node, script_record(&s, "e:1")));
  script_close(&s);
}

TEST(nameless, "two without a name are not one that has moved") {
  static const actor e = {.name = "e:1", .process = 14};
  script s;
  open(&s);
  script_member(&s, &d);
  script_member(&s, &e);
  CHECK(!gp_claim_ismoved(s.node, script_record(&s, "d:1")));
  script_close(&s);
}

static void telltaken (script *s) {
  gp_claim_telltaken(s->node, script_record(s, "b:1"), GP_PURPOSE_MEET);
}

TEST(toldtaken, "that our name is another's is told once, until we are in") {
  script s;
  open(&s);
  script_member(&s, &b);
  telltaken(&s);
  telltaken(&s);
  TEXT(told_failure(s.node), "meeting b: EEXIST");
  TEXT(told_failure(s.node), "");
  gp_claim_letin(s.node);
  TEXT(told_failure(s.node), "");
  telltaken(&s);
  TEXT(told_failure(s.node), "meeting b: EEXIST");
  script_close(&s);
}
