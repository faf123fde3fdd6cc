/*
** visiting_test.c - a node that comes to write, and is no member, by itself
** and in networks.
*/
#include <stdio.h>
#include <string.h>

#include "node/reconnect.h"
#include "node/state.h"
#include "node/visitors.h"
#include "program.h"
#include "world.h"

static const actor bob = {.name = "b:1", .process = 2, .called = "bob"};
static const actor cleo = {.name = "c:1", .process = 3};
static const actor eve = {.name = "e:1", .process = 66, .called = "eve"};

TEST(visiting, "a node that visits says so to all that it meets so") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = program_visit(&s, "b:1");
  TEXT(script_sent(&s), "connect b:1 any visit");
  script_respond(&s, "connect", &bob, "c:1");
  TEXT(script_sent(&s), "connect c:1 any brief visit");
  script_respond(&s, "connect", &cleo, "");
  SAME(script_result(r), GP_OK);
  program_forget(program_say(&s, "hello"));
  TEXT(script_sent(&s), "broadcast b:1 v113 \"hello\" #1; "
                        "broadcast c:1 v113 \"hello\" #1");
  script_refuse(&s, "broadcast b:1", &bob, 403); /* ten seconds are over */
  TEXT(script_sent(&s), "connect b:1 any reconnect visit");
  script_respond(&s, "connect b:1", &bob, "c:1");
  TEXT(script_sent(&s), "broadcast b:1 v113 \"hello\" #1");
  r = program_join(&s, "d:1");
  TEXT(script_sent(&s), "connect d:1 any");
  gp_receipt_unref(r);
  script_close(&s);
}

/* It is gone, and responds again. */
static void failsandreturns (script *s, const actor *a, const char *connect) {
  gp_membership_apply(s->node, script_of(s, a), GP_HAS_FAILED, GP_ETIMEDOUT);
  (void)program_news(s);
  gp_reconnect_resume(s->node, script_of(s, a), 0);
  (void)script_sent(s);
  script_untilsent(s);
  TEXT(script_sent(s), connect);
  script_respond(s, "connect", a, "");
}

TEST(visitingagain, "it reconnects as what it is there") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = program_visit(&s, "b:1");
  script_respond(&s, "connect", &bob, "");
  SAME(script_result(r), GP_OK);
  failsandreturns(&s, &bob, "connect b:1 any reconnect alone brief visit");
  program_joined(&s, &bob, "");
  (void)program_news(&s);
  failsandreturns(&s, &bob, "connect b:1 any reconnect alone brief");
  script_close(&s);
}

TEST(visitingmember, "a member that visits where it is one stays one") {
  script s;
  gp_receipt *r;
  script_open(&s);
  program_joined(&s, &bob, "");
  r = program_visit(&s, "b:1");
  TEXT(script_sent(&s), "connect b:1 any");
  script_respond(&s, "connect", &bob, "c:1");
  TEXT(script_sent(&s), "connect c:1 any brief");
  script_respond(&s, "connect", &cleo, "");
  gp_receipt_unref(r);
  (void)program_news(&s);
  failsandreturns(&s, &bob, "connect b:1 any reconnect brief");
  r = program_visit(&s, "e:1"); /* elsewhere it does */
  TEXT(script_sent(&s), "connect e:1 any visit");
  script_respond(&s, "connect", &eve, "b:1");
  TEXT(script_sent(&s), "connect b:1 any brief");
  gp_receipt_unref(r);
  script_close(&s);
}

TEST(visitingboth, "of a connect and a visit at once the connect wins") {
  script s;
  gp_receipt *r[2];
  script_open(&s);
  r[0] = program_join(&s, "b:1");
  r[1] = program_visit(&s, "c:1");
  TEXT(script_sent(&s), "connect b:1 any; connect c:1 any visit");
  script_respond(&s, "connect b:1", &bob, "c:1 d:1");
  TEXT(script_sent(&s), "connect d:1 any brief");
  script_respond(&s, "connect c:1", &cleo, "b:1 d:1");
  TEXT(script_sent(&s), "connect b:1 any brief; connect c:1 any brief");
  script_respond(&s, "connect c:1", &cleo, "b:1 d:1");
  CHECK(!script_of(&s, &cleo)->arrival.visit.visiting);
  CHECK(!script_of(&s, &bob)->arrival.visit.visiting);
  gp_receipt_unref(r[0]);
  gp_receipt_unref(r[1]);
  script_close(&s);
}

