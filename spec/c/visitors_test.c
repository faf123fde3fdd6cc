/*
** visitors_test.c - those that come to write, and are no members, seen from
** both sides.
*/
#include "node/visitors.h"

#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "program.h"
#include "world.h"

#define STRANGER "403 v113 Peer not registered"

static const actor bob = {.name = "b:1", .process = 2, .called = "bob"};
static const actor cleo = {.name = "c:1", .process = 3};
static const actor eve = {.name = "e:1", .process = 66, .called = "eve"};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

static size_t visits (script *s, const actor *by) {
  gp_recvreq request = script_ask(s, by, GP_CONNECT, NULL);
  request.ext.visit = true;
  return script_receive(s, &request);
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
  uint64_t digest;
  gp_message *m;
  open(&s);
  digest = gp_node_digest(s.node);
  TEXT(script_given(&s, visits(&s, &eve)), "200 v113 [b:1]");
  TEXT(program_news(&s), "");
  unnoticed(&s);
  CHECK(gp_node_digest(s.node) == digest);
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
  char name[20];
  actor one = {.name = name, .remote = "10.7.7.7"};
  size_t i;
  open(&s);
  for (i = 0; i < 257; i++) {
    snprintf(name, sizeof name, "v%d:1", (int)i);
    one.process = 100 + i;
    TEXT(script_given(&s, visits(&s, &one)), "200 v113 [b:1]");
    TEXT(program_news(&s), i < 256 ? "" : "v256 joined");
  }
  SAME(s.node->admission.visitors.count, 256);
  snprintf(name, sizeof name, "v5:1");
  one.process = 105;
  script_disconnect(&s, &one);
  TEXT(script_given(&s, visits(&s, &one)), "200 v113 [b:1 v256:1]");
  TEXT(program_news(&s), "");
  script_close(&s);
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
  gp_recvreq request;
  gp_receipt *r;
  open(&s);
  r = program_leave(&s);
  request = script_ask(&s, &eve, GP_CONNECT, NULL);
  request.ext.visit = request.ext.brief = true;
  TEXT(script_given(&s, script_receive(&s, &request)), STRANGER);
  script_respond(&s, "disconnect", &bob, NULL);
  gp_receipt_unref(r);
  SAME(s.node->peers.count, 0);
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

TEST(visiting, "a node that visits says so wherever it connects") {
  script s;
  gp_receipt *r;
  script_open(&s);
  gp_node_setvisits(s.node, true);
  r = program_join(&s, "b:1");
  TEXT(script_sent(&s), "connect b:1 any visit");
  script_respond(&s, "connect", &bob, "c:1");
  TEXT(script_sent(&s), "connect c:1 any brief visit");
  script_respond(&s, "connect", &cleo, "");
  SAME(script_result(r), GP_OK);
  program_forget(program_say(&s, "hello"));
  TEXT(script_sent(&s), "broadcast b:1 v113 \"hello\" #1; "
                        "broadcast c:1 v113 \"hello\" #1");
  script_refuse(&s, "broadcast b:1", &bob, 403); /* ten seconds are over */
  TEXT(script_sent(&s), "connect b:1 any reconnect visit");
  script_respond(&s, "connect b:1", &bob, "c:1");
  TEXT(script_sent(&s), "broadcast b:1 v113 \"hello\" #1");
  gp_node_setvisits(s.node, false);
  r = program_join(&s, "d:1");
  TEXT(script_sent(&s), "connect d:1 any");
  gp_receipt_unref(r);
  script_close(&s);
}

TEST(visitworld, "a network that is visited goes on as it was") {
  EACHSEED (seed, 20) {
    world w;
    size_t i, n;
    world_network(&w, seed, 4);
    world_pass(&w, 5 * SECOND);
    n = world_add(&w, NULL);
    world_ignore(&w);
    gp_node_setvisits(world_node(&w, n), true);
    SAME(world_end(&w, world_join(&w, n, 1)), GP_OK);
    SAME(world_end(&w, world_say(&w, n, "hello")), GP_OK);
    world_pass(&w, 30 * SECOND);
    SAME(world_end(&w, world_say(&w, n, "again")), GP_OK);
    SAME(world_end(&w, world_leave(&w, n)), GP_OK);
    world_pass(&w, 15 * SECOND);
    for (i = 0; i < n; i++) {
      TEXT(world_hear(&w, i), "n4: hello");
      TEXT(world_hear(&w, i), "n4: again");
      TEXT(world_hear(&w, i), "");
      TEXT(world_event(&w, i), "");
      TEXT(world_complaint(&w, i), "");
      CHECK(strstr(world_members(&w, i), "n4") == NULL);
      SAME(strlen(world_members(&w, i)), 8);
    }
    world_close(&w);
  }
}

/* A visitor as the command is one: it joins, says something, leaves, and is
   gone once all that is done. What it says to one that is leaving may fail;
   nobody has failed for that. */
typedef struct caller {
  enum { AWAY, JOINING, SAYING, LEAVING, GONE } at;
  size_t number;
  gp_receipt *receipt;
} caller;

static void step (world *w, caller *c) {
  const char *event;
  gp_err e = GP_OK;
  if (c->receipt != NULL) {
    if (!gp_receipt_issettled(c->receipt))
      return;
    e = world_end(w, c->receipt);
    c->receipt = NULL;
  }
  world_check(w, e == GP_OK || c->at == SAYING, gp_err_text(e), c->number);
  while (*(event = world_event(w, c->number)) != '\0')
    world_check(w, strstr(event, "failed") == NULL, event, c->number);
  switch (++c->at) {
    case JOINING: c->receipt = world_join(w, c->number, 0); break;
    case SAYING: c->receipt = world_say(w, c->number, "hello"); break;
    case LEAVING: c->receipt = world_leave(w, c->number); break;
    default: c->at = GONE; gp_simhost_stop(w->at[c->number]);
  }
}

/* Each is listed by a Go program while it is there, and so met by the
   others. */
TEST(visitcrowd, "of several that visit at once none misses another") {
  EACHSEED (seed, 100) {
    world w;
    size_t i, t;
    caller callers[4] = {{AWAY, 0, NULL}};
    world_network(&w, seed, 1);
    gp_simhost_setplain(w.at[0]);
    for (i = 0; i < 4; i++) {
      callers[i].number = world_add(&w, NULL);
      gp_node_setvisits(world_node(&w, callers[i].number), true);
    }
    for (t = 0; t < 2000; t++) {
      for (i = 0; i < 4; i++)
        if (t > 2 * i && callers[i].at != GONE)
          step(&w, &callers[i]);
      world_pass(&w, 1);
    }
    for (i = 0; i < 4; i++)
      SAME(callers[i].at, GONE);
    world_close(&w);
  }
}
