/*
** nickliar_test.c - one at an address of its own that says in every way that
** it is called as a member is that lives: it is not.
*/
#include <string.h>

#include "node/nickname.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .process = 11, .called = "bob"};
static const actor eve = {.name = "e:1", .process = 66, .called = "eve"};
static const actor liar = {.name = "e:1", .process = 66, .called = "bob"};
/* It shows the number of bob's process, too. */
static const actor copy = {.name = "e:1", .process = 11, .called = "bob"};

static const char taken[] = "409 v113 Name taken by another member";

/* A node called "ann", with bob. */
static void open (script *s) {
  script_init(s);
  s->opt.nick = "ann";
  s->opt.probe_interval_ms = 1000000000;
  script_start(s);
  script_member(s, &bob);
}

/* It connects, as one that comes with its network. */
static const char *again (script *s, const actor *by) {
  gp_recvreq request = script_ask(s, by, GP_CONNECT, NULL);
  request.ext.topic = GP_TOPIC_RECONNECT;
  return script_given(s, script_receive(s, &request));
}

static const char *nickof (const script *s, const char *name) {
  return gp_peer_nick(gp_record_name(script_record(s, name)));
}

/* The one that is called bob is bob, and eve has no nick. */
static void isbobs (script *s) {
  TEXT(gp_peer_text(gp_node_nicked(s->node, "bob")), "b:1");
  TEXT(nickof(s, "b:1"), "bob");
  TEXT(nickof(s, "e:1"), "");
}

/* What it says to everybody is not said by bob. */
static void speaks (script *s, const actor *by) {
  static uint64_t number;
  const gp_message *m;
  script_say(s, by, "I am bob", ++number);
  m = gp_node_peekmessage(s->node);
  CHECK(m != NULL);
  TEXT(gp_peer_text(m->from), "e:1");
  TEXT(gp_peer_nick(m->from), "");
  gp_node_dropmessage(s->node);
}

