/*
** renamed_test.c - peers that have another nick than before, and what the
** program is told of that.
*/
#include <string.h>

#include "memory.h"
#include "node/nickname.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .process = 11, .called = "bob"};
static const actor rob = {.name = "b:1", .process = 11, .called = "rob"};
static const actor bare = {.name = "b:1", .process = 11};
static const actor cat = {.name = "c:1", .process = 12, .called = "cat"};

/* The same address, but another process, or another program. */
static const actor other = {.name = "b:1", .process = 21, .called = "rob"};
static const actor other2 = {.name = "b:1", .process = 22, .called = "eve"};
static const actor go = {.name = "b:1", .program = ACTOR_V113};
static const actor seed = {.name = "b:1", .program = ACTOR_SEED};

/* A node called "ann". */
static void open (script *s) {
  script_init(s);
  s->opt.nick = "ann";
  s->opt.probe_interval_ms = 1000000000;
  script_start(s);
}

static const char *nickof (const script *s, const char *name) {
  return gp_peer_nick(gp_record_name(script_record(s, name)));
}

/* It is probed, and responds as somebody. */
static void probe (script *s, const actor *by) {
  script_detect(s, by);
  script_respond(s, "probe b:1", by, NULL);
  (void)script_sent(s);
}

/* What was queued for bob is refused by what is there now; met by its own
   connect, or asked who it is. Then it ends, or is sent once more. */
static gp_receipt *refused (script *s, const actor *now, bool met) {
  gp_receipt *r;
  open(s);
  script_member(s, &bob);
  r = program_tell(s, "b:1", "x");
  if (met)
    script_connect(s, now);
  script_refuse(s, "direct b:1", now, 403);
  while (!gp_receipt_issettled(r) && script_count(s, "direct") == 0) {
    CHECK(script_count(s, "") > 0 || script_untilsent(s) <= 1000);
    if (script_count(s, "connect b:1") > 0)
      script_respond(s, "connect b:1", now, "");
    else if (script_count(s, "probe b:1") > 0)
      script_respond(s, "probe b:1", now, NULL);
    script_pass(s, 1);
  }
  return r;
}

TEST(renamedprivate, "a message to a member goes to no other in its place") {
  static const actor *others[] = {&other, &other2, &go, &seed};
  for (size_t i = 0; i < 8; i++) {
    script s;
    gp_receipt *r = refused(&s, others[i / 2], i % 2 == 1);
    SAME(script_count(&s, "direct"), 0);
    SAME(script_result(r), GP_EREPLACED);
    script_close(&s);
  }
}

TEST(renamedsame, "but it does to the same, under another name or process") {
  static const actor back = {.name = "b:1", .process = 31, .called = "bob"};
  static const actor *same[] = {&rob, &bare, &back};
  for (size_t i = 0; i < 6; i++) {
    script s;
    gp_receipt *r = refused(&s, same[i / 2], i % 2 == 1);
    SAME(script_count(&s, "direct b:1"), 1);
    script_respond(&s, "direct b:1", same[i / 2], NULL);
    SAME(script_result(r), GP_OK);
    script_close(&s);
  }
}

TEST(renamedprobe,
     "a member's nick becomes what it responds to a probe with") {
  script s;
  open(&s);
  script_member(&s, &bob);
  TEXT(nickof(&s, "b:1"), "bob");
  probe(&s, &bob);
  TEXT(program_news(&s), "");
  CHECK(!script_raised(&s, GP_SIGNAL_EVENTS));
  probe(&s, &rob);
  CHECK(script_raised(&s, GP_SIGNAL_EVENTS));
  TEXT(program_news(&s), "b renamed: bob to rob");
  TEXT(nickof(&s, "b:1"), "rob");
  probe(&s, &bare);
  TEXT(program_news(&s), "b renamed: rob to -");
  probe(&s, &bob);
  TEXT(program_news(&s), "b renamed: - to bob");
  TEXT(told_members(s.node), "b");
  script_close(&s);
}

