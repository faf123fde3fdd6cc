/*
** responses_test.c - how a request ends, by what came back: errors, statuses,
** and what they tell of the peer.
*/
#include <string.h>

#include "memory.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor seed = {.name = "s:1", .program = ACTOR_SEED};
static const actor v112 = {.name = "s:1", .program = ACTOR_V112};

/* A message to it ends with this status: the error of its receipt. */
static gp_err says (script *s, const actor *a, int status) {
  gp_receipt *r = program_tell(s, a->name, "x");
  gp_err e;
  r->claimed = true;
  script_refuse(s, "direct", a, status);
  if (gp_receipt_issettled(r))
    return script_result(r);
  e = GP_EBUSY;
  script_pass(s, 50);
  script_respond(s, "direct", a, NULL);
  SAME(script_result(r), GP_OK);
  return e;
}

TEST(statuses, "a status of 200 to 299 is a success, and no other") {
  script s;
  script_open(&s);
  script_member(&s, &go);
  SAME(says(&s, &go, 200), GP_OK);
  SAME(says(&s, &go, 204), GP_OK);
  SAME(says(&s, &go, 299), GP_OK);
  SAME(says(&s, &go, 199), GP_ESTATUS);
  SAME(says(&s, &go, 300), GP_ESTATUS);
  SAME(says(&s, &go, 404), GP_ESTATUS);
  SAME(says(&s, &go, 500), GP_ESTATUS);
  SAME(says(&s, &go, 413), GP_EMSGSIZE);
  SAME(says(&s, &go, 503), GP_EBUSY);
  script_close(&s);
}

/* Whatever it says, it lives. */
TEST(refusallives, "one that refuses a message responds all the same") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  gp_suspicion_setreachable(&script_record(&s, "b:1")->liveness, false);
  script_pass(&s, 10);
  says(&s, &bob, 413);
  CHECK(script_record(&s, "b:1")->liveness.reachable);
  SAME(script_record(&s, "b:1")->liveness.responded_at, s.now);
  script_close(&s);
}

TEST(remotenoted, "where a peer responds from is noted") {
  actor moved = bob;
  script s;
  gp_recvresp response;
  moved.remote = "10.9.9.9";
  script_open(&s);
  script_member(&s, &bob);
  program_forget(program_say(&s, "x"));
  script_respond(&s, "broadcast", &moved, NULL);
  TEXT(script_record(&s, "b:1")->names.remote, "10.9.9.9");
  program_forget(program_say(&s, "x"));
  response = script_response(&s, "broadcast", &bob, NULL);
  response.remote = NULL;
  script_end(&s, "broadcast", GP_OK, &response);
  gp_recvresp_clear(&response);
  TEXT(script_record(&s, "b:1")->names.remote, "10.9.9.9");
  script_close(&s);
}

/* A response that could not be read comes with an error. */
TEST(unreadable, "a response that could not be read is a failure") {
  script s;
  gp_receipt *r;
  gp_recvresp response;
  script_open(&s);
  script_member(&s, &bob);
  r = program_say(&s, "x");
  response = script_response(&s, "broadcast", &bob, NULL);
  response.remote = "10.9.9.9";
  script_end(&s, "broadcast", GP_EPROTO, &response);
  gp_recvresp_clear(&response);
  SAME(gp_receipt_nextfailure(r, NULL)->status, 200);
  SAME(script_result(r), GP_EPROTO);
  TEXT(script_record(&s, "b:1")->names.remote, "10.9.9.9");
  script_close(&s);
}

/*
** 403 and 400.
*/

TEST(forbidden, "a member that does not know us is connected to, then told") {
  static const int statuses[] = {403, 400};
  script s;
  size_t i;
  script_open(&s);
  script_member(&s, &go);
  for (i = 0; i < 2; i++) {
    gp_receipt *r[2];
    r[0] = program_say(&s, "x");
    r[1] = program_say(&s, "y");
    script_sent(&s);
    script_pass(&s, 4000);
    script_refuse(&s, "broadcast", &go, statuses[i]);
    TEXT(script_sent(&s), "connect g:1 any");
    CHECK(!gp_receipt_issettled(r[0]));
    script_pass(&s, 4000);
    script_respond(&s, "connect", &go, "");
    TEXT(script_sent(&s), "broadcast g:1 v113 \"x\"");
    SAME(script_find(&s, "broadcast")->timeout_ms, 1000);
    script_refuse(&s, "broadcast", &go, statuses[i]);
    CHECK(script_result(r[0]) == (i == 0 ? GP_EFORBIDDEN : GP_EBADREQUEST));
    TEXT(script_sent(&s), "broadcast g:1 v113 \"y\"");
    script_respond(&s, "broadcast", &go, NULL);
    SAME(script_result(r[1]), GP_OK);
    program_news(&s);
  }
  script_close(&s);
}

