/*
** requests_test.c - what comes in, dispatched: who may say what, and what
** each is told.
*/
#include <string.h>

#include "node/naming.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor seed = {.name = "s:1", .program = ACTOR_SEED};

TEST(notmember, "nobody but a member is listened to, or can leave") {
  script s;
  script_open(&s);
  TEXT(script_given(&s, script_say(&s, &go, "x", 0)),
       "403 v113 Peer not registered");
  TEXT(script_given(&s, script_disconnect(&s, &go)),
       "403 v113 Peer not registered");
  TEXT(script_given(&s, script_say(&s, &seed, "x", 0)),
       "403 headers Peer not registered");
  TEXT(program_news(&s), "");
  SAME(s.node->peers.records.count, 0);
  script_close(&s);
}

TEST(writtento, "nor is one that is only written to") {
  script s;
  script_open(&s);
  program_forget(program_tell(&s, "g:1", "x"));
  script_respond(&s, "probe", &go, NULL);
  TEXT(script_given(&s, script_say(&s, &go, "x", 0)),
       "403 v113 Peer not registered");
  TEXT(script_given(&s, script_disconnect(&s, &go)),
       "403 v113 Peer not registered");
  SAME(script_count(&s, "direct"), 1);
  script_close(&s);
}

TEST(candidatespeaks, "one that we greet may have heard so, and speak") {
  script s;
  script_open(&s);
  program_joined(&s, &bob, "g:1");
  TEXT(script_given(&s, script_say(&s, &go, "x", 0)), "200 v113");
  TEXT(program_news(&s), "g: x");
  TEXT(script_given(&s, script_disconnect(&s, &go)), "200 v113");
  CHECK(script_record(&s, "g:1") == NULL);
  script_close(&s);
}

/* Hands in a direct message of bob to these. */
static void direct (script *s, const char *const *to, size_t n) {
  gp_recvreq request = script_ask(s, &bob, GP_DIRECT, "x");
  size_t i;
  for (i = 0; i < n; i++) {
    gp_peer *p;
    SAME(gp_peer_parse(&p, to[i], strlen(to[i])), GP_OK);
    SAME(gp_peerlist_add(&request.msg->to, p), GP_OK);
    gp_peer_unref(p);
  }
  TEXT(script_given(s, script_receive(s, &request)), "200 v113");
}

/* "d:1" is an alias of one that is called otherwise: it stays. */
TEST(receivers, "whom a message is for is seen with the nicks known here") {
  static const actor cat = {.name = "c:1", .process = 3, .called = "cat"};
  static const actor dan = {.name = "d:1", .process = 4, .called = "dan"};
  static const char *const to[] = {"a:1", "c:1", "x:1", "d:1"};
  static const char *const nicks[] = {"ann", "cat", "", ""};
  const gp_message *m;
  gp_peer *other;
  script s;
  size_t i;
  script_init(&s);
  s.opt.nick = "ann";
  script_start(&s);
  script_member(&s, &bob);
  script_member(&s, &cat);
  script_member(&s, &dan);
  SAME(gp_peer_parse(&other, "y:1", 3), GP_OK);
  gp_naming_rename(s.node, script_record(&s, "d:1"), other);
  gp_peer_unref(other);
  direct(&s, to, 4);
  m = gp_node_peekmessage(s.node);
  SAME(m->to.n, 4);
  for (i = 0; i < 4; i++) {
    TEXT(gp_peer_text(m->to.at[i]), to[i]);
    TEXT(gp_peer_nick(m->to.at[i]), nicks[i]);
  }
  script_close(&s);
}

TEST(memberspeaks, "a member is heard, and seen under the name it has here") {
  static const actor goany = {
    .name = "0.0.0.0:1", .program = ACTOR_V113, .remote = "10.0.103.58"};
  static const actor elsewhere = {
    .name = "0.0.0.0:1", .program = ACTOR_V113, .remote = "10.0.1.1"};
  script s;
  script_open(&s);
  program_joined(&s, &go, "");
  script_pass(&s, 10);
  TEXT(script_given(&s, script_say(&s, &elsewhere, "x", 0)),
       "403 v113 Peer not registered");
  TEXT(script_given(&s, script_say(&s, &goany, "x", 0)), "200 v113");
  TEXT(program_news(&s), "g left; 0.0.0.0 joined; 0.0.0.0: x");
  SAME(script_record(&s, "g:1")->liveness.heard_at, s.now);
  script_close(&s);
}

/* One that connected to us has said what it is called. */
TEST(othername, "one that connected is not heard under another name") {
  static const actor goany = {
    .name = "0.0.0.0:1", .program = ACTOR_V113, .remote = "10.0.103.58"};
  script s;
  script_open(&s);
  script_member(&s, &go);
  program_forget(program_say(&s, "x"));
  script_respond(&s, "broadcast", &go, NULL); /* from that address */
  TEXT(script_given(&s, script_say(&s, &goany, "x", 0)),
       "403 v113 Peer not registered");
  TEXT(script_given(&s, script_disconnect(&s, &goany)),
       "403 v113 Peer not registered");
  TEXT(told_members(s.node), "g");
  script_close(&s);
}

