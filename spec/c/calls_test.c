/*
** calls_test.c - what the program calls: joining, leaving, writing, and what
** it is to know after a restart.
*/
#include <string.h>

#include "memory.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {.name = "c:1", .program = ACTOR_V113};
static const actor local = {
  .name = "localhost:3", .program = ACTOR_V113, .remote = "127.0.0.1"};

static void fails (script *s, const actor *a) {
  gp_record *peer = script_record(s, a->name);
  s->node->now = s->now;
  gp_membership_apply(s->node, peer, GP_HAS_FAILED, GP_ETIMEDOUT);
  gp_retry_begin(&peer->retry, &s->node->random, s->now);
}

/* Those it would know after a restart: "b:1 c:1". */
static const char *known (script *s, bool *left) {
  static char text[200];
  gp_peerlist list = {0, 0, NULL};
  size_t i;
  SAME(gp_node_known(s->node, &list, left), GP_OK);
  text[0] = '\0';
  for (i = 0; i < list.n; i++)
    strcat(strcat(text, i == 0 ? "" : " "), gp_peer_text(list.at[i]));
  gp_peerlist_clear(&list);
  return text;
}

/* What the program means by a name, or "". */
static const char *meant (script *s, const char *name) {
  gp_peer *p;
  const gp_peer *is;
  SAME(gp_peer_parse(&p, name, strlen(name)), GP_OK);
  is = gp_node_meant(s->node, p);
  gp_peer_unref(p);
  return is == NULL ? "" : gp_peer_text(is);
}

TEST(joinself, "a node does not join through itself") {
  script s;
  gp_receipt *r;
  script_open(&s);
  SAME(gp_node_connect(s.node, gp_node_self(s.node), 1000, s.now, &r),
       GP_ESELF);
  TEXT(script_sent(&s), "");
  SAME(s.node->peers.records.count, 0);
  script_close(&s);
}

TEST(jointimeout, "the entry point has as long as the program says") {
  script s;
  gp_receipt *r;
  gp_peer *p;
  script_open(&s);
  SAME(gp_peer_parse(&p, "b:1", 3), GP_OK);
  SAME(gp_node_connect(s.node, p, 60000, s.now, &r), GP_OK);
  gp_peer_unref(p);
  SAME(script_find(&s, "connect")->timeout_ms, 60000);
  CHECK(r->claimed); /* its failure is not told elsewhere */
  CHECK(!gp_node_isconnected(s.node));
  script_respond(&s, "connect", &bob, "");
  CHECK(gp_node_isconnected(s.node));
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(joinmeant, "one joined through again is the one meant by the name") {
  script s;
  script_open(&s);
  script_member(&s, &local);
  program_forget(program_join(&s, "127.0.0.1:3"));
  TEXT(script_sent(&s), "connect localhost:3 any");
  program_forget(program_tell(&s, "[::1]:3", "x"));
  script_respond(&s, "connect", &local, "");
  TEXT(script_sent(&s), "direct localhost:3 v113 \"x\"");
  TEXT(meant(&s, "0.0.0.0:3"), "localhost:3");
  TEXT(meant(&s, "localhost:4"), "");
  script_close(&s);
}

TEST(targets, "a broadcast goes to members and to those that are greeted") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  fails(&s, &cleo);
  program_forget(program_join(&s, "d:1"));
  program_forget(program_tell(&s, "e:1", "x"));
  script_sent(&s);
  program_forget(program_say(&s, "all"));
  TEXT(script_sent(&s), "broadcast b:1 v113 \"all\" #2");
  SAME(script_record(&s, "d:1")->outbox.count, 1);
  SAME(script_record(&s, "c:1")->outbox.count, 0);
  SAME(script_record(&s, "e:1")->outbox.count, 1); /* what is said to it */
  script_close(&s);
}

TEST(toseveral,
     "a direct message goes to each that is named, once each time") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  r = program_tell(&s, "c:1 b:1", "x");
  TEXT(script_sent(&s), "direct c:1 v113 \"x\"; direct b:1 v113 \"x\" #1");
  script_respond(&s, "direct c:1", &cleo, NULL);
  CHECK(!gp_receipt_issettled(r));
  script_respond(&s, "direct b:1", &bob, NULL);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

/*
** Leaving.
*/

