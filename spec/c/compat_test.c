/*
** compat_test.c - Go members: under which name each knows us, and how that
** is found out.
*/
#include <string.h>

#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor any = {
  .name = "0.0.0.0:2", .program = ACTOR_V113, .remote = "127.0.0.1"};
static const actor local = {
  .name = "localhost:3", .program = ACTOR_V113, .remote = "127.0.0.1"};
static const actor seed = {
  .name = "s:1", .program = ACTOR_SEED, .calls_us = "x:9"};

/* A node that is reached under several names on this machine. */
static void open (script *s) {
  script_init(s);
  s->opt.on_loopback = true;
  script_start(s);
}

/* What it calls us when it is written to: "probe g:1 v113 as x:9". */
static const char *ournameat (script *s, const actor *a) {
  (void)script_sent(s);
  gp_probe_send(s->node, script_record(s, a->name), false);
  return script_sent(s);
}

TEST(forms, "the header forms are two, and nothing else is one") {
  CHECK(gp_compat_isheaderform(GP_FORM_SEED));
  CHECK(gp_compat_isheaderform(GP_FORM_V112));
  CHECK(!gp_compat_isheaderform(GP_FORM_HEADERS));
  CHECK(!gp_compat_isheaderform(GP_FORM_V113));
  CHECK(!gp_compat_isheaderform(GP_FORM_UNKNOWN));
}

TEST(aliastold, "the header forms tell what they call us when they connect") {
  script s;
  open(&s);
  script_member(&s, &seed);
  TEXT(ournameat(&s, &seed), "probe s:1 seed as x:9");
  program_forget(program_say(&s, "hello"));
  TEXT(script_sent(&s), "broadcast s:1 seed as x:9 \"hello\"");
  script_close(&s);
}

TEST(aliasguessed, "one that calls itself 0.0.0.0 calls us so, it seems") {
  script s;
  open(&s);
  script_member(&s, &any);
  TEXT(ournameat(&s, &any), "probe 127.0.0.1:2 v113 as 0.0.0.0:1");
  script_member(&s, &go);
  TEXT(ournameat(&s, &go), "probe g:1 v113");
  script_close(&s);
}

TEST(aliasours, "one of ours calls us what we call ourselves") {
  static const actor ours = {.name = "s:1", .program = ACTOR_OURS};
  static const actor anyours = {
    .name = "0.0.0.0:2", .program = ACTOR_OURS, .remote = "10.0.0.1"};
  script s;
  open(&s);
  script_member(&s, &anyours);
  TEXT(ournameat(&s, &anyours), "probe 10.0.0.1:2 v113");
  script_member(&s, &seed);
  script_member(&s, &ours); /* another program at its place */
  TEXT(ournameat(&s, &ours), "probe s:1 v113");
  script_close(&s);
}

TEST(aliasfound, "a list that has us under another name tells it") {
  script s;
  open(&s);
  program_forget(program_join(&s, "localhost:3"));
  script_sent(&s);
  script_respond(&s, "connect", &local, "g:1 0.0.0.0:1");
  TEXT(script_sent(&s), "connect g:1 any brief; "
                        "disconnect localhost:3 v113");
  script_respond(&s, "disconnect", &local, NULL);
  TEXT(ournameat(&s, &local), "probe localhost:3 v113 as 0.0.0.0:1");
  script_close(&s);
}

TEST(aliaskept, "what was found is kept when it connects once more") {
  script s;
  open(&s);
  script_member(&s, &local);
  program_forget(program_join(&s, "localhost:3"));
  script_respond(&s, "connect", &local, "0.0.0.0:1");
  script_respond(&s, "disconnect", &local, NULL);
  script_connect(&s, &local);
  TEXT(ournameat(&s, &local), "probe localhost:3 v113 as 0.0.0.0:1");
  script_close(&s);
}

TEST(oursnoalias, "in a list of one of ours we have our own name") {
  static const actor ours = {
    .name = "localhost:3", .program = ACTOR_OURS, .remote = "127.0.0.1"};
  script s;
  open(&s);
  program_forget(program_join(&s, "localhost:3"));
  script_sent(&s);
  script_respond(&s, "connect", &ours, "0.0.0.0:1");
  TEXT(script_sent(&s), "");
  TEXT(ournameat(&s, &ours), "probe localhost:3 v113");
  script_close(&s);
}

