/*
** admission_test.c - who may enter, and what follows from there being a
** member more. (The names that newcomers claim: nameclaim_test.c. Newcomers
** of a header form: newcomer_test.c.)
*/
#include "node/admission.h"

#include <stdio.h>
#include <string.h>

#include "node/reconnect.h"
#include "node/state.h"
#include "script.h"

static const actor b = {.name = "b:1", .process = 11};
static const actor c = {.name = "c:1", .process = 12};
static const actor d = {.name = "d:1", .process = 13};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

static const char *connects (script *s, const actor *by) {
  return script_given(s, script_connect(s, by));
}

/* Likewise, and says this, too. */
static const char *asks (script *s, const actor *by, gp_topic topic,
                         bool brief) {
  gp_recvreq request = script_ask(s, by, GP_CONNECT, NULL);
  request.ext.topic = topic;
  request.ext.brief = brief;
  return script_given(s, script_receive(s, &request));
}

/* A member has failed, and is tried again. */
static void fails (script *s, const char *name) {
  gp_record *peer = script_record(s, name);
  s->node->now = s->now;
  CHECK(gp_membership_apply(s->node, peer, GP_HAS_FAILED, GP_ETIMEDOUT));
  gp_reconnect_begin(s->node, peer);
  (void)told_event(s->node);
}

