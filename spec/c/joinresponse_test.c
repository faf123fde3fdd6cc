/*
** joinresponse_test.c - who a peer turns out to be, by its response to a
** connect or by its list.
*/
#include <stdio.h>

#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor goany = {
  .name = "0.0.0.0:1", .program = ACTOR_V113, .remote = "10.0.103.58"};
static const actor seed = {
  .name = "s:1", .program = ACTOR_SEED, .calls_us = "x:9"};

static void differs (script *s, const actor *a) {
  gp_recvreq request = script_probe(a, GP_TOPIC_DIGEST, a->name);
  request.ext.digest.bytes[0] = 1;
  script_receive(s, &request);
}

static void fails (script *s, const actor *a) {
  gp_membership_apply(s->node, script_record(s, a->name), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  gp_retry_begin(&script_record(s, a->name)->retry, &s->node->random, s->now);
}

TEST(ownname, "one of ours is called what it calls itself") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = program_join(&s, "x:1");
  script_respond(&s, "connect x:1", &bob, "");
  TEXT(script_sent(&s), "connect x:1 any; probe b:1 any");
  CHECK(!gp_receipt_issettled(r));
  script_respond(&s, "probe b:1", &bob, NULL); /* it is there as well */
  SAME(script_result(r), GP_OK);
  TEXT(program_news(&s), "b joined");
  CHECK(script_record(&s, "x:1") == script_record(&s, "b:1"));
  script_close(&s);
}

TEST(ownnamefalse, "but not by a name at which another process is, or none") {
  static const actor other = {.name = "b:1", .process = 99};
  static const actor go = {.name = "b:1", .program = ACTOR_V113};
  script s;
  gp_receipt *r;
  int i;
  for (i = 0; i < 4; i++) {
    script_open(&s);
    r = program_join(&s, "x:1");
    program_forget(program_say(&s, "x"));
    script_respond(&s, "connect x:1", &bob, "c:1");
    CHECK(!gp_receipt_issettled(r));
    if (i == 0)
      script_respond(&s, "probe b:1", &other, NULL);
    else if (i == 1)
      script_respond(&s, "probe b:1", &go, NULL);
    else if (i == 2)
      script_fail(&s, "probe b:1", GP_ETIMEDOUT);
    else
      script_close(&s); /* ends what waits */
    if (i == 3) {
      SAME(script_result(r), GP_ECANCELED);
      return;
    }
    TEXT(program_news(&s), "x joined");
    CHECK(script_record(&s, "b:1") == NULL);
    SAME(script_count(&s, "connect c:1"), 1);
    SAME(script_count(&s, "broadcast x:1"), 1); /* what has waited */
    program_forget(r);
    script_close(&s);
  }
}

TEST(ownnametaken, "nor by that of a member, which stays who it is") {
  static const actor liar = {
    .name = "b:1", .process = 66, .remote = "10.0.6.6"};
  script s;
  script_open(&s);
  script_member(&s, &bob);
  program_forget(program_join(&s, "x:1"));
  script_respond(&s, "connect x:1", &liar, "");
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(program_news(&s), "x joined");
  TEXT(told_members(s.node), "b x");
  CHECK(script_of(&s, &bob)->claim.process == bob.process);
  script_close(&s);
}

TEST(ownnameany, "nor by 0.0.0.0, where another member is called so") {
  static const actor any = {
    .name = "0.0.0.0:5", .process = 5, .remote = "10.0.0.5"};
  static const actor liar = {
    .name = "0.0.0.0:5", .process = 66, .remote = "10.6.6.6"};
  script s;
  script_open(&s);
  script_member(&s, &any);
  program_forget(program_join(&s, "10.6.6.6:5"));
  script_respond(&s, "connect 10.6.6.6:5", &liar, "");
  TEXT(program_news(&s), "10.6.6.6 joined");
  SAME(script_of(&s, &any)->claim.process, 5);
  script_close(&s);
}