TEST(visitingorder, "also where the visit is responded to first") {
  static const actor dan = {.name = "d:1", .process = 67};
  script s;
  gp_receipt *r[2];
  script_open(&s);
  r[0] = program_visit(&s, "c:1");
  r[1] = program_join(&s, "b:1");
  (void)script_sent(&s);
  script_respond(&s, "connect c:1", &cleo, "d:1");
  TEXT(script_sent(&s), "connect d:1 any brief visit");
  script_respond(&s, "connect b:1", &bob, "c:1 d:1");
  TEXT(script_sent(&s), "connect c:1 any brief");
  script_respond(&s, "connect c:1", &cleo, "b:1 d:1");
  script_respond(&s, "connect d:1", &dan, "b:1 c:1");
  TEXT(script_sent(&s), "connect d:1 any brief");
  script_respond(&s, "connect d:1", &dan, "b:1 c:1");
  CHECK(!script_of(&s, &cleo)->arrival.visit.visiting);
  CHECK(!script_of(&s, &dan)->arrival.visit.visiting);
  gp_receipt_unref(r[0]);
  gp_receipt_unref(r[1]);
  script_close(&s);
}

TEST(visitworld, "a network that is visited goes on as it was") {
  EACHSEED (seed, 20) {
    world w;
    size_t i, n;
    world_network(&w, seed, 4);
    world_pass(&w, 5 * SECOND);
    n = world_add(&w, NULL);
    world_ignore(&w);
    SAME(world_end(&w, world_visit(&w, n, 1)), GP_OK);
    SAME(world_end(&w, world_say(&w, n, "hello")), GP_OK);
    world_pass(&w, 30 * SECOND);
    SAME(world_end(&w, world_say(&w, n, "again")), GP_OK);
    SAME(world_end(&w, world_leave(&w, n)), GP_OK);
    world_pass(&w, 15 * SECOND);
    for (i = 0; i < n; i++) {
      TEXT(world_hear(&w, i), "n4: hello");
      TEXT(world_hear(&w, i), "n4: again");
      TEXT(world_hear(&w, i), "");
      TEXT(world_event(&w, i), "");
      TEXT(world_complaint(&w, i), "");
      CHECK(strstr(world_members(&w, i), "n4") == NULL);
      SAME(strlen(world_members(&w, i)), 8);
    }
    world_close(&w);
  }
}

/* A visitor as the command is one: it joins, says something, leaves, and is
   gone once all that is done. What it says to one that is leaving may fail;
   nobody has failed for that. */
typedef struct caller {
  enum { AWAY, JOINING, SAYING, LEAVING, GONE } at;
  size_t number;
  gp_receipt *receipt;
} caller;

static void step (world *w, caller *c) {
  const char *event;
  gp_err e = GP_OK;
  if (c->receipt != NULL) {
    if (!gp_receipt_issettled(c->receipt))
      return;
    e = world_end(w, c->receipt);
    c->receipt = NULL;
  }
  world_check(w, e == GP_OK || c->at == SAYING, gp_err_text(e), c->number);
  while (*(event = world_event(w, c->number)) != '\0')
    world_check(w, strstr(event, "failed") == NULL, event, c->number);
  switch (++c->at) {
    case JOINING: c->receipt = world_visit(w, c->number, 0); break;
    case SAYING: c->receipt = world_say(w, c->number, "hello"); break;
    case LEAVING: c->receipt = world_leave(w, c->number); break;
    default: c->at = GONE; gp_simhost_stop(w->at[c->number]);
  }
}

/* Each is listed by a Go program while it is there, and so met by the
   others. */
TEST(visitcrowd, "of several that visit at once none misses another") {
  EACHSEED (seed, 100) {
    world w;
    size_t i, t;
    caller callers[4] = {{AWAY, 0, NULL}};
    world_network(&w, seed, 1);
    gp_simhost_setplain(w.at[0]);
    for (i = 0; i < 4; i++)
      callers[i].number = world_add(&w, NULL);
    for (t = 0; t < 2000; t++) {
      for (i = 0; i < 4; i++)
        if (t > 2 * i && callers[i].at != GONE)
          step(&w, &callers[i]);
      world_pass(&w, 1);
    }
    for (i = 0; i < 4; i++)
      SAME(callers[i].at, GONE);
    world_close(&w);
  }
}