TEST(letin, "a newcomer gets the list as it was, and is a member then") {
  script s;
  script_open(&s);
  TEXT(connects(&s, &b), "200 v113 []");
  TEXT(told_event(s.node), "b joined");
  TEXT(connects(&s, &go), "200 v113 [b:1]");
  TEXT(told_event(s.node), "g joined");
  TEXT(connects(&s, &b), "200 v113 [b:1 g:1]");
  TEXT(told_event(s.node), "");
  TEXT(told_members(s.node), "b g");
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(learnt, "what a connect tells of its sender is learnt") {
  static const actor any = {.name = "0.0.0.0:5", .remote = "10.0.0.5"};
  script s;
  gp_record *peer;
  script_open(&s);
  script_member(&s, &b);
  peer = script_record(&s, "b:1");
  CHECK(peer->compat.ours && peer->compat.form == GP_FORM_V113);
  CHECK(peer->names.confirmed && peer->liveness.reachable);
  SAME(peer->claim.process, 11);
  SAME(peer->liveness.heard_at, s.now);
  SAME(peer->arrival.entered_at, s.now);
  script_member(&s, &any);
  peer = script_record(&s, "0.0.0.0:5");
  TEXT(gp_peer_text(gp_record_dialled(peer)), "10.0.0.5:5");
  script_member(&s, &go);
  CHECK(!script_record(&s, "g:1")->compat.ours);
  script_close(&s);
}

TEST(unreachables, "members that did not respond last are not handed on") {
  script s;
  script_open(&s);
  script_member(&s, &b);
  script_member(&s, &c);
  gp_suspicion_setreachable(&script_record(&s, "b:1")->liveness, false);
  TEXT(connects(&s, &go), "200 v113 [c:1]");
  fails(&s, "c:1");
  TEXT(connects(&s, &d), "200 v113 [g:1]");
  script_close(&s);
}

TEST(brief, "one with a list already gets the sixteen newest, newest first") {
  script s;
  size_t i;
  script_open(&s);
  for (i = 10; i < 30; i++) {
    char name[16];
    actor a = {.name = name, .process = i};
    snprintf(name, sizeof name, "m%zu:1", i);
    script_member(&s, &a);
  }
  gp_suspicion_setreachable(&script_record(&s, "m28:1")->liveness, false);
  TEXT(asks(&s, &b, GP_TOPIC_NONE, true),
       "200 v113 [m29:1 m27:1 m26:1 m25:1 m24:1 m23:1 m22:1 m21:1 m20:1 "
       "m19:1 m18:1 m17:1 m16:1 m15:1 m14:1 m13:1]");
  SAME(script_record(&s, "b:1")->arrival.entered_at, 0);
  script_close(&s);
}

/* Two members are as many as there may be. */
static void opensmall (script *s) {
  script_init(s);
  s->opt.max_members = 2;
  script_start(s);
  script_member(s, &b);
  script_member(s, &c);
}

TEST(full, "where there is no room newcomers are told so, members let in") {
  script s;
  opensmall(&s);
  TEXT(connects(&s, &d), "503 v113 Too busy, try again");
  CHECK(script_record(&s, "d:1") == NULL);
  SAME(gp_node_peekfailure(s.node)->origin->len, 11); /* its remote */
  SAME(gp_node_peekfailure(s.node)->status, 503);
  TEXT(told_failure(s.node), "serving -: ELIMIT");
  TEXT(connects(&s, &b), "200 v113 [b:1 c:1]");
  TEXT(told_failure(s.node), "");
  script_close(&s);
}

TEST(fullofothers, "one that failed has lost its place to others") {
  script s;
  opensmall(&s);
  fails(&s, "b:1");
  TEXT(connects(&s, &d), "200 v113 [c:1]");
  TEXT(connects(&s, &b), "503 v113 Too busy, try again");
  SAME(gp_node_peekfailure(s.node)->origin->len, 3); /* b:1 */
  SAME(gp_node_peekfailure(s.node)->status, 503);
  TEXT(told_failure(s.node), "serving -: ELIMIT");
  SAME(script_record(&s, "b:1")->membership, GP_FAILED);
  script_disconnect(&s, &d);
  TEXT(connects(&s, &b), "200 v113 [c:1]");
  script_close(&s);
}

TEST(candidateroom, "a candidate has its place already") {
  script s;
  gp_receipt *r;
  script_init(&s);
  s.opt.max_members = 1;
  script_start(&s);
  r = script_dial(&s, "b:1");
  TEXT(connects(&s, &c), "503 v113 Too busy, try again");
  TEXT(connects(&s, &b), "200 v113 []");
  script_respond(&s, "connect b:1", &b, "");
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(unwritten, "one that was only written to needs room like a newcomer") {
  script s;
  gp_receipt *r;
  opensmall(&s);
  r = script_post(&s, "d:1", "x");
  TEXT(script_sent(&s), "probe d:1 any");
  TEXT(connects(&s, &d), "503 v113 Too busy, try again");
  script_fail(&s, "probe d:1", GP_ETIMEDOUT);
  SAME(script_result(r), GP_ETIMEDOUT);
  script_close(&s);
}

TEST(ourselves, "a node does not let itself in") {
  static const actor self = {.name = "a:1", .process = 7};
  script s;
  script_open(&s);
  TEXT(connects(&s, &self), "400 v113 You can not connect with yourself.");
  TEXT(told_members(s.node), "");
  CHECK(script_record(&s, "a:1") == NULL);
  script_close(&s);
}

TEST(ownprocess, "nor under another name, which its process tells") {
  static const actor self = {.name = "z:1", .process = 7};
  static const actor twin = {.name = "a:1", .process = 8};
  script s;
  size_t x;
  script_open(&s);
  x = script_connect(&s, &self);
  TEXT(script_given(&s, x), "400 v113 You can not connect with yourself.");
  SAME(s.received[x].process, 7);
  CHECK(script_record(&s, "z:1") == NULL);
  x = script_connect(&s, &twin); /* another one that calls itself so */
  TEXT(script_given(&s, x), "400 v113 You can not connect with yourself.");
  SAME(s.received[x].process, 7); /* which is not its own */
  TEXT(told_members(s.node), "");
  TEXT(told_failure(s.node), "");
  script_close(&s);
}

TEST(elsewhere,
     "one for its machine alone is told once of members elsewhere") {
  static const actor here = {
    .name = "127.0.0.9:1", .remote = "127.0.0.9", .process = 21};
  static const actor named = {.name = "d:1", .process = 22};
  static const actor any = {.name = "0.0.0.0:1", .process = 23};
  static const actor far = {.name = "10.0.0.5:1", .process = 24};
  static const actor farther = {.name = "10.0.0.6:1", .process = 25};
  script s;
  int i;
  for (i = 0; i < 2; i++) {
    script_init(&s);
    s.opt.only_here = i == 1;
    script_start(&s);
    script_member(&s, &here);
    script_member(&s, &named);
    script_member(&s, &any);
    TEXT(told_failure(s.node), "");
    script_member(&s, &far);
    TEXT(told_failure(s.node),
         i == 1 ? "meeting 10.0.0.5: EADDRNOTAVAIL" : "");
    script_member(&s, &farther);
    TEXT(told_failure(s.node), "");
    script_close(&s);
  }
}

TEST(hasleft, "one that has left lets in only whom a program sends") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = script_leave(&s);
  SAME(script_result(r), GP_OK);
  TEXT(asks(&s, &b, GP_TOPIC_RECONNECT, false),
       "403 v113 Peer not registered");
  TEXT(told_members(s.node), "");
  (void)script_raised(&s, GP_SIGNAL_KNOWN);
  TEXT(connects(&s, &b), "200 v113 []");
  CHECK(!s.node->departures.left);
  TEXT(asks(&s, &c, GP_TOPIC_RECONNECT, false), "200 v113 [b:1]");
  script_close(&s);
}

TEST(metmeanwhile, "what waited until one is met goes when it comes") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = script_dial(&s, "g:1");
  script_respond(&s, "connect g:1", &go, "b:1 g:1");
  TEXT(script_sent(&s), "connect g:1 any; connect b:1 any brief");
  script_fail(&s, "connect b:1 any brief", GP_ETIMEDOUT);
  SAME(script_result(r), GP_OK);
  (void)told_event(s.node);
  r = script_post(&s, "b:1", "x");
  TEXT(script_sent(&s), "");
  TEXT(connects(&s, &b), "200 v113 [g:1]");
  TEXT(told_event(s.node), "b joined");
  TEXT(script_sent(&s), "direct b:1 v113 \"x\" #1");
  script_respond(&s, "direct b:1", &b, NULL);
  SAME(script_result(r), GP_OK);
  script_pass(&s, 5000);
  TEXT(script_sent(&s), ""); /* it is not tried any more */
  script_close(&s);
}