TEST(goodbyefailed,
     "one that leaves tells also those that have failed, in passing") {
  script s;
  gp_receipt *r[2];
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  r[0] = program_tell(&s, "c:1", "x");
  fails(&s, &cleo);
  script_sent(&s);
  r[1] = program_leave(&s);
  TEXT(script_sent(&s), "disconnect b:1 v113; disconnect c:1 v113");
  SAME(script_count(&s, "disconnect"), 1); /* nobody waits for the other */
  SAME(script_result(r[0]), GP_ENOTCONN);
  script_respond(&s, "disconnect b:1", &bob, NULL);
  SAME(script_result(r[1]), GP_OK);
  CHECK(script_record(&s, "c:1") == NULL);
  SAME(s.node->memberships.failing, 0);
  script_pass(&s, 100000);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(leavecandidates, "and those that it is greeting") {
  script s;
  gp_receipt *r;
  script_open(&s);
  program_forget(program_join(&s, "b:1"));
  program_forget(program_tell(&s, "d:1", "x")); /* a stranger is not told */
  r = program_leave(&s);
  script_sent(&s);
  SAME(script_record(&s, "b:1")->membership, GP_WITHDRAWING);
  script_respond(&s, "connect b:1", &bob, "");
  TEXT(script_sent(&s), "disconnect b:1 v113");
  script_respond(&s, "disconnect b:1", &bob, NULL);
  SAME(script_result(r), GP_OK);
  SAME(s.node->memberships.candidates, 0);
  script_close(&s);
}

TEST(leavenobody, "one that is alone leaves at once") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = program_leave(&s);
  SAME(script_result(r), GP_OK);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(leaveorder, "a disconnect comes after all that was said before") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  program_forget(program_say(&s, "one"));
  program_forget(program_say(&s, "two"));
  program_forget(program_leave(&s));
  program_forget(program_say(&s, "three")); /* to nobody any more */
  script_sent(&s);
  script_respond(&s, "broadcast", &bob, NULL);
  TEXT(script_sent(&s), "broadcast b:1 v113 \"two\" #2");
  script_respond(&s, "broadcast", &bob, NULL);
  TEXT(script_sent(&s), "disconnect b:1 v113");
  script_close(&s);
}

TEST(leaveclock, "the second that a leave blocks begins with it") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_pass(&s, 60000); /* nothing has happened since */
  program_forget(program_leave(&s));
  script_pass(&s, 999);
  TEXT(told_members(s.node), "b");
  script_pass(&s, 1);
  TEXT(told_members(s.node), "");
  script_close(&s);
}

TEST(leavetwice, "leaving twice tells once") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &bob);
  program_forget(program_leave(&s));
  r = program_leave(&s);
  SAME(script_result(r), GP_OK);
  SAME(script_count(&s, "disconnect"), 1);
  SAME(script_record(&s, "b:1")->outbox.count, 0);
  script_close(&s);
}

/*
** Restarts.
*/

TEST(knowing, "members, and those that failed, are to be known later") {
  script s;
  bool left = true;
  script_open(&s);
  TEXT(known(&s, &left), "");
  CHECK(!left);
  program_joined(&s, &bob, "d:1");
  script_member(&s, &cleo);
  script_prove(&s, &cleo);
  fails(&s, &cleo);
  script_member(&s, &local);
  program_resume(&s, "s:1", false);
  TEXT(known(&s, &left), "b:1 c:1 localhost:3 s:1");
  CHECK(script_raised(&s, GP_SIGNAL_KNOWN));
  script_connect(&s, &cleo); /* has returned, perhaps */
  TEXT(known(&s, &left), "b:1 c:1 localhost:3 s:1");
  CHECK(!left);
  script_close(&s);
}

TEST(knowingleft, "after leaving none are, until there is a network again") {
  script s;
  bool left = false;
  script_open(&s);
  script_member(&s, &bob);
  (void)script_raised(&s, GP_SIGNAL_KNOWN);
  program_forget(program_leave(&s));
  CHECK(script_raised(&s, GP_SIGNAL_KNOWN));
  TEXT(known(&s, &left), "");
  CHECK(left);
  program_forget(program_join(&s, "c:1"));
  CHECK(script_raised(&s, GP_SIGNAL_KNOWN));
  known(&s, &left);
  CHECK(!left);
  script_close(&s);
}

TEST(resumeleft, "one that had left is so after a restart") {
  script s;
  bool left = false;
  script_open(&s);
  program_resume(&s, "", true);
  known(&s, &left);
  CHECK(left);
  script_member(&s, &bob); /* somebody joins it */
  known(&s, &left);
  CHECK(!left);
  script_close(&s);
}

TEST(resumesall, "all that were known are sought, but for oneself") {
  script s;
  script_open(&s);
  script_member(&s, &cleo);
  program_resume(&s, "b:1 a:1 c:1 d:1", false);
  SAME(script_record(&s, "b:1")->membership, GP_SOUGHT);
  SAME(script_record(&s, "d:1")->membership, GP_SOUGHT);
  SAME(script_record(&s, "c:1")->membership, GP_MEMBER);
  CHECK(!gp_retry_isactive(&script_record(&s, "c:1")->retry));
  CHECK(script_record(&s, "a:1") == NULL);
  script_close(&s);
}

/*
** Defaults.
*/

