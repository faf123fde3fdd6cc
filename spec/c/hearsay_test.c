/*
** hearsay_test.c - how far it is followed what others say of who is where.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/state.h"
#include "program.h"
#include "value/address.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};

static void open (script *s) {
  script_init(s);
  s->opt.probe_interval_ms = 1000000000;
  script_start(s);
}

/* The same; a member responds from 'remote'. */
static actor opento (script *s, const char *remote) {
  actor by = bob;
  by.remote = remote;
  open(s);
  script_member(s, &by);
  return by;
}

/* "PREFIX1:1 PREFIX2:1", so many. */
static const char *names (const char *prefix, int count) {
  static char text[100000];
  char *at = text;
  int i;
  for (i = 1; i <= count; i++)
    at += sprintf(at, "%s%s%d:1", i == 1 ? "" : " ", prefix, i);
  return text;
}

/* Of another list at any time. */
static gp_digest digestat (uint64_t now) {
  gp_digest d = {{1}};
  memcpy(d.bytes + 1, &now, sizeof now);
  return d;
}

/* 'by', a member, says that its list is another, and lists so many. */
static void lists (script *s, const actor *by, const char *list) {
  gp_recvreq request = script_probe(by, GP_TOPIC_DIGEST, by->name);
  request.ext.digest = digestat(s->now); /* always another */
  script_receive(s, &request);
  script_respond(s, "connect", by, list);
}

/* Nobody of those listed responds. */
static void vanish (script *s, const char *text) {
  while (script_count(s, text) > 0)
    script_fail(s, text, GP_ECONNREFUSED);
  script_sent(s);
}

/*
** The budget.
*/

TEST(namedmany, "of 4,000 that a member names 100 are dialled") {
  script s;
  open(&s);
  script_member(&s, &bob);
  lists(&s, &bob, names("x", 4000));
  SAME(script_count(&s, "connect x"), 100);
  SAME(s.node->memberships.candidates, 100);
  script_close(&s);
}

TEST(nameduncounted, "no receipt waits for whom nobody has asked about") {
  static const actor x1 = {.name = "x1:1", .process = 9};
  script s;
  gp_receipt *r;
  open(&s);
  script_member(&s, &bob);
  lists(&s, &bob, "x1:1");
  r = program_say(&s, "hello");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  SAME(script_result(r), GP_OK);
  script_respond(&s, "connect x1:1", &x1, "");
  SAME(script_count(&s, "broadcast x1:1"), 1); /* but it has it, too */
  script_close(&s);
}

TEST(namedroom, "nobody that comes is turned away for those") {
  script s;
  size_t x;
  script_init(&s);
  s.opt.max_members = 3;
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  script_member(&s, &bob);
  lists(&s, &bob, names("x", 10));
  SAME(s.node->memberships.members + s.node->memberships.candidates, 3);
  x = script_connect(&s, &cleo);
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  SAME(s.node->memberships.members, 2);
  SAME(s.node->memberships.candidates, 1);
  script_close(&s);
}

TEST(namedlater, "then ten in a second, from its next list") {
  script s;
  open(&s);
  script_member(&s, &bob);
  lists(&s, &bob, names("x", 500));
  vanish(&s, "connect x");
  script_pass(&s, 2000);
  lists(&s, &bob, names("y", 500));
  SAME(script_count(&s, "connect y"), 20);
  script_close(&s);
}

/* Both say the same as before, and what was left over is asked for. */
TEST(leftover, "what was left over is asked for again soon") {
  script s;
  gp_recvreq request = script_probe(&bob, GP_TOPIC_DIGEST, "b:1");
  open(&s);
  script_member(&s, &bob);
  lists(&s, &bob, names("x", 101));
  vanish(&s, "connect x");
  script_pass(&s, 1100);
  request.ext.digest = digestat(s.now - 1100);
  script_receive(&s, &request);
  script_respond(&s, "connect b:1", &bob, names("x", 101));
  SAME(script_count(&s, "connect x"), 11);
  script_close(&s);
}

TEST(eachbudget, "another one has a budget of its own") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  lists(&s, &bob, names("x", 200));
  vanish(&s, "connect x");
  lists(&s, &cleo, names("y", 30));
  SAME(script_count(&s, "connect y"), 30);
  script_close(&s);
}

TEST(knownnames, "whom we know takes nothing of the budget") {
  script s;
  int i;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  for (i = 0; i < 10; i++) {
    lists(&s, &bob, "a:1 b:1 c:1");
    script_pass(&s, 1000);
  }
  lists(&s, &bob, names("x", 100));
  SAME(script_count(&s, "connect x"), 100);
  script_close(&s);
}

