/*
** detector_test.c - which member is probed when, and what follows from what
** is seen and told of it.
*/

#include "node/state.h"
#include "node/stats.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor dan = {.name = "d:1", .program = ACTOR_OURS, .process = 4};

/* A node that probes a member so often. */
static void open (script *s, uint32_t interval_ms) {
  script_init(s);
  s->opt.probe_interval_ms = interval_ms;
  script_start(s);
}

static gp_liveness_state stateof (script *s, const actor *a) {
  return script_of(s, a)->liveness.state;
}

/* All that is on its way to it is over: it does not respond. */
static void silent (script *s, const char *text) {
  while (script_count(s, text) > 0)
    script_fail(s, text, GP_ETIMEDOUT);
}

/* It is told that others suspect somebody. */
TEST(firstprobe, "the first probe comes within an interval of the first") {
  bool early = false, late = false;
  uint64_t nonce;
  for (nonce = 1001; nonce <= 1060; nonce++) {
    script s;
    uint64_t due;
    script_init(&s);
    s.opt.nonce = nonce;
    s.opt.probe_interval_ms = 100;
    script_start(&s);
    SAME(gp_node_due(s.node), UINT64_MAX);
    script_member(&s, &bob);
    due = gp_node_due(s.node);
    CHECK(due > s.now && due <= s.now + 100);
    early = early || due < s.now + 20;
    late = late || due > s.now + 80;
    script_member(&s, &cleo); /* another member changes nothing */
    SAME(gp_node_due(s.node), due);
    script_pass(&s, due - s.now - 1);
    TEXT(script_sent(&s), "");
    script_pass(&s, 1);
    CHECK(script_count(&s, "probe") > 0);
    script_close(&s);
  }
  CHECK(early && late);
}

TEST(eachinterval, "one is probed each interval, while there is one") {
  script s;
  int i;
  open(&s, 600);
  script_member(&s, &bob);
  for (i = 0; i < 10; i++) {
    uint64_t passed = script_untilsent(&s);
    CHECK(i == 0 ? passed <= 600 : passed == 600);
    SAME(script_count(&s, "probe b:1 v113"), 1);
    script_sent(&s);
    script_respond(&s, "probe", &bob, NULL);
  }
  script_disconnect(&s, &bob);
  script_pass(&s, 600);
  SAME(script_count(&s, "probe"), 0);
  SAME(gp_node_due(s.node), UINT64_MAX);
  script_member(&s, &bob);
  CHECK(gp_node_due(s.node) <= s.now + 600);
  script_close(&s);
}

TEST(noprobes, "with an interval of zero nobody is probed, or suspected") {
  script s;
  open(&s, 0);
  script_member(&s, &bob);
  script_detect(&s, &bob);
  script_suspect(&s, &bob);
  gp_detector_refused(s.node, script_of(&s, &bob));
  SAME(stateof(&s, &bob), GP_ALIVE);
  SAME(gp_node_due(s.node), UINT64_MAX);
  TEXT(script_sent(&s), "");
  SAME(s.node->detector.round_count, 0);
  script_close(&s);
}

TEST(setinterval, "the interval can be set while the node runs") {
  script s;
  open(&s, 0);
  gp_node_setprobeinterval(s.node, 100, s.now);
  SAME(gp_node_due(s.node), UINT64_MAX); /* there is nobody */
  script_member(&s, &bob);
  CHECK(gp_node_due(s.node) <= s.now + 100);
  s.now += 40;
  gp_node_setprobeinterval(s.node, 0, s.now);
  SAME(gp_node_due(s.node), UINT64_MAX);
  gp_node_setprobeinterval(s.node, 50, s.now);
  CHECK(gp_node_due(s.node) > s.now && gp_node_due(s.node) <= s.now + 50);
  script_untilsent(&s);
  script_sent(&s);
  script_respond(&s, "probe b:1", &bob, NULL);
  SAME(script_untilsent(&s), 50);
  TEXT(script_sent(&s), "probe b:1 v113");
  script_close(&s);
}

/*
** What is seen and told.
*/

