/*
** nickname_test.c - what a node is called, and whom a nick means to its
** program.
*/
#include "node/nickname.h"

#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .process = 11, .called = "bob"};
static const actor bob2 = {.name = "d:1", .process = 13, .called = "bob"};
static const actor cat = {.name = "c:1", .process = 12};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor seed = {.name = "s:1", .program = ACTOR_SEED};

/* A node called "ann". */
static void open (script *s) {
  script_init(s);
  s->opt.nick = "ann";
  script_start(s);
}

static gp_err call (script *s, const char *nick) {
  return gp_node_setnick(s->node, nick, s->now);
}

static void fails (script *s, const actor *a) {
  CHECK(gp_membership_apply(s->node, script_of(s, a), GP_HAS_FAILED,
                            GP_ETIMEDOUT));
  (void)program_news(s);
}

/* It comes with its network, so that it is let in without its nick. */
static void merges (script *s, const actor *a) {
  gp_recvreq request = script_ask(s, a, GP_CONNECT, NULL);
  request.ext.topic = GP_TOPIC_RECONNECT;
  SAME(strncmp(script_given(s, script_receive(s, &request)), "200", 3), 0);
  (void)script_sent(s);
  (void)program_news(s);
}

TEST(ownnick, "a node has the nick that it was made with, or none") {
  script s;
  open(&s);
  TEXT(gp_peer_nick(gp_node_self(s.node)), "ann");
  TEXT(gp_peer_text(gp_node_self(s.node)), "a:1");
  TEXT(s.node->self.identity.nick, "ann");
  SAME(s.node->self.identity.version, GP_VERSION);
  script_close(&s);
  script_open(&s);
  TEXT(gp_peer_nick(gp_node_self(s.node)), "");
  script_close(&s);
}

TEST(newnick, "a node that takes another nick has it at once") {
  script s;
  gp_digest digest;
  open(&s);
  digest = gp_node_digest(s.node);
  SAME(call(&s, "J\u00fcrgen"), GP_OK);
  TEXT(gp_peer_nick(gp_node_self(s.node)), "J\u00fcrgen");
  TEXT(gp_peer_text(gp_node_self(s.node)), "a:1");
  CHECK(gp_digest_equal(gp_node_digest(s.node), digest));
  TEXT(program_news(&s), "");
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(tellsnick, "it tells each member of ours once, and no Go program") {
  script s;
  const gp_extension *ext;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &go);
  script_member(&s, &seed);
  script_member(&s, &cat);
  script_pass(&s, 100);
  SAME(call(&s, "eve"), GP_OK);
  SAME(script_of(&s, &bob)->outbox.sent->began_at, s.now);
  TEXT(script_sent(&s), "connect b:1 v113 reconnect brief; "
                        "connect c:1 v113 reconnect brief");
  ext = &script_find(&s, "connect b:1")->ext;
  TEXT(ext->who.nick, "eve");
  SAME(ext->who.process, s.opt.nonce);
  SAME(ext->who.version, GP_VERSION);
  CHECK(!ext->alone);
  script_respond(&s, "connect b:1", &bob, "c:1");
  script_respond(&s, "connect c:1", &cat, "b:1");
  TEXT(script_sent(&s), "");
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(tellsmembers, "it tells nobody that is no member, or that it leaves") {
  script s;
  open(&s);
  script_member(&s, &bob);
  fails(&s, &bob);
  program_joined(&s, &cat, "x:1"); /* which is a candidate */
  program_forget(script_leave(&s));
  (void)script_sent(&s);
  SAME(call(&s, "eve"), GP_OK);
  TEXT(script_sent(&s), "");
  script_respond(&s, "disconnect c:1", &cat, NULL);
  TEXT(script_sent(&s), "");
  script_fail(&s, "connect x:1", GP_ETIMEDOUT);
  script_close(&s);
}

TEST(candidatenick, "a candidate is told when it is tried again") {
  script s;
  open(&s);
  program_joined(&s, &bob, "c:1");
  SAME(call(&s, "eve"), GP_OK);
  TEXT(script_sent(&s), "connect b:1 v113 reconnect brief");
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  script_pass(&s, 2000);
  TEXT(script_find(&s, "connect c:1")->ext.who.nick, "eve");
  script_close(&s);
}

TEST(samenick, "the nick that it has is no news") {
  script s;
  open(&s);
  script_member(&s, &bob);
  merges(&s, &(actor){.name = "d:1", .process = 13, .called = "ann"});
  SAME(call(&s, "ann"), GP_OK); /* though another one says it has it */
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(takennick, "a nick of a member that seems to live is not taken") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cat);
  SAME(call(&s, "bob"), GP_EEXIST);
  TEXT(gp_peer_nick(gp_node_self(s.node)), "ann");
  TEXT(s.node->self.identity.nick, "ann");
  TEXT(script_sent(&s), "");
  TEXT(program_news(&s), "");
  fails(&s, &bob);
  SAME(call(&s, "bob"), GP_OK);
  TEXT(gp_peer_nick(gp_node_self(s.node)), "bob");
  TEXT(script_sent(&s), "connect c:1 v113 reconnect brief");
  script_close(&s);
}