TEST(renamedevent, "an event of another nick has the peer with either") {
  script s;
  const gp_event *e;
  open(&s);
  script_member(&s, &bob);
  probe(&s, &rob);
  e = gp_node_peekevent(s.node);
  SAME(e->kind, GP_EV_RENAMED);
  SAME(e->reason, GP_OK);
  TEXT(gp_peer_nick(e->peer), "rob");
  TEXT(gp_peer_nick(e->former), "bob");
  CHECK(gp_peer_equal(e->peer, e->former));
  script_close(&s);
}

TEST(renamedconnect, "and what it connects with, as long as it is a member") {
  script s;
  open(&s);
  script_member(&s, &bob);
  TEXT(script_given(&s, script_connect(&s, &rob)), "200 v113 [b:1]");
  TEXT(program_news(&s), "b renamed: bob to rob");
  script_connect(&s, &rob);
  TEXT(program_news(&s), "");
  script_disconnect(&s, &rob);
  TEXT(program_news(&s), "b left");
  script_connect(&s, &bob);
  TEXT(program_news(&s), "b joined");
  TEXT(nickof(&s, "b:1"), "bob");
  script_close(&s);
}

TEST(renamedearly, "the nick of one that is no member yet is no news") {
  script s;
  open(&s);
  program_forget(program_join(&s, "b:1"));
  script_respond(&s, "connect b:1", &bob, "c:1");
  TEXT(program_news(&s), "b joined");
  TEXT(nickof(&s, "b:1"), "bob");
  script_respond(&s, "connect c:1", &cat, "");
  TEXT(program_news(&s), "c joined");
  TEXT(nickof(&s, "c:1"), "cat");
  script_close(&s);
}

TEST(renamedfailed, "nor is that of one that has failed, until it is back") {
  script s;
  open(&s);
  script_member(&s, &bob);
  gp_membership_apply(s.node, script_record(&s, "b:1"), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  TEXT(program_news(&s), "b failed: ETIMEDOUT");
  script_connect(&s, &rob);
  TEXT(program_news(&s), "");
  script_respond(&s, "connect b:1", &rob, "");
  TEXT(told_event(s.node), "b recovered");
  TEXT(program_news(&s), "");
  TEXT(nickof(&s, "b:1"), "rob");
  script_close(&s);
}

TEST(renamedmemory, "without memory a nick stays until it is told again") {
  script s;
  uint64_t n = 0;
  bool failed = true;
  open(&s);
  script_member(&s, &bare);
  while (failed) {
    gp_identity who = {.process = 11, .nick = "bob", .peer = s.self};
    gp_record *b = script_record(&s, "b:1");
    memory_fail(++n, true);
    CHECK(!gp_claim_learn(s.node, b, &who, s.node->now));
    failed = memory_heal();
    SAME(*nickof(&s, "b:1") == '\0', n == 1); /* found by it or not */
    SAME(gp_claim_istaken(s.node, "bob"), !failed);
  }
  CHECK(n > 2);
  script_close(&s);
}

/*
** Another process, another program.
*/

TEST(replacednick, "one that was replaced fails with the nick that it had") {
  script s;
  open(&s);
  script_member(&s, &bob);
  TEXT(script_given(&s, script_connect(&s, &other)), "200 v113 []");
  SAME(gp_node_peekevent(s.node)->kind, GP_EV_FAILED);
  TEXT(gp_peer_nick(gp_node_peekevent(s.node)->peer), "bob");
  gp_node_dropevent(s.node);
  SAME(gp_node_peekevent(s.node)->kind, GP_EV_JOINED);
  TEXT(gp_peer_nick(gp_node_peekevent(s.node)->peer), "rob");
  gp_node_dropevent(s.node);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(replacedprobed, "also when a probe shows it, before it is met") {
  script s;
  open(&s);
  script_member(&s, &bob);
  probe(&s, &other);
  TEXT(gp_peer_nick(gp_node_peekevent(s.node)->peer), "bob");
  TEXT(program_news(&s), "b failed: EREPLACED");
  TEXT(nickof(&s, "b:1"), "rob");
  probe(&s, &bob); /* is late */
  TEXT(nickof(&s, "b:1"), "rob");
  script_pass(&s, 2000);
  script_respond(&s, "connect b:1", &other, "");
  TEXT(gp_peer_nick(gp_node_peekevent(s.node)->peer), "rob");
  TEXT(program_news(&s), "b joined");
  script_close(&s);
}

TEST(latecopy,
     "one that another's late connect hid is there when it responds") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_pass(&s, 10);
  script_detect(&s, &bob);
  script_connect(&s, &other); /* has been gone for long */
  TEXT(program_news(&s), "b failed: EREPLACED; b joined");
  script_pass(&s, 10);
  script_respond(&s, "probe b:1", &bob, NULL); /* was sent before */
  TEXT(program_news(&s), "");
  script_detect(&s, &bob);
  script_pass(&s, 10);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(program_news(&s), "b failed: EREPLACED");
  TEXT(nickof(&s, "b:1"), "bob");
  SAME(script_record(&s, "b:1")->claim.process, bob.process);
  script_connect(&s, &other);
  TEXT(program_news(&s), "b joined");
  TEXT(nickof(&s, "b:1"), "bob");
  script_close(&s);
}

static void isgo (script *s) {
  TEXT(nickof(s, "b:1"), "");
  CHECK(!gp_claim_istaken(s->node, "bob"));
  CHECK(gp_node_nicked(s->node, "bob") == NULL);
  TEXT(told_members(s->node), "b");
}

TEST(gonick, "a Go program that connects from a member's address has none") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_connect(&s, &go);
  TEXT(program_news(&s), "b failed: EREPLACED; b joined");
  isgo(&s);
  script_connect(&s, &bob); /* is there again */
  TEXT(program_news(&s), "b renamed: - to bob");
  script_connect(&s, &seed);
  TEXT(program_news(&s), "b failed: EREPLACED");
  script_pass(&s, 100); /* it is asked for its form */
  script_fail(&s, "connect b:1", GP_ETIMEDOUT);
  TEXT(program_news(&s), "b joined");
  isgo(&s);
  script_close(&s);
}

