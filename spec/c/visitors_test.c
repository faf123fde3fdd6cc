/*
** visitors_test.c - those that come to write, and are no members.
*/
#include "node/visitors.h"

#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "node/state.h"
#include "program.h"
#include "world.h"

#define STRANGER "403 v113 Peer not registered"

static const actor bob = {.name = "b:1", .process = 2, .called = "bob"};
static const actor cleo = {.name = "c:1", .process = 3};
static const actor eve = {.name = "e:1", .process = 66, .called = "eve"};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

static size_t ask (script *s, const actor *by, bool brief) {
  gp_recvreq request = script_ask(s, by, GP_CONNECT, NULL);
  request.ext.visit = true;
  request.ext.brief = brief;
  return script_receive(s, &request);
}

/* Asks for a visit, and does not respond yet where it is dialled back. */
static size_t asks (script *s, const actor *by) {
  return ask(s, by, false);
}

/* Asks, and responds; of that nothing is left to be read. */
static size_t visits (script *s, const actor *by) {
  return asks(s, by);
}

/* With bob, and nothing else of him to be read. */
static void open (script *s) {
  script_open(s);
  script_member(s, &bob);
}

/* Nobody has come. */
static void unnoticed (script *s) {
  TEXT(told_members(s->node), "b");
  SAME(s->node->memberships.candidates, 0);
  TEXT(script_sent(s), "");
}

TEST(visitor,
     "a visitor is heard, and nobody notices that it comes or goes") {
  script s;
  gp_digest digest;
  gp_message *m;
  open(&s);
  digest = gp_node_digest(s.node);
  TEXT(script_given(&s, visits(&s, &eve)), "200 v113 [b:1]");
  TEXT(program_news(&s), "");
  unnoticed(&s);
  CHECK(gp_digest_equal(gp_node_digest(s.node), digest));
  TEXT(script_given(&s, script_say(&s, &eve, "hello", 1)), "200 v113");
  m = gp_node_peekmessage(s.node);
  TEXT(gp_peer_nick(m->from), "eve");
  TEXT(told_message(s.node), "e: hello");
  TEXT(script_given(&s, script_say(&s, &eve, "hello", 1)), "200 v113");
  TEXT(told_message(s.node), ""); /* a repetition */
  TEXT(script_given(&s, script_connect(&s, &cleo)), "200 v113 [b:1]");
  script_disconnect(&s, &cleo);
  (void)program_news(&s);
  program_forget(program_say(&s, "all"));
  TEXT(script_sent(&s), "broadcast b:1 v113 \"all\" #1");
  script_respond(&s, "broadcast", &bob, NULL);
  TEXT(script_given(&s, script_disconnect(&s, &eve)), "200 v113");
  TEXT(script_given(&s, script_say(&s, &eve, "more", 2)), STRANGER);
  TEXT(script_given(&s, script_disconnect(&s, &eve)), STRANGER);
  TEXT(program_news(&s), "");
  unnoticed(&s);
  SAME(s.node->peers.count, 1);
  SAME(s.node->admission.visitors.count, 0);
  script_close(&s);
}

TEST(visitorunprobed, "a visitor is not probed, nor told of others") {
  script s;
  script_init(&s);
  s.opt.probe_interval_ms = 100;
  script_start(&s);
  visits(&s, &eve);
  script_pass(&s, 9000);
  TEXT(script_sent(&s), "");
  CHECK(!gp_node_isconnected(s.node));
  script_close(&s);
}

TEST(visitorends, "a visit lasts for ten seconds from its last connect on") {
  script s;
  open(&s);
  visits(&s, &eve);
  script_pass(&s, 9999);
  TEXT(script_given(&s, script_say(&s, &eve, "1", 1)), "200 v113");
  script_pass(&s, 1);
  TEXT(script_given(&s, script_say(&s, &eve, "2", 2)), STRANGER);
  SAME(s.node->peers.count, 1);
  visits(&s, &eve);
  script_pass(&s, 6000);
  visits(&s, &eve);
  script_pass(&s, 9999);
  TEXT(script_given(&s, script_say(&s, &eve, "3", 3)), "200 v113");
  SAME(s.node->admission.visitors.count, 1);
  script_pass(&s, 1);
  TEXT(script_given(&s, script_say(&s, &eve, "4", 4)), STRANGER);
  TEXT(told_message(s.node), "e: 1");
  TEXT(told_message(s.node), "e: 3");
  TEXT(program_news(&s), "");
  SAME(s.node->admission.visitors.count, 0);
  unnoticed(&s);
  script_close(&s);
}