/* A node that is called localhost itself. */
TEST(ownlocal,
     "our own name in a list is no alias, though it is this machine") {
  script s;
  open(&s);
  gp_peer_unref(s.node->self.identity.peer);
  SAME(gp_peer_parse(&s.node->self.identity.peer, "localhost:1", 11), GP_OK);
  program_forget(program_join(&s, "localhost:3"));
  script_sent(&s);
  script_respond(&s, "connect", &local, "localhost:1 g:1");
  TEXT(script_sent(&s), "connect g:1 any as localhost:1 anonymous brief");
  script_close(&s);
}

/* Connected to again, it holds us under both until our own is taken back:
   that comes before all that waits. */
TEST(takenback, "our own name is taken back before anything else is said") {
  script s;
  open(&s);
  script_member(&s, &any);
  program_forget(program_join(&s, "0.0.0.0:2"));
  program_forget(program_say(&s, "hello"));
  script_sent(&s);
  script_respond(&s, "connect", &any, "localhost:1");
  TEXT(script_sent(&s), "disconnect 127.0.0.1:2 v113");
  script_respond(&s, "disconnect", &any, NULL);
  TEXT(script_sent(&s),
       "broadcast 127.0.0.1:2 v113 as localhost:1 \"hello\"");
  script_close(&s);
}

TEST(notinlist, "where a list has us under no other name it is our own") {
  script s;
  open(&s);
  script_member(&s, &any);
  program_forget(program_join(&s, "0.0.0.0:2"));
  script_sent(&s);
  script_respond(&s, "connect", &any, "a:1");
  TEXT(ournameat(&s, &any), "probe 127.0.0.1:2 v113");
  SAME(script_count(&s, "disconnect"), 0);
  script_close(&s);
}

TEST(whatisus, "of a list only our port at this machine is us") {
  static const char *const notus[] = {"0.0.0.0:5", "127.0.0.2:1",
                                      "192.0.2.1:1", "b:1", "a:5"};
  static const char *const us[] = {"localhost:1", "127.0.0.1:1", "[::1]:1",
                                   "0.0.0.0:1", "[::]:1"};
  size_t i;
  for (i = 0; i < 10; i++) {
    script s;
    open(&s);
    program_forget(program_join(&s, "localhost:3"));
    script_respond(&s, "connect", &local, i < 5 ? us[i] : notus[i - 5]);
    SAME(script_count(&s, "disconnect"), i < 5);
    SAME(script_count(&s, "connect"), i >= 5);
    script_close(&s);
  }
}

TEST(elsewhere, "of a list from elsewhere, or where we are not, nobody is") {
  static const actor far = {
    .name = "g:1", .program = ACTOR_V113, .remote = "10.0.0.7"};
  static const actor far6 = {
    .name = "g:1", .program = ACTOR_V113, .remote = "::1"};
  static const actor nearby = {
    .name = "g:1", .program = ACTOR_V113, .remote = "127.8.0.1"};
  static const actor *const by[] = {&far, &far6, &nearby, &nearby};
  size_t i;
  for (i = 0; i < 4; i++) {
    script s;
    script_init(&s);
    s.opt.on_loopback = i < 3;
    script_start(&s);
    program_forget(program_join(&s, "g:1"));
    script_respond(&s, "connect", by[i], "0.0.0.0:1");
    SAME(script_count(&s, "disconnect"), i == 1 || i == 2);
    script_close(&s);
  }
}

/* A name that it called us before is us, wherever it is. */
TEST(knownalias, "a name that it called us stands for us in its list") {
  script s;
  open(&s);
  script_member(&s, &seed);
  program_forget(program_join(&s, "s:1"));
  script_sent(&s);
  script_respond(&s, "connect", &seed, "x:9 y:9");
  TEXT(script_sent(&s), "connect y:9 any brief; disconnect s:1 seed");
  script_respond(&s, "disconnect", &seed, NULL);
  TEXT(ournameat(&s, &seed), "probe s:1 seed as x:9");
  script_close(&s);
}

TEST(toldlater,
     "a list from before it told a name does not count against it") {
  script s;
  open(&s);
  program_forget(program_join(&s, "s:1"));
  script_connect(&s, &seed);
  script_respond(&s, "connect s:1", &seed, "b:1");
  script_respond(&s, "connect s:1", &seed, "x:9");
  TEXT(ournameat(&s, &seed), "probe s:1 seed as x:9");
  program_forget(program_join(&s, "s:1")); /* this one is from after */
  script_respond(&s, "connect s:1", &seed, "b:1");
  TEXT(ournameat(&s, &seed), "probe s:1 seed");
  script_close(&s);
}