TEST(takentwice, "nor is one that two say they have") {
  script s;
  open(&s);
  script_member(&s, &bob);
  merges(&s, &bob2);
  fails(&s, &bob);
  script_pass(&s, 1000);
  TEXT(program_news(&s), "b left; d renamed: - to bob");
  SAME(call(&s, "bob"), GP_EEXIST);
  fails(&s, &bob2);
  SAME(call(&s, "bob"), GP_OK);
  script_close(&s);
}

TEST(takenfirst, "one that said it before has it before the node itself") {
  script s;
  open(&s);
  script_member(&s, &bob);
  merges(&s, &bob2);
  fails(&s, &bob);
  SAME(call(&s, "bob"), GP_EEXIST);
  TEXT(program_news(&s), "b left; d renamed: - to bob");
  script_close(&s);
}

TEST(returningnick, "that of one that comes back is not, before it is met") {
  script s;
  open(&s);
  script_member(&s, &bob);
  fails(&s, &bob);
  script_connect(&s, &bob);
  SAME(script_of(&s, &bob)->membership, GP_RETURNING);
  SAME(call(&s, "bob"), GP_EEXIST);
  script_fail(&s, "connect b:1", GP_ECONNREFUSED);
  SAME(script_of(&s, &bob)->membership, GP_FAILED);
  SAME(call(&s, "bob"), GP_OK);
  script_close(&s);
}

TEST(strangernick, "that of one that was refused, or left, is free") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_connect(&s, &bob2); /* waits */
  SAME(call(&s, "bob"), GP_EEXIST);
  script_disconnect(&s, &bob);
  SAME(call(&s, "bob"), GP_OK);
  script_pass(&s, 2000);
  script_close(&s);
}

TEST(nickwaits, "a nick that waits to be told is told as it is then") {
  script s;
  open(&s);
  script_member(&s, &bob);
  program_forget(program_say(&s, "x"));
  SAME(call(&s, "eve"), GP_OK);
  SAME(call(&s, "eva"), GP_OK);
  TEXT(script_sent(&s), "broadcast b:1 v113 \"x\" #1");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  TEXT(script_sent(&s), "connect b:1 v113 reconnect brief");
  TEXT(script_find(&s, "connect b:1")->ext.who.nick, "eva");
  script_respond(&s, "connect b:1", &bob, "");
  TEXT(script_find(&s, "connect b:1")->ext.who.nick, "eva");
  script_respond(&s, "connect b:1", &bob, "");
  script_close(&s);
}

TEST(nickchanges,
     "one that changes it again and again is no load to others") {
  script s;
  char nick[] = "eva";
  int i;
  script_init(&s);
  s.opt.outbox_messages = 4;
  script_start(&s);
  script_member(&s, &bob);
  for (i = 0; i < 20; i++) {
    nick[2] = (char)('a' + i);
    SAME(call(&s, nick), GP_OK);
  }
  TEXT(script_sent(&s), "connect b:1 v113 reconnect brief");
  SAME(script_of(&s, &bob)->outbox.count, 4);
  for (i = 0; i < 4; i++)
    script_respond(&s, "connect b:1", &bob, "");
  TEXT(script_find(&s, "connect b:1")->ext.who.nick, "evt");
  script_close(&s);
}

TEST(nickuntold, "that one could not be told is its own to find out") {
  script s;
  open(&s);
  script_member(&s, &bob);
  SAME(call(&s, "eve"), GP_OK);
  script_fail(&s, "connect b:1", GP_ETIMEDOUT);
  TEXT(program_news(&s), "");
  SAME(call(&s, "eva"), GP_OK);
  script_refuse(&s, "connect b:1", &bob, 503);
  TEXT(program_news(&s), "");
  TEXT(told_members(s.node), "b");
  script_close(&s);
}

TEST(nicklist, "the list that one responds with brings who is missing") {
  script s;
  open(&s);
  script_member(&s, &bob);
  SAME(call(&s, "eve"), GP_OK);
  (void)script_sent(&s);
  script_respond(&s, "connect b:1", &bob, "c:1");
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_close(&s);
}