TEST(entrynames, "an entry point may name a whole network") {
  script s;
  open(&s);
  program_joined(&s, &bob, "");
  script_close(&s);
  open(&s);
  program_forget(program_join(&s, "b:1"));
  script_respond(&s, "connect b:1", &bob, names("x", 250));
  SAME(script_count(&s, "connect x"), 250);
  script_close(&s);
}

/*
** The ranges.
*/

/* Whether a member at 'remote' has us dial 'name'. */
static bool dials (bool trusting, const char *remote, const char *name) {
  script s;
  actor by = bob;
  bool is, told;
  by.remote = remote;
  script_init(&s);
  s.opt.trust_lists = trusting;
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  script_member(&s, &by);
  lists(&s, &by, name);
  is = script_count(&s, "connect") == 1;
  told = strcmp(program_news(&s), "") != 0;
  CHECK(told == !is);
  script_close(&s);
  return is;
}

TEST(whomay,
     "private addresses are named by those that are in such a range") {
  static const char *const at[] = {"192.0.2.1", "10.1.2.3", "127.0.0.1",
                                   "169.254.1.1"};
  static const char *const names[] = {"198.51.100.1:1", "192.168.1.1:1",
                                      "localhost:5", "169.254.3.4:1"};
  size_t i, j;
  for (i = 0; i < 4; i++) {
    for (j = 0; j < 4; j++) {
      SAME(dials(false, at[i], names[j]), j == 0 || i == j);
      CHECK(dials(true, at[i], names[j]));
    }
    CHECK(!dials(false, at[i], "224.0.0.1:1"));
    CHECK(!dials(false, at[i], "0.1.2.3:1"));
    CHECK(dials(false, at[i], "0.0.0.0:9")); /* where that one is itself */
  }
}

/* The same where we have a name in a private network. */
TEST(ownmachine, "one of our machine may name whom our own name reaches") {
  script s;
  actor by = bob;
  by.remote = "127.0.0.1";
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  gp_peer_unref(s.node->self.identity.peer);
  SAME(gp_peer_parse(&s.node->self.identity.peer, "10.0.0.1:1", 10), GP_OK);
  script_member(&s, &by);
  lists(&s, &by, "192.168.1.1:1 127.0.0.5:1 169.254.1.1:1");
  SAME(script_count(&s, "connect"), 2);
  SAME(script_count(&s, "connect 169"), 0);
  script_close(&s);
}