TEST(defaults, "the limits that a node has if none are said") {
  gp_nodeopt opt;
  memset(&opt, 77, sizeof opt);
  gp_nodeopt_init(&opt);
  SAME(opt.max_members, 4096);
  SAME(opt.max_body, 1048576);
  SAME(opt.inbox_messages, 1024);
  SAME(opt.inbox_bytes, 67108864);
  SAME(opt.outbox_messages, 1024);
  SAME(opt.outbox_bytes, 8388608);
  SAME(opt.max_errors, 1024);
  SAME(opt.max_events, 1024);
  SAME(opt.probe_interval_ms, 600);
  SAME(opt.request_timeout_ms, 5000);
  SAME(opt.inbox_timeout_ms, 4000);
  SAME(opt.nonce, 0);
  CHECK(!opt.on_loopback && opt.nick == NULL);
}

/*
** With too little memory.
*/

/* A message to two, with one allocation failing. */
TEST(saystarved,
     "a message that finds no memory fails as a whole, or tells") {
  uint64_t n;
  bool failed = true;
  for (n = 1; failed; n++) {
    gp_peerlist nobody = {0, 0, NULL};
    gp_blob *data = gp_blob_new(1);
    gp_receipt *r = NULL;
    script s;
    gp_err e;
    size_t sent;
    CHECK(n < 100);
    script_open(&s);
    script_member(&s, &bob);
    script_member(&s, &cleo);
    memory_fail(n, false);
    e = gp_node_post(s.node, data, &nobody, false, s.now, &r);
    failed = memory_heal();
    gp_blob_unref(data);
    script_sent(&s);
    sent = script_count(&s, "broadcast");
    if (e != GP_OK) {
      SAME(e, GP_ENOMEM);
      SAME(sent, 0);
    }
    else {
      r->claimed = true;
      script_pass(&s, 0);
      while (script_count(&s, "broadcast") > 0)
        script_respond(&s, "broadcast", &bob, NULL);
      SAME(script_result(r), sent == 2 ? GP_OK : GP_ENOMEM);
    }
    TEXT(program_news(&s), "");
    script_close(&s);
  }
}

TEST(leavestarved,
     "whom no memory lets us tell that we leave stays a member") {
  uint64_t n;
  bool failed = true;
  for (n = 1; failed; n++) {
    gp_receipt *r = NULL;
    script s;
    gp_err e;
    CHECK(n < 100);
    script_open(&s);
    script_member(&s, &bob);
    script_member(&s, &cleo);
    memory_fail(n, false);
    e = gp_node_leave(s.node, s.now, &r);
    failed = memory_heal();
    while (script_count(&s, "disconnect") > 0)
      script_respond(&s, "disconnect", &bob, NULL);
    if (failed)
      SAME(script_record(&s, "c:1")->membership, GP_MEMBER);
    if (e != GP_OK)
      TEXT(told_members(s.node), "b c");
    else {
      TEXT(told_members(s.node), failed ? "c" : "");
      SAME(script_result(r), GP_OK);
    }
    script_close(&s);
  }
}

TEST(joinstarved, "a join that finds no memory leaves nothing behind") {
  uint64_t n;
  bool failed = true;
  for (n = 1; failed; n++) {
    gp_receipt *r = NULL;
    script s;
    gp_peer *p;
    gp_err e;
    CHECK(n < 100);
    script_open(&s);
    SAME(gp_peer_parse(&p, "b:1", 3), GP_OK);
    memory_fail(n, false);
    e = gp_node_connect(s.node, p, 1000, s.now, &r);
    failed = memory_heal();
    gp_peer_unref(p);
    SAME(e, failed ? GP_ENOMEM : GP_OK);
    SAME(script_count(&s, "connect"), !failed);
    SAME(s.node->peers.records.count, !failed);
    SAME(s.node->memberships.candidates, !failed);
    if (e == GP_OK)
      gp_receipt_unref(r);
    script_close(&s);
  }
}

TEST(knownstarved, "one that cannot list whom it knows lists nobody") {
  script s;
  gp_peerlist list = {0, 0, NULL};
  gp_err e = GP_ENOMEM;
  uint64_t n;
  bool left;
  int i;
  script_open(&s);
  for (i = 0; i < 40; i++) {
    char name[] = "m0:1";
    actor a = {.name = name, .program = ACTOR_V113};
    name[1] = (char)('0' + i % 10);
    name[0] = (char)('m' + i / 10);
    script_connect(&s, &a);
    script_prove(&s, &a);
  }
  for (n = 1; e != GP_OK; n++) {
    memory_fail(n, false);
    e = gp_node_known(s.node, &list, &left);
    CHECK(memory_heal() == (e != GP_OK));
    SAME(list.n, e == GP_OK ? 40 : 0);
  }
  CHECK(n > 3); /* it failed half way, too */
  gp_peerlist_clear(&list);
  script_close(&s);
}