TEST(gonickmet, "nor has one that we find where a member failed") {
  script s;
  open(&s);
  script_member(&s, &bob);
  gp_membership_apply(s.node, script_record(&s, "b:1"), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  TEXT(program_news(&s), "b failed: ETIMEDOUT");
  program_forget(program_join(&s, "b:1"));
  script_respond(&s, "connect b:1", &go, "a:1");
  TEXT(program_news(&s), "b recovered");
  isgo(&s);
  script_close(&s);
}

TEST(gonicklisted, "nor one whose list we ask for") {
  script s;
  gp_digest other = {{1}};
  open(&s);
  script_member(&s, &bob);
  gp_sync_compare(s.node, script_record(&s, "b:1"), other);
  script_respond(&s, "connect b:1", &go, "a:1");
  TEXT(program_news(&s), "b failed: EREPLACED; b joined");
  isgo(&s);
  script_close(&s);
}

/*
** Our own nick.
*/

static const actor ann = {.name = "b:1", .process = 11, .called = "ann"};
static const actor anncat = {.name = "c:1", .process = 12, .called = "ann"};

TEST(takesours, "that a member takes our nick is told once") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cat);
  probe(&s, &ann);
  TEXT(program_news(&s), "meeting b: EEXIST; b renamed: bob to -");
  probe(&s, &ann);
  script_connect(&s, &ann);
  TEXT(program_news(&s), "");
  script_connect(&s, &anncat);
  TEXT(program_news(&s), "c renamed: cat to -");
  probe(&s, &bob);
  TEXT(program_news(&s), "b renamed: - to bob");
  SAME(gp_node_setnick(s.node, "bea", s.now), GP_OK);
  script_connect(&s, &bob);
  TEXT(program_news(&s), "");
  SAME(gp_node_setnick(s.node, "rob", s.now), GP_OK);
  script_connect(&s, &rob);
  TEXT(program_news(&s), "meeting b: EEXIST; b renamed: bob to -");
  script_close(&s);
}

