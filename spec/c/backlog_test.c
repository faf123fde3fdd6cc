/*
** backlog_test.c - what waits for a peer: behind one that does not respond,
** before one is met, and when it turns out to be another; and what the
** callers block for.
*/
#include "node/naming.h"
#include "node/state.h"
#include "node/sweep.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {.name = "c:1", .program = ACTOR_V113};
static const actor dan = {.name = "d:1", .program = ACTOR_OURS, .process = 4};
static const actor seed = {.name = "d:1", .program = ACTOR_SEED};

TEST(waitsalive, "what waited for one that responds at last is sent") {
  script s;
  gp_receipt *r[2];
  script_open(&s);
  script_member(&s, &bob);
  r[0] = program_say(&s, "one");
  r[1] = program_say(&s, "two");
  script_sent(&s);
  script_pass(&s, 10000);
  script_respond(&s, "broadcast", &bob, NULL);
  TEXT(script_sent(&s), "broadcast b:1 v113 \"two\" #2");
  SAME(script_find(&s, "broadcast")->timeout_ms, 5000);
  script_respond(&s, "broadcast", &bob, NULL);
  SAME(script_result(r[0]), GP_OK);
  SAME(script_result(r[1]), GP_OK);
  script_close(&s);
}

TEST(waitsdead, "what waited too long for one that does not is not tried") {
  script s;
  gp_receipt *r[4];
  size_t i;
  script_open(&s);
  script_member(&s, &bob);
  r[0] = program_say(&s, "one");
  r[1] = program_say(&s, "two");
  script_pass(&s, 1);
  r[2] = program_say(&s, "three");
  r[3] = program_say(&s, "four");
  script_sent(&s);
  script_pass(&s, 4999);
  script_fail(&s, "broadcast", GP_ETIMEDOUT);
  TEXT(script_sent(&s), "broadcast b:1 v113 \"three\" #3");
  SAME(script_find(&s, "broadcast")->timeout_ms, 5000);
  script_pass(&s, 0);
  SAME(script_result(r[0]), GP_ETIMEDOUT);
  SAME(script_result(r[1]), GP_ETIMEDOUT);
  CHECK(!gp_receipt_issettled(r[2]));
  script_pass(&s, 5000);
  script_fail(&s, "broadcast", GP_ETIMEDOUT);
  TEXT(script_sent(&s), "");
  script_pass(&s, 0);
  for (i = 2; i < 4; i++)
    SAME(script_result(r[i]), GP_ETIMEDOUT);
  script_close(&s);
}

/* An entry point, and a Go program that it has named and that was too late
   when it was greeted. */
static void late (script *s) {
  script_open(s);
  program_joined(s, &bob, "c:1");
  script_fail(s, "connect c:1", GP_ETIMEDOUT);
  SAME(script_record(s, "c:1")->membership, GP_CANDIDATE);
}

TEST(waitsmet,
     "a message to one that was late when greeted waits till then") {
  script s;
  late(&s);
  program_forget(program_say(&s, "x"));
  TEXT(script_sent(&s), "broadcast b:1 v113 \"x\" #1");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  script_pass(&s, 1000);
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_respond(&s, "connect c:1", &cleo, "");
  TEXT(script_sent(&s), "broadcast c:1 v113 \"x\"");
  script_refuse(&s, "broadcast c:1", &cleo, 500);
  TEXT(told_failure(s.node), "greeting c: ETIMEDOUT");
  TEXT(told_failure(s.node), "sending c: ESTATUS"); /* now it is told */
  script_close(&s);
}

TEST(waitsuncounted, "and no receipt waits for it so long") {
  script s;
  gp_receipt *before, *after;
  script_open(&s);
  program_joined(&s, &bob, "c:1");
  before = program_say(&s, "x");
  before->claimed = true;
  script_respond(&s, "broadcast b:1", &bob, NULL);
  CHECK(!gp_receipt_issettled(before)); /* it has been greeted just now */
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  SAME(script_result(before), GP_ETIMEDOUT);
  after = program_say(&s, "y");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  SAME(script_result(after), GP_OK);
  SAME(script_record(&s, "c:1")->outbox.count, 2);
  while (script_record(&s, "c:1") != NULL) {
    script_pass(&s, 100);
    if (script_count(&s, "connect") > 0)
      script_fail(&s, "connect", GP_ETIMEDOUT);
  }
  TEXT(told_failure(s.node), "greeting c: ETIMEDOUT");
  TEXT(told_failure(s.node), ""); /* nor is it told */
  script_close(&s);
}

