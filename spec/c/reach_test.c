/*
** reach_test.c - what a node does of which members say that they do not reach
** it.
*/
#include "node/reach.h"

#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "program.h"
#include "world.h"

static const actor bob = {.name = "b:1", .process = 2};
static const actor cleo = {.name = "c:1", .process = 3};
static const actor twin = {
  .name = "d:2", .process = 4, .remote = "10.0.98.58"}; /* where bob is */
static const actor here = {
  .name = "e:1", .process = 5, .remote = "127.0.0.1"};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor stranger = {.name = "x:1", .process = 6};
static const actor late = {.name = "l:1", .program = ACTOR_V113};

/* They let us in, and none of them has come to us. 'entry' names the others,
   'names', and then each of 'others' responds. */
static void open (script *s, const actor *entry, const char *names,
                  const actor *const others[]) {
  script_open(s);
  program_joined(s, entry, names);
  for (; *others != NULL; others++) {
    char connect[60];
    snprintf(connect, sizeof connect, "connect %s any", (*others)->name);
    script_respond(s, connect, *others, "");
  }
  (void)program_news(s);
  (void)script_sent(s);
}

/* A response of it says that it has dialled 'at' in vain. */
static void says (script *s, const actor *by, const char *at) {
  char direct[60];
  gp_recvresp response;
  program_forget(program_tell(s, by->name, "anything"));
  snprintf(direct, sizeof direct, "probe %s", by->name);
  if (script_count(s, direct) > 0) /* it is not known yet */
    script_respond(s, direct, by, NULL);
  snprintf(direct, sizeof direct, "direct %s", by->name);
  response = script_response(s, direct, by, NULL);
  response.ext.unreached = world_peer(at);
  (void)script_sent(s);
  script_end(s, direct, GP_OK, &response);
  gp_recvresp_clear(&response);
}

/* What one that was asked to probe us says of it. */
static void finds (script *s, const actor *by, int status) {
  gp_recvresp response = script_response(s, "probe", by, NULL);
  response.status = status;
  script_end(s, "probe", GP_OK, &response);
  gp_recvresp_clear(&response);
}

