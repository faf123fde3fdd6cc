/*
** greet_test.c - what follows from the response to a connect: who is greeted,
** who is a member, and who is told that we do not come.
*/
#include "node/reconnect.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor dan = {.name = "d:1", .program = ACTOR_OURS, .process = 4};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor any = {
  .name = "0.0.0.0:2", .program = ACTOR_V113, .remote = "10.0.0.8"};

/* Of one of ours whose list differs from ours; then it is asked for it. */
static void differs (script *s, const actor *a) {
  gp_recvreq request = script_probe(a, GP_TOPIC_DIGEST, a->name);
  request.ext.digest.bytes[0] = 1;
  script_receive(s, &request);
}

/* A member of this name does not respond any more. */
static void fails (script *s, const char *name) {
  gp_record *peer = script_record(s, name);
  s->node->now = s->now;
  gp_membership_apply(s->node, peer, GP_HAS_FAILED, GP_ETIMEDOUT);
  gp_reconnect_begin(s->node, peer);
}

TEST(joins, "all of the list are greeted, and whoever responds is a member") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = program_join(&s, "b:1");
  TEXT(script_sent(&s), "connect b:1 any");
  SAME(script_find(&s, "connect")->timeout_ms, 5000);
  script_respond(&s, "connect b:1", &bob, "c:1 g:1");
  CHECK(r->joined && !gp_receipt_issettled(r));
  TEXT(told_members(s.node), "b");
  TEXT(script_sent(&s), "connect c:1 any brief; connect g:1 any brief");
  SAME(script_find(&s, "connect g:1")->timeout_ms, 5000);
  script_respond(&s, "connect g:1", &go, "b:1 c:1");
  script_respond(&s, "connect c:1", &cleo, "");
  TEXT(script_sent(&s), "");
  TEXT(told_members(s.node), "b c g");
  SAME(script_result(r), GP_OK);
  TEXT(program_news(&s), "b joined; g joined; c joined");
  script_close(&s);
}

TEST(listsfollowed, "those that a greeted one lists are greeted in turn") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = program_join(&s, "b:1");
  script_respond(&s, "connect b:1", &bob, "c:1");
  script_sent(&s);
  script_respond(&s, "connect c:1", &cleo, "b:1 c:1 d:1");
  TEXT(script_sent(&s), "connect d:1 any brief");
  CHECK(!gp_receipt_issettled(r)); /* it is part of the same call */
  script_respond(&s, "connect d:1", &dan, "b:1 c:1");
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(notself,
     "oneself is not greeted, under any name, nor the one that lists") {
  static const actor here = {
    .name = "localhost:3", .program = ACTOR_V113, .remote = "127.0.0.1"};
  script s;
  script_init(&s);
  s.opt.on_loopback = true;
  script_start(&s);
  program_forget(program_join(&s, "localhost:3"));
  script_sent(&s);
  script_respond(&s, "connect", &here,
                 "a:1 localhost:1 0.0.0.0:1 127.0.0.1:1 localhost:3");
  TEXT(script_sent(&s), "disconnect localhost:3 v113");
  script_respond(&s, "disconnect", &here, NULL);
  program_forget(program_join(&s, "localhost:3"));
  script_sent(&s);
  script_respond(&s, "connect", &here, "localhost:1 [::1]:1");
  TEXT(script_sent(&s), "connect [::1]:1 any brief; "
                        "disconnect localhost:3 v113");
  script_close(&s);
}

TEST(aliasnotgreeted, "nor the name that a member calls us by") {
  static const actor calls = {
    .name = "s:1", .program = ACTOR_SEED, .calls_us = "x:9"};
  script s;
  script_open(&s);
  script_member(&s, &calls);
  program_forget(program_join(&s, "s:1"));
  script_sent(&s);
  script_respond(&s, "connect s:1", &calls, "x:9");
  TEXT(script_sent(&s), "disconnect s:1 seed");
  script_close(&s);
}

/* To us and by us; the program wants all of them to know us. */
TEST(membersgreeted, "one that joins also greets those it has for members") {
  script s;
  script_open(&s);
  script_member(&s, &cleo);
  script_member(&s, &dan);
  fails(&s, "d:1");
  program_forget(program_join(&s, "b:1"));
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "c:1 d:1 e:1");
  TEXT(script_sent(&s), "connect c:1 any brief; connect d:1 any brief; "
                        "connect e:1 any brief");
  script_respond(&s, "connect e:1", &(actor){.name = "e:1"}, "c:1 d:1");
  TEXT(script_sent(&s), ""); /* they have been */
  script_close(&s);
}