TEST(oursfreed, "who is called as we were has the nick a second later") {
  script s;
  open(&s);
  script_member(&s, &bob);
  probe(&s, &ann);
  TEXT(program_news(&s), "meeting b: EEXIST; b renamed: bob to -");
  SAME(gp_node_setnick(s.node, "bea", s.now), GP_OK);
  TEXT(program_news(&s), "");
  script_pass(&s, 1000);
  TEXT(program_news(&s), "b renamed: - to ann");
  script_pass(&s, 10000);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(takesletter, "also when it is one letter") {
  static const actor a = {.name = "b:1", .process = 11, .called = "a"};
  script s;
  script_init(&s);
  s.opt.nick = "a";
  script_start(&s);
  script_member(&s, &bob);
  script_connect(&s, &a);
  TEXT(program_news(&s), "meeting b: EEXIST; b renamed: bob to -");
  script_close(&s);
}

TEST(returnsours, "also when one that had failed comes back with it") {
  script s;
  gp_receipt *r;
  open(&s);
  script_member(&s, &bob);
  r = program_say(&s, "x");
  gp_membership_apply(s.node, script_record(&s, "b:1"), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  TEXT(program_news(&s), "b failed: ETIMEDOUT");
  SAME(gp_node_setnick(s.node, "bob", s.now), GP_OK);
  TEXT(program_news(&s), "");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  TEXT(program_news(&s), "meeting b: EEXIST; b recovered");
  TEXT(nickof(&s, "b:1"), "");
  program_forget(r);
  script_close(&s);
}

TEST(nonames, "two without a nick do not have the same one") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_connect(&s, &bare);
  TEXT(program_news(&s), "b renamed: bob to -");
  script_close(&s);
}

/*
** Later than it was meant.
*/

TEST(late, "a response may be older than the nick that was told meanwhile") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_pass(&s, 10);
  script_detect(&s, &bob);
  script_connect(&s, &rob);
  TEXT(program_news(&s), "b renamed: bob to rob");
  script_pass(&s, 1);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(program_news(&s), "");
  TEXT(nickof(&s, "b:1"), "rob");
  script_detect(&s, &bob); /* is sent later */
  script_pass(&s, 1);
  script_respond(&s, "probe b:1", &bare, NULL);
  TEXT(program_news(&s), "b renamed: rob to -");
  script_close(&s);
}

TEST(latejoin, "also one to our connect") {
  script s;
  open(&s);
  program_forget(program_join(&s, "b:1"));
  script_pass(&s, 10);
  script_connect(&s, &rob);
  script_pass(&s, 10);
  script_respond(&s, "connect b:1", &bob, "");
  TEXT(program_news(&s), "b joined");
  TEXT(nickof(&s, "b:1"), "rob");
  script_close(&s);
}

TEST(inorder, "of two responses the one that comes last counts") {
  script s;
  int i;
  open(&s);
  script_member(&s, &bob);
  for (i = 0; i < 2; i++) {
    script_pass(&s, 10);
    s.node->now = s.now;
    gp_probe_send(s.node, script_record(&s, "b:1"), false);
  }
  script_pass(&s, 10);
  script_respond(&s, "probe b:1", &rob, NULL);
  TEXT(program_news(&s), "b renamed: bob to rob");
  script_pass(&s, 10);
  script_respond(&s, "probe b:1", &bare, NULL);
  TEXT(program_news(&s), "b renamed: rob to -");
  script_close(&s);
}

TEST(latego, "or than the Go program that is there now") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_detect(&s, &bob);
  script_pass(&s, 10);
  script_connect(&s, &go);
  TEXT(program_news(&s), "b failed: EREPLACED; b joined");
  script_pass(&s, 10);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(program_news(&s), "");
  isgo(&s);
  script_close(&s);
}

TEST(lateother, "but not one of another process") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_detect(&s, &bob);
  script_connect(&s, &rob);
  TEXT(program_news(&s), "b renamed: bob to rob");
  script_pass(&s, 10);
  script_respond(&s, "probe b:1", &other2, NULL);
  TEXT(program_news(&s), "b failed: EREPLACED");
  TEXT(nickof(&s, "b:1"), "eve");
  script_close(&s);
}

TEST(toldlate, "one that told an old nick late is asked again") {
  script s;
  open(&s);
  script_member(&s, &rob);
  script_pass(&s, 10);
  script_connect(&s, &bob); /* a connect that was on its way for long */
  TEXT(program_news(&s), "b renamed: rob to bob");
  script_pass(&s, 10);
  script_detect(&s, &rob);
  script_pass(&s, 10);
  script_respond(&s, "probe b:1", &rob, NULL);
  TEXT(program_news(&s), "b renamed: bob to rob");
  script_close(&s);
}