TEST(reachtold, "that a member has dialled us in vain is told once") {
  script s;
  open(&s, &bob, "c:1", (const actor *const[]){&cleo, NULL});
  says(&s, &bob, "a:1");
  SAME(gp_node_peekfailure(s.node)->status, 504);
  TEXT(program_news(&s), "meeting b: EADDRNOTAVAIL");
  says(&s, &bob, "a:1");
  says(&s, &cleo, "a:1");
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(reachours, "only a member of ours says so, and only of us") {
  script s;
  open(&s, &bob, "g:1", (const actor *const[]){&go, NULL});
  says(&s, &bob, "x:1");
  says(&s, &bob, "a:2");
  says(&s, &go, "a:1");
  TEXT(program_news(&s), "");
  says(&s, &stranger, "a:1");
  TEXT(program_news(&s), "");
  TEXT(told_members(s.node), "b g");
  script_close(&s);
}

TEST(reachtwo, "two on two machines are enough to leave the Go members") {
  script s;
  open(&s, &bob, "c:1 d:2 g:1",
       (const actor *const[]){&cleo, &twin, &go, NULL});
  says(&s, &bob, "a:1");
  TEXT(script_sent(&s), "probe c:1 v113 help a:1"); /* not the twin */
  says(&s, &twin, "a:1");
  TEXT(script_sent(&s), "");
  TEXT(told_members(s.node), "b c d g");
  says(&s, &cleo, "a:1");
  TEXT(script_sent(&s), "disconnect g:1 v113");
  program_forget(program_say(&s, "hi"));
  TEXT(script_sent(&s), "broadcast b:1 v113 \"hi\" #4; broadcast c:1 v113 "
                        "\"hi\" #4; broadcast d:2 v113 \"hi\" #4");
  (void)program_news(&s);
  script_respond(&s, "disconnect g:1", &go, NULL);
  TEXT(program_news(&s), "g left");
  TEXT(told_members(s.node), "b c d");
  script_close(&s);
}

TEST(reachasked, "or one, and another that was asked finds so too") {
  static const int statuses[] = {200, 403, 504};
  size_t i;
  for (i = 0; i < 3; i++) {
    script s;
    open(&s, &bob, "c:1 g:1", (const actor *const[]){&cleo, &go, NULL});
    says(&s, &bob, "a:1");
    TEXT(script_sent(&s), "probe c:1 v113 help a:1");
    finds(&s, &cleo, statuses[i]);
    TEXT(script_sent(&s), statuses[i] == 504 ? "disconnect g:1 v113" : "");
    TEXT(program_news(&s), "meeting b: EADDRNOTAVAIL");
    script_close(&s);
  }
}

TEST(reachseldom, "another is asked every ten seconds at most") {
  script s;
  open(&s, &bob, "c:1 g:1", (const actor *const[]){&cleo, &go, NULL});
  says(&s, &bob, "a:1");
  TEXT(script_sent(&s), "probe c:1 v113 help a:1");
  script_fail(&s, "probe", GP_ETIMEDOUT);
  script_pass(&s, 9999);
  says(&s, &bob, "a:1");
  TEXT(script_sent(&s), "");
  script_pass(&s, 1);
  says(&s, &bob, "a:1");
  TEXT(script_sent(&s), "probe c:1 v113 help a:1");
  TEXT(told_members(s.node), "b c g");
  script_close(&s);
}

TEST(reachonly, "or the only one of ours elsewhere") {
  script s;
  open(&s, &bob, "e:1 g:1", (const actor *const[]){&here, &go, NULL});
  says(&s, &here, "a:1");
  TEXT(script_sent(&s), "");
  TEXT(program_news(&s), "meeting e: EADDRNOTAVAIL");
  says(&s, &bob, "a:1");
  TEXT(script_sent(&s), "disconnect g:1 v113");
  script_close(&s);
}

TEST(reachlong, "what one said a minute ago is forgotten") {
  script s;
  open(&s, &bob, "c:1 g:1", (const actor *const[]){&cleo, &go, NULL});
  says(&s, &bob, "a:1");
  script_pass(&s, 60000);
  says(&s, &cleo, "a:1");
  TEXT(script_sent(&s), "probe b:1 v113 help a:1");
  TEXT(told_members(s.node), "b c g");
  script_close(&s);
}

TEST(reachheard, "nobody is believed within a minute of a request") {
  script s;
  open(&s, &bob, "g:1", (const actor *const[]){&go, NULL});
  (void)script_say(&s, &here, "from here", 0);
  (void)script_say(&s, &go, "from there", 0);
  (void)program_news(&s);
  script_pass(&s, 59999);
  says(&s, &bob, "a:1");
  TEXT(script_sent(&s), "");
  TEXT(program_news(&s), "meeting b: EADDRNOTAVAIL");
  script_pass(&s, 1);
  says(&s, &bob, "a:1");
  TEXT(script_sent(&s), ""); /* nor a single one later: it was reached once */
  script_close(&s);
}

/* We have left its Go members. */
static void cutoff (script *s, const actor *entry, const char *names,
                    const actor *const others[]) {
  open(s, entry, names, others);
  says(s, entry, "a:1");
  script_respond(s, "disconnect g:1", &go, NULL);
  script_pass(s, 11000); /* longer than the list may be old */
  (void)program_news(s);
  (void)script_sent(s);
}

/* A member of ours that is asked for its list names these. */
static void lists (script *s, const actor *by, const char *names) {
  gp_digest other = {{1}};
  s->node->now = s->now;
  gp_sync_missed(script_of(s, by));
  gp_sync_compare(s->node, script_of(s, by), other);
  (void)script_sent(s);
  script_respond(s, "connect b:1", by, names);
}

TEST(reachgreets, "whom lists name is not greeted then, for two minutes") {
  script s;
  cutoff(&s, &bob, "g:1", (const actor *const[]){&go, NULL});
  lists(&s, &bob, "g:1 n:1");
  TEXT(script_sent(&s), "");
  script_pass(&s, 60000);
  says(&s, &bob, "a:1");
  script_pass(&s, 119999);
  lists(&s, &bob, "g:1 n:1");
  TEXT(script_sent(&s), "");
  script_pass(&s, 5000);
  lists(&s, &bob, "g:1 n:1");
  TEXT(script_sent(&s), "connect g:1 any reconnect brief; "
                        "connect n:1 any reconnect brief");
  script_close(&s);
}

TEST(reachends,
     "until a request comes from another machine, or is told anew") {
  script s;
  cutoff(&s, &bob, "g:1", (const actor *const[]){&go, NULL});
  (void)script_say(&s, &here, "from here", 0);
  lists(&s, &bob, "g:1");
  TEXT(script_sent(&s), "");
  (void)script_say(&s, &go, "from there", 0);
  (void)program_news(&s);
  script_pass(&s, 5000);
  lists(&s, &bob, "g:1");
  TEXT(script_sent(&s), "connect g:1 any reconnect brief");
  script_pass(&s, 54999);
  says(&s, &bob, "a:1"); /* it may not have tried since */
  TEXT(program_news(&s), "");
  script_pass(&s, 1);
  says(&s, &bob, "a:1");
  TEXT(program_news(&s), "meeting b: EADDRNOTAVAIL");
  script_close(&s);
}

TEST(reachjoins, "or the program joins somebody") {
  script s;
  cutoff(&s, &bob, "g:1", (const actor *const[]){&go, NULL});
  program_joined(&s, &late, "g:1");
  TEXT(told_members(s.node), "b l");
  SAME(script_count(&s, "connect g:1"), 1);
  script_close(&s);
}

TEST(reachlate, "a Go member that was being greeted is left again") {
  script s;
  script_open(&s);
  program_joined(&s, &bob, "g:1 l:1");
  script_respond(&s, "connect g:1", &go, "");
  (void)program_news(&s);
  says(&s, &bob, "a:1");
  script_respond(&s, "disconnect g:1", &go, NULL);
  (void)script_sent(&s);
  script_respond(&s, "connect l:1", &late, "n:1");
  TEXT(script_sent(&s), "disconnect l:1 v113");
  script_respond(&s, "disconnect l:1", &late, NULL);
  TEXT(told_members(s.node), "b");
  script_close(&s);
}

TEST(reachfailed, "one that has failed is told as well, and not tried") {
  script s;
  open(&s, &bob, "g:1", (const actor *const[]){&go, NULL});
  gp_membership_apply(s.node, script_of(&s, &go), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  (void)program_news(&s);
  says(&s, &bob, "a:1");
  TEXT(script_sent(&s), "disconnect g:1 v113");
  TEXT(program_news(&s), "meeting b: EADDRNOTAVAIL; g left");
  script_close(&s);
}

TEST(reachunheard, "a Go member that does not respond to that is left") {
  script s;
  open(&s, &bob, "g:1", (const actor *const[]){&go, NULL});
  says(&s, &bob, "a:1");
  (void)program_news(&s);
  script_fail(&s, "disconnect g:1", GP_ETIMEDOUT);
  TEXT(program_news(&s), "g left");
  script_close(&s);
}

TEST(reachalias, "one that knows us by another name is asked for it first") {
  script s;
  open(&s, &bob, "g:1", (const actor *const[]){&go, NULL});
  says(&s, &bob, "a:1");
  (void)script_sent(&s);
  script_refuse(&s, "disconnect g:1", &go, 403);
  TEXT(script_sent(&s), "connect g:1 any");
  script_respond(&s, "connect g:1", &go, "0.0.0.0:1");
  script_respond(&s, "disconnect g:1", &go, NULL);
  TEXT(told_members(s.node), "b");
  script_close(&s);
}

/*
** Whole networks.
*/

#define GO 3
#define LAPTOP 4

/* Four are a network, one of them a Go program; nobody reaches the fifth,
   which has joined it. */
static void shield (world *w, uint64_t seed) {
  world_open(w, seed, LAPTOP + 1);
  gp_simhost_setplain(w->at[GO]);
  world_joinall(w, LAPTOP);
  gp_simhost_setshielded(w->at[LAPTOP], true);
  SAME(world_end(w, world_join(w, LAPTOP, 0)), GP_OK);
  world_pass(w, 40 * SECOND);
}

TEST(reachshielded,
     "one behind NAT learns it, and Go members are without it") {
  EACHSEED (seed, 20) {
    world w;
    shield(&w, seed);
    CHECK(strstr(world_complaint(&w, LAPTOP), "EADDRNOTAVAIL") != NULL);
    TEXT(world_complaint(&w, LAPTOP), "");
    CHECK(strstr(world_members(&w, LAPTOP), "n3") == NULL);
    TEXT(world_members(&w, GO), "n0 n1 n2");
    gp_simhost_setshielded(w.at[LAPTOP], false);
    world_pass(&w, 60 * SECOND);
    CHECK(world_iswhole(&w));
    TEXT(world_complaint(&w, LAPTOP), "");
    world_close(&w);
  }
}