TEST(nickrefused, "one that refuses it does not count us as a member") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cat);
  SAME(call(&s, "eve"), GP_OK);
  script_refuse(&s, "connect b:1", &bob, 409);
  TEXT(program_news(&s), "greeting b: EEXIST; b left");
  script_refuse(&s, "connect c:1", &cat, 403);
  TEXT(program_news(&s), "c left");
  script_close(&s);
}

/* Whether allocation number 'n' failed while two were to be told. */
static bool starved (uint64_t n) {
  script s;
  size_t told;
  gp_err e;
  bool failed;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cat);
  memory_fail(n, false);
  e = call(&s, "eve");
  failed = memory_heal();
  told = script_count(&s, "connect");
  if (e == GP_OK)
    SAME(told, failed ? 1 : 2);
  else {
    SAME(e, GP_ENOMEM);
    SAME(told, 0);
  }
  TEXT(gp_peer_nick(gp_node_self(s.node)), e == GP_OK ? "eve" : "ann");
  TEXT(s.node->self.identity.nick, e == GP_OK ? "eve" : "ann");
  TEXT(program_news(&s), "");
  script_close(&s);
  return failed;
}

TEST(starvednick, "without memory it keeps its nick, or some are not told") {
  uint64_t n = 1;
  while (starved(n))
    n++;
  CHECK(n > 6);
}

/*
** Whom a nick means.
*/

/* Where the one is that it means; "": there is none. */
static const char *nicked (const script *s, const char *nick) {
  const gp_peer *p = gp_node_nicked(s->node, nick);
  if (p != NULL)
    TEXT(gp_peer_nick(p), nick);
  return p == NULL ? "" : gp_peer_address(p);
}

TEST(meansnick, "a nick means the member that has it, or the node itself") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cat);
  TEXT(nicked(&s, "bob"), "b");
  TEXT(nicked(&s, "ann"), "a");
  TEXT(nicked(&s, "eve"), "");
  TEXT(nicked(&s, ""), "");
  merges(&s, &bob2);
  TEXT(nicked(&s, "bob"), "b");
  merges(&s, &(actor){.name = "e:1", .process = 14, .called = "ann"});
  TEXT(nicked(&s, "ann"), "a");
  fails(&s, &bob);
  TEXT(nicked(&s, "bob"), "");
  script_pass(&s, 1000);
  TEXT(nicked(&s, "bob"), "d");
  fails(&s, &bob2);
  TEXT(nicked(&s, "bob"), "");
  SAME(call(&s, "bob"), GP_OK);
  TEXT(nicked(&s, "bob"), "a");
  script_close(&s);
}

TEST(meansnobody, "the nick that a node without one has means nobody") {
  script s;
  script_open(&s);
  script_member(&s, &cat);
  TEXT(nicked(&s, ""), "");
  script_close(&s);
}

static bool isnamesake (const script *s, const char *name, const char *nick) {
  gp_peer *bare, *p;
  bool is;
  SAME(gp_peer_parse(&bare, name, strlen(name)), GP_OK);
  SAME(gp_peer_nicknamed(&p, bare, nick), GP_OK);
  is = gp_node_isnamesake(s->node, p);
  gp_peer_unref(bare);
  gp_peer_unref(p);
  return is;
}

TEST(namesakes, "one that had a nick which another one has has a namesake") {
  script s;
  open(&s);
  script_member(&s, &bob);
  script_member(&s, &cat);
  CHECK(!isnamesake(&s, "b:1", "bob") && !isnamesake(&s, "c:1", ""));
  CHECK(!isnamesake(&s, "a:1", "ann") && !isnamesake(&s, "x:1", "eve"));
  merges(&s, &bob2);
  CHECK(!isnamesake(&s, "b:1", "bob"));
  CHECK(!isnamesake(&s, "b:1", "rob")); /* as it was called before */
  CHECK(isnamesake(&s, "c:1", "bob"));
  fails(&s, &bob);
  script_pass(&s, 1000);
  CHECK(!isnamesake(&s, "d:1", "bob"));
  CHECK(isnamesake(&s, "b:1", "bob")); /* which has failed */
  script_close(&s);
}

TEST(ournamesake, "so has one that had the node's own nick") {
  script s;
  open(&s);
  script_member(&s, &bob);
  fails(&s, &bob);
  SAME(call(&s, "bob"), GP_OK);
  CHECK(!isnamesake(&s, "a:1", "bob") && isnamesake(&s, "b:1", "bob"));
  CHECK(!isnamesake(&s, "a:1", "ann"));
  script_close(&s);
  script_open(&s); /* a node without one */
  CHECK(!isnamesake(&s, "b:1", ""));
  script_close(&s);
}