TEST(waitsbounded, "so many are kept, and no more") {
  script s;
  int i;
  late(&s);
  for (i = 0; i < 100; i++) {
    program_forget(program_say(&s, "x"));
    script_respond(&s, "broadcast b:1", &bob, NULL);
  }
  SAME(script_record(&s, "c:1")->outbox.count, 64);
  CHECK(program_hasroom(&s, ""));
  script_close(&s);
}

TEST(waitsnotmet, "it fails at the first try after its time") {
  script s;
  gp_receipt *r;
  late(&s);
  r = program_tell(&s, "c:1", "x");
  script_pass(&s, 4999);
  while (script_count(&s, "connect") > 0)
    script_fail(&s, "connect", GP_ETIMEDOUT);
  script_pass(&s, 0);
  CHECK(!gp_receipt_issettled(r));
  script_pass(&s, 3000);
  while (script_count(&s, "connect") > 0)
    script_fail(&s, "connect", GP_ETIMEDOUT);
  script_pass(&s, 0);
  SAME(script_count(&s, "direct"), 0);
  SAME(script_result(r), GP_ETIMEDOUT);
  script_close(&s);
}

TEST(waitscome, "or goes when that one comes by itself") {
  script s;
  late(&s);
  program_forget(program_tell(&s, "c:1", "x"));
  script_sent(&s);
  script_connect(&s, &cleo);
  TEXT(script_sent(&s), "direct c:1 v113 \"x\"");
  script_close(&s);
}

/* Its form is known, and that it notices what comes twice. */
TEST(oursdoesnotwait,
     "to one of ours that was late it is sent all the same") {
  script s;
  script_open(&s);
  program_forget(program_tell(&s, "d:1", "one"));
  script_respond(&s, "probe d:1", &dan, NULL);
  program_joined(&s, &bob, "d:1");
  script_respond(&s, "direct d:1", &dan, NULL);
  script_fail(&s, "connect d:1", GP_ETIMEDOUT);
  SAME(script_record(&s, "d:1")->membership, GP_CANDIDATE);
  script_sent(&s);
  program_forget(program_tell(&s, "d:1", "two"));
  TEXT(script_sent(&s), "direct d:1 v113 \"two\" #2 otherwise");
  script_close(&s);
}

TEST(formfirst, "a stranger is asked for its form before it is written to") {
  script s;
  gp_receipt *r[2];
  script_open(&s);
  r[0] = program_tell(&s, "d:1", "one");
  r[1] = program_tell(&s, "d:1", "two");
  TEXT(script_sent(&s), "probe d:1 any");
  SAME(script_find(&s, "probe")->timeout_ms, 5000);
  CHECK(script_find(&s, "probe")->ext.who.peer == NULL);
  script_respond(&s, "probe", &seed, NULL);
  TEXT(script_sent(&s), "direct d:1 headers \"one\"");
  script_respond(&s, "direct", &seed, NULL);
  TEXT(script_sent(&s), "direct d:1 headers \"two\"");
  script_respond(&s, "direct", &seed, NULL);
  SAME(script_result(r[0]), GP_OK);
  SAME(script_result(r[1]), GP_OK);
  CHECK(script_record(&s, "d:1") == NULL); /* nothing is left of it */
  script_close(&s);
}

TEST(strangerours, "to a stranger of ours it has a number of its own") {
  script s;
  script_open(&s);
  program_forget(program_tell(&s, "d:1", "one"));
  script_sent(&s);
  script_respond(&s, "probe", &dan, NULL);
  TEXT(script_sent(&s), "direct d:1 v113 \"one\" #1 otherwise");
  script_close(&s);
}

TEST(noform, "a stranger that does not respond gets none of the messages") {
  script s;
  gp_receipt *r[2], *join;
  script_open(&s);
  r[0] = program_tell(&s, "d:1", "one");
  r[1] = program_tell(&s, "d:1", "two");
  join = program_join(&s, "d:1");
  program_forget(program_tell(&s, "d:1", "three"));
  script_sent(&s);
  script_fail(&s, "probe", GP_EHOSTUNREACH);
  SAME(script_result(r[0]), GP_EHOSTUNREACH);
  SAME(script_result(r[1]), GP_EHOSTUNREACH);
  TEXT(program_news(&s), "sending d: EHOSTUNREACH; sending d: EHOSTUNREACH");
  TEXT(script_sent(&s), "connect d:1 any");
  script_respond(&s, "connect", &dan, "");
  SAME(script_result(join), GP_OK);
  TEXT(script_sent(&s), "direct d:1 v113 \"three\" #3");
  script_close(&s);
}

