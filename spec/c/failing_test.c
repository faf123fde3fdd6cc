/*
** failing_test.c - members that refuse, of which others say something, or
** that were not heard because this process stood still.
*/
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

/* Two members; a node that would probe, but whose rounds are far away. */
static void open (script *s) {
  script_init(s);
  s->opt.probe_interval_ms = 100000;
  script_start(s);
  script_member(s, &bob);
  script_member(s, &cleo);
}

static gp_liveness_state stateof (script *s, const actor *a) {
  return script_of(s, a)->liveness.state;
}

/* Bob fails, and is not tried again for long. */
static void bobfails (script *s) {
  script_suspect(s, &bob);
  script_pass(s, 4500);
  TEXT(told_members(s->node), "c");
  script_of(s, &bob)->retry.due_at = s->now + 50000;
  script_sent(s);
}

/* A message to it ends so. */
static void tryit (script *s, const actor *a, gp_err error) {
  program_forget(program_tell(s, a->name, "x"));
  script_sent(s);
  script_fail(s, "direct", error);
}

TEST(refuses, "one that refuses is suspected, and fails after 1.5 s") {
  script s;
  open(&s);
  tryit(&s, &bob, GP_ECONNREFUSED);
  SAME(stateof(&s, &bob), GP_SUSPECTED);
  CHECK(!script_of(&s, &bob)->liveness.reachable);
  TEXT(script_sent(&s), "probe c:1 v113 suspect b:1");
  script_pass(&s, 50); /* the message is tried again */
  script_fail(&s, "direct", GP_ECONNREFUSED);
  script_sent(&s);
  script_pass(&s, 549);
  TEXT(script_sent(&s), "direct b:1 v113 \"x\" #1");
  script_fail(&s, "direct", GP_EHOSTUNREACH);
  script_pass(&s, 1);
  TEXT(script_sent(&s), "probe b:1 v113; probe c:1 v113 help b:1");
  script_fail(&s, "probe b:1", GP_ECONNREFUSED);
  TEXT(script_sent(&s), ""); /* it is told once */
  script_pass(&s, 899);
  TEXT(told_members(s.node), "b c");
  script_pass(&s, 1);
  TEXT(told_members(s.node), "c");
  TEXT(told_event(s.node), "b failed: ECONNREFUSED");
  script_close(&s);
}

TEST(proberefused, "so is one that refuses a probe") {
  script s;
  open(&s);
  script_detect(&s, &bob);
  script_sent(&s);
  script_fail(&s, "probe b:1", GP_ECONNREFUSED);
  SAME(stateof(&s, &bob), GP_SUSPECTED);
  TEXT(script_sent(&s), "probe c:1 v113 suspect b:1");
  script_pass(&s, 1500);
  TEXT(told_members(s.node), "c");
  script_close(&s);
}

