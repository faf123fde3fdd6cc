/*
** repeat_test.c - which messages are sent once more, when, and which never.
*/
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {.name = "c:1", .program = ACTOR_V113};
static const actor dan = {.name = "d:1", .program = ACTOR_V113};

/* A node with two members, one of ours and one that is none. */
static void open (script *s) {
  script_open(s);
  script_member(s, &bob);
  script_member(s, &cleo);
}

/* Nothing is sent until so many ms have passed, then the message. */
static void comesafter (script *s, uint64_t ms, const char *text) {
  script_pass(s, ms - 1);
  TEXT(script_sent(s), "");
  script_pass(s, 1);
  TEXT(script_sent(s), text);
}

/* Whether a message goes once more to 'by' after this error. */
static bool repeats (script *s, const actor *by, gp_err error) {
  gp_receipt *r = program_tell(s, by->name, "x");
  bool again;
  script_fail(s, "direct", error);
  again = !gp_receipt_issettled(r);
  script_pass(s, 50);
  SAME(script_count(s, "direct"), again);
  if (again)
    script_respond(s, "direct", by, NULL);
  SAME(script_result(r), again ? GP_OK : error);
  return again;
}

TEST(busypauses,
     "a busy peer is tried after pauses that double up to 0.8 s") {
  static const uint64_t pauses[] = {50, 100, 200, 400, 800, 800, 800, 800};
  script s;
  gp_receipt *r;
  size_t i;
  open(&s);
  r = program_tell(&s, "c:1", "x");
  r->claimed = true;
  TEXT(script_sent(&s), "direct c:1 v113 \"x\"");
  for (i = 0; i < 8; i++) {
    script_refuse(&s, "direct", &cleo, 503);
    comesafter(&s, pauses[i], "direct c:1 v113 \"x\"");
  }
  SAME(script_find(&s, "direct")->timeout_ms, 5000 - 3950);
  CHECK(!gp_receipt_issettled(r));
  script_pass(&s, 250);
  script_refuse(&s, "direct", &cleo, 503);
  SAME(script_result(r), GP_EBUSY); /* 5 s were not enough */
  script_pass(&s, 5000);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(pausesanew, "the pauses of each message begin anew") {
  script s;
  open(&s);
  program_forget(program_tell(&s, "c:1", "one"));
  program_forget(program_tell(&s, "c:1", "two"));
  script_refuse(&s, "direct", &cleo, 503);
  script_pass(&s, 50);
  script_refuse(&s, "direct", &cleo, 503);
  script_pass(&s, 100);
  script_sent(&s);
  script_respond(&s, "direct", &cleo, NULL);
  TEXT(script_sent(&s), "direct c:1 v113 \"two\"");
  script_refuse(&s, "direct", &cleo, 503);
  comesafter(&s, 50, "direct c:1 v113 \"two\"");
  script_fail(&s, "direct", GP_EHOSTUNREACH);
  program_forget(program_tell(&s, "c:1", "three"));
  script_sent(&s);
  script_refuse(&s, "direct", &cleo, 503);
  comesafter(&s, 50, "direct c:1 v113 \"three\"");
  script_close(&s);
}

TEST(orderkept, "what is sent once more comes before what stands behind it") {
  script s;
  open(&s);
  program_forget(program_say(&s, "one"));
  program_forget(program_say(&s, "two"));
  script_respond(&s, "broadcast c:1", &cleo, NULL);
  script_sent(&s);
  script_refuse(&s, "broadcast b:1", &bob, 503);
  program_forget(program_tell(&s, "b:1", "three"));
  TEXT(script_sent(&s), "");
  script_pass(&s, 50);
  TEXT(script_sent(&s), "broadcast b:1 v113 \"one\" #1");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  TEXT(script_sent(&s), "broadcast b:1 v113 \"two\" #2");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  TEXT(script_sent(&s), "direct b:1 v113 \"three\" #3");
  script_close(&s);
}

/* A request may take 150 ms in all: time for one pause of 50, or two. */
TEST(timeleft, "no try begins when the time of all tries together is over") {
  script s;
  gp_receipt *r;
  uint32_t longer;
  for (longer = 0; longer < 2; longer++) {
    script_init(&s);
    s.opt.request_timeout_ms = 150 + longer;
    script_start(&s);
    script_member(&s, &cleo);
    r = program_say(&s, "x");
    SAME(script_find(&s, "broadcast")->timeout_ms, 150 + longer);
    script_refuse(&s, "broadcast", &cleo, 503);
    script_pass(&s, 50);
    SAME(script_find(&s, "broadcast")->timeout_ms, 100 + longer);
    script_refuse(&s, "broadcast", &cleo, 503);
    CHECK(gp_receipt_issettled(r) == (longer == 0));
    script_pass(&s, 100);
    SAME(script_count(&s, "broadcast"), longer);
    if (longer)
      SAME(script_find(&s, "broadcast")->timeout_ms, 1);
    program_forget(r);
    script_close(&s);
  }
}

TEST(whichagain, "only what surely has not been taken is sent once more") {
  script s;
  open(&s);
  CHECK(repeats(&s, &cleo, GP_EMFILE));
  CHECK(repeats(&s, &bob, GP_EMFILE));
  CHECK(repeats(&s, &cleo, GP_ECONNREFUSED));
  CHECK(repeats(&s, &bob, GP_ECONNREFUSED));
  CHECK(repeats(&s, &bob, GP_ECONNRESET)); /* it knows it by its number */
  CHECK(!repeats(&s, &cleo, GP_ECONNRESET));
  CHECK(!repeats(&s, &cleo, GP_EHOSTUNREACH));
  CHECK(!repeats(&s, &bob, GP_ETIMEDOUT));
  CHECK(!repeats(&s, &cleo, GP_EPROTO));
  CHECK(!repeats(&s, &bob, GP_EBADMSG));
  script_close(&s);
}

TEST(awaybefore, "one that could not be reached before is not waited for") {
  script s;
  open(&s);
  CHECK(!repeats(&s, &bob, GP_EHOSTUNREACH));
  CHECK(!repeats(&s, &bob, GP_ECONNREFUSED));
  CHECK(!repeats(&s, &bob, GP_ECONNRESET));
  CHECK(repeats(&s, &bob, GP_EMFILE)); /* our own fault; it responds then */
  CHECK(repeats(&s, &bob, GP_ECONNREFUSED));
  script_close(&s);
}

TEST(strangeraway, "nor is one that is no member when it refuses") {
  script s;
  gp_receipt *r;
  open(&s);
  r = program_tell(&s, "d:1", "x");
  script_respond(&s, "probe d:1", &dan, NULL);
  script_fail(&s, "direct d:1", GP_ECONNREFUSED);
  SAME(script_result(r), GP_ECONNREFUSED);
  r = program_tell(&s, "d:1", "y");
  script_respond(&s, "probe d:1", &dan, NULL);
  script_refuse(&s, "direct d:1", &dan, 503);
  script_pass(&s, 50);
  script_respond(&s, "direct d:1", &dan, NULL);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(refusinglong, "nor one that refuses for longer than a caller blocks") {
  script s;
  gp_receipt *r;
  open(&s);
  r = program_tell(&s, "c:1", "x");
  script_pass(&s, 999);
  script_fail(&s, "direct", GP_ECONNREFUSED);
  CHECK(!gp_receipt_issettled(r));
  script_pass(&s, 50);
  script_fail(&s, "direct", GP_ECONNREFUSED);
  SAME(script_result(r), GP_ECONNREFUSED);
  CHECK(repeats(&s, &cleo, GP_EMFILE)); /* it is reachable again */
  r = program_tell(&s, "c:1", "x");
  script_pass(&s, 1000);
  script_fail(&s, "direct", GP_ECONNREFUSED);
  SAME(script_result(r), GP_ECONNREFUSED);
  script_close(&s);
}

TEST(unsure, "once a connection broke, only what knows it again gets it") {
  script s;
  gp_receipt *r;
  open(&s);
  r = program_tell(&s, "b:1", "x");
  script_fail(&s, "direct", GP_ECONNRESET);
  script_pass(&s, 50);
  script_fail(&s, "direct", GP_ECONNRESET);
  script_pass(&s, 100);
  script_refuse(&s, "direct", &bob, 503);
  script_pass(&s, 200);
  CHECK(!gp_receipt_issettled(r));
  script_fail(&s, "direct", GP_ECONNREFUSED);
  SAME(script_result(r), GP_ECONNREFUSED);
  script_close(&s);
}

TEST(unsurenotmember, "nor is it sent to one that does not know us then") {
  script s;
  gp_receipt *r;
  open(&s);
  r = program_tell(&s, "b:1", "x");
  script_fail(&s, "direct", GP_ECONNRESET);
  script_pass(&s, 50);
  script_sent(&s);
  script_refuse(&s, "direct", &bob, 403);
  SAME(script_result(r), GP_EFORBIDDEN);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(sameagain, "a message has the number that it had the first time") {
  script s;
  open(&s);
  program_forget(program_say(&s, "x"));
  script_respond(&s, "broadcast c:1", &cleo, NULL);
  script_sent(&s);
  script_fail(&s, "broadcast b:1", GP_ECONNRESET);
  script_pass(&s, 50);
  TEXT(script_sent(&s), "broadcast b:1 v113 \"x\" #1");
  script_close(&s);
}

TEST(oursonlynow, "what was first sent to a Go program has no number later") {
  static const actor ours = {.name = "c:1", .program = ACTOR_OURS};
  script s;
  gp_receipt *r;
  open(&s);
  r = program_tell(&s, "c:1", "x");
  script_refuse(&s, "direct", &cleo, 503);
  script_connect(&s, &ours);
  script_sent(&s);
  script_pass(&s, 50);
  TEXT(script_sent(&s), "direct c:1 v113 \"x\"");
  script_fail(&s, "direct", GP_ECONNRESET);
  SAME(script_result(r), GP_ECONNRESET);
  script_close(&s);
}

TEST(noours, "what goes to one of ours no more has no number then") {
  static const actor go = {.name = "b:1", .program = ACTOR_V113};
  script s;
  gp_receipt *r;
  open(&s);
  r = program_tell(&s, "b:1", "x");
  script_refuse(&s, "direct", &bob, 503);
  script_connect(&s, &go);
  script_pass(&s, 99); /* its list is looked at first */
  script_sent(&s);
  script_pass(&s, 1);
  script_fail(&s, "connect b:1", GP_EHOSTUNREACH);
  TEXT(script_sent(&s), "connect b:1 any; direct b:1 v113 \"x\"");
  script_fail(&s, "direct", GP_ECONNRESET);
  SAME(script_result(r), GP_ECONNRESET);
  script_close(&s);
}

TEST(onlymessages, "only messages are sent once more") {
  script s;
  gp_receipt *r;
  open(&s);
  r = program_join(&s, "d:1");
  r->claimed = true;
  script_refuse(&s, "connect d:1", &dan, 503);
  SAME(script_result(r), GP_EBUSY);
  r = program_leave(&s);
  script_refuse(&s, "disconnect b:1", &bob, 503);
  script_fail(&s, "disconnect c:1", GP_EMFILE);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(stalledpause,
     "what comes too late for a pause is tried at once, or not") {
  script s;
  gp_receipt *r;
  open(&s);
  r = program_tell(&s, "c:1", "x");
  script_refuse(&s, "direct", &cleo, 503);
  script_sent(&s);
  script_stall(&s, 4999);
  TEXT(script_sent(&s), "direct c:1 v113 \"x\"");
  SAME(script_find(&s, "direct")->timeout_ms, 1);
  script_respond(&s, "direct", &cleo, NULL);
  SAME(script_result(r), GP_OK);
  r = program_tell(&s, "c:1", "x");
  script_refuse(&s, "direct", &cleo, 503);
  script_sent(&s);
  script_stall(&s, 5000);
  script_pass(&s, 0);
  TEXT(script_sent(&s), "");
  SAME(script_result(r), GP_ETIMEDOUT);
  script_close(&s);
}