TEST(toldonce, "that somebody names what it may not is told once") {
  script s;
  actor by = opento(&s, "192.0.2.1");
  lists(&s, &by, "10.0.0.1:1 10.0.0.2:1");
  TEXT(program_news(&s), "greeting 10.0.0.1: EACCES");
  script_pass(&s, 2000);
  lists(&s, &by, "10.0.0.3:1");
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(namepassed, "where a name may lead goes with each request to it") {
  script s;
  actor by = opento(&s, "192.0.2.1");
  lists(&s, &by, "c:1");
  SAME(script_find(&s, "connect c:1")->ranges, GP_RANGE_PUBLIC);
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  script_pass(&s, 1000);
  SAME(script_find(&s, "connect c:1 any reconnect")->ranges, GP_RANGE_PUBLIC);
  script_close(&s);
}

TEST(nameseen, "one that comes to us may be where it comes from") {
  script s;
  actor by = opento(&s, "192.0.2.1");
  lists(&s, &by, "c:1");
  script_respond(&s, "connect c:1", &cleo, "");
  script_connect(&s, &cleo); /* from 10.x */
  script_sent(&s);
  script_detect(&s, &cleo);
  SAME(script_find(&s, "probe c:1")->ranges,
       GP_RANGE_PUBLIC | GP_RANGE_PRIVATE);
  script_close(&s);
}

TEST(namechosen, "one that the program chooses may be anywhere") {
  script s;
  actor by = opento(&s, "192.0.2.1");
  lists(&s, &by, "c:1");
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  program_forget(program_join(&s, "c:1"));
  SAME(script_find(&s, "connect c:1")->ranges, 0);
  script_close(&s);
}

/* Once it is in, its name may lead elsewhere. */
TEST(namecame, "one that came is where one could name it who is there") {
  script s;
  actor by = opento(&s, "192.0.2.1");
  SAME(script_of(&s, &by)->hearsay.ranges, GP_RANGE_PUBLIC);
  program_forget(program_say(&s, "x"));
  SAME(script_find(&s, "broadcast")->ranges, GP_RANGE_PUBLIC);
  by.remote = "10.1.2.3";
  script_connect(&s, &by);
  SAME(script_of(&s, &by)->hearsay.ranges,
       GP_RANGE_PUBLIC | GP_RANGE_PRIVATE);
  script_close(&s);
  by = opento(&s, "127.0.0.1");
  SAME(script_of(&s, &by)->hearsay.ranges, 0);
  script_close(&s);
}

/*
** What has been proven.
*/

TEST(proving, "one is proven once its address has responded") {
  script s;
  open(&s);
  program_joined(&s, &cleo, "b:1");
  CHECK(!script_find(&s, "connect b:1")->proven);
  CHECK(!gp_peers_isproven(script_of(&s, &bob)));
  script_respond(&s, "connect b:1", &bob, "");
  CHECK(gp_peers_isproven(script_of(&s, &bob)));
  program_forget(program_say(&s, "x"));
  CHECK(script_find(&s, "broadcast b:1")->proven);
  script_close(&s);
}

TEST(comingproves, "also one that comes, which is asked there first") {
  script s;
  open(&s);
  script_member(&s, &bob);
  CHECK(gp_peers_isproven(script_of(&s, &bob)));
  script_close(&s);
}

TEST(failureproves, "no failure proves it, and no server that is no node") {
  script s;
  gp_recvresp web = {.status = 200, .remote = "10.0.0.9"};
  open(&s);
  program_joined(&s, &cleo, "b:1");
  script_fail(&s, "connect b:1", GP_ETIMEDOUT);
  CHECK(!gp_peers_isproven(script_of(&s, &bob)));
  while (script_count(&s, "connect b:1") == 0)
    script_pass(&s, 100);
  script_end(&s, "connect b:1", GP_OK, &web);
  CHECK(script_of(&s, &bob) == NULL ||
        !gp_peers_isproven(script_of(&s, &bob)));
  script_close(&s);
}

TEST(chosenfirst, "whom the program has chosen is dialled like the proven") {
  script s;
  open(&s);
  program_forget(program_join(&s, "b:1"));
  CHECK(script_find(&s, "connect b:1")->proven);
  script_respond(&s, "connect b:1", &bob, "c:1");
  CHECK(!script_find(&s, "connect c:1")->proven);
  script_close(&s);
}

TEST(movedplace, "at another place than before it is not proven") {
  static const actor any = {
    .name = "0.0.0.0:1", .program = ACTOR_OURS, .process = 5};
  script s;
  actor elsewhere = any;
  elsewhere.remote = "192.0.2.7";
  open(&s);
  script_member(&s, &any);
  script_prove(&s, &any);
  script_connect(&s, &any);
  CHECK(gp_peers_isproven(script_of(&s, &any)));
  script_connect(&s, &elsewhere);
  CHECK(!gp_peers_isproven(script_of(&s, &any)));
  script_close(&s);
}

/* Sends nothing that responds, for so long; whether it is known then. */
static bool isknownafter (script *s, uint64_t ms) {
  uint64_t until = s->now + ms;
  while (s->now < until) {
    script_pass(s, 500);
    while (script_count(s, "") > 0)
      script_fail(s, "", GP_ETIMEDOUT);
    while (s->sent_count > 0)
      gp_extension_clear(&s->sent[--s->sent_count].ext);
    s->seen_count = 0;
  }
  return script_of(s, &bob) != NULL;
}

TEST(minuteonly, "a name that nobody has proven is tried for a minute") {
  script s;
  open(&s);
  program_joined(&s, &cleo, "b:1");
  CHECK(isknownafter(&s, 55000));
  CHECK(!isknownafter(&s, 30000));
  script_close(&s);
}

TEST(provenlonger, "and one that was proven for longer") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_detect(&s, &bob);
  isknownafter(&s, 10000);
  SAME(script_of(&s, &bob)->membership, GP_FAILED);
  CHECK(isknownafter(&s, 75000));
  script_close(&s);
}

TEST(fewretries,
     "of the unproven ten a second are tried again, 100 at once") {
  script s;
  size_t before;
  open(&s);
  program_forget(program_join(&s, "b:1"));
  script_respond(&s, "connect b:1", &bob, names("x", 140));
  while (script_count(&s, "connect x") > 0)
    script_fail(&s, "connect x", GP_ETIMEDOUT);
  before = s.sent_count;
  script_pass(&s, 1000);
  SAME(s.sent_count - before, 102); /* their tries begin after 750 ms */
  script_close(&s);
}
