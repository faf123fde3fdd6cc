/*
** probe_test.c - probes: direct, through others, for others.
*/
#include "node/state.h"
#include "node/stats.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor dan = {.name = "d:1", .program = ACTOR_OURS, .process = 4};
static const actor eve = {.name = "e:1", .program = ACTOR_OURS, .process = 5};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor seed = {
  .name = "h:1", .program = ACTOR_SEED, .calls_us = "x:9"};
static const actor any = {
  .name = "0.0.0.0:1", .program = ACTOR_V113, .remote = "10.0.0.5"};

/* A node that would probe, but whose own rounds are far away. */
static void open (script *s) {
  script_init(s);
  s->opt.probe_interval_ms = 100000;
  script_start(s);
}

static bool issuspected (script *s, const actor *a) {
  return script_of(s, a)->liveness.state == GP_SUSPECTED;
}

static uint32_t rttof (script *s) {
  gp_peerstates all;
  uint32_t rtt_ms;
  SAME(gp_node_states(s->node, s->now, &all), GP_OK);
  rtt_ms = all.at[0].rtt_ms;
  gp_peerstates_clear(&all);
  return rtt_ms;
}

TEST(directprobe,
     "a probe is an OPTIONS that ends soon, and tells its time") {
  script s;
  open(&s);
  script_member(&s, &bob);
  SAME(rttof(&s), UINT32_MAX);
  script_detect(&s, &bob);
  TEXT(script_sent(&s), "probe b:1 v113");
  SAME(script_find(&s, "probe")->timeout_ms, 1200);
  script_pass(&s, 7);
  script_respond(&s, "probe", &bob, NULL);
  SAME(rttof(&s), 7);
  CHECK(script_of(&s, &bob)->liveness.state == GP_ALIVE);
  script_detect(&s, &bob);
  script_respond(&s, "probe", &bob, NULL);
  SAME(rttof(&s), 0);
  script_close(&s);
}

TEST(probename, "a probe comes in the member's form, from our name there") {
  script s;
  open(&s);
  script_member(&s, &seed);
  script_member(&s, &any);
  script_sent(&s);
  script_detect(&s, &seed);
  TEXT(script_sent(&s), "probe h:1 seed as x:9");
  script_detect(&s, &any);
  TEXT(script_sent(&s), "probe 10.0.0.5:1 v113 as 0.0.0.0:1");
  script_close(&s);
}

TEST(probeonce, "no second probe begins while one is awaited") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_detect(&s, &bob);
  script_pass(&s, 499);
  script_detect(&s, &bob);
  SAME(script_count(&s, "probe"), 1);
  script_close(&s);
}

TEST(pastoutbox, "a probe goes past what waits for the member") {
  script s;
  open(&s);
  script_member(&s, &bob);
  program_forget(program_say(&s, "one"));
  program_forget(program_say(&s, "two"));
  script_sent(&s);
  script_detect(&s, &bob);
  TEXT(script_sent(&s), "probe b:1 v113");
  script_respond(&s, "probe", &bob, NULL);
  TEXT(script_sent(&s), "");
  script_respond(&s, "broadcast", &bob, NULL);
  TEXT(script_sent(&s), "broadcast b:1 v113 \"two\" #2");
  script_close(&s);
}

TEST(helpers, "after half a second two others are asked to probe it") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_member(&s, &dan);
  script_member(&s, &eve);
  script_member(&s, &go);
  script_detect(&s, &bob);
  script_sent(&s);
  script_pass(&s, 499);
  TEXT(script_sent(&s), "");
  script_pass(&s, 1);
  SAME(script_count(&s, "probe"), 3);
  SAME(script_count(&s, "probe b:1"), 1);
  SAME(script_count(&s, "probe c:1 v113 help b:1") +
         script_count(&s, "probe d:1 v113 help b:1") +
         script_count(&s, "probe e:1 v113 help b:1"),
       2);
  CHECK(script_count(&s, "probe c:1") < 2);
  CHECK(script_count(&s, "probe d:1") < 2);
  CHECK(script_count(&s, "probe e:1") < 2);
  script_pass(&s, 699);
  SAME(script_count(&s, "probe"), 3);
  script_close(&s);
}

