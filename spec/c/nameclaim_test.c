/*
** nameclaim_test.c - newcomers that come with a name which is, or may be,
** another's.
*/
#include <string.h>

#include "memory.h"
#include "node/admission.h"
#include "node/state.h"
#include "script.h"

static const actor b = {.name = "b:1", .process = 11, .called = "bob"};
static const actor c = {.name = "c:1", .process = 12, .called = "cat"};
static const actor bob = {.name = "d:1", .process = 13, .called = "bob"};
static const actor ann = {.name = "e:1", .process = 14, .called = "ann"};

static const char taken[] = "409 v113 Name taken by another member";
static const char busy[] = "503 v113 Too busy, try again";

/* A node called "ann", with the members bob and cat. */
static void open (script *s) {
  script_init(s);
  s->opt.nick = "ann";
  script_start(s);
  script_member(s, &b);
  script_member(s, &c);
}

static size_t reconnects (script *s, const actor *by, bool alone) {
  gp_recvreq request = script_ask(s, by, GP_CONNECT, NULL);
  request.ext.topic = GP_TOPIC_RECONNECT;
  request.ext.alone = alone;
  return script_receive(s, &request);
}

TEST(annes, "one that comes with our own name is refused") {
  script s;
  open(&s);
  TEXT(script_given(&s, script_connect(&s, &ann)), taken);
  TEXT(told_event(s.node), "");
  TEXT(told_members(s.node), "b c");
  CHECK(script_record(&s, "e:1") == NULL);
  TEXT(script_given(&s, reconnects(&s, &ann, true)), taken);
  TEXT(told_failure(s.node), "");
  script_close(&s);
}

static const char *nickof (const script *s, const char *name) {
  return gp_peer_nick(gp_record_name(script_record(s, name)));
}

TEST(merging, "one that comes with its network is let in without the name") {
  script s;
  open(&s);
  TEXT(script_given(&s, reconnects(&s, &ann, false)), "200 v113 [b:1 c:1]");
  TEXT(told_failure(s.node), "meeting e: EEXIST");
  TEXT(nickof(&s, "e:1"), "");
  TEXT(script_given(&s, reconnects(&s, &bob, false)),
       "200 v113 [b:1 c:1 e:1]");
  TEXT(told_failure(s.node), "");
  TEXT(told_members(s.node), "b c e d");
  TEXT(nickof(&s, "d:1"), "");
  TEXT(nickof(&s, "b:1"), "bob");
  TEXT(script_given(&s, script_connect(&s, &bob)),
       "200 v113 [b:1 c:1 e:1 d:1]"); /* is a member */
  TEXT(nickof(&s, "d:1"), "");
  script_close(&s);
}