TEST(ownnamesame, "where it is but another word nobody is asked") {
  static const actor local = {
    .name = "localhost:3", .process = 12, .remote = "127.0.0.1"};
  script s;
  script_open(&s);
  program_forget(program_join(&s, "127.0.0.1:3"));
  script_respond(&s, "connect 127.0.0.1:3", &local, "");
  TEXT(script_sent(&s), "connect 127.0.0.1:3 any");
  TEXT(program_news(&s), "localhost joined");
  script_close(&s);
}

TEST(ownnameknown, "so it is when it is known under that already") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  program_forget(program_join(&s, "x:1"));
  script_sent(&s);
  script_respond(&s, "connect x:1", &bob, "c:1");
  TEXT(script_sent(&s), "connect c:1 any brief");
  TEXT(told_members(s.node), "b");
  TEXT(program_news(&s), "");
  CHECK(script_record(&s, "x:1") == script_record(&s, "b:1"));
  script_close(&s);
}

TEST(ownprocess, "our own process under another name is no member") {
  static const actor self = {
    .name = "z:1", .program = ACTOR_OURS, .process = 7};
  script s;
  gp_receipt *r;
  script_open(&s);
  r = program_join(&s, "z:1");
  script_respond(&s, "connect z:1", &self, "");
  SAME(script_result(r), GP_ESELF);
  CHECK(script_record(&s, "z:1") == NULL);
  r = program_join(&s, "b:1");
  script_respond(&s, "connect b:1", &bob, "z:1");
  script_respond(&s, "connect z:1", &self, "");
  SAME(script_result(r), GP_OK);
  TEXT(program_news(&s), "b joined");
  TEXT(told_failure(s.node), "");
  CHECK(script_record(&s, "z:1") == NULL);
  script_close(&s);
}

/* Go's chat calls itself 0.0.0.0 in what it sends (protocol.md). */
TEST(gounconfirmed,
     "a Go member that we connected to may have another name") {
  script s;
  script_open(&s);
  script_member(&s, &go);
  TEXT(script_given(&s, script_say(&s, &goany, "x", 0)),
       "403 v113 Peer not registered");
  program_forget(program_join(&s, "g:1"));
  script_respond(&s, "connect", &go, "a:1");
  TEXT(script_given(&s, script_say(&s, &goany, "x", 0)), "200 v113");
  TEXT(program_news(&s), "g left; 0.0.0.0 joined; 0.0.0.0: x");
  script_close(&s);
}

TEST(oursunconfirmed, "so may one of ours that has only responded to us") {
  static const actor other = {
    .name = "x:1", .program = ACTOR_OURS, .remote = "10.0.98.58"};
  script s;
  script_open(&s);
  program_joined(&s, &bob, "");
  TEXT(script_given(&s, script_say(&s, &other, "x", 0)), "200 v113");
  TEXT(told_members(s.node), "x");
  script_close(&s);
}

TEST(aliasunconfirmed, "also when it was only asked for our name there") {
  script s;
  script_open(&s);
  script_member(&s, &go);
  script_connect(&s, &go);
  script_pass(&s, 100);
  script_respond(&s, "connect g:1", &go, "");
  TEXT(script_given(&s, script_say(&s, &goany, "x", 0)), "200 v113");
  script_close(&s);
}

TEST(processlearned, "which process one is, is learned from its response") {
  static const actor anew = {
    .name = "b:1", .program = ACTOR_OURS, .process = 22};
  script s;
  script_open(&s);
  program_joined(&s, &bob, "");
  script_connect(&s, &anew);
  TEXT(program_news(&s), "b failed: EREPLACED; b joined");
  script_close(&s);
}

static const actor anna = {
  .name = "m:1", .program = ACTOR_OURS, .process = 8, .called = "anna"};

TEST(namesake, "that one has our name the program is told, once a network") {
  script s;
  int i;
  script_init(&s);
  s.opt.nick = "anna";
  script_start(&s);
  for (i = 0; i < 2; i++) {
    program_forget(program_join(&s, "m:1"));
    script_respond(&s, "connect", &anna, "");
    TEXT(program_news(&s), i == 0 ? "meeting m: EEXIST; m joined" : "");
  }
  script_close(&s);
}

