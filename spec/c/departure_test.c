/*
** departure_test.c - the end of what a node has to do with a peer.
*/
#include "node/departure.h"

#include <string.h>

#include "memory.h"
#include "node/state.h"
#include "script.h"

static const actor b = {.name = "b:1", .process = 11};
static const actor v = {.name = "v:1", .program = ACTOR_V112};
static const actor w = {.name = "w:1", .program = ACTOR_SEED};
static const actor x = {.name = "x:1", .program = ACTOR_V113};
static const actor y = {.name = "y:1", .program = ACTOR_V113};

TEST(leftnode, "whether a node has left is told when it changes") {
  script s;
  script_open(&s);
  gp_departure_setleft(s.node, false);
  CHECK(!script_raised(&s, GP_SIGNAL_KNOWN));
  gp_departure_setleft(s.node, true);
  CHECK(s.node->departures.left);
  CHECK(script_raised(&s, GP_SIGNAL_KNOWN));
  gp_departure_setleft(s.node, true);
  CHECK(!script_raised(&s, GP_SIGNAL_KNOWN));
  gp_departure_setleft(s.node, false);
  CHECK(!s.node->departures.left);
  CHECK(script_raised(&s, GP_SIGNAL_KNOWN));
  script_close(&s);
}

/* Member b has a broadcast on its way; another and a direct message wait. */
static void busy (script *s, gp_receipt **r) {
  script_open(s);
  script_member(s, &b);
  r[0] = script_post(s, NULL, "one");
  r[1] = script_post(s, NULL, "two");
  r[2] = script_post(s, "b:1", "three");
  TEXT(script_sent(s), "broadcast b:1 v113 \"one\" #1");
}

static void settled (gp_receipt **r, bool one, bool two, bool three) {
  SAME(gp_receipt_issettled(r[0]), one);
  SAME(gp_receipt_issettled(r[1]), two);
  SAME(gp_receipt_issettled(r[2]), three);
}

static void ended (gp_receipt **r, gp_err one, gp_err two, gp_err three) {
  SAME(script_result(r[0]), one);
  SAME(script_result(r[1]), two);
  SAME(script_result(r[2]), three);
}

TEST(leftbusy, "of one that leaves only the message on its way is awaited") {
  script s;
  gp_receipt *r[3];
  busy(&s, r);
  TEXT(script_given(&s, script_disconnect(&s, &b)), "200 v113");
  TEXT(told_event(s.node), "b left");
  TEXT(told_members(s.node), "");
  settled(r, false, true, true);
  SAME(script_record(&s, "b:1")->liveness.heard_at, 0);
  script_respond(&s, "broadcast b:1", &b, NULL);
  ended(r, GP_OK, GP_ENOTCONN, GP_ENOTCONN);
  CHECK(script_record(&s, "b:1") == NULL);
  script_close(&s);
}

TEST(leftleaving, "when both leave neither is waited for") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &b);
  r = script_leave(&s);
  TEXT(script_sent(&s), "disconnect b:1 v113");
  script_disconnect(&s, &b);
  CHECK(gp_receipt_issettled(r));
  SAME(script_result(r), GP_OK);
  CHECK(script_record(&s, "b:1") == NULL);
  script_respond(&s, "disconnect b:1", &b, NULL);
  script_close(&s);
}

TEST(dropped,
     "one that is dropped is a stranger, and all requests to it end") {
  script s;
  gp_receipt *r[3];
  busy(&s, r);
  gp_departure_drop(s.node, script_record(&s, "b:1"), GP_EBUSY);
  TEXT(told_members(s.node), "");
  TEXT(told_event(s.node), "");
  ended(r, GP_EBUSY, GP_EBUSY, GP_EBUSY);
  script_stall(&s, 1);
  CHECK(script_record(&s, "b:1") == NULL);
  script_close(&s);
}

TEST(rejected, "what was broadcast to one that is no member was not for it") {
  script s;
  gp_receipt *r[3];
  busy(&s, r);
  gp_departure_reject(s.node, script_record(&s, "b:1"));
  TEXT(told_event(s.node), "");
  SAME(script_record(&s, "b:1")->membership, GP_STRANGER);
  settled(r, false, true, false);
  script_respond(&s, "broadcast b:1", &b, NULL);
  script_respond(&s, "direct b:1", &b, NULL);
  ended(r, GP_OK, GP_OK, GP_OK);
  script_close(&s);
}

TEST(forgotten, "requests to one that is forgotten go on") {
  script s;
  gp_receipt *r[3];
  gp_record *peer;
  busy(&s, r);
  peer = script_record(&s, "b:1");
  gp_retry_begin(&peer->retry, &s.node->random, s.now);
  peer->sync.asked_at = s.now;
  gp_departure_forget(s.node, peer);
  SAME(peer->membership, GP_STRANGER);
  SAME(peer->liveness.heard_at, 0);
  SAME(peer->sync.asked_at, 0);
  CHECK(!gp_retry_isactive(&peer->retry));
  settled(r, false, false, false);
  script_respond(&s, "broadcast b:1", &b, NULL);
  script_respond(&s, "broadcast b:1", &b, NULL);
  script_respond(&s, "direct b:1", &b, NULL);
  ended(r, GP_OK, GP_OK, GP_OK);
  script_close(&s);
}

