/*
** gate_test.c - what a newcomer has to show, and what it gets before.
*/
#include "node/gate.h"

#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "program.h"

#define BUSY "503 v113 Too busy, try again"

static const actor bob = {.name = "b:1", .process = 2, .called = "bob"};
static const actor cleo = {.name = "c:1", .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

/* With bob, and what claims something is asked in vain from now on. */
static void open (script *s) {
  script_open(s);
  script_member(s, &bob);
  s->silent = true;
}

/*
** Newcomers.
*/

TEST(gatetries, "a newcomer is asked seven times in three seconds") {
  static const uint64_t at[] = {0, 20, 100, 300, 1000, 2000, 3000};
  script s;
  uint64_t began_at;
  size_t i, x;
  open(&s);
  began_at = s.now;
  x = script_connect(&s, &cleo);
  for (i = 0; i < 7; i++) {
    if (i > 0)
      script_untilsent(&s);
    SAME(s.now - began_at, at[i]);
    TEXT(script_sent(&s), "probe c:1 any");
    SAME(script_find(&s, "probe c:1")->timeout_ms, 1200);
    TEXT(script_given(&s, x),
         i < 4 || s.now - began_at < 1000 ? "" : "200 v113 [b:1]");
    script_fail(&s, "probe c:1", GP_ECONNREFUSED);
  }
  script_pass(&s, 60000);
  TEXT(script_sent(&s), "");
  CHECK(script_of(&s, &cleo) == NULL);
  SAME(s.node->admission.proofs.count, 0);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(gatehangs, "one whose address does not respond is asked less often") {
  script s;
  unsigned tries = 1;
  open(&s);
  script_connect(&s, &cleo);
  while (s.node->admission.proofs.count > 0) {
    const script_request *probe = script_find(&s, "probe c:1");
    script_pass(&s, probe->timeout_ms);
    script_fail(&s, "probe c:1", GP_ETIMEDOUT);
    while (s.node->admission.proofs.count > 0 &&
           script_count(&s, "probe c:1") == 0) {
      script_pass(&s, 10);
      tries += script_count(&s, "probe c:1") > 0;
    }
  }
  SAME(tries, 2); /* at once, and at 2 s */
  script_close(&s);
}

/* How often 'claims' has its address asked, when that ends so each time. */
static unsigned asked (const actor *claims, gp_err error, const actor *by) {
  script s;
  unsigned count = 0;
  open(&s);
  script_connect(&s, claims);
  while (s.node->admission.proofs.count > 0) {
    while (script_count(&s, "probe ") > 0) {
      count++;
      if (by != NULL)
        script_respond(&s, "probe ", by, NULL);
      else
        script_fail(&s, "probe ", error);
    }
    script_pass(&s, 10);
  }
  CHECK(script_of(&s, claims) == NULL);
  script_close(&s);
  return count;
}

TEST(gatetwice, "who is reached and is another one is asked twice") {
  static const actor other = {.name = "c:1", .process = 99};
  SAME(asked(&cleo, GP_ECONNREFUSED, NULL), 7);
  SAME(asked(&cleo, GP_EPROTO, NULL), 2);
  SAME(asked(&cleo, GP_ECONNRESET, NULL), 2);
  SAME(asked(&cleo, GP_OK, &other), 2);
  SAME(asked(&go, GP_OK, &cleo), 2);
}

TEST(gateunproven, "until it is proven it is no member, but has its list") {
  script s;
  gp_receipt *r;
  size_t x;
  open(&s);
  script_connect(&s, &cleo);
  script_fail(&s, "probe", GP_ECONNREFUSED);
  script_pass(&s, 999);
  CHECK(script_of(&s, &cleo) == NULL);
  script_pass(&s, 1);
  SAME(script_of(&s, &cleo)->membership, GP_UNPROVEN);
  TEXT(told_members(s.node), "b");
  s.silent = false;
  x = script_connect(&s, &go); /* it is not handed on */
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  s.silent = true;
  r = script_post(&s, NULL, "x"); /* goes to those two alone */
  script_respond(&s, "broadcast b:1", &bob, NULL);
  script_respond(&s, "broadcast g:1", &go, NULL);
  SAME(script_count(&s, "broadcast"), 0);
  SAME(script_result(r), GP_OK);
  CHECK(script_of(&s, &cleo)->outbox.count == 1);
  TEXT(program_news(&s), "g joined");
  script_respond(&s, "probe c:1", &cleo, NULL);
  TEXT(program_news(&s), "c joined");
  SAME(script_count(&s, "broadcast c:1"), 1);
  script_close(&s);
}

TEST(gatenever, "what was kept for one that never shows is gone") {
  script s;
  gp_receipt *r;
  open(&s);
  script_connect(&s, &cleo);
  script_fail(&s, "probe", GP_ECONNREFUSED);
  script_pass(&s, 1000);
  script_fail(&s, "probe", GP_ECONNREFUSED);
  r = script_post(&s, NULL, "x");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  SAME(script_result(r), GP_OK);
  while (s.node->admission.proofs.count > 0) {
    script_pass(&s, 100);
    if (script_count(&s, "probe c:1") > 0)
      script_fail(&s, "probe c:1", GP_ECONNREFUSED);
  }
  CHECK(script_of(&s, &cleo) == NULL);
  SAME(script_count(&s, ""), 0);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(gatenamesake, "one that has its list is let in, whoever has its nick") {
  static const actor dora = {.name = "d:1", .process = 9, .called = "bob"};
  gp_receipt *r;
  script s;
  open(&s);
  script_connect(&s, &dora);
  script_pass(&s, 1000);
  r = program_say(&s, "kept");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  script_respond(&s, "probe d:1", &dora, NULL);
  TEXT(program_news(&s), "d joined");
  script_respond(&s, "broadcast d:1", &dora, NULL);
  SAME(script_result(r), GP_OK);
  script_fail(&s, "probe b:1", GP_ECONNREFUSED); /* so bob has gone */
  TEXT(program_news(&s), "b left; d renamed: - to bob");
  script_close(&s);
}

TEST(gateorder, "each has those in its list that came before") {
  static const actor dan = {.name = "d:1", .process = 4};
  script s;
  size_t x, y, z;
  open(&s);
  x = script_connect(&s, &cleo);
  y = script_connect(&s, &go);
  z = script_connect(&s, &dan);
  script_respond(&s, "probe d:1", &dan, NULL);
  script_respond(&s, "probe g:1", &go, NULL);
  TEXT(script_given(&s, y), "");
  TEXT(script_given(&s, z), "");
  script_respond(&s, "probe c:1", &cleo, NULL);
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  TEXT(script_given(&s, y), "200 v113 [b:1 c:1]");
  TEXT(script_given(&s, z), "200 v113 [b:1 c:1 g:1]");
  script_close(&s);
}

TEST(gatelate,
     "but one that is late holds nobody up for more than a second") {
  script s;
  size_t x, y;
  open(&s);
  x = script_connect(&s, &cleo);
  script_pass(&s, 400);
  y = script_connect(&s, &go);
  script_respond(&s, "probe g:1", &go, NULL);
  script_pass(&s, 599);
  TEXT(script_given(&s, y), "");
  script_pass(&s, 1);
  TEXT(script_given(&s, y), "200 v113 [b:1]");
  TEXT(script_given(&s, x), "200 v113 [b:1 g:1]");
  script_close(&s);
}

TEST(gatesays, "what a newcomer says in one breath waits for a second") {
  script s;
  size_t x, y, z;
  open(&s);
  x = script_connect(&s, &go);
  y = script_say(&s, &go, "hello", 0);
  TEXT(script_given(&s, y), "");
  script_respond(&s, "probe g:1", &go, NULL);
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  TEXT(script_given(&s, y), "200 v113");
  TEXT(program_news(&s), "g joined; g: hello");
  x = script_connect(&s, &cleo);
  script_pass(&s, 500);
  y = script_say(&s, &cleo, "hello", 1);
  script_pass(&s, 999);
  TEXT(script_given(&s, y), "");
  z = script_disconnect(&s, &cleo);
  script_pass(&s, 1);
  TEXT(script_given(&s, y), BUSY);
  TEXT(script_given(&s, z), "");
  TEXT(program_news(&s), "serving -: ELIMIT");
  script_close(&s);
}

TEST(gatebounded, "so many requests wait with a newcomer, and no more") {
  script s;
  size_t i, x = 0;
  actor here = cleo;
  here.remote = "127.0.0.1";
  open(&s);
  script_connect(&s, &here);
  for (i = 1; i < 64; i++)
    x = script_say(&s, &here, "x", i);
  TEXT(script_given(&s, x), "");
  SAME(s.node->admission.proofs.bytes, 63);
  x = script_say(&s, &here, "x", 64);
  TEXT(script_given(&s, x), BUSY);
  script_respond(&s, "probe c:1", &here, NULL);
  SAME(s.node->admission.proofs.bytes, 0);
  SAME(s.node->inbox.unread.count, 63);
  script_close(&s);
}

/* So many claims to be at one address come from a source of this number; how
   many of them wait. */
static size_t waiting (script *s, unsigned source, size_t count) {
  char name[40], remote[40];
  actor one = {.name = name, .program = ACTOR_V113, .remote = remote};
  size_t i, n = 0;
  snprintf(name, sizeof name, "n%u:1", source);
  snprintf(remote, sizeof remote, "10.5.%u.%u", source / 200, source % 200);
  for (i = 0; i < count; i++)
    n += script_given(s, script_connect(s, &one))[0] == '\0';
  return n;
}

TEST(gatesources, "so many wait of one source, the fewer the more wait") {
  script s;
  unsigned source = 0;
  open(&s);
  SAME(waiting(&s, source++, 40), 32);
  while (s.node->admission.proofs.owed < 256)
    SAME(waiting(&s, source++, 32), 32);
  SAME(waiting(&s, source++, 9), 8);
  SAME(waiting(&s, 0, 1), 0);
  CHECK(s.received[s.received_count - 1].closed);
  CHECK(!s.received[0].closed);
  script_pass(&s, 1000); /* they have their lists */
  SAME(s.node->admission.proofs.owed, 0);
  script_close(&s);
}

/* Asks what 'claims' to be, and 'is' responds: whether that is a member. */
static bool isproven (const actor *claims, const actor *is) {
  script s;
  bool proven;
  open(&s);
  script_connect(&s, claims);
  script_respond(&s, "probe ", is, NULL);
  proven = script_of(&s, claims) != NULL;
  script_close(&s);
  return proven;
}

TEST(gateother, "one at whose address another program is, is not let in") {
  static const actor other = {.name = "c:1", .process = 99};
  static const actor goc = {.name = "c:1", .program = ACTOR_V113};
  static const actor seedc = {.name = "c:1", .program = ACTOR_SEED};
  CHECK(isproven(&cleo, &cleo));
  CHECK(!isproven(&cleo, &other));
  CHECK(!isproven(&cleo, &goc));
  CHECK(!isproven(&goc, &cleo));
  CHECK(!isproven(&goc, &seedc));
  CHECK(!isproven(&seedc, &goc));
  CHECK(isproven(&goc, &goc));
}

/* On one machine a liar sends from where the one lies that it speaks for. */
TEST(gateforms, "each is judged by the form that it speaks itself") {
  static const actor liar = {.name = "g:1", .program = ACTOR_SEED};
  script s;
  size_t x, y;
  open(&s);
  x = script_connect(&s, &liar);
  y = script_connect(&s, &go);
  SAME(s.node->admission.proofs.count, 2);
  while (script_count(&s, "probe g:1") > 0)
    script_respond(&s, "probe g:1", &go, NULL);
  script_pass(&s, 1000);
  TEXT(script_given(&s, y), "200 v113 [b:1]");
  TEXT(script_given(&s, x), "200 headers [b:1 g:1]");
  SAME(script_of(&s, &go)->compat.form, GP_FORM_V113);
  TEXT(program_news(&s), "g joined");
  script_close(&s);
}

TEST(gateunconfirmed, "nor is one that does not know the cookie") {
  script s;
  gp_recvresp response;
  open(&s);
  script_connect(&s, &cleo);
  SAME(script_find(&s, "probe")->ext.topic, GP_TOPIC_COOKIE);
  SAME(script_find(&s, "probe")->ext.process, 7); /* ours */
  response = script_response(&s, "probe", &cleo, NULL);
  response.ext.confirmed = false;
  script_end(&s, "probe", GP_OK, &response);
  gp_recvresp_clear(&response);
  CHECK(script_of(&s, &cleo) == NULL);
  script_close(&s);
}

/* The same for a Go program that has sent from 'from', and responds 'at'. */
static bool isproventhere (const char *from, const char *at, bool checks) {
  script s;
  actor claims = go, is = go;
  bool proven;
  claims.remote = from;
  is.remote = at;
  script_init(&s);
  s.opt.check_source = checks;
  s.silent = true;
  script_start(&s);
  script_connect(&s, &claims);
  script_respond(&s, "probe ", &is, NULL);
  proven = script_of(&s, &claims) != NULL;
  script_close(&s);
  return proven;
}

TEST(gatesource, "a Go program has to come from where it responds") {
  CHECK(isproventhere("10.0.9.9", "10.0.9.9", true));
  CHECK(!isproventhere("10.0.9.8", "10.0.9.9", true));
  CHECK(isproventhere("10.0.9.8", "10.0.9.9", false));
  CHECK(isproventhere("::ffff:10.0.9.9", "10.0.9.9", true));
  CHECK(isproventhere("2001:db8:1::5", "2001:db8:1::77", true));
  CHECK(!isproventhere("2001:db8:2::5", "2001:db8:1::77", true));
  CHECK(isproventhere("127.0.0.1", "::1", true));
  CHECK(isproventhere("10.0.0.1", "127.0.0.1", true)); /* both are ours */
  CHECK(!isproventhere("10.0.0.2", "127.0.0.1", true));
}

TEST(gateloopback, "loopback is asked for who is on this machine alone") {
  static const actor here = {
    .name = "localhost:5", .program = ACTOR_V113, .remote = "10.0.0.1"};
  actor far = here;
  script s;
  size_t x;
  far.remote = "10.0.0.2";
  open(&s);
  script_connect(&s, &here);
  TEXT(script_sent(&s), "probe localhost:5 any");
  script_respond(&s, "probe", &here, NULL);
  TEXT(program_news(&s), "localhost joined");
  script_disconnect(&s, &here);
  (void)program_news(&s);
  x = script_connect(&s, &far);
  TEXT(script_sent(&s), "");
  script_pass(&s, 1000);
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  TEXT(script_sent(&s), "");
  CHECK(script_record(&s, "localhost:5") == NULL);
  script_close(&s);
}

TEST(gateany, "0.0.0.0 is asked where it has come from") {
  static const actor any = {
    .name = "0.0.0.0:5", .program = ACTOR_V113, .remote = "10.0.9.9"};
  script s;
  open(&s);
  script_connect(&s, &any);
  TEXT(script_sent(&s), "probe 10.0.9.9:5 any");
  script_respond(&s, "probe", &any, NULL);
  TEXT(program_news(&s), "0.0.0.0 joined");
  script_close(&s);
}

TEST(gatedials,
     "whoever claims is dialled anew, as what its claim is about") {
  actor there = {.name = "g:1", .program = ACTOR_V113, .remote = "10.6.6.6"};
  const script_request *probe;
  script s;
  open(&s);
  script_connect(&s, &there);
  probe = script_find(&s, "probe g:1");
  CHECK(probe->claim);
  CHECK(probe->anew); /* the name may lead elsewhere than a connection does */
  TEXT(probe->claimer, "10.6.6.6");
  script_close(&s);
}

TEST(gateranges, "whoever comes from afar has no private address asked") {
  actor far = {.name = "192.168.1.9:5", .process = 9, .remote = "192.0.2.1"};
  script s;
  open(&s);
  script_connect(&s, &far);
  SAME(script_find(&s, "probe")->ranges, GP_RANGE_PUBLIC);
  far.remote = "192.168.1.7";
  far.name = "192.168.1.8:5";
  script_connect(&s, &far);
  CHECK(script_find(&s, "probe 192.168.1.8:5")->ranges & GP_RANGE_PRIVATE);
  script_close(&s);
}

TEST(gateturns, "of one machine sixteen are asked at once, the next wait") {
  script s;
  actor one = {.remote = "10.6.6.6"};
  char name[20];
  size_t i;
  open(&s);
  for (i = 0; i < 18; i++) {
    snprintf(name, sizeof name, "n%c:1", (char)('a' + i));
    one.name = name;
    one.process = 100 + i;
    script_connect(&s, &one);
  }
  SAME(script_count(&s, "probe n"), 16);
  script_connect(&s, &cleo); /* of another one */
  SAME(script_count(&s, "probe c:1"), 1);
  snprintf(name, sizeof name, "nc:1");
  one.process = 102;
  script_respond(&s, "probe nc:1", &one, NULL);
  SAME(script_count(&s, "probe n"), 16); /* one more has its turn */
  script_pass(&s, 999);
  SAME(script_count(&s, "probe nr:1"), 0);
  script_close(&s);
}

TEST(gatelocal, "but of this machine as many as come") {
  script s;
  actor one = {.remote = "127.0.0.1"};
  char name[20];
  size_t i;
  open(&s);
  for (i = 0; i < 40; i++) {
    snprintf(name, sizeof name, "n%c%c:1", (char)('a' + i / 20),
             (char)('a' + i % 20));
    one.name = name;
    one.process = 100 + i;
    script_connect(&s, &one);
  }
  SAME(script_count(&s, "probe n"), 40);
  script_close(&s);
}

TEST(gatelists, "an unproven machine has one list a second") {
  script s;
  actor one = {.remote = "10.6.6.6"};
  char name[20];
  size_t i, x[3];
  open(&s);
  for (i = 0; i < 2; i++) {
    snprintf(name, sizeof name, "n%c:1", (char)('a' + i));
    one.name = name;
    one.process = 100 + i;
    x[i] = script_connect(&s, &one);
  }
  script_pass(&s, 1000);
  TEXT(script_given(&s, x[0]), "200 v113 [b:1]");
  TEXT(script_given(&s, x[1]), BUSY);
  TEXT(program_news(&s), "serving -: ELIMIT");
  script_close(&s);
}