TEST(listtaken, "one that refuses its list for our name is one, too") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  differs(&s, &bob);
  script_refuse(&s, "connect b:1", &bob, 409);
  TEXT(program_news(&s), "greeting b: EEXIST; b left");
  script_close(&s);
}

TEST(listforbidden, "one that has left is no such case") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  differs(&s, &bob);
  script_refuse(&s, "connect b:1", &bob, 403);
  TEXT(program_news(&s), "b left");
  script_close(&s);
}

/* What a Go program means by it is not that. */
TEST(goforbidden, "a Go member that refuses its list has not left") {
  script s;
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  script_member(&s, &go);
  script_pass(&s, 3000);
  script_refuse(&s, "connect g:1", &go, 403);
  TEXT(told_members(s.node), "g");
  script_close(&s);
}

TEST(metmeanwhile, "one that came meanwhile stays, whatever it says") {
  static const int statuses[] = {403, 409, 503};
  size_t i;
  for (i = 0; i < 3; i++) {
    script s;
    script_open(&s);
    script_member(&s, &bob);
    differs(&s, &bob);
    script_respond(&s, "connect b:1", &bob, "c:1");
    script_connect(&s, &cleo);
    script_sent(&s);
    script_refuse(&s, "connect c:1 any reconnect", &cleo, statuses[i]);
    TEXT(script_sent(&s), "");
    TEXT(told_members(s.node), "b c");
    script_close(&s);
  }
}

TEST(metlate, "nor is it tried again because it was late") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  differs(&s, &bob);
  script_respond(&s, "connect b:1", &bob, "c:1");
  script_connect(&s, &cleo);
  script_sent(&s);
  script_fail(&s, "connect c:1 any reconnect", GP_ETIMEDOUT);
  script_pass(&s, 10000);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

/* It was a member once, and may be one again. */
TEST(soughtstays, "one known before a restart is tried on after any error") {
  static const gp_err errors[] = {GP_ETIMEDOUT, GP_EHOSTUNREACH,
                                  GP_ECONNREFUSED};
  size_t i;
  script s;
  script_open(&s);
  program_resume(&s, "b:1", false);
  for (i = 0; i < 3; i++) {
    script_pass(&s, 3000);
    script_fail(&s, "connect b:1", errors[i]);
  }
  script_pass(&s, 3000);
  script_respond(&s, "connect b:1", &bob, "");
  TEXT(program_news(&s), "b joined");
  script_close(&s);
}

TEST(soughtleft, "one that says that it has left is not") {
  script s;
  script_open(&s);
  program_resume(&s, "b:1", false);
  script_pass(&s, 3000);
  script_refuse(&s, "connect b:1", &bob, 403);
  script_pass(&s, 100000);
  TEXT(script_sent(&s), "connect b:1 any reconnect alone brief");
  script_close(&s);
}

/*
** The list of a Go member that is asked for it.
*/

static void relist (script *s, const actor *a, const char *names) {
  char connect[32];
  script_init(s);
  s->opt.probe_interval_ms = 1000000000;
  script_start(s);
  script_member(s, a);
  script_pass(s, 3000);
  snprintf(connect, sizeof connect, "connect %s", a->name);
  (void)script_sent(s);
  script_respond(s, connect, a, names);
}

TEST(relistform, "a list without an entry does not make its form doubtful") {
  script s;
  relist(&s, &seed, "");
  TEXT(script_sent(&s), "");
  SAME(script_record(&s, "s:1")->compat.form, GP_FORM_SEED);
  script_close(&s);
}

TEST(relistalias, "the name that it calls us is not greeted") {
  script s;
  relist(&s, &seed, "x:9 c:1");
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_close(&s);
}

/* It is told of nobody's failures. */
TEST(relistfailed, "one that failed, and is in it, is tried soon") {
  script s;
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  script_member(&s, &go);
  script_member(&s, &cleo);
  fails(&s, &cleo);
  script_record(&s, "c:1")->retry.due_at = s.now + 90000;
  script_pass(&s, 3000);
  script_sent(&s);
  script_respond(&s, "connect g:1", &go, "c:1");
  script_pass(&s, 100);
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_close(&s);
}