TEST(visitormember, "a member that visits stays a member") {
  script s;
  open(&s);
  TEXT(script_given(&s, visits(&s, &bob)), "200 v113 [b:1]");
  SAME(s.node->admission.visitors.count, 0);
  script_pass(&s, 20 * SECOND);
  unnoticed(&s);
  TEXT(script_given(&s, script_say(&s, &bob, "1", 1)), "200 v113");
  (void)told_message(s.node);
  script_disconnect(&s, &bob);
  TEXT(program_news(&s), "b left");
  script_close(&s);
}

TEST(visitorfailed, "one that had failed and visits is a member once more") {
  script s;
  open(&s);
  gp_membership_apply(s.node, script_of(&s, &bob), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  (void)program_news(&s);
  visits(&s, &bob);
  SAME(s.node->admission.visitors.count, 0);
  TEXT(script_sent(&s), "connect b:1 any reconnect alone brief");
  script_respond(&s, "connect", &bob, "");
  TEXT(program_news(&s), "b recovered");
  script_close(&s);
}

TEST(visitorjoins, "a visitor that connects is a member, and leaves as one") {
  script s;
  open(&s);
  visits(&s, &eve);
  script_connect(&s, &eve);
  TEXT(program_news(&s), "e joined");
  TEXT(told_members(s.node), "b e");
  script_pass(&s, 10 * SECOND);
  TEXT(told_members(s.node), "b e");
  SAME(s.node->admission.visitors.count, 0);
  visits(&s, &eve);
  TEXT(told_members(s.node), "b e");
  script_disconnect(&s, &eve);
  TEXT(program_news(&s), "e left");
  script_close(&s);
}

TEST(visitorgo, "only a node of ours is a visitor") {
  script s;
  open(&s);
  visits(&s, &go);
  TEXT(program_news(&s), "g joined");
  script_close(&s);
}

TEST(visitortaken,
     "a visitor with the nick of a member that lives is refused") {
  static const actor imposter = {
    .name = "e:1", .process = 66, .called = "bob"};
  script s;
  size_t x;
  open(&s);
  x = visits(&s, &imposter);
  TEXT(script_given(&s, x), "");
  TEXT(script_sent(&s), "probe b:1 v113");
  script_respond(&s, "probe", &bob, NULL);
  TEXT(script_given(&s, x), "409 v113 Name taken by another member");
  TEXT(program_news(&s), "");
  unnoticed(&s);
  SAME(s.node->peers.count, 1);
  script_close(&s);
}

TEST(visitornick, "and visits if that one is gone") {
  static const actor imposter = {
    .name = "e:1", .process = 66, .called = "bob"};
  static const actor dan = {.name = "b:1", .process = 99};
  script s;
  size_t x;
  open(&s);
  x = visits(&s, &imposter);
  script_respond(&s, "probe", &dan, NULL); /* another one is there now */
  TEXT(script_given(&s, x), "200 v113 []");
  SAME(s.node->admission.visitors.count, 1);
  TEXT(script_given(&s, script_say(&s, &imposter, "1", 1)), "200 v113");
  TEXT(told_message(s.node), "e: 1");
  CHECK(strstr(program_news(&s), "e ") == NULL);
  (void)script_sent(&s);
  script_close(&s);
}

TEST(visitornamesake, "a member may have the nick of a visitor") {
  static const actor other = {.name = "f:1", .process = 67, .called = "eve"};
  script s;
  open(&s);
  visits(&s, &eve);
  TEXT(script_given(&s, script_connect(&s, &other)), "200 v113 [b:1]");
  TEXT(program_news(&s), "f joined");
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(visitorbound, "where there are too many the next one is a member") {
  script s;
  char name[20], remote[20];
  actor one = {.name = name, .remote = remote};
  size_t i;
  open(&s);
  for (i = 0; i < 257; i++) {
    snprintf(name, sizeof name, "v%d:1", (int)i);
    snprintf(remote, sizeof remote, "10.7.7.%d", (int)(i / 64));
    one.process = 100 + i;
    TEXT(script_given(&s, visits(&s, &one)), "200 v113 [b:1]");
    TEXT(program_news(&s), i < 256 ? "" : "v256 joined");
  }
  SAME(s.node->admission.visitors.count, 256);
  snprintf(name, sizeof name, "v5:1");
  snprintf(remote, sizeof remote, "10.7.7.0");
  one.process = 105;
  script_disconnect(&s, &one);
  TEXT(script_given(&s, visits(&s, &one)), "200 v113 [b:1 v256:1]");
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(visitoreach, "and so is the next one where one address has too many") {
  script s;
  char name[20];
  actor one = {.name = name, .remote = "10.7.7.7"};
  size_t i;
  open(&s);
  for (i = 0; i < 65; i++) {
    snprintf(name, sizeof name, "v%d:1", (int)i);
    one.process = 100 + i;
    visits(&s, &one);
    TEXT(program_news(&s), i < 64 ? "" : "v64 joined");
  }
  visits(&s, &eve);
  TEXT(program_news(&s), "");
  SAME(s.node->admission.visitors.count, 65);
  script_close(&s);
}

TEST(visitorasked, "who visits is asked at its address first") {
  script s;
  size_t x, y;
  open(&s);
  s.silent = true;
  x = asks(&s, &eve);
  TEXT(script_sent(&s), "probe e:1 any");
  y = script_say(&s, &eve, "1", 1); /* in one breath */
  TEXT(script_given(&s, x), "");
  script_respond(&s, "probe", &eve, NULL);
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  TEXT(script_given(&s, y), "200 v113");
  TEXT(script_given(&s, asks(&s, &eve)), "200 v113 [b:1]"); /* known */
  TEXT(program_news(&s), "e: 1");
  unnoticed(&s);
  SAME(s.node->admission.visitors.count, 1);
  script_close(&s);
}

TEST(visitorforged, "one whose address does not say the same is none") {
  static const actor others[] = {
    {.name = "e:1", .process = 14},
    {.name = "e:1", .process = 66, .program = ACTOR_V113}};
  script s;
  size_t i, x;
  for (i = 0; i < 3; i++) {
    open(&s);
    s.silent = true;
    x = asks(&s, &eve);
    if (i < 2)
      script_respond(&s, "probe", &others[i], NULL);
    else
      script_fail(&s, "probe", GP_ECONNREFUSED);
    script_pass(&s, 999);
    TEXT(script_given(&s, x), "");
    script_pass(&s, 1);
    TEXT(script_given(&s, x), "200 v113 [b:1]");
    while (s.node->admission.proofs.count > 0) {
      script_pass(&s, 100);
      if (script_count(&s, "probe") > 0)
        script_fail(&s, "probe", GP_ECONNREFUSED);
    }
    (void)script_sent(&s);
    TEXT(program_news(&s), "");
    SAME(s.node->admission.visitors.count, 0);
    SAME(s.node->peers.count, 1);
    script_close(&s);
  }
}

TEST(visitorflood, "those that only send take no place of a visitor") {
  script s;
  char name[20];
  actor one = {.name = name, .remote = "10.6.6.6"};
  size_t i;
  open(&s);
  s.silent = true;
  for (i = 0; i < 256; i++) {
    snprintf(name, sizeof name, "v%d:1", (int)i);
    one.process = 100 + i;
    ask(&s, &one, true);
  }
  SAME(s.node->admission.visitors.count, 0);
  SAME(script_count(&s, "probe v"), 16);
  SAME(s.node->memberships.members, 1);
  (void)script_sent(&s);
  i = ask(&s, &eve, true);
  script_respond(&s, "probe e:1", &eve, NULL);
  TEXT(script_given(&s, i), ""); /* after those that came before */
  script_pass(&s, 1000);
  TEXT(script_given(&s, i), "200 v113 [b:1]");
  SAME(s.node->admission.visitors.count, 1);
  script_close(&s); /* responds to all */
}

TEST(visitorgivesup, "one that connects meanwhile is a member") {
  script s;
  size_t x;
  open(&s);
  s.silent = true;
  x = asks(&s, &eve);
  script_connect(&s, &eve);
  script_respond(&s, "probe", &eve, NULL);
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  TEXT(program_news(&s), "e joined");
  script_close(&s);
}

/* A visitor comes while allocation number 'fails' fails: as it asks, or as
   its address responds. Whether one did. */
static bool starved (uint64_t fails, bool late) {
  script s;
  gp_recvreq request;
  gp_recvresp response = {0};
  script_exchange *x;
  bool responded, failed = false;
  open(&s);
  s.silent = true;
  request = script_ask(&s, &eve, GP_CONNECT, NULL);
  request.ext.visit = true;
  x = &s.received[s.received_count++];
  memory_fail(late ? UINT64_MAX : fails, false);
  responded = gp_node_received(s.node, &request, &x->head, s.now);
  failed = memory_heal();
  gp_recvreq_clear(&request);
  if (!responded) {
    response = script_response(&s, "probe", &eve, NULL);
    memory_fail(late ? fails : UINT64_MAX, false);
    script_end(&s, "probe", GP_OK, &response);
    failed = memory_heal() || failed;
    gp_recvresp_clear(&response);
  }
  CHECK(strncmp(x->text, failed ? "503" : "200", 3) == 0 ||
        s.node->admission.visitors.count == 1);
  (void)program_news(&s);
  (void)script_sent(&s);
  script_close(&s);
  return failed;
}

TEST(visitormemory, "without memory one visits, or is told to come again") {
  uint64_t n = 1, m = 1;
  while (starved(n, false))
    n++;
  while (starved(m, true))
    m++;
  CHECK(n > 2 && m > 2);
}

TEST(visitorlisted, "one that another program lists is not met for that") {
  script s;
  open(&s);
  visits(&s, &eve);
  program_joined(&s, &go, "e:1 b:1");
  CHECK(script_of(&s, &eve)->membership == GP_STRANGER);
  (void)program_news(&s);
  script_pass(&s, 2 * SECOND);
  CHECK(script_count(&s, "connect e:1") == 0);
  script_close(&s);
}

TEST(visitoranswered, "a visitor can be written to") {
  script s;
  open(&s);
  visits(&s, &eve);
  program_forget(program_tell(&s, "e:1", "thanks"));
  CHECK(strstr(script_sent(&s), "direct e:1 v113 \"thanks\"") != NULL);
  script_respond(&s, "direct", &eve, NULL);
  TEXT(program_news(&s), "");
  unnoticed(&s);
  script_close(&s);
}

TEST(visitorleft, "a node that has left is in no network for a visitor") {
  script s;
  gp_receipt *r;
  gp_peerlist known = {0, 0, NULL};
  bool left;
  open(&s);
  r = program_leave(&s);
  script_respond(&s, "disconnect", &bob, NULL);
  gp_receipt_unref(r);
  (void)script_sent(&s);
  TEXT(script_given(&s, visits(&s, &eve)), "200 v113 []");
  TEXT(script_given(&s, script_say(&s, &eve, "1", 1)), "200 v113");
  SAME(gp_node_known(s.node, &known, &left), GP_OK);
  CHECK(left);
  script_close(&s);
}

TEST(visitorgoodbye, "a node that leaves tells those that visit it") {
  static const actor dan = {.name = "d:1", .process = 67};
  script s;
  gp_receipt *r;
  open(&s);
  visits(&s, &eve);
  visits(&s, &dan);
  script_disconnect(&s, &dan);
  r = program_leave(&s);
  TEXT(script_sent(&s), "disconnect b:1 v113; disconnect e:1 v113");
  TEXT(script_given(&s, script_say(&s, &eve, "last", 1)), "200 v113");
  TEXT(told_message(s.node), "e: last");
  script_respond(&s, "disconnect b:1", &bob, NULL);
  CHECK(!gp_receipt_issettled(r));
  script_respond(&s, "disconnect e:1", &eve, NULL);
  SAME(script_result(r), GP_OK);
  TEXT(program_news(&s), "");
  SAME(s.node->admission.visitors.count, 0);
  SAME(s.node->peers.count, 0);
  script_close(&s);
}

TEST(visitortoolate, "nor is one that has left met as one of a list") {
  script s;
  gp_receipt *r;
  open(&s);
  r = program_leave(&s);
  TEXT(script_given(&s, ask(&s, &eve, true)), STRANGER);
  script_respond(&s, "disconnect", &bob, NULL);
  gp_receipt_unref(r);
  SAME(s.node->peers.count, 0);
  script_close(&s);
}

TEST(visitorlate, "nor while that one is dialled back") {
  script s;
  size_t x;
  gp_receipt *r;
  open(&s);
  s.silent = true;
  x = ask(&s, &eve, true);
  r = program_leave(&s);
  script_respond(&s, "probe", &eve, NULL);
  TEXT(script_given(&s, x), STRANGER);
  script_respond(&s, "disconnect", &bob, NULL);
  gp_receipt_unref(r);
  SAME(s.node->peers.count, 0);
  SAME(s.node->admission.visitors.count, 0);
  script_close(&s);
}

TEST(visitheld, "what waits when a visit ends arrives") {
  script s;
  size_t x;
  script_init(&s);
  s.opt.inbox_messages = 1;
  s.opt.inbox_timeout_ms = 20000;
  script_start(&s);
  visits(&s, &eve);
  script_say(&s, &eve, "1", 1);
  x = script_say(&s, &eve, "2", 2);
  script_pass(&s, 11 * SECOND);
  TEXT(script_given(&s, x), "");
  TEXT(told_message(s.node), "e: 1");
  TEXT(script_given(&s, x), "200 v113");
  TEXT(told_message(s.node), "e: 2");
  SAME(s.node->peers.count, 0);
  script_close(&s);
}