/*
** What is us: see gp_compat_isself.
*/
static bool isself (script *s, const char *name, const char *remote) {
  gp_peer *p;
  bool is;
  SAME(gp_peer_parse(&p, name, strlen(name)), GP_OK);
  is = gp_compat_isself(s->node, p, remote);
  gp_peer_unref(p);
  return is;
}

TEST(certainself,
     "one that may be us by its name, and is not certain, is not us") {
  script s;
  open(&s);
  CHECK(isself(&s, "a:1", "10.0.0.7"));
  CHECK(isself(&s, "localhost:1", "127.0.0.1"));
  CHECK(isself(&s, "127.0.0.1:1", "127.1.2.3"));
  CHECK(isself(&s, "0.0.0.0:1", "::1"));
  CHECK(isself(&s, "0.0.0.0:1", "a"));  /* our own address */
  CHECK(!isself(&s, "[::1]:1", "::1")); /* that may be somebody else */
  CHECK(!isself(&s, "[::]:1", "127.0.0.1"));
  CHECK(!isself(&s, "localhost:2", "127.0.0.1"));
  CHECK(!isself(&s, "localhost:1", "10.0.0.7"));
  CHECK(!isself(&s, "localhost:1", "126.0.0.1"));
  CHECK(!isself(&s, "b:1", "127.0.0.1"));
  script_close(&s);
  script_open(&s);
  CHECK(isself(&s, "a:1", "127.0.0.1"));
  CHECK(!isself(&s, "localhost:1", "127.0.0.1"));
  script_close(&s);
}

/*
** A member that connects once more holds us twice.
*/

TEST(twinheaders, "a header form that calls us anew gives up the old name") {
  static const actor anew = {
    .name = "s:1", .program = ACTOR_SEED, .calls_us = "y:9"};
  script s;
  open(&s);
  script_member(&s, &seed);
  script_connect(&s, &anew);
  script_respond(&s, "connect s:1", &anew, "a:1");
  TEXT(script_sent(&s),
       "connect s:1 seed as y:9; disconnect s:1 seed as x:9");
  TEXT(ournameat(&s, &anew), "probe s:1 seed as y:9");
  script_close(&s);
}

TEST(twinsame, "one that calls us the same gives up none") {
  script s;
  open(&s);
  script_member(&s, &seed);
  script_connect(&s, &seed);
  script_respond(&s, "connect s:1", &seed, "a:1");
  SAME(script_count(&s, "disconnect"), 0);
  script_close(&s);
}

/* The times at which its list is looked at, up to three, after it connects;
   'found': in the second one we stand under another name. */
static void looks (script *s, uint64_t *at, bool found) {
  uint64_t since = s->now;
  int i;
  script_connect(s, &go);
  for (i = 0; i < 3; i++) {
    at[i] = 0;
    while (script_count(s, "connect") == 0 &&
           gp_node_due(s->node) < s->now + 200000)
      script_pass(s, gp_node_due(s->node) - s->now);
    if (script_count(s, "connect") == 0)
      return;
    TEXT(script_sent(s), "connect g:1 any");
    at[i] = s->now - since;
    script_respond(s, "connect", &go, found && i == 1 ? "0.0.0.0:1" : "");
    if (found && i == 1) {
      TEXT(script_sent(s), "disconnect g:1 v113");
      script_respond(s, "disconnect", &go, NULL);
    }
  }
}

static void openlocal (script *s) {
  open(s);
  script_member(s, &go);
  gp_peers_setremote(&s->node->peers, script_record(s, "g:1"), "127.0.0.1");
}

TEST(twincheck, "the list of a v1.1.3 member that connects is looked at") {
  script s;
  uint64_t at[3];
  openlocal(&s);
  looks(&s, at, false);
  SAME(at[0], 100);
  SAME(at[1], 100 + 400);
  SAME(at[2], 100 + 400 + 1600);
  SAME(gp_node_due(s.node), UINT64_MAX); /* three times */
  script_close(&s);
}