TEST(aliasspeaks, "one with two names is seen under its newest") {
  script s;
  gp_message *m;
  script_open(&s);
  script_member(&s, &go);
  {
    static const actor renamed = {
      .name = "h:1", .program = ACTOR_V113, .remote = "10.0.103.49"};
    gp_peers_setremote(&s.node->peers, script_record(&s, "g:1"),
                       "10.0.103.49");
    script_connect(&s, &renamed);
  }
  CHECK(script_record(&s, "g:1") == script_record(&s, "h:1"));
  script_say(&s, &go, "x", 0);
  m = gp_node_peekmessage(s.node);
  TEXT(gp_peer_text(m->from), "h:1");
  script_close(&s);
}

TEST(repeated, "of one of ours a number is heard once, of each process") {
  static const actor anew = {
    .name = "b:1", .program = ACTOR_OURS, .process = 22};
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_say(&s, &bob, "one", 1);
  script_say(&s, &bob, "one", 1);
  script_say(&s, &bob, "two", 2);
  script_say(&s, &anew, "other", 1);
  script_say(&s, &bob, "none", 0);
  TEXT(program_news(&s), "b: one; b: two; b: other; b: none");
  script_close(&s);
}

TEST(large, "a message may be as large as is allowed, and no larger") {
  script s;
  gp_failure *f;
  script_init(&s);
  s.opt.max_body = 4;
  script_start(&s);
  script_member(&s, &bob);
  TEXT(script_given(&s, script_say(&s, &bob, "1234", 1)), "200 v113");
  TEXT(script_given(&s, script_say(&s, &bob, "12345", 2)),
       "413 v113 Message too large");
  f = gp_node_peekfailure(s.node);
  SAME(f->status, 413);
  SAME(f->error, GP_ELIMIT);
  SAME(f->purpose, GP_PURPOSE_SERVE);
  CHECK(f->origin != NULL && strcmp(f->origin->bytes, "10.0.98.58") == 0);
  TEXT(program_news(&s), "serving -: ELIMIT; b: 1234");
  script_close(&s);
}

TEST(goodbye, "one that leaves is no member, and Go members of others hear") {
  script s;
  script_open(&s);
  script_member(&s, &go);
  script_member(&s, &seed);
  script_member(&s, &bob);
  TEXT(script_given(&s, script_disconnect(&s, &go)), "200 v113");
  SAME(s.sent_count - s.seen_count, 1);
  TEXT(script_sent(&s), "disconnect s:1 seed as g:1");
  TEXT(told_members(s.node), "s b");
  TEXT(program_news(&s), "g left");
  script_disconnect(&s, &bob); /* tells them itself */
  TEXT(script_sent(&s), "");
  script_close(&s);
}

/*
** Probes.
*/

static size_t probes (script *s, const actor *by, gp_topic topic,
                      const char *about) {
  gp_recvreq request = script_probe(by, topic, about);
  return script_receive(s, &request);
}

TEST(probed, "a probe of anybody is responded to, in its form") {
  script s;
  script_open(&s);
  TEXT(script_given(&s, probes(&s, &go, GP_TOPIC_NONE, NULL)), "204 v113");
  TEXT(script_given(&s, probes(&s, &seed, GP_TOPIC_NONE, NULL)),
       "204 headers");
  TEXT(script_given(&s, probes(&s, &bob, GP_TOPIC_SUSPECT, "c:1")),
       "204 v113");
  TEXT(script_given(&s, probes(&s, &bob, GP_TOPIC_DIGEST, "b:1")),
       "204 v113 digest");
  TEXT(script_given(&s, probes(&s, &bob, GP_TOPIC_PROBE, "c:1")),
       "403 v113 Peer not registered");
  SAME(s.node->peers.records.count, 0);
  script_close(&s);
}

TEST(probesuspect, "a plain probe, or a digest, makes nobody a suspect") {
  script s;
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  probes(&s, &bob, GP_TOPIC_NONE, "c:1");
  probes(&s, &bob, GP_TOPIC_DIGEST, "c:1");
  SAME(script_record(&s, "c:1")->liveness.state, GP_ALIVE);
  probes(&s, &bob, GP_TOPIC_RECONNECT, "c:1"); /* means nothing here */
  SAME(script_record(&s, "c:1")->liveness.state, GP_ALIVE);
  probes(&s, &bob, GP_TOPIC_SUSPECT, "c:1");
  SAME(script_record(&s, "c:1")->liveness.state, GP_SUSPECTED);
  script_close(&s);
}

/* Its own list is compared with ours; see sync_test.c. */
TEST(probedigest, "a suspicion is no digest") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  probes(&s, &bob, GP_TOPIC_SUSPECT, "b:1");
  probes(&s, &bob, GP_TOPIC_NONE, "b:1");
  TEXT(script_sent(&s), "");
  script_close(&s);
}

/*
** What the transport refuses by itself.
*/

TEST(refused, "what was refused before it came to the node is told") {
  script s;
  gp_failure *f;
  script_open(&s);
  gp_node_refused(s.node, GP_EBADMSG, 400, "10.0.0.1", s.now);
  f = gp_node_peekfailure(s.node);
  SAME(f->error, GP_EBADMSG);
  SAME(f->status, 400);
  TEXT(f->origin->bytes, "10.0.0.1");
  TEXT(program_news(&s), "serving -: EBADMSG");
  gp_node_overlooked(s.node, 3);
  SAME(gp_node_lostfailures(s.node), 3);
  script_close(&s);
}