TEST(returns, "one that failed is a member again once we reach it") {
  script s;
  script_open(&s);
  script_member(&s, &b);
  fails(&s, "b:1");
  TEXT(connects(&s, &b), "200 v113 []");
  TEXT(script_sent(&s), "connect b:1 any reconnect alone brief");
  TEXT(told_event(s.node), "");
  TEXT(told_members(s.node), "");
  TEXT(connects(&s, &c), "200 v113 []");
  (void)told_event(s.node);
  script_respond(&s, "connect b:1", &b, "");
  TEXT(told_event(s.node), "b recovered");
  TEXT(told_members(s.node), "b c");
  CHECK(!gp_retry_isactive(&script_record(&s, "b:1")->retry));
  script_close(&s);
}

TEST(returnsnot,
     "one that cannot be reached though it came is failed still") {
  script s;
  gp_receipt *r;
  uint64_t day = 86400000;
  script_open(&s);
  script_member(&s, &b);
  script_prove(&s, &b);
  fails(&s, "b:1");
  s.now += day;
  connects(&s, &b);
  r = script_post(&s, NULL, "x"); /* goes there, too */
  script_fail(&s, "connect b:1 any reconnect", GP_ECONNRESET);
  SAME(script_record(&s, "b:1")->membership, GP_FAILED);
  TEXT(told_event(s.node), "");
  CHECK(!gp_receipt_issettled(r));
  script_fail(&s, "broadcast b:1", GP_ECONNRESET);
  SAME(script_result(r), GP_ECONNRESET);
  (void)script_sent(&s);
  s.now += 1000;
  script_stall(&s, day - 60000); /* tried for a day from when it came */
  TEXT(script_sent(&s), "connect b:1 any reconnect alone brief");
  script_fail(&s, "connect b:1", GP_ECONNRESET);
  script_stall(&s, 61000);
  TEXT(script_sent(&s), "");
  CHECK(script_record(&s, "b:1") == NULL);
  script_close(&s);
}

/* It is tried again after a minute or so. */
static void long_ago (script *s, const char *name) {
  gp_record *peer = script_record(s, name);
  while (peer->retry.pause_ms < 60000)
    CHECK(gp_retry_next(&peer->retry, &s->node->random, true, s->now));
}

static bool isfar (const script *s, const char *name) {
  return script_record(s, name)->retry.due_at > s->now + 2000;
}

