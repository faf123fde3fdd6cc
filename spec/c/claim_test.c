/*
** claim_test.c - which process a peer is, and whose a nick is.
*/
#include "node/claim.h"

#include <stdio.h>
#include <string.h>

#include "node/admission.h"
#include "node/cookies.h"
#include "node/state.h"
#include "node/sweep.h"
#include "script.h"

static const actor b = {.name = "b:1", .process = 11, .called = "bob"};

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

/* A stranger says that it is called so. */
static gp_verdict judge (script *s, const char *name, uint64_t process,
                         const char *called) {
  gp_peer *p;
  gp_record *peer;
  SAME(gp_peer_parse(&p, name, strlen(name)), GP_OK);
  peer = gp_peers_get(s->node, p);
  gp_peer_unref(p);
  CHECK(!learn(s, name, process, called));
  return gp_claim_judge(s->node, peer);
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
  SAME(judge(&s, "x:1", 21, "eve"), GP_NICK_FREE);
  TEXT(nickof(&s, "x:1"), "eve");
  SAME(judge(&s, "x:1", 21, ""), GP_NICK_FREE);
  TEXT(nickof(&s, "x:1"), "");
  SAME(judge(&s, "y:1", 22, "eve"), GP_NICK_FREE);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(ourname, "our own name is taken, also for what shows our process") {
  script s;
  open(&s);
  SAME(judge(&s, "x:1", 21, "ann"), GP_NICK_TAKEN);
  SAME(judge(&s, "y:1", s.opt.nonce, "ann"), GP_NICK_TAKEN);
  TEXT(nickof(&s, "x:1"), "");
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(heldname, "one that has the name is asked for a sign of life") {
  script s;
  open(&s);
  script_member(&s, &b);
  SAME(judge(&s, "x:1", 21, "bob"), GP_NICK_UNSURE);
  TEXT(script_sent(&s), "probe b:1 v113");
  TEXT(nickof(&s, "x:1"), "");
  TEXT(nickof(&s, "b:1"), "bob");
  TEXT(told_members(s.node), "b");
  script_close(&s);
}

static void showcookie (script *s, const char *name, unsigned char byte) {
  gp_extension x = {.has_cookie = true, .cookie = {{byte}}};
  gp_cookies_learn(script_record(s, name), &x);
}

TEST(copiedprocess,
     "whoever shows a member's process and name is it by its cookie alone") {
  script s;
  open(&s);
  script_member(&s, &b);
  showcookie(&s, "b:1", 1);
  SAME(judge(&s, "x:1", 11, "bob"), GP_NICK_UNSURE);
  TEXT(nickof(&s, "x:1"), "");
  showcookie(&s, "x:1", 2);
  SAME(judge(&s, "x:1", 11, "bob"), GP_NICK_UNSURE);
  showcookie(&s, "x:1", 1);
  SAME(judge(&s, "x:1", 11, "bob"), GP_NICK_FREE);
  TEXT(nickof(&s, "x:1"), "bob");
  script_close(&s);
}

TEST(shortname, "a name may be a letter") {
  static const actor e = {.name = "e:1", .process = 14, .called = "e"};
  script s;
  open(&s);
  script_member(&s, &e);
  SAME(judge(&s, "x:1", 21, "e"), GP_NICK_UNSURE);
  script_close(&s);
}

TEST(strangersname, "a stranger has no name") {
  script s;
  open(&s);
  script_member(&s, &b);
  gp_membership_apply(s.node, script_record(&s, "b:1"), GP_IS_FORGOTTEN,
                      GP_OK);
  SAME(judge(&s, "x:1", 21, "bob"), GP_NICK_FREE);
  gp_sweep(s.node);
  script_close(&s);
}

TEST(failedname, "one with the name of one that failed replaces it") {
  script s;
  open(&s);
  script_member(&s, &b);
  fails(&s, "b:1");
  SAME(judge(&s, "x:1", 21, "bob"), GP_NICK_FREE);
  TEXT(told_event(s.node), "");
  gp_admission_welcome(s.node, script_record(&s, "x:1"), GP_HAS_COME);
  TEXT(told_event(s.node), "b left");
  TEXT(told_event(s.node), "x joined");
  TEXT(nickof(&s, "x:1"), "bob");
  gp_sweep(s.node);
  CHECK(script_record(&s, "b:1") == NULL);
  SAME(s.node->memberships.failing, 0);
  script_close(&s);
}

static bool isheld (script *s, const char *holder, const char *called,
                    uint64_t process) {
  gp_peer *p;
  bool is;
  (void)judge(s, "x:1", 21, called);
  SAME(gp_peer_parse(&p, holder, strlen(holder)), GP_OK);
  is = gp_claim_confirm(s->node, p, script_record(s, "x:1"), process);
  gp_peer_unref(p);
  return is;
}

TEST(held, "a name is held by the process that shows itself, no other") {
  script s;
  open(&s);
  script_member(&s, &b);
  CHECK(!isheld(&s, "y:1", "bob", 11));
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