TEST(forbiddenlong, "its time is counted from then") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &go);
  r = program_say(&s, "x");
  script_pass(&s, 4999);
  script_refuse(&s, "broadcast", &go, 403);
  script_respond(&s, "connect", &go, "");
  SAME(script_find(&s, "broadcast")->timeout_ms, 5000);
  script_respond(&s, "broadcast", &go, NULL);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(forbiddenours, "also one of ours, which may say that it has left") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &bob);
  r = program_say(&s, "x");
  script_sent(&s);
  script_refuse(&s, "broadcast", &bob, 403);
  TEXT(script_sent(&s), "connect b:1 any reconnect");
  script_refuse(&s, "connect", &bob, 403);
  SAME(script_result(r), GP_ENOTCONN);
  TEXT(program_news(&s), "sending b: ENOTCONN; b left");
  script_close(&s);
}

TEST(forbiddenstranger, "one that is no member is believed") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = program_tell(&s, "g:1", "x");
  script_respond(&s, "probe", &go, NULL);
  script_sent(&s);
  script_refuse(&s, "direct", &go, 403);
  SAME(script_result(r), GP_EFORBIDDEN);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(leaveforbidden, "where we are unknown there is nothing to be left") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &go);
  r = program_leave(&s);
  script_sent(&s);
  script_refuse(&s, "disconnect b:1", &bob, 403);
  TEXT(told_members(s.node), "g");
  script_refuse(&s, "disconnect g:1", &go, 403); /* by this name, perhaps */
  TEXT(script_sent(&s), "connect g:1 any");
  TEXT(told_members(s.node), "g");
  script_respond(&s, "connect g:1", &go, "");
  TEXT(script_sent(&s), "disconnect g:1 v113");
  TEXT(told_members(s.node), "g");
  script_refuse(&s, "disconnect g:1", &go, 403);
  SAME(script_result(r), GP_OK);
  TEXT(told_members(s.node), "");
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(leavefails, "one that cannot be told that we leave is gone anyway") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &go);
  r = program_leave(&s);
  script_fail(&s, "disconnect b:1", GP_EHOSTUNREACH);
  script_refuse(&s, "disconnect g:1", &go, 500);
  SAME(script_result(r), GP_OK);
  TEXT(told_members(s.node), "");
  TEXT(program_news(&s), "leaving b: EHOSTUNREACH; leaving g: ESTATUS");
  script_close(&s);
}

/*
** Forms.
*/

TEST(seedinplace,
     "a seed in the place of a v1.1.3 shows, and is written to") {
  script s;
  gp_receipt *r;
  static const actor was = {.name = "s:1", .program = ACTOR_V113};
  script_open(&s);
  script_member(&s, &was);
  r = program_say(&s, "x");
  script_sent(&s);
  script_respond(&s, "broadcast", &seed, NULL);
  TEXT(script_sent(&s), "probe s:1 v113");
  script_respond(&s, "probe", &seed, NULL);
  TEXT(script_sent(&s), "connect s:1 any");
  script_respond(&s, "connect", &seed, "a:1");
  TEXT(script_sent(&s), "broadcast s:1 seed \"x\"");
  script_respond(&s, "broadcast", &seed, NULL);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(headersknown, "what a seed responds to a message shows nothing new") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &seed);
  r = program_say(&s, "x");
  script_sent(&s);
  script_respond(&s, "broadcast", &seed, NULL);
  TEXT(script_sent(&s), "");
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(newcomerform,
     "a newcomer with headers is asked for its form, up to twice") {
  static const actor *const who[] = {&seed, &v112};
  size_t i;
  for (i = 0; i < 2; i++) {
    script s;
    size_t x;
    script_open(&s);
    script_member(&s, &bob);
    x = script_connect(&s, who[i]);
    TEXT(script_given(&s, x), "");
    TEXT(script_sent(&s), "connect s:1 headers");
    SAME(script_find(&s, "connect")->timeout_ms, 1000);
    script_respond(&s, "connect", who[i], ""); /* that shows nothing */
    TEXT(script_given(&s, x), "");
    TEXT(script_sent(&s), "connect s:1 headers");
    SAME(script_find(&s, "connect")->timeout_ms, 1000);
    script_respond(&s, "connect", who[i], "a:1");
    TEXT(script_given(&s, x), i == 0 ? "200 seed [b:1]" : "200 v112 [b:1]");
    script_close(&s);
  }
}