TEST(firstmember,
     "when there is a first member those that failed are tried") {
  script s;
  script_open(&s);
  script_member(&s, &b);
  fails(&s, "b:1");
  long_ago(&s, "b:1");
  script_pass(&s, 5000);
  CHECK(isfar(&s, "b:1"));
  script_member(&s, &c);
  CHECK(!isfar(&s, "b:1"));
  long_ago(&s, "b:1");
  script_pass(&s, 5000);
  script_member(&s, &d);
  CHECK(isfar(&s, "b:1"));
  script_close(&s);
}

TEST(firstback, "when one that failed is back the others are tried") {
  script s;
  script_open(&s);
  script_member(&s, &b);
  script_member(&s, &c);
  script_member(&s, &d);
  fails(&s, "b:1");
  fails(&s, "c:1");
  long_ago(&s, "b:1");
  script_pass(&s, 5000);
  CHECK(isfar(&s, "b:1"));
  connects(&s, &c);
  CHECK(isfar(&s, "b:1"));
  if (script_count(&s, "connect c:1") == 2)
    script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  script_respond(&s, "connect c:1", &c, "");
  TEXT(told_members(s.node), "c d");
  CHECK(!isfar(&s, "b:1"));
  script_close(&s);
}

/* So much time passes, and all probes have their responses. */
static void live (script *s, unsigned ms) {
  unsigned i;
  for (i = 0; i < ms; i += 50) {
    script_pass(s, 50);
    while (script_count(s, "probe b:1") > 0)
      script_respond(s, "probe b:1", &b, NULL);
    while (script_count(s, "probe g:1") > 0)
      script_respond(s, "probe g:1", &go, NULL);
  }
}

TEST(watched, "a member is probed from then on, a Go member asked for more") {
  script s;
  script_init(&s);
  s.opt.probe_interval_ms = 600;
  script_start(&s);
  CHECK(gp_node_due(s.node) == UINT64_MAX);
  script_member(&s, &b);
  script_pass(&s, 600);
  SAME(script_count(&s, "probe b:1 v113"), 1);
  script_member(&s, &go);
  live(&s, 2200);
  SAME(script_count(&s, "connect g:1"), 0);
  live(&s, 800);
  SAME(script_count(&s, "connect g:1"), 1);
  script_close(&s);
}

TEST(expected, "one that is expected and comes is tried no more") {
  script s;
  gp_peerlist known = {0, 0, NULL};
  gp_peer *p;
  script_open(&s);
  SAME(gp_peer_parse(&p, "b:1", 3), GP_OK);
  SAME(gp_peerlist_add(&known, p), GP_OK);
  gp_peer_unref(p);
  SAME(gp_node_resume(s.node, &known, false, s.now), GP_OK);
  gp_peerlist_clear(&known);
  TEXT(connects(&s, &b), "200 v113 []");
  TEXT(told_event(s.node), "b joined");
  script_pass(&s, 10000);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(renames, "one that comes under another name is the one that was there") {
  static const actor x = {
    .name = "x:1", .remote = "10.0.98.58", .process = 11};
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &b);
  r = script_post(&s, NULL, "x");
  script_respond(&s, "broadcast b:1", &b, NULL);
  SAME(script_result(r), GP_OK);
  TEXT(connects(&s, &x), "200 v113 [x:1]");
  TEXT(told_event(s.node), "b left");
  TEXT(told_event(s.node), "x joined");
  TEXT(told_members(s.node), "x");
  script_close(&s);
}

TEST(namedagain, "a member that calls us by another name holds us once") {
  static const actor v = {.name = "v:1", .program = ACTOR_V112};
  static const actor other = {
    .name = "v:1", .program = ACTOR_V112, .calls_us = "me:9"};
  script s;
  script_open(&s);
  script_member(&s, &v);
  script_connect(&s, &other);
  TEXT(script_sent(&s), "connect v:1 v112 as me:9");
  script_respond(&s, "connect v:1", &v, "v:1");
  TEXT(script_sent(&s), "disconnect v:1 v112");
  script_respond(&s, "disconnect v:1", &v, NULL);
  script_connect(&s, &other);
  script_respond(&s, "connect v:1", &v, "v:1");
  TEXT(script_sent(&s), "connect v:1 v112 as me:9");
  script_close(&s);
}