TEST(liarnewcomer, "a newcomer that says it is refused") {
  script s;
  size_t x;
  open(&s);
  x = script_connect(&s, &liar);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(script_given(&s, x), taken);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(liarcopy, "also one that copies the number of the member's process") {
  script s;
  size_t x;
  open(&s);
  x = script_connect(&s, &copy);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(script_given(&s, x), taken);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(liaragain, "one that says that it comes with its network has no nick") {
  static const actor *const liars[] = {&liar, &copy};
  size_t i;
  for (i = 0; i < 2; i++) {
    script s;
    open(&s);
    TEXT(again(&s, liars[i]), "200 v113 [b:1]");
    TEXT(program_news(&s), "e joined");
    isbobs(&s);
    script_respond(&s, "probe b:1", &bob, NULL);
    isbobs(&s);
    speaks(&s, liars[i]);
    TEXT(again(&s, liars[i]), "200 v113 [b:1 e:1]");
    isbobs(&s);
    TEXT(program_news(&s), "");
    script_close(&s);
  }
}

TEST(liarrename, "a member that takes the nick has none from then on") {
  script s;
  open(&s);
  script_member(&s, &eve);
  TEXT(again(&s, &liar), "200 v113 [b:1 e:1]");
  TEXT(program_news(&s), "e renamed: eve to -");
  script_respond(&s, "probe b:1", &bob, NULL);
  isbobs(&s);
  speaks(&s, &liar);
  TEXT(again(&s, &eve), "200 v113 [b:1 e:1]");
  TEXT(program_news(&s), "e renamed: - to eve");
  script_close(&s);
}

TEST(liarprobed, "nor has one that says it when it is probed") {
  script s;
  open(&s);
  script_member(&s, &eve);
  script_pass(&s, 10);
  script_detect(&s, &eve);
  script_pass(&s, 10);
  script_respond(&s, "probe e:1", &liar, NULL);
  TEXT(program_news(&s), "e renamed: eve to -");
  script_respond(&s, "probe b:1", &bob, NULL);
  isbobs(&s);
  script_pass(&s, 10000);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(liarjoined, "nor one that lets us in, and says it then") {
  script s;
  open(&s);
  program_forget(program_join(&s, "e:1"));
  script_respond(&s, "connect e:1", &liar, "");
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(program_news(&s), "e joined");
  isbobs(&s);
  script_close(&s);
}

TEST(liarours, "our own nick is nobody else's in any of these ways") {
  static const actor ours = {.name = "e:1", .process = 66, .called = "ann"};
  script s;
  open(&s);
  TEXT(again(&s, &ours), "200 v113 [b:1]");
  TEXT(program_news(&s), "meeting e: EEXIST; e joined");
  TEXT(nickof(&s, "e:1"), "");
  script_pass(&s, 10);
  script_detect(&s, &ours);
  script_pass(&s, 10);
  script_respond(&s, "probe e:1", &ours, NULL);
  TEXT(program_news(&s), "");
  TEXT(gp_peer_text(gp_node_nicked(s.node, "ann")), "a:1");
  script_close(&s);
}

TEST(liarwaits, "while one that we greet waits for its nick it has none") {
  script s;
  size_t x;
  open(&s);
  program_forget(program_join(&s, "e:1"));
  x = script_connect(&s, &liar);
  TEXT(script_given(&s, x), "");
  speaks(&s, &liar);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(script_given(&s, x), taken);
  script_fail(&s, "connect e:1", GP_ECONNREFUSED);
  script_close(&s);
}

TEST(liarvisits, "nor has a visitor that says another nick meanwhile") {
  script s;
  gp_recvreq request;
  size_t x;
  open(&s);
  request = script_ask(&s, &eve, GP_CONNECT, NULL);
  request.ext.visit = true;
  script_receive(&s, &request);
  CHECK(gp_visitors_isvisitor(script_record(&s, "e:1")));
  request = script_ask(&s, &liar, GP_CONNECT, NULL);
  request.ext.visit = true;
  x = script_receive(&s, &request);
  speaks(&s, &liar);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(script_given(&s, x), taken);
  isbobs(&s);
  speaks(&s, &liar);
  script_close(&s);
}

TEST(visitorsnick, "a visitor loses its nick to a member that has it") {
  static const actor eve2 = {.name = "f:1", .process = 67, .called = "eve"};
  script s;
  gp_recvreq request;
  open(&s);
  request = script_ask(&s, &eve, GP_CONNECT, NULL);
  request.ext.visit = true;
  script_receive(&s, &request);
  TEXT(nickof(&s, "e:1"), "eve");
  script_connect(&s, &eve2);
  TEXT(program_news(&s), "f joined");
  TEXT(nickof(&s, "f:1"), "eve");
  TEXT(nickof(&s, "e:1"), "");
  speaks(&s, &eve);
  script_close(&s);
}

/*
** The one that has the nick is asked whether it lives.
*/

TEST(askedonce, "it is asked once, however often one says its nick") {
  script s;
  open(&s);
  script_member(&s, &eve);
  (void)again(&s, &liar);
  SAME(script_count(&s, "probe b:1"), 1);
  (void)again(&s, &liar);
  (void)again(&s, &liar);
  script_pass(&s, 100);
  SAME(script_count(&s, "probe b:1"), 1);
  script_respond(&s, "probe b:1", &bob, NULL);
  script_pass(&s, 10000);
  SAME(script_count(&s, "probe b:1"), 0);
  script_close(&s);
}

TEST(askedgone, "where its process has gone the other one has it at once") {
  static const actor next = {.name = "b:1", .process = 21, .called = "cat"};
  script s;
  open(&s);
  TEXT(again(&s, &liar), "200 v113 [b:1]");
  TEXT(program_news(&s), "e joined");
  script_fail(&s, "probe b:1", GP_ECONNREFUSED);
  TEXT(program_news(&s), "b left; e renamed: - to bob");
  script_close(&s);
  open(&s);
  (void)again(&s, &liar);
  script_respond(&s, "probe b:1", &next, NULL);
  TEXT(program_news(&s),
       "e joined; b failed: EREPLACED; e renamed: - to bob");
  script_close(&s);
}

TEST(askedsilent, "where it is but late it keeps it") {
  static const gp_err late[] = {GP_ETIMEDOUT, GP_ECONNRESET, GP_EMFILE};
  size_t i;
  for (i = 0; i < sizeof late / sizeof *late; i++) {
    script s;
    open(&s);
    (void)again(&s, &liar);
    script_fail(&s, "probe b:1", late[i]);
    script_pass(&s, 2000);
    TEXT(program_news(&s), "e joined");
    isbobs(&s);
    script_close(&s);
  }
}

TEST(askedlacking, "nobody has gone because we cannot ask") {
  static const gp_err lacks[] = {GP_EMFILE, GP_ENOMEM};
  size_t i;
  for (i = 0; i < 2; i++) {
    script s;
    size_t x;
    open(&s);
    x = script_connect(&s, &liar);
    script_fail(&s, "probe b:1", lacks[i]);
    TEXT(script_given(&s, x), "");
    script_pass(&s, 2000);
    TEXT(script_given(&s, x), "503 v113 Too busy, try again");
    TEXT(told_members(s.node), "b");
    script_close(&s);
  }
}

TEST(freednick, "what its owner gives up another one has a second later") {
  static const actor rob = {.name = "b:1", .process = 11, .called = "rob"};
  script s;
  open(&s);
  (void)again(&s, &liar);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(program_news(&s), "e joined");
  (void)again(&s, &rob);
  TEXT(program_news(&s), "b renamed: bob to rob");
  script_pass(&s, 1000);
  TEXT(program_news(&s), "e renamed: - to bob");
  TEXT(again(&s, &bob), "200 v113 [b:1 e:1]");
  TEXT(program_news(&s), "b renamed: rob to -");
  script_close(&s);
}