TEST(newcomerunsure, "one whose form does not show is let in all the same") {
  script s;
  size_t x[2];
  script_open(&s);
  x[0] = script_connect(&s, &seed);
  script_respond(&s, "connect", &seed, "");
  script_sent(&s);
  script_respond(&s, "connect", &seed, "");
  TEXT(script_given(&s, x[0]), "200 headers []");
  TEXT(script_sent(&s), "");
  script_disconnect(&s, &seed);
  x[1] = script_connect(&s, &seed);
  script_fail(&s, "connect", GP_EHOSTUNREACH);
  TEXT(script_given(&s, x[1]), "200 headers []");
  script_close(&s);
}

TEST(greetedform, "one that is greeted is asked twice, if need be") {
  script s;
  script_open(&s);
  program_forget(program_join(&s, "s:1"));
  script_sent(&s);
  script_respond(&s, "connect", &seed, "");
  TEXT(script_sent(&s), "connect s:1 any brief");
  script_respond(&s, "connect", &seed, "");
  TEXT(script_sent(&s), ""); /* so be it */
  script_close(&s);
}

TEST(greetedforms, "but not where it shows, or does not matter") {
  script s;
  script_open(&s);
  program_forget(program_join(&s, "s:1"));
  script_sent(&s);
  script_respond(&s, "connect", &v112, "s:1");
  TEXT(script_sent(&s), "");
  SAME(script_record(&s, "s:1")->compat.form, GP_FORM_V112);
  script_close(&s);
}

/*
** Probes.
*/

static void open (script *s) {
  script_init(s);
  s->opt.probe_interval_ms = 100000;
  script_start(s);
  script_member(s, &bob);
  script_member(s, &cleo);
}

static const gp_liveness *livenessof (script *s) {
  return &script_record(s, "b:1")->liveness;
}

TEST(probeerrors, "why a probe failed is why its member is suspected") {
  script s;
  open(&s);
  gp_detector_probe(s.node, script_record(&s, "b:1"), false);
  script_fail(&s, "probe b:1", GP_EHOSTUNREACH);
  SAME(livenessof(&s)->state, GP_PROBED);
  script_pass(&s, 1200 + 4500 * 2);
  TEXT(program_news(&s), "b failed: EHOSTUNREACH");
  script_close(&s);
}

/* Nothing was sent: that says nothing about the member. */
TEST(probeunsent, "what this node lacks is nobody else's fault") {
  static const gp_err errors[] = {GP_EMFILE, GP_ENOMEM};
  size_t i;
  for (i = 0; i < 2; i++) {
    script s;
    open(&s);
    gp_detector_probe(s.node, script_record(&s, "b:1"), false);
    script_fail(&s, "probe b:1", errors[i]);
    SAME(livenessof(&s)->state, GP_ALIVE);
    gp_detector_told(s.node, script_record(&s, "b:1"));
    script_pass(&s, 4499);
    while (script_count(&s, "probe b:1") > 0)
      script_fail(&s, "probe b:1", errors[i]);
    script_pass(&s, 4499);
    TEXT(told_members(s.node), "b c");
    script_close(&s);
  }
}

TEST(probegone, "a probe of one that has left meanwhile tells nothing") {
  script s;
  open(&s);
  gp_detector_probe(s.node, script_record(&s, "b:1"), false);
  script_pass(&s, 500);
  script_disconnect(&s, &bob);
  script_respond(&s, "probe b:1", &bob, NULL);
  script_respond(&s, "probe c:1", &cleo, NULL);
  TEXT(program_news(&s), "b left");
  script_close(&s);
}

TEST(helpergone, "what one says that was asked to probe counts, if it left") {
  script s;
  open(&s);
  gp_detector_probe(s.node, script_record(&s, "b:1"), false);
  script_pass(&s, 500);
  script_disconnect(&s, &cleo);
  script_respond(&s, "probe c:1 v113 help", &cleo, NULL);
  SAME(livenessof(&s)->dead, 1);
  script_close(&s);
}