static bool isrecent (script *s, const char *name) {
  gp_peer *p;
  bool is;
  SAME(gp_peer_parse(&p, name, strlen(name)), GP_OK);
  s->node->now = s->now;
  is = gp_departure_isrecent(s->node, p);
  gp_peer_unref(p);
  return is;
}

TEST(recent, "that a Go member has left is known for ten seconds") {
  script s;
  script_open(&s);
  script_member(&s, &x);
  script_member(&s, &b);
  CHECK(!isrecent(&s, "x:1"));
  script_disconnect(&s, &x);
  script_disconnect(&s, &b);
  CHECK(isrecent(&s, "x:1"));
  CHECK(!isrecent(&s, "b:1") && !isrecent(&s, "y:1"));
  script_pass(&s, 9999);
  CHECK(isrecent(&s, "x:1"));
  script_pass(&s, 1);
  CHECK(!isrecent(&s, "x:1"));
  script_close(&s);
}

TEST(goodbye, "a disconnect past the outbox is said as it is understood") {
  static const actor any = {
    .name = "0.0.0.0:5", .program = ACTOR_V113, .remote = "10.0.0.5"};
  static const actor alias = {
    .name = "h:1", .program = ACTOR_V112, .calls_us = "me:9"};
  script s;
  gp_record *h;
  script_open(&s);
  script_member(&s, &any);
  gp_departure_disconnect(s.node, script_record(&s, "0.0.0.0:5"));
  TEXT(script_sent(&s), "disconnect 10.0.0.5:5 v113 as 0.0.0.0:1");
  SAME(s.sent[s.sent_count - 1].timeout_ms, 5000);
  SAME(script_count(&s, ""), 0); /* fire and forget */
  script_close(&s);
  script_open(&s);
  script_connect(&s, &alias);
  script_respond(&s, "connect h:1 headers as me:9", &alias, "a:1");
  (void)script_sent(&s);
  h = script_record(&s, "h:1");
  gp_departure_disconnect(s.node, h);
  TEXT(script_sent(&s), "disconnect h:1 v112 as me:9");
  memory_fail(1, true);
  gp_departure_disconnect(s.node, h);
  CHECK(memory_heal());
  TEXT(script_sent(&s), "");
  script_close(&s);
}

/* All of them are members. */
static void mixed (script *s) {
  script_open(s);
  script_member(s, &b);
  script_member(s, &v);
  script_member(s, &w);
  script_member(s, &x);
  script_member(s, &y);
}

TEST(relayed, "one that left in JSON is taken out where headers are spoken") {
  script s;
  mixed(&s);
  script_disconnect(&s, &y);
  TEXT(script_sent(&s),
       "disconnect v:1 v112 as y:1; disconnect w:1 seed as y:1");
  SAME(script_count(&s, ""), 0);
  script_close(&s);
}

TEST(relayedback,
     "one that left with headers is taken out where JSON is spoken") {
  script s;
  gp_record *peer;
  gp_peer *name, *alias;
  mixed(&s);
  peer = script_record(&s, "v:1");
  name = gp_peer_ref(gp_record_name(peer));
  SAME(gp_peer_parse(&alias, "u:1", 3), GP_OK);
  gp_peers_rename(&s.node->peers, peer, alias);
  gp_peers_rename(&s.node->peers, peer, name);
  gp_peer_unref(alias);
  gp_peer_unref(name);
  script_disconnect(&s, &v);
  TEXT(script_sent(&s),
       "disconnect x:1 v113 as v:1; disconnect x:1 v113 as u:1; "
       "disconnect y:1 v113 as v:1; disconnect y:1 v113 as u:1");
  script_close(&s);
}

TEST(oursrelayed, "one of ours tells everybody itself") {
  script s;
  mixed(&s);
  script_disconnect(&s, &b);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(notrelayed, "one that left is not told to those that are away") {
  script s;
  mixed(&s);
  gp_suspicion_setreachable(&script_record(&s, "v:1")->liveness, false);
  gp_membership_apply(s.node, script_record(&s, "w:1"), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  script_disconnect(&s, &y);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(unknownform, "nor where it is not known what is spoken") {
  script s;
  gp_peer *p;
  gp_record *peer;
  script_open(&s);
  script_member(&s, &x);
  SAME(gp_peer_parse(&p, "q:1", 3), GP_OK);
  peer = gp_peers_get(s.node, p);
  gp_peer_unref(p);
  gp_membership_apply(s.node, peer, GP_HAS_COME, GP_OK);
  gp_suspicion_heard(&peer->liveness, s.now);
  SAME(peer->compat.form, GP_FORM_UNKNOWN);
  script_disconnect(&s, &x);
  TEXT(script_sent(&s), "");
  script_close(&s);
}