TEST(failedann, "one refused for its name has gone from its address") {
  static const actor other = {.name = "c:1", .process = 22, .called = "ann"};
  script s;
  open(&s);
  gp_membership_apply(s.node, script_record(&s, "c:1"), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  (void)told_event(s.node);
  TEXT(script_given(&s, script_connect(&s, &other)), taken);
  TEXT(told_event(s.node), "c left");
  CHECK(script_record(&s, "c:1") == NULL);
  script_close(&s);
}

/* Another bob comes, and waits. */
static size_t waits (script *s) {
  size_t x;
  open(s);
  x = script_connect(s, &bob);
  TEXT(script_given(s, x), "");
  TEXT(script_sent(s), "probe b:1 v113");
  return x;
}

TEST(livingbob, "while the one that has the name lives, others are refused") {
  script s;
  size_t x = waits(&s);
  script_respond(&s, "probe b:1", &b, NULL);
  TEXT(script_given(&s, x), taken);
  TEXT(told_members(s.node), "b c");
  TEXT(told_event(s.node), "");
  CHECK(script_record(&s, "d:1") == NULL);
  script_close(&s);
}

TEST(silentbob, "one that does not show a sign of life has left its name") {
  script s;
  size_t x = waits(&s);
  script_fail(&s, "probe b:1", GP_ETIMEDOUT);
  TEXT(script_given(&s, x), "200 v113 [c:1]");
  TEXT(told_event(s.node), "b left");
  TEXT(told_event(s.node), "d joined");
  TEXT(told_members(s.node), "c d");
  script_close(&s);
}

TEST(formerbob, "a name is free when another process is where it was") {
  static const actor rob = {.name = "b:1", .process = 21, .called = "rob"};
  script s;
  size_t x = waits(&s);
  script_respond(&s, "probe b:1", &rob, NULL);
  TEXT(script_given(&s, x), "200 v113 [c:1]");
  TEXT(told_event(s.node), "b failed: EREPLACED");
  TEXT(told_event(s.node), "d joined");
  script_close(&s);
}

TEST(thirdbob, "where a third one has the name it is asked as well") {
  static const actor third = {.name = "f:1", .process = 15, .called = "bob"};
  script s;
  size_t x;
  open(&s);
  reconnects(&s, &bob, false);
  script_respond(&s, "probe b:1", &b, NULL);
  x = script_connect(&s, &third);
  (void)script_sent(&s);
  script_disconnect(&s, &b);
  script_pass(&s, 1000);
  TEXT(nickof(&s, "d:1"), "bob");
  script_fail(&s, "probe b:1", GP_ETIMEDOUT);
  TEXT(script_given(&s, x), "");
  TEXT(script_sent(&s), "probe d:1 v113");
  script_respond(&s, "probe d:1", &bob, NULL);
  TEXT(script_given(&s, x), taken);
  TEXT(told_members(s.node), "c d");
  script_close(&s);
}

TEST(latebob, "a verdict is waited for for two seconds") {
  script s;
  uint64_t since;
  size_t x = waits(&s);
  since = s.now;
  SAME(gp_node_due(s.node), since + 2000);
  script_pass(&s, 1999);
  TEXT(script_given(&s, x), "");
  script_pass(&s, 1);
  TEXT(script_given(&s, x), busy);
  CHECK(script_record(&s, "d:1") == NULL);
  CHECK(gp_node_due(s.node) == UINT64_MAX);
  script_respond(&s, "probe b:1", &b, NULL);
  TEXT(told_members(s.node), "b c");
  script_close(&s);
}

TEST(lateagain, "a verdict that comes too late counts for the next try") {
  script s;
  size_t x = waits(&s);
  script_pass(&s, 2000);
  TEXT(script_given(&s, x), busy);
  x = script_connect(&s, &bob);
  script_fail(&s, "probe b:1", GP_ETIMEDOUT);
  TEXT(script_given(&s, x), "200 v113 [c:1]");
  script_fail(&s, "probe b:1", GP_ETIMEDOUT);
  TEXT(told_members(s.node), "c d");
  script_close(&s);
}

TEST(twicebob, "one that asks twice gets the verdict twice") {
  script s;
  size_t x = waits(&s), y = script_connect(&s, &bob);
  TEXT(script_given(&s, y), "");
  script_respond(&s, "probe b:1", &b, NULL);
  TEXT(script_given(&s, x), taken);
  TEXT(script_given(&s, y), taken);
  script_respond(&s, "probe b:1", &b, NULL);
  script_close(&s);
}

TEST(bobasann, "one that is refused meanwhile does not wait any more") {
  static const actor other = {.name = "d:1", .process = 13, .called = "ann"};
  script s;
  size_t x = waits(&s), y = script_connect(&s, &other);
  TEXT(script_given(&s, x), taken);
  TEXT(script_given(&s, y), taken);
  script_close(&s);
}

TEST(bobfreed, "one that waits when the node goes is told that it is busy") {
  script s;
  size_t x = waits(&s);
  script_close(&s);
  TEXT(s.received[x].text, busy);
}

TEST(replacedbob, "a member's place may be taken by one that has to wait") {
  static const actor other = {.name = "c:1", .process = 22, .called = "bob"};
  script s;
  size_t x;
  open(&s);
  x = script_connect(&s, &other);
  TEXT(script_given(&s, x), "");
  TEXT(told_event(s.node), "c failed: EREPLACED");
  CHECK(gp_retry_isactive(&script_record(&s, "c:1")->retry));
  script_respond(&s, "probe b:1", &b, NULL);
  TEXT(script_given(&s, x), taken);
  TEXT(told_members(s.node), "b");
  CHECK(script_record(&s, "c:1") == NULL);
  script_close(&s);
}

/* Whether allocation number 'fails' failed while another bob came. */
static bool starved (uint64_t fails) {
  script s;
  gp_recvresp response;
  size_t x;
  bool failed;
  open(&s);
  s.silent = true;
  x = script_connect(&s, &bob);
  response = script_response(&s, "probe d:1", &bob, NULL);
  memory_fail(fails, false);
  script_end(&s, "probe d:1", GP_OK, &response);
  failed = memory_heal();
  gp_recvresp_clear(&response);
  script_pass(&s, 2000);
  if (strcmp(script_given(&s, x), busy) == 0)
    CHECK(script_record(&s, "d:1") == NULL);
  else
    TEXT(nickof(&s, "d:1"), "");
  TEXT(nickof(&s, "b:1"), "bob");
  script_close(&s);
  return failed;
}

TEST(starvedbob, "without memory a newcomer is not let in with the name") {
  uint64_t n = 1;
  while (starved(n))
    n++;
  CHECK(n > 3);
}

TEST(unaskedbob,
     "a verdict that nobody can be asked for comes in time, too") {
  script s;
  size_t x;
  open(&s);
  s.silent = true;
  x = script_connect(&s, &bob);
  s.refuse = GP_EMFILE;
  script_respond(&s, "probe d:1", &bob, NULL);
  TEXT(script_given(&s, x), "");
  s.refuse = GP_OK;
  script_pass(&s, 2000);
  TEXT(script_given(&s, x), busy);
  script_close(&s);
}

TEST(eachother, "one refused for its name still responds to our connect") {
  script s;
  gp_receipt *r;
  open(&s);
  r = script_dial(&s, "e:1");
  TEXT(script_given(&s, script_connect(&s, &ann)), taken);
  CHECK(!gp_receipt_issettled(r));
  script_refuse(&s, "connect e:1", &ann, 409);
  SAME(script_result(r), GP_EEXIST);
  script_close(&s);
}

TEST(writtenann,
     "what is written to a stranger stays when its name is refused") {
  script s;
  gp_receipt *r;
  open(&s);
  r = script_post(&s, "e:1", "x");
  TEXT(script_given(&s, script_connect(&s, &ann)), taken);
  CHECK(!gp_receipt_issettled(r));
  script_respond(&s, "probe e:1", &ann, NULL);
  script_respond(&s, "direct e:1", &ann, NULL);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(invitedbob,
     "one that has let us in stays, though its own connect is refused") {
  script s;
  size_t x = waits(&s);
  gp_receipt *r = script_dial(&s, "d:1");
  script_respond(&s, "connect d:1", &bob, "");
  SAME(script_result(r), GP_OK);
  TEXT(told_members(s.node), "b c d");
  script_respond(&s, "probe b:1", &b, NULL);
  TEXT(script_given(&s, x), taken);
  TEXT(told_members(s.node), "b c d");
  script_close(&s);
}

TEST(bobelsewhere,
     "one that waits and turns out to be a member keeps its form") {
  static const actor m = {.name = "m:1", .process = 13};
  script s;
  size_t x;
  gp_receipt *r;
  open(&s);
  script_member(&s, &m);
  x = script_connect(&s, &bob);
  TEXT(script_given(&s, x), "");
  r = script_dial(&s, "d:1");
  script_respond(&s, "connect d:1", &m, "");
  SAME(script_result(r), GP_OK);
  script_pass(&s, 2000);
  SAME(script_record(&s, "m:1")->compat.form, GP_FORM_V113);
  TEXT(script_given(&s, x), busy);
  TEXT(told_members(s.node), "b c m");
  script_close(&s);
}