TEST(probereplaced, "another process at its address is tried, and met") {
  static const actor anew = {
    .name = "b:1", .program = ACTOR_OURS, .process = 22};
  script s;
  open(&s);
  gp_detector_probe(s.node, script_record(&s, "b:1"), true);
  script_sent(&s);
  script_respond(&s, "probe b:1", &anew, NULL);
  TEXT(program_news(&s), "b failed: EREPLACED");
  TEXT(told_members(s.node), "c");
  script_pass(&s, 100);
  TEXT(script_sent(&s), "connect b:1 any reconnect brief");
  script_respond(&s, "connect b:1", &anew, "");
  TEXT(program_news(&s), "b joined");
  script_close(&s);
}

/* See node/admission.c. */
TEST(claimprobe,
     "the holder of a name that is claimed is probed, and counts") {
  static const actor anna = {
    .name = "m:1", .program = ACTOR_OURS, .process = 8, .called = "anna"};
  static const actor other = {
    .name = "n:1", .program = ACTOR_OURS, .process = 9, .called = "anna"};
  script s;
  int i;
  for (i = 0; i < 2; i++) {
    size_t x;
    open(&s);
    script_member(&s, &anna);
    x = script_connect(&s, &other);
    TEXT(script_given(&s, x), "");
    TEXT(script_sent(&s), "probe m:1 v113");
    if (i == 0)
      script_respond(&s, "probe m:1", &anna, NULL);
    else
      script_fail(&s, "probe m:1", GP_ETIMEDOUT);
    TEXT(script_given(&s, x), i == 0 ? "409 v113 Name taken by another member"
                                     : "200 v113 [b:1 c:1]");
    script_close(&s);
  }
}

TEST(tellearly, "one that came while we joined learns that our list grew") {
  script s;
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  script_member(&s, &cleo); /* came before */
  script_member(&s, &go);
  script_pass(&s, 10);
  program_forget(program_join(&s, "b:1"));
  script_member(&s, &(actor){.name = "e:1", .process = 5});
  script_pass(&s, 10);
  {
    static const actor dan = {
      .name = "d:1", .program = ACTOR_OURS, .process = 4};
    static const actor gone = {.name = "h:1", .program = ACTOR_V113};
    script_member(&s, &dan);
    script_member(&s, &gone);
    script_member(&s, &bob); /* the entry point itself */
  }
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "");
  TEXT(script_sent(&s), "probe e:1 v113 digest; probe d:1 v113 digest");
  script_close(&s);
}

TEST(notearly, "where nobody is probed, none is told; nor by a greeting") {
  script s;
  int i;
  for (i = 0; i < 2; i++) {
    script_init(&s);
    s.opt.probe_interval_ms = i == 0 ? 0 : 1000000000;
    script_start(&s);
    program_forget(program_join(&s, "b:1"));
    script_member(&s, &cleo);
    script_sent(&s);
    script_respond(&s, "connect b:1", &bob, "g:1");
    TEXT(script_sent(&s), i == 0
                            ? "connect g:1 any brief"
                            : "connect g:1 any brief; probe c:1 v113 digest");
    script_respond(&s, "connect g:1", &go, "");
    TEXT(script_sent(&s), "");
    script_close(&s);
  }
}

/* With each of the allocations failing that this takes. */
TEST(greetstarved, "one that cannot be greeted for want of memory is told") {
  uint64_t n;
  bool failed = true;
  for (n = 1; failed; n++) {
    script s;
    gp_recvresp response;
    const char *news;
    bool c, d;
    CHECK(n < 100);
    script_open(&s);
    program_forget(program_join(&s, "b:1"));
    response = script_response(&s, "connect", &bob, "c:1 d:1");
    memory_fail(n, false);
    script_end(&s, "connect", GP_OK, &response);
    failed = memory_heal();
    gp_recvresp_clear(&response);
    TEXT(told_members(s.node), "b");
    c = script_count(&s, "connect c:1") == 1;
    d = script_count(&s, "connect d:1") == 1;
    SAME(s.node->memberships.candidates, (size_t)(c + d));
    SAME(s.node->peers.records.count, (size_t)(1 + c + d));
    CHECK(failed || (c && d));
    news = program_news(&s);
    SAME(strstr(news, "greeting c: ENOMEM") == NULL, c);
    if (c) /* without memory for the message, the first is told alone */
      SAME(strstr(news, "greeting d: ENOMEM") == NULL, d);
    script_close(&s);
  }
}