TEST(longsilence, "one that stays silent is suspected, and fails") {
  script s;
  open(&s, 100000);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_detect(&s, &bob);
  script_pass(&s, 1200);
  SAME(stateof(&s, &bob), GP_SUSPECTED);
  SAME(s.node->detector.self_doubt, 1); /* cleo has said nothing either */
  silent(&s, "probe");
  script_sent(&s);
  script_pass(&s, 599);
  TEXT(script_sent(&s), "");
  script_pass(&s, 1); /* it is probed again, and by others */
  TEXT(script_sent(&s), "probe b:1 v113; probe c:1 v113 help b:1");
  script_pass(&s, 599);
  TEXT(script_sent(&s), "");
  script_pass(&s, 1);
  TEXT(script_sent(&s), "probe b:1 v113; probe c:1 v113 help b:1");
  script_pass(&s, 8999 - 1200); /* it doubts itself: twice 4.5 s */
  TEXT(told_members(s.node), "b c");
  script_pass(&s, 1);
  TEXT(told_members(s.node), "c");
  TEXT(program_news(&s), "b failed: ETIMEDOUT");
  SAME(stateof(&s, &bob), GP_ALIVE); /* nothing is awaited of it */
  CHECK(gp_retry_isactive(&script_of(&s, &bob)->retry));
  script_pass(&s, 1000);
  SAME(script_count(&s, "connect b:1 any reconnect brief"), 1);
  script_close(&s);
}

TEST(suspectround, "a suspect is probed through three others") {
  script s;
  int i;
  open(&s, 100000);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_member(&s, &dan);
  for (i = 0; i < 3; i++) {
    char name[] = "m0:1";
    actor a = {.name = name, .program = ACTOR_OURS};
    name[1] = (char)('0' + i);
    a.process = 100 + (uint64_t)i;
    script_member(&s, &a);
  }
  script_suspect(&s, &bob);
  script_pass(&s, 0);
  SAME(script_count(&s, "probe b:1"), 1);
  SAME(script_count(&s, "probe"), 4);
  script_close(&s);
}

TEST(doubtless, "one that has heard from another does not doubt itself") {
  script s;
  gp_recvresp nosign;
  open(&s, 100000);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_detect(&s, &bob);
  script_pass(&s, 500);
  nosign = script_response(&s, "probe c:1", &cleo, NULL);
  nosign.status = 504;
  script_end(&s, "probe c:1", GP_OK, &nosign);
  gp_recvresp_clear(&nosign);
  script_pass(&s, 700);
  SAME(stateof(&s, &bob), GP_SUSPECTED);
  SAME(s.node->detector.self_doubt, 0);
  script_pass(&s, 4500);
  TEXT(told_members(s.node), "c");
  script_close(&s);
}

TEST(doubtbounds, "it doubts itself up to 3, and less with each response") {
  script s;
  int i;
  open(&s, 100000);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  for (i = 1; i <= 5; i++) {
    script_detect(&s, &bob);
    script_pass(&s, 1200);
    SAME(stateof(&s, &bob), GP_SUSPECTED);
    SAME(s.node->detector.self_doubt, i < 3 ? i : 3);
    silent(&s, "probe");
    script_say(&s, &bob, "I live", 0);
    SAME(s.node->detector.self_doubt, i < 3 ? i : 3);
  }
  for (i = 2; i >= -1; i--) {
    gp_stats stats;
    script_detect(&s, &bob);
    script_respond(&s, "probe", &bob, NULL);
    gp_node_stats(s.node, &stats);
    SAME(stats.self_doubt, i < 0 ? 0 : i);
  }
  script_close(&s);
}

/* Nothing was awaited: that says nothing about us. */
TEST(doubtkept, "a response that is not to a probe changes no self-doubt") {
  script s;
  open(&s, 100000);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_detect(&s, &bob);
  script_pass(&s, 1200);
  SAME(s.node->detector.self_doubt, 1);
  program_forget(program_tell(&s, "c:1", "x"));
  script_respond(&s, "direct c:1", &cleo, NULL);
  SAME(s.node->detector.self_doubt, 1);
  script_close(&s);
}

TEST(doubtslows, "one that doubts itself probes more rarely") {
  script s;
  open(&s, 600);
  script_member(&s, &bob);
  s.node->detector.self_doubt = 2;
  script_untilsent(&s);
  script_sent(&s);
  script_respond(&s, "probe", &bob, NULL); /* it doubts less from now on */
  SAME(script_untilsent(&s), 1800);
  script_sent(&s);
  script_respond(&s, "probe", &bob, NULL);
  SAME(script_untilsent(&s), 1200);
  script_sent(&s);
  script_respond(&s, "probe", &bob, NULL);
  SAME(script_untilsent(&s), 600);
  script_close(&s);
}