TEST(candidatesonce, "one that is being greeted is not greeted again") {
  script s;
  script_open(&s);
  program_joined(&s, &bob, "c:1 d:1");
  program_forget(program_join(&s, "g:1"));
  script_sent(&s);
  script_respond(&s, "connect g:1", &go, "c:1 d:1");
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(leavinggreeted, "one that we are leaving is greeted anew") {
  script s;
  script_open(&s);
  script_member(&s, &cleo);
  program_forget(program_leave(&s));
  program_forget(program_join(&s, "b:1"));
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "c:1");
  SAME(script_record(&s, "c:1")->outbox.count, 1);
  script_respond(&s, "disconnect c:1", &cleo, NULL);
  TEXT(script_sent(&s), "connect c:1 any brief");
  script_respond(&s, "connect c:1", &cleo, "");
  TEXT(told_members(s.node), "c b");
  script_close(&s);
}

TEST(changedmind, "one that has left meanwhile greets nobody") {
  script s;
  script_open(&s);
  program_forget(program_join(&s, "b:1"));
  program_forget(program_leave(&s));
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "c:1");
  TEXT(script_sent(&s), "disconnect b:1 v113");
  script_respond(&s, "disconnect b:1", &bob, NULL);
  TEXT(told_members(s.node), "");
  script_close(&s);
}

TEST(fullnetwork, "no more are greeted than there may be members") {
  script s;
  script_init(&s);
  s.opt.max_members = 3;
  script_start(&s);
  program_joined(&s, &bob, "c:1 d:1 e:1 f:1");
  SAME(script_count(&s, "connect"), 2);
  SAME(s.node->memberships.candidates, 2);
  script_close(&s);
}

TEST(anylisted, "one that is listed as 0.0.0.0 is where the list is from") {
  script s;
  script_open(&s);
  program_forget(program_join(&s, "b:1"));
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "0.0.0.0:2");
  TEXT(script_sent(&s), "connect 10.0.98.58:2 any brief");
  script_close(&s);
}

TEST(anyknown, "one that is known keeps the place that it has") {
  script s;
  script_open(&s);
  script_member(&s, &any);
  program_forget(program_join(&s, "b:1"));
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "0.0.0.0:2");
  TEXT(script_sent(&s), "connect 10.0.0.8:2 any brief");
  script_close(&s);
}

/*
** Those that do not let us in.
*/

TEST(entrylate,
     "an entry point that is too late is told that we don't come") {
  static const gp_err errors[] = {
    GP_ETIMEDOUT, GP_ECONNRESET, GP_ECONNREFUSED, GP_EHOSTUNREACH, GP_EPROTO};
  size_t i;
  for (i = 0; i < 5; i++) {
    script s;
    gp_receipt *r;
    script_open(&s);
    r = program_join(&s, "g:1");
    script_sent(&s);
    script_fail(&s, "connect", errors[i]);
    TEXT(script_sent(&s), i < 2 ? "disconnect g:1 any" : "");
    CHECK(!r->joined);
    SAME(script_result(r), errors[i]);
    CHECK(script_record(&s, "g:1") == NULL);
    SAME(gp_node_due(s.node), UINT64_MAX);
    script_close(&s);
  }
}

TEST(entryforgotten, "nor is it tried again, whatever is said to it") {
  script s;
  script_open(&s);
  program_forget(program_join(&s, "g:1"));
  program_forget(program_tell(&s, "g:1", "x"));
  script_fail(&s, "connect", GP_ETIMEDOUT);
  script_respond(&s, "probe", &go, NULL);
  script_sent(&s);
  script_pass(&s, 4000);
  script_respond(&s, "direct", &go, NULL);
  TEXT(script_sent(&s), "");
  CHECK(script_record(&s, "g:1") == NULL);
  script_close(&s);
}

TEST(entrymember, "a member that does not respond stays one") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  program_forget(program_join(&s, "b:1"));
  script_sent(&s);
  script_fail(&s, "connect", GP_ETIMEDOUT);
  TEXT(script_sent(&s), "");
  TEXT(told_members(s.node), "b");
  script_close(&s);
}

TEST(greetedlate,
     "one that was greeted, and is late, may count us: it is tried") {
  static const gp_err errors[] = {
    GP_ETIMEDOUT, GP_ECONNRESET, GP_ECONNREFUSED, GP_EHOSTUNREACH, GP_EPROTO};
  size_t i;
  for (i = 0; i < 5; i++) {
    script s;
    script_open(&s);
    program_joined(&s, &bob, "c:1");
    script_fail(&s, "connect c:1", errors[i]);
    TEXT(script_sent(&s), "");
    SAME(script_record(&s, "c:1") != NULL, i < 2);
    script_pass(&s, 1000);
    TEXT(script_sent(&s), i < 2 ? "connect c:1 any reconnect brief" : "");
    script_close(&s);
  }
}

TEST(triedtoldof, "the program is told who could not be greeted, once") {
  script s;
  script_open(&s);
  program_joined(&s, &bob, "c:1");
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  script_pass(&s, 1000);
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  TEXT(program_news(&s), "greeting c: ETIMEDOUT");
  script_pass(&s, 3000);
  script_refuse(&s, "connect c:1", &cleo, 503);
  TEXT(program_news(&s), "");
  CHECK(script_record(&s, "c:1") == NULL); /* it lives, and does not want */
  script_close(&s);
}