TEST(anyhelper, "any of ours may be asked") {
  unsigned asked[3] = {0, 0, 0};
  uint64_t nonce;
  for (nonce = 1001; nonce <= 1040; nonce++) {
    script s;
    script_init(&s);
    s.opt.nonce = nonce;
    s.opt.probe_interval_ms = 100000;
    script_start(&s);
    script_member(&s, &bob);
    script_member(&s, &cleo);
    script_member(&s, &dan);
    script_member(&s, &eve);
    SAME(gp_probe_sendindirect(s.node, script_of(&s, &bob), 1), 1);
    asked[0] += script_count(&s, "probe c:1");
    asked[1] += script_count(&s, "probe d:1");
    asked[2] += script_count(&s, "probe e:1");
    script_close(&s);
  }
  CHECK(asked[0] > 5 && asked[1] > 5 && asked[2] > 5);
}

/* Of one other the same one is not asked twice. */
TEST(onehelper, "as many are asked as there are, and can say something") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &go);
  script_member(&s, &dan);
  script_member(&s, &eve);
  gp_detector_refused(s.node,
                      script_of(&s, &eve)); /* it is suspected itself */
  script_detect(&s, &bob);
  script_sent(&s);
  script_pass(&s, 500);
  TEXT(script_sent(&s), "probe d:1 v113 help b:1");
  SAME(script_of(&s, &bob)->liveness.helpers, 1);
  script_close(&s);
}

TEST(anyhelp, "nobody is asked to probe one that is called 0.0.0.0") {
  script s;
  open(&s);
  script_member(&s, &any);
  script_member(&s, &bob);
  script_detect(&s, &any);
  script_sent(&s);
  script_pass(&s, 1200);
  CHECK(issuspected(&s, &any));
  TEXT(script_sent(&s), "");
  SAME(script_of(&s, &any)->liveness.helpers, 0);
  script_close(&s);
}

TEST(helped, "one that responds to more than not lives") {
  script s;
  gp_recvresp nosign;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_member(&s, &dan);
  script_detect(&s, &bob);
  script_pass(&s, 500);
  nosign = script_response(&s, "probe c:1", &cleo, NULL);
  nosign.status = 504;
  script_end(&s, "probe c:1", GP_OK, &nosign);
  gp_recvresp_clear(&nosign);
  SAME(script_of(&s, &bob)->liveness.dead, 1);
  CHECK(script_of(&s, &bob)->liveness.state == GP_PROBED);
  script_pass(&s, 10);
  SAME(script_of(&s, &cleo)->liveness.responded_at, s.now - 10);
  nosign = script_response(&s, "probe d:1", &dan, NULL);
  nosign.status = 200;
  script_end(&s, "probe d:1", GP_OK, &nosign);
  gp_recvresp_clear(&nosign);
  SAME(script_of(&s, &bob)->liveness.alive, 1);
  CHECK(script_of(&s, &bob)->liveness.heard_at < s.now);
  SAME(script_of(&s, &dan)->liveness.responded_at, s.now);
  script_close(&s);
}

TEST(helperlost, "one that was asked and cannot be reached says nothing") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_detect(&s, &bob);
  script_pass(&s, 500);
  script_fail(&s, "probe c:1", GP_ECONNREFUSED);
  SAME(script_of(&s, &bob)->liveness.dead, 0);
  CHECK(script_of(&s, &bob)->liveness.state == GP_PROBED);
  CHECK(script_of(&s, &cleo)->liveness.state == GP_ALIVE);
  script_close(&s);
}

TEST(announced, "a suspicion is told to all others of ours at once") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_member(&s, &go);
  script_member(&s, &dan);
  script_detect(&s, &bob);
  script_pass(&s, 1199);
  script_sent(&s);
  CHECK(!issuspected(&s, &bob));
  script_pass(&s, 1);
  CHECK(issuspected(&s, &bob));
  TEXT(script_sent(&s),
       "probe c:1 v113 suspect b:1; probe d:1 v113 suspect b:1");
  SAME(s.sent[s.sent_count - 1].id, GP_FIRE_AND_FORGET);
  SAME(s.sent[s.sent_count - 1].timeout_ms, 1200);
  script_close(&s);
}

/* One that is leaving us, or only known, is none of them. */
TEST(announcedto, "to members of ours, that is") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_member(&s, &dan);
  program_forget(program_tell(&s, "e:1", "x"));
  script_respond(&s, "probe e:1", &eve, NULL);
  gp_membership_apply(s.node, script_of(&s, &dan), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  script_sent(&s);
  gp_probe_announce(s.node, script_of(&s, &bob));
  TEXT(script_sent(&s), "probe c:1 v113 suspect b:1");
  SAME(gp_probe_sendindirect(s.node, script_of(&s, &bob), 3), 1);
  TEXT(script_sent(&s), "probe c:1 v113 help b:1");
  script_close(&s);
}