TEST(refusesnone, "a peer that is no member is suspected by nobody") {
  script s;
  open(&s);
  program_forget(program_join(&s, "g:1"));
  script_sent(&s);
  script_fail(&s, "connect g:1", GP_ECONNREFUSED);
  TEXT(script_sent(&s), "");
  program_forget(program_tell(&s, "g:1", "x"));
  script_fail(&s, "probe g:1", GP_ETIMEDOUT);
  TEXT(script_sent(&s), "probe g:1 any");
  program_forget(program_leave(&s));
  script_sent(&s);
  script_fail(&s, "disconnect b:1", GP_ECONNREFUSED);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(timesout, "a request that times out has its member probed") {
  script s;
  open(&s);
  tryit(&s, &bob, GP_ETIMEDOUT);
  SAME(stateof(&s, &bob), GP_PROBED);
  TEXT(script_sent(&s), "probe b:1 v113");
  CHECK(!script_of(&s, &bob)->liveness.reachable);
  script_respond(&s, "probe b:1", &bob, NULL);
  CHECK(script_of(&s, &bob)->liveness.reachable);
  tryit(&s, &cleo, GP_EHOSTUNREACH);
  TEXT(script_sent(&s), "");
  CHECK(!script_of(&s, &cleo)->liveness.reachable);
  script_close(&s);
}

TEST(timesoutleaving, "also while it is told that we leave") {
  script s;
  open(&s);
  program_forget(program_tell(&s, "b:1", "x"));
  program_forget(program_leave(&s));
  script_sent(&s);
  script_fail(&s, "direct", GP_ETIMEDOUT);
  TEXT(script_sent(&s), "probe b:1 v113; disconnect b:1 v113");
  script_close(&s);
}

TEST(told, "one that another suspects is probed at once, and not said on") {
  script s;
  open(&s);
  script_suspect(&s, &bob);
  SAME(stateof(&s, &bob), GP_SUSPECTED);
  CHECK(gp_node_due(s.node) <= s.now);
  script_pass(&s, 0);
  TEXT(script_sent(&s), "probe b:1 v113; probe c:1 v113 help b:1");
  script_suspect(&s, &bob);
  script_pass(&s, 599);
  TEXT(script_sent(&s), "");
  script_respond(&s, "probe b:1", &bob, NULL);
  SAME(stateof(&s, &bob), GP_ALIVE);
  script_pass(&s, 5000);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(toldfails, "and fails after 4.5 s if it does not respond") {
  script s;
  open(&s);
  script_suspect(&s, &bob);
  script_pass(&s, 4400);
  script_suspect(&s, &bob); /* told again, it has no more time */
  script_pass(&s, 99);
  TEXT(told_members(s.node), "b c");
  script_pass(&s, 1);
  TEXT(told_members(s.node), "c");
  TEXT(told_event(s.node), "b failed: ETIMEDOUT");
  script_close(&s);
}

TEST(toldofnone, "what is said of one that is no member is ignored") {
  script s;
  open(&s);
  program_joined(&s, &go, "h:1");
  gp_membership_apply(s.node, script_of(&s, &bob), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  script_suspect(&s, &bob);
  SAME(stateof(&s, &bob), GP_ALIVE);
  SAME(script_record(&s, "h:1")->liveness.state, GP_ALIVE);
  {
    static const actor h = {.name = "h:1"}, i = {.name = "i:1"};
    script_suspect(&s, &h);
    script_suspect(&s, &i);
  }
  SAME(script_record(&s, "h:1")->liveness.state, GP_ALIVE);
  CHECK(script_record(&s, "i:1") == NULL);
  script_close(&s);
}

TEST(signoflife, "any sign of life ends a suspicion") {
  script s;
  open(&s);
  script_suspect(&s, &bob);
  script_say(&s, &bob, "I live", 1);
  SAME(stateof(&s, &bob), GP_ALIVE);
  SAME(script_of(&s, &bob)->liveness.heard_at, s.now);
  script_close(&s);
}

TEST(failedheard, "one that failed, and is heard of, is tried soon") {
  script s;
  open(&s);
  bobfails(&s);
  script_say(&s, &bob, "I live", 1);
  script_pass(&s, 100);
  TEXT(script_sent(&s), "connect b:1 any reconnect brief");
  script_close(&s);
}

/* A message that is on its way when it fails, and is responded to. */
TEST(failedresponds, "one that failed, and takes a message, has recovered") {
  script s;
  open(&s);
  program_forget(program_tell(&s, "b:1", "x"));
  bobfails(&s);
  script_respond(&s, "direct", &bob, NULL);
  TEXT(told_members(s.node), "b c"); /* it counts us as a member still */
  script_close(&s);
}

TEST(failedunwilling, "one that failed, and refuses one, is tried soon") {
  script s;
  open(&s);
  program_forget(program_tell(&s, "b:1", "x"));
  bobfails(&s);
  script_refuse(&s, "direct", &bob, 500);
  TEXT(told_members(s.node), "c");
  script_sent(&s);
  script_pass(&s, 100);
  TEXT(script_sent(&s), "connect b:1 any reconnect brief");
  script_close(&s);
}

/* Its list was asked for. */
TEST(listrefused, "one that refuses anything is probed again in 0.6 s") {
  script s;
  gp_recvreq request = script_probe(&bob, GP_TOPIC_DIGEST, "b:1");
  open(&s);
  script_receive(&s, &request);
  script_fail(&s, "connect b:1", GP_ECONNREFUSED);
  script_sent(&s);
  script_pass(&s, 599);
  TEXT(script_sent(&s), "");
  script_pass(&s, 1);
  TEXT(script_sent(&s), "probe b:1 v113; probe c:1 v113 help b:1");
  script_close(&s);
}

static const actor anna = {
  .name = "m:1", .program = ACTOR_OURS, .process = 8, .called = "anna"};
static const actor other = {
  .name = "n:1", .program = ACTOR_OURS, .process = 9, .called = "anna"};

/* Both are members; the one that came first has the name. */
static void twoannas (script *s) {
  gp_recvreq request;
  open(s);
  script_member(s, &anna);
  request = script_ask(s, &other, GP_CONNECT, NULL);
  request.ext.topic = GP_TOPIC_RECONNECT; /* its network joins ours */
  script_receive(s, &request);
  script_respond(s, "probe m:1", &anna, NULL);
  TEXT(told_members(s->node), "b c m n");
  while (*told_event(s->node) != '\0')
    continue;
}

TEST(movedaway, "one whose name another one has has left, not failed") {
  script s;
  twoannas(&s);
  script_suspect(&s, &other);
  script_pass(&s, 4500);
  TEXT(told_event(s.node), "n left");
  TEXT(told_event(s.node), "");
  CHECK(script_of(&s, &other) == NULL);
  script_close(&s);
}

TEST(nameleft, "one that has failed leaves its name to one that says it") {
  script s;
  twoannas(&s);
  script_suspect(&s, &anna);
  script_pass(&s, 5500);
  TEXT(told_event(s.node), "m failed: ETIMEDOUT");
  TEXT(told_event(s.node), "m left");
  TEXT(told_event(s.node), "n renamed: - to anna");
  TEXT(told_members(s.node), "b c n");
  CHECK(script_of(&s, &anna) == NULL);
  script_close(&s);
}

/*
** A process that stood still.
*/

TEST(onedue, "one tick does all that is due, and comes again for the rest") {
  script s;
  open(&s);
  script_detect(&s, &bob);
  script_pass(&s, 100);
  script_detect(&s, &cleo);
  script_sent(&s);
  script_stall(&s, 500); /* 100 ms late for the one: that is nothing */
  TEXT(script_sent(&s), "probe c:1 v113 help b:1; probe b:1 v113 help c:1");
  CHECK(gp_node_due(s.node) <= s.now + 600);
  script_pass(&s, 600);
  SAME(stateof(&s, &bob), GP_SUSPECTED);
  SAME(stateof(&s, &cleo), GP_PROBED);
  script_pass(&s, 100);
  SAME(stateof(&s, &cleo), GP_SUSPECTED);
  script_close(&s);
}

TEST(late, "half a second too late is forgiven, and no less") {
  script s;
  open(&s);
  script_detect(&s, &bob);
  script_stall(&s, 1000);
  SAME(s.node->detector.self_doubt, 0);
  SAME(stateof(&s, &bob), GP_PROBED);
  script_stall(&s, 701); /* was due 501 ms ago, after 1200 in all */
  SAME(s.node->detector.self_doubt, 1);
  script_close(&s);
}

TEST(forgiven, "one that comes too late accuses nobody, and doubts itself") {
  script s;
  open(&s);
  script_detect(&s, &bob);
  script_sent(&s);
  script_stall(&s, 5000);
  SAME(s.node->detector.self_doubt, 1);
  TEXT(script_sent(&s), "probe b:1 v113; probe c:1 v113 digest");
  SAME(stateof(&s, &bob), GP_PROBED); /* anew: its round goes on at once */
  SAME(script_of(&s, &bob)->liveness.state_at, s.now);
  TEXT(told_members(s.node), "b c");
  script_close(&s);
}

TEST(forgivensuspect,
     "a suspect that was about to fail is probed once more") {
  script s;
  open(&s);
  script_suspect(&s, &bob);
  script_pass(&s, 4100);
  script_fail(&s, "probe b:1", GP_ETIMEDOUT);
  script_sent(&s);
  script_stall(&s, 10000);
  TEXT(told_members(s.node), "b c");
  SAME(s.node->detector.self_doubt, 1);
  SAME(script_count(&s, "probe b:1") > 0, 1);
  script_pass(&s, 5000);
  TEXT(told_members(s.node), "c");
  script_close(&s);
}

TEST(forgivenbounds, "however often it is late, it doubts itself up to 3") {
  script s;
  int i;
  open(&s);
  for (i = 1; i <= 5; i++) {
    script_stall(&s, 1000000);
    SAME(s.node->detector.self_doubt, i < 3 ? i : 3);
    while (script_count(&s, "probe") > 0)
      script_fail(&s, "probe", GP_EMFILE); /* that says nothing */
  }
  script_close(&s);
}

TEST(forgivenquiet, "nobody is probed for it where nobody is probed") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_stall(&s, 1000000);
  SAME(s.node->detector.self_doubt, 0);
  SAME(gp_node_due(s.node), UINT64_MAX);
  script_close(&s);
}