TEST(badform, "one that responds in whatever way has a form") {
  script s;
  script_open(&s);
  program_forget(program_tell(&s, "d:1", "one"));
  script_sent(&s);
  script_refuse(&s, "probe", &seed, 500);
  TEXT(script_sent(&s), "direct d:1 headers \"one\"");
  script_close(&s);
}

TEST(nosense, "one of which nothing can be read has none") {
  script s;
  gp_receipt *r;
  gp_recvresp response;
  script_open(&s);
  r = program_tell(&s, "d:1", "one");
  response = script_response(&s, "probe", &seed, NULL);
  response.status = 0;
  script_end(&s, "probe", GP_EPROTO, &response);
  gp_recvresp_clear(&response);
  SAME(script_result(r), GP_EPROTO);
  script_close(&s);
}

/*
** One process under two names.
*/

/* Greeted under two names; a broadcast goes to both, a direct message to
   one. */
static void greettwice (script *s) {
  script_open(s);
  program_forget(program_tell(s, "b:1", "zero"));
  script_respond(s, "probe b:1", &bob, NULL);
  script_respond(s, "direct b:1", &bob, NULL);
  program_joined(s, &bob, "d:1 e:1");
  program_forget(program_say(s, "one"));
  program_forget(program_tell(s, "e:1", "two"));
  script_respond(s, "broadcast b:1", &bob, NULL);
}