TEST(probenotsent, "a probe that cannot be sent says nothing about anybody") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  s.refuse = GP_EMFILE;
  gp_probe_send(s.node, script_of(&s, &bob), false);
  SAME(gp_probe_sendindirect(s.node, script_of(&s, &bob), 3), 0);
  CHECK(gp_ring_empty(&s.node->probes.all));
  s.refuse = GP_OK;
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(manyprobes, "each probe ends by itself, in any order") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_member(&s, &dan);
  script_detect(&s, &bob);
  script_detect(&s, &cleo);
  script_detect(&s, &dan);
  script_respond(&s, "probe c:1", &cleo, NULL);
  CHECK(script_of(&s, &cleo)->liveness.state == GP_ALIVE);
  CHECK(script_of(&s, &bob)->liveness.state == GP_PROBED);
  script_respond(&s, "probe b:1", &bob, NULL);
  CHECK(script_of(&s, &bob)->liveness.state == GP_ALIVE);
  CHECK(script_of(&s, &dan)->liveness.state == GP_PROBED);
  script_respond(&s, "probe d:1", &dan, NULL);
  CHECK(script_of(&s, &dan)->liveness.state == GP_ALIVE);
  CHECK(gp_ring_empty(&s.node->probes.all));
  script_close(&s);
}

/*
** For others.
*/

static size_t ask (script *s, const actor *by, const actor *about) {
  gp_recvreq request = script_probe(by, GP_TOPIC_PROBE, about->name);
  return script_receive(s, &request);
}

TEST(help, "one that asks us to probe a member has its response, or none") {
  script s;
  size_t x[3];
  open(&s);
  script_member(&s, &cleo);
  script_member(&s, &dan);
  script_member(&s, &bob);
  x[0] = ask(&s, &cleo, &bob);
  x[1] = ask(&s, &dan, &bob);
  x[2] = ask(&s, &dan, &bob);
  TEXT(script_given(&s, x[0]), "");
  TEXT(script_sent(&s), "probe b:1 v113; probe b:1 v113; probe b:1 v113");
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(script_given(&s, x[0]), "200 v113");
  TEXT(script_given(&s, x[1]), "");
  script_fail(&s, "probe b:1", GP_ETIMEDOUT);
  TEXT(script_given(&s, x[1]), "504 v113 No sign of life");
  TEXT(script_given(&s, x[2]), "");
  script_close(&s);
  TEXT(s.received[x[2]].text, "503 v113 Too busy, try again");
}

TEST(helpwho, "nobody can have us probe one that is no member of ours") {
  script s;
  open(&s);
  program_joined(&s, &bob, "c:1");
  SAME(script_record(&s, "c:1")->membership, GP_CANDIDATE);
  TEXT(script_given(&s, ask(&s, &bob, &cleo)),
       "403 v113 Peer not registered");
  TEXT(script_given(&s, ask(&s, &bob, &dan)), "403 v113 Peer not registered");
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(helpmany, "so many probes for others are under way, and no more") {
  script s;
  size_t i, x = 0;
  open(&s);
  script_member(&s, &cleo);
  script_member(&s, &bob);
  for (i = 0; i < 64; i++) {
    x = ask(&s, &cleo, &bob);
    TEXT(script_given(&s, x), "");
  }
  TEXT(script_given(&s, ask(&s, &cleo, &bob)),
       "503 v113 Too busy, try again");
  SAME(script_count(&s, "probe"), 64);
  script_respond(&s, "probe", &bob, NULL);
  TEXT(script_given(&s, ask(&s, &cleo, &bob)), "");
  TEXT(script_given(&s, ask(&s, &cleo, &bob)),
       "503 v113 Too busy, try again");
  script_detect(&s, &bob); /* its own are not counted */
  SAME(script_count(&s, "probe"), 65);
  script_close(&s);
}

TEST(helpnotsent, "a probe for another that cannot be sent is refused") {
  script s;
  open(&s);
  script_member(&s, &cleo);
  script_member(&s, &bob);
  s.refuse = GP_EMFILE;
  TEXT(script_given(&s, ask(&s, &cleo, &bob)),
       "503 v113 Too busy, try again");
  SAME(s.node->probes.helping, 0);
  s.refuse = GP_OK;
  script_close(&s);
}