TEST(twinfound, "until it has been found what it calls us") {
  static const actor golocal = {
    .name = "g:1", .program = ACTOR_V113, .remote = "127.0.0.1"};
  script s;
  openlocal(&s);
  script_connect(&s, &golocal);
  script_pass(&s, 100);
  TEXT(script_sent(&s), "connect g:1 any");
  script_respond(&s, "connect", &golocal, "");
  script_pass(&s, 400);
  TEXT(script_sent(&s), "connect g:1 any");
  SAME(script_record(&s, "g:1")->compat.fruitless, 2);
  script_respond(&s, "connect", &golocal, "0.0.0.0:1");
  TEXT(script_sent(&s), "disconnect g:1 v113");
  script_respond(&s, "disconnect", &golocal, NULL);
  SAME(script_record(&s, "g:1")->compat.fruitless, 0);
  script_pass(&s, 10000);
  TEXT(script_sent(&s), "");
  TEXT(ournameat(&s, &golocal), "probe g:1 v113 as 0.0.0.0:1");
  script_close(&s);
}

TEST(twinwaits, "what is said to it waits for the first look") {
  script s;
  openlocal(&s);
  script_connect(&s, &go);
  program_forget(program_say(&s, "hello"));
  script_pass(&s, 99);
  TEXT(script_sent(&s), "");
  script_pass(&s, 1);
  TEXT(script_sent(&s), "connect g:1 any");
  SAME(script_find(&s, "connect")->timeout_ms, 5000);
  script_respond(&s, "connect", &go, "");
  TEXT(script_sent(&s), "broadcast g:1 v113 \"hello\"");
  script_close(&s);
}

TEST(twinfirst, "one that is no member yet is not looked at") {
  script s;
  open(&s);
  script_connect(&s, &go);
  SAME(gp_node_due(s.node), UINT64_MAX);
  script_member(&s, &bob);
  script_connect(&s, &bob); /* nor is one of ours */
  SAME(gp_node_due(s.node), UINT64_MAX);
  script_close(&s);
}

TEST(twingone, "nor is one that has left meanwhile") {
  script s;
  openlocal(&s);
  program_forget(program_tell(&s, "g:1", "x"));
  script_connect(&s, &go);
  script_disconnect(&s, &go);
  script_pass(&s, 10000);
  script_sent(&s);
  script_respond(&s, "direct", &go, NULL);
  TEXT(script_sent(&s), "");
  CHECK(script_record(&s, "g:1") == NULL);
  script_close(&s);
}

/* Two that take each other for Go programs. */
TEST(twinrarely, "looks that find nothing become rarer, and are forgotten") {
  script s;
  uint64_t at[3];
  unsigned i;
  openlocal(&s);
  for (i = 0; i < 4; i++)
    looks(&s, at, false); /* 12 looks */
  SAME(at[1] - at[0], 400);
  looks(&s, at, false); /* the 13th and on */
  SAME(at[0], 100);
  SAME(at[1] - at[0], 400);
  SAME(at[2] - at[1], 1600);
  looks(&s, at, false);
  SAME(at[0], 800); /* it has doubled three times */
  SAME(at[1] - at[0], 1600);
  SAME(at[2] - at[1], 3200);
  looks(&s, at, false);
  SAME(at[0], 6400);
  SAME(at[1] - at[0], 12800);
  SAME(at[2] - at[1], 25600);
  looks(&s, at, false);
  SAME(at[0], 51200); /* that is the most */
  SAME(at[1] - at[0], 51200);
  SAME(at[2] - at[1], 51200);
  script_pass(&s, 120000);
  looks(&s, at, false);
  SAME(at[0], 51200);
  script_pass(&s, 120001);
  looks(&s, at, false);
  SAME(at[0], 100);
  script_close(&s);
}

TEST(twinlast, "up to the twelfth look what is said waits") {
  script s;
  uint64_t at[3];
  unsigned i;
  openlocal(&s);
  for (i = 0; i < 4; i++)
    looks(&s, at, false);
  script_connect(&s, &go);
  program_forget(program_say(&s, "hello"));
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(twinlater, "what is said does not wait for a look that is far away") {
  script s;
  uint64_t at[3];
  unsigned i;
  openlocal(&s);
  for (i = 0; i < 6; i++)
    looks(&s, at, false);
  script_connect(&s, &go);
  program_forget(program_say(&s, "hello"));
  TEXT(script_sent(&s), "broadcast g:1 v113 \"hello\"");
  script_pass(&s, 6000);
  script_connect(&s, &go); /* the look that is waited for stays */
  script_pass(&s, 399);
  SAME(script_count(&s, "connect"), 0);
  script_respond(&s, "broadcast", &go, NULL);
  script_pass(&s, 1);
  SAME(script_count(&s, "connect"), 1);
  script_close(&s);
}