TEST(movedonce, "one that has two names gets a broadcast once") {
  script s;
  greettwice(&s);
  script_respond(&s, "connect d:1", &dan, "");
  script_sent(&s);
  script_respond(&s, "connect e:1", &dan, "");
  CHECK(script_record(&s, "e:1") == script_record(&s, "d:1"));
  TEXT(script_sent(&s), "");
  script_respond(&s, "broadcast d:1", &dan, NULL);
  TEXT(script_sent(&s), "direct d:1 v113 \"two\" #3 otherwise");
  script_respond(&s, "direct d:1", &dan, NULL);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(movedother, "whichever of its names responds first") {
  static const actor named = {
    .name = "d:1", .program = ACTOR_OURS, .process = 4, .remote = "10.0.0.9"};
  script s;
  greettwice(&s);
  script_sent(&s);
  script_respond(&s, "connect e:1", &named, "");
  script_respond(&s, "probe d:1", &named, NULL); /* is it called so? */
  CHECK(script_record(&s, "e:1") == script_record(&s, "d:1"));
  TEXT(script_sent(&s), "probe d:1 any");
  script_respond(&s, "connect d:1", &named, "");
  TEXT(script_sent(&s), "broadcast d:1 v113 \"one\" #2");
  script_respond(&s, "broadcast d:1", &named, NULL);
  TEXT(script_sent(&s), "direct d:1 v113 \"two\" #3 otherwise");
  script_close(&s);
}

TEST(movedolder, "what was broadcast before the other was known goes there") {
  script s;
  gp_receipt *r[3];
  late(&s);
  r[0] = program_tell(&s, "c:1", "one");
  r[1] = program_say(&s, "two");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  script_member(&s, &dan);
  r[2] = program_say(&s, "three");
  script_sent(&s);
  gp_naming_merge(s.node, script_record(&s, "d:1"), script_record(&s, "c:1"));
  gp_sweep(s.node);
  script_respond(&s, "broadcast d:1", &dan, NULL);
  TEXT(script_sent(&s), "direct d:1 v113 \"one\" #1 otherwise");
  script_respond(&s, "direct d:1", &dan, NULL);
  TEXT(script_sent(&s), "broadcast d:1 v113 \"two\" #2 otherwise");
  script_respond(&s, "broadcast d:1", &dan, NULL);
  TEXT(script_sent(&s), "");
  SAME(script_result(r[0]), GP_OK);
  SAME(script_result(r[1]), GP_OK);
  script_respond(&s, "broadcast b:1", &bob, NULL);
  SAME(script_result(r[2]), GP_OK);
  script_close(&s);
}

/* One that failed is broadcast to no more; it has what came before. */
TEST(movednewer, "so does what was broadcast after the other had its last") {
  script s;
  gp_receipt *r[3];
  script_open(&s);
  script_member(&s, &cleo);
  script_member(&s, &dan);
  r[0] = program_say(&s, "one");
  r[1] = program_say(&s, "two");
  script_respond(&s, "broadcast d:1", &dan, NULL);
  script_respond(&s, "broadcast d:1", &dan, NULL);
  gp_membership_apply(s.node, script_record(&s, "d:1"), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  r[2] = program_say(&s, "three");
  program_forget(program_tell(&s, "d:1", "four")); /* that is none */
  script_respond(&s, "direct d:1", &dan, NULL);
  script_sent(&s);
  script_respond(&s, "broadcast c:1", &cleo, NULL);
  TEXT(script_sent(&s), "broadcast c:1 v113 \"two\"");
  script_refuse(&s, "broadcast c:1", &cleo, 503);
  gp_naming_merge(s.node, script_record(&s, "d:1"), script_record(&s, "c:1"));
  gp_sweep(s.node);
  TEXT(script_sent(&s), "broadcast d:1 v113 \"three\" #3 otherwise");
  SAME(script_result(r[0]), GP_OK);
  SAME(script_result(r[1]), GP_OK);
  program_forget(r[2]);
  script_pass(&s, 1000); /* the pause of the other one is over */
  TEXT(script_sent(&s), "");
  script_close(&s);
}

/*
** What callers block for.
*/

TEST(joinblocks, "a connect blocks a second for each of those it greets") {
  script s;
  gp_receipt *join;
  script_open(&s);
  join = program_join(&s, "b:1");
  script_pass(&s, 3000); /* the entry point has its own time */
  CHECK(!gp_receipt_issettled(join));
  script_respond(&s, "connect b:1", &bob, "c:1 d:1");
  CHECK(join->joined);
  script_pass(&s, 500);
  script_respond(&s, "connect c:1", &cleo, "e:1");
  script_pass(&s, 499);
  CHECK(!gp_receipt_issettled(join));
  script_pass(&s, 1); /* for d */
  CHECK(!gp_receipt_issettled(join));
  script_pass(&s, 499);
  CHECK(!gp_receipt_issettled(join));
  SAME(gp_node_due(s.node), s.now + 1);
  script_pass(&s, 1); /* for e */
  SAME(script_result(join), GP_OK);
  SAME(script_count(&s, "connect"), 2); /* they go on all the same */
  script_fail(&s, "connect d:1", GP_EHOSTUNREACH);
  TEXT(program_news(&s), "greeting d: EHOSTUNREACH; b joined; c joined");
  script_close(&s);
}

TEST(joinends, "it ends when all have responded, well or not") {
  script s;
  gp_receipt *join;
  script_open(&s);
  join = program_join(&s, "b:1");
  script_respond(&s, "connect b:1", &bob, "c:1 d:1");
  script_respond(&s, "connect c:1", &cleo, "");
  CHECK(!gp_receipt_issettled(join));
  script_fail(&s, "connect d:1", GP_EHOSTUNREACH);
  SAME(script_result(join), GP_OK); /* it is not the failure of the call */
  TEXT(program_news(&s), "greeting d: EHOSTUNREACH; b joined; c joined");
  script_pass(&s, 1000);
  SAME(gp_node_due(s.node), UINT64_MAX);
  script_close(&s);
}

TEST(joinbehind, "a greeting waits a second behind what is under way, too") {
  script s;
  gp_receipt *join;
  script_open(&s);
  program_forget(program_tell(&s, "d:1", "one"));
  script_pass(&s, 400);
  join = program_join(&s, "b:1");
  script_respond(&s, "connect b:1", &bob, "d:1");
  script_pass(&s, 599);
  CHECK(!gp_receipt_issettled(join));
  SAME(gp_node_due(s.node), s.now + 1);
  script_pass(&s, 1);
  SAME(script_result(join), GP_OK);
  SAME(script_count(&s, "connect"), 0);
  script_close(&s);
}

TEST(leaveblocks,
     "a leave blocks a second for each; whoever is told is gone") {
  script s;
  gp_receipt *r[2];
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  script_member(&s, &seed);
  r[0] = program_tell(&s, "d:1", "one");
  r[0]->claimed = true;
  r[1] = program_leave(&s);
  script_respond(&s, "disconnect b:1", &bob, NULL);
  TEXT(told_members(s.node), "c d");
  script_sent(&s);
  script_pass(&s, 999);
  TEXT(told_members(s.node), "c d");
  CHECK(!gp_receipt_issettled(r[1]));
  TEXT(script_sent(&s), "");
  script_pass(&s, 1);
  TEXT(told_members(s.node), "");
  SAME(script_result(r[1]), GP_OK);
  SAME(script_result(r[0]), GP_ETIMEDOUT);
  TEXT(script_sent(&s), "disconnect d:1 seed"); /* c has its own already */
  TEXT(program_news(&s), "leaving c: ETIMEDOUT; leaving d: ETIMEDOUT");
  SAME(gp_node_due(s.node), UINT64_MAX);
  script_close(&s);
}