/* One that failed stays one; one that has returned is so again. */
TEST(triedfails, "one that does not respond when it is tried fails again") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  fails(&s, "c:1");
  while (*program_news(&s) != '\0')
    continue;
  TEXT(script_given(&s, script_connect(&s, &cleo)), "200 v113 [b:1]");
  SAME(script_record(&s, "c:1")->membership, GP_RETURNING);
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_fail(&s, "connect c:1", GP_EHOSTUNREACH);
  SAME(script_record(&s, "c:1")->membership, GP_FAILED);
  TEXT(program_news(&s), "");
  script_pass(&s, 2000);
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_respond(&s, "connect c:1", &cleo, "");
  TEXT(program_news(&s), "c recovered");
  script_close(&s);
}

TEST(triedleft, "one that has left says so when it is tried") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  fails(&s, "b:1");
  script_connect(&s, &bob);
  script_refuse(&s, "connect b:1", &bob, 403);
  CHECK(script_record(&s, "b:1") == NULL);
  script_close(&s);
}

TEST(triedlimit, "one too many that fails again is forgotten") {
  script s;
  script_init(&s);
  s.opt.max_members = 1;
  script_start(&s);
  script_member(&s, &bob);
  fails(&s, "b:1");
  script_connect(&s, &bob);
  program_resume(&s, "c:1", false);
  SAME(s.node->memberships.failing, 1);
  script_fail(&s, "connect b:1", GP_EHOSTUNREACH);
  SAME(s.node->memberships.failing, 1);
  CHECK(script_record(&s, "b:1") == NULL);
  script_close(&s);
}

/*
** Names that are another's.
*/

TEST(nametaken, "that our name is another's the program is told once") {
  script s;
  script_open(&s);
  program_joined(&s, &bob, "c:1");
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  program_news(&s);
  script_pass(&s, 1000);
  script_refuse(&s, "connect c:1", &cleo, 409);
  TEXT(program_news(&s), "greeting c: EEXIST");
  CHECK(script_record(&s, "c:1") == NULL);
  differs(&s, &bob);
  script_refuse(&s, "connect b:1", &bob, 409);
  TEXT(program_news(&s), "b left"); /* it knows, and is out there */
  script_close(&s);
}

/*
** Lists that were asked for.
*/

TEST(listed, "those that a list names anew are greeted by the node itself") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  differs(&s, &bob);
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "a:1 b:1 c:1 d:1");
  TEXT(script_sent(&s), "connect d:1 any reconnect brief");
  script_respond(&s, "connect d:1", &dan, "e:1");
  TEXT(script_sent(&s), "connect e:1 any reconnect brief");
  script_fail(&s, "connect e:1", GP_EHOSTUNREACH);
  TEXT(program_news(&s), "d joined"); /* and no failure is told */
  script_close(&s);
}

TEST(listedfailed,
     "one that failed and is listed is tried soon, and no more") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  fails(&s, "c:1");
  script_record(&s, "c:1")->retry.due_at = s.now + 50000;
  differs(&s, &bob);
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "c:1");
  TEXT(script_sent(&s), "");
  script_pass(&s, 100);
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_close(&s);
}

TEST(leftnotlisted, "a Go member that has just left comes by no list") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &go);
  script_disconnect(&s, &go);
  differs(&s, &bob);
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "g:1 c:1");
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_respond(&s, "connect c:1", &cleo, "g:1");
  TEXT(script_sent(&s), "");
  program_forget(program_join(&s, "b:1"));
  script_respond(&s, "connect b:1", &bob, "g:1");
  SAME(script_count(&s, "connect g:1"), 1); /* unless the program joins */
  script_close(&s);
}

TEST(listersleft, "one of ours that refuses its list has left") {
  static const int statuses[] = {403, 409, 503, 500};
  size_t i;
  for (i = 0; i < 4; i++) {
    script s;
    script_open(&s);
    script_member(&s, &bob);
    script_member(&s, &cleo);
    differs(&s, &bob);
    script_refuse(&s, "connect b:1", &bob, statuses[i]);
    TEXT(told_members(s.node), i < 2 ? "c" : "b c");
    script_close(&s);
  }
}

TEST(listerchanged, "one that is another program now has let us in") {
  static const actor was = {
    .name = "b:1", .program = ACTOR_V113, .remote = "127.0.0.1"};
  script s;
  script_init(&s);
  s.opt.on_loopback = true;
  script_start(&s);
  script_member(&s, &bob);
  differs(&s, &bob);
  script_sent(&s);
  script_respond(&s, "connect b:1", &was, "0.0.0.0:1 c:1");
  TEXT(script_sent(&s), "connect c:1 any reconnect brief; "
                        "disconnect b:1 v113");
  CHECK(!script_record(&s, "b:1")->compat.ours);
  script_close(&s);
}

TEST(listergone, "the list of one that is no member any more is not used") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  differs(&s, &bob);
  fails(&s, "b:1");
  script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "c:1");
  TEXT(script_sent(&s), "");
  script_close(&s);
}
