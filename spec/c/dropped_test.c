/*
** dropped_test.c - what becomes of the requests to a peer that goes, and of
** those that a caller blocks for.
*/
#include "node/departure.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {.name = "c:1", .program = ACTOR_V113};
static const actor dan = {.name = "d:1", .program = ACTOR_OURS, .process = 4};

TEST(leftwith, "what waits for one that leaves fails; what is said may be") {
  script s;
  gp_receipt *r[3];
  script_open(&s);
  script_member(&s, &bob);
  r[0] = program_say(&s, "one");
  r[1] = program_say(&s, "two");
  r[2] = program_tell(&s, "b:1", "three");
  r[1]->claimed = true;
  script_disconnect(&s, &bob);
  CHECK(!gp_receipt_issettled(r[0])); /* its response may be on its way */
  SAME(gp_receipt_nextfailure(r[1], NULL)->status, 0);
  SAME(script_result(r[1]), GP_ENOTCONN);
  SAME(script_result(r[2]), GP_ENOTCONN);
  TEXT(program_news(&s), "sending b: ENOTCONN; b left");
  script_respond(&s, "broadcast", &bob, NULL);
  SAME(script_result(r[0]), GP_OK);
  CHECK(script_record(&s, "b:1") == NULL);
  script_close(&s);
}

TEST(leftgreeted,
     "to be greeted, or left, by one that leaves is no failure") {
  script s;
  gp_receipt *join, *leave;
  script_open(&s);
  join = program_join(&s, "b:1");
  script_respond(&s, "connect b:1", &bob, "c:1");
  script_disconnect(&s, &cleo);
  SAME(script_result(join), GP_OK);
  TEXT(program_news(&s), "b joined");
  leave = program_leave(&s);
  script_disconnect(&s, &bob);
  SAME(script_result(leave), GP_OK);
  TEXT(program_news(&s), "b left");
  SAME(script_count(&s, "broadcast"), 0);
  script_close(&s);
}

TEST(leftjoining, "to join through one that leaves is one") {
  script s;
  gp_receipt *join;
  script_open(&s);
  join = program_join(&s, "b:1");
  join->claimed = false;
  script_disconnect(&s, &bob);
  SAME(script_result(join), GP_ENOTCONN);
  TEXT(program_news(&s), "joining b: ENOTCONN");
  script_close(&s);
}

TEST(leftlate, "what comes of a request that was dropped is ignored") {
  script s;
  uint64_t id;
  script_open(&s);
  program_forget(program_join(&s, "b:1"));
  id = script_find(&s, "connect")->id;
  script_disconnect(&s, &bob);
  gp_node_responded(s.node, id, GP_ETIMEDOUT, NULL, s.now);
  TEXT(script_sent(&s), "connect b:1 any");
  SAME(s.node->peers.records.count, 0);
  script_close(&s);
}

/* It is no member after all. */
TEST(rejected, "broadcasts to one that was not let in count as done") {
  script s;
  gp_receipt *r[4];
  script_open(&s);
  r[0] = program_join(&s, "c:1");
  r[1] = program_say(&s, "one");
  r[2] = program_tell(&s, "c:1", "two");
  r[3] = program_say(&s, "three");
  r[0]->claimed = true;
  script_sent(&s);
  script_refuse(&s, "connect", &cleo, 503);
  SAME(script_result(r[0]), GP_EBUSY);
  SAME(script_result(r[1]), GP_OK);
  SAME(script_result(r[3]), GP_OK);
  CHECK(!gp_receipt_issettled(r[2]));
  TEXT(script_sent(&s), "probe c:1 any"); /* then it is written to */
  script_respond(&s, "probe", &cleo, NULL);
  script_respond(&s, "direct", &cleo, NULL);
  SAME(script_result(r[2]), GP_OK);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(pausedropped, "one back after a pause is written to at once") {
  script s;
  script_open(&s);
  script_member(&s, &cleo);
  program_forget(program_say(&s, "one"));
  script_refuse(&s, "broadcast", &cleo, 503);
  program_forget(program_join(&s, "d:1")); /* keeps the record of c */
  script_disconnect(&s, &cleo);
  script_member(&s, &cleo);
  program_forget(program_tell(&s, "c:1", "two"));
  TEXT(script_sent(&s), "direct c:1 v113 \"two\"");
  script_close(&s);
}

TEST(pauserejected, "so is one that is no member any more") {
  script s;
  gp_receipt *r[2];
  script_open(&s);
  script_member(&s, &cleo);
  r[0] = program_say(&s, "one");
  script_refuse(&s, "broadcast", &cleo, 503);
  r[1] = program_tell(&s, "c:1", "two");
  script_sent(&s);
  gp_departure_reject(s.node, script_record(&s, "c:1"));
  SAME(script_result(r[0]), GP_OK);
  program_forget(program_tell(&s, "c:1", "three"));
  TEXT(script_sent(&s), "direct c:1 v113 \"two\"");
  program_forget(r[1]);
  script_close(&s);
}

/*
** What callers block for, once more.
*/

TEST(joinbusy, "a greeting waits a second behind a pause, too") {
  script s;
  gp_receipt *join;
  script_open(&s);
  script_member(&s, &cleo);
  program_forget(program_say(&s, "one"));
  script_pass(&s, 500);
  join = program_join(&s, "b:1");
  script_respond(&s, "connect b:1", &bob, "c:1");
  script_refuse(&s, "broadcast c:1", &cleo, 503);
  script_pass(&s, 50);
  script_refuse(&s, "broadcast c:1", &cleo, 503);
  script_pass(&s, 100);
  script_refuse(&s, "broadcast c:1", &cleo, 503);
  script_pass(&s, 200);
  script_refuse(&s, "broadcast c:1", &cleo, 503);
  script_pass(&s, 149);
  CHECK(!gp_receipt_issettled(join));
  script_pass(&s, 1);
  SAME(script_result(join), GP_OK);
  script_pass(&s, 250);
  script_respond(&s, "broadcast c:1", &cleo, NULL);
  SAME(script_count(&s, "connect c:1"), 1); /* it is greeted all the same */
  script_close(&s);
}

TEST(leavebusy, "nor does a leave wait longer for one that is paused") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &cleo);
  program_forget(program_say(&s, "one"));
  r = program_leave(&s);
  script_pass(&s, 900);
  script_refuse(&s, "broadcast", &cleo, 503);
  script_pass(&s, 50);
  script_refuse(&s, "broadcast", &cleo, 503);
  script_sent(&s);
  script_pass(&s, 49);
  CHECK(!gp_receipt_issettled(r));
  script_pass(&s, 1);
  TEXT(script_sent(&s), "disconnect c:1 v113");
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

/* Other things are due for it meanwhile. */
TEST(leaveprobed, "a leave blocks no longer for one that is probed") {
  script s;
  gp_receipt *r;
  script_init(&s);
  s.opt.probe_interval_ms = 100000;
  script_start(&s);
  script_member(&s, &dan);
  gp_detector_probe(s.node, script_record(&s, "d:1"), false);
  r = program_leave(&s);
  script_pass(&s, 999);
  CHECK(!gp_receipt_issettled(r));
  script_pass(&s, 1);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(blockedsend, "a message blocks nobody: it has all its time") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &bob);
  r = program_say(&s, "one");
  SAME(gp_node_due(s.node), UINT64_MAX);
  script_pass(&s, 4999);
  CHECK(!gp_receipt_issettled(r));
  script_respond(&s, "broadcast", &bob, NULL);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}
