/*
** newcomer_test.c - newcomers of a header form, whose response waits until it
** is known which of the two they speak.
*/
#include "memory.h"
#include "node/record.h"
#include "script.h"

static const actor v = {.name = "v:1", .program = ACTOR_V112};
static const actor w = {
  .name = "w:1", .program = ACTOR_SEED, .calls_us = "me:9"};
static const actor g = {.name = "g:1", .program = ACTOR_V113};

static gp_form formof (const script *s, const char *name) {
  return script_record(s, name)->compat.form;
}

TEST(askedback,
     "a newcomer gets its list once a list of its shows its form") {
  script s;
  size_t x;
  script_open(&s);
  script_member(&s, &g);
  x = script_connect(&s, &v);
  TEXT(script_given(&s, x), "");
  TEXT(script_sent(&s), "connect v:1 headers");
  SAME(script_find(&s, "connect v:1")->timeout_ms, 1000);
  TEXT(told_event(s.node), "");
  script_respond(&s, "connect v:1", &v, "x:1");
  TEXT(script_given(&s, x), "200 v112 [g:1]");
  TEXT(told_event(s.node), "v joined");
  SAME(formof(&s, "v:1"), GP_FORM_V112);
  x = script_connect(&s, &w);
  TEXT(script_sent(&s), "connect w:1 headers as me:9");
  script_respond(&s, "connect w:1", &w, "x:1");
  TEXT(script_given(&s, x), "200 seed [g:1 v:1]");
  SAME(formof(&s, "w:1"), GP_FORM_SEED);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(askedtwice, "where its list is empty it is asked once more") {
  script s;
  size_t x;
  script_open(&s);
  x = script_connect(&s, &v);
  TEXT(script_sent(&s), "connect v:1 headers");
  script_respond(&s, "connect v:1", &v, "");
  TEXT(script_given(&s, x), "");
  TEXT(script_sent(&s), "connect v:1 headers");
  script_respond(&s, "connect v:1", &v, "a:1");
  TEXT(script_given(&s, x), "200 v112 []");
  x = script_connect(&s, &w);
  script_respond(&s, "connect w:1", &w, "");
  script_respond(&s, "connect w:1", &w, "");
  TEXT(script_given(&s, x), "200 headers [v:1]");
  SAME(formof(&s, "w:1"), GP_FORM_HEADERS);
  script_close(&s);
}

TEST(askedinvain, "one that cannot be asked is let in, and not handed on") {
  script s;
  size_t x;
  script_open(&s);
  x = script_connect(&s, &v);
  script_fail(&s, "connect v:1", GP_EHOSTUNREACH);
  TEXT(script_given(&s, x), "200 headers []");
  TEXT(told_members(s.node), "v");
  TEXT(script_given(&s, script_connect(&s, &g)), "200 v113 []");
  script_close(&s);
}

TEST(askedlong, "after a second without its form it is let in like v1.1.2") {
  script s;
  size_t x;
  script_open(&s);
  x = script_connect(&s, &v);
  SAME(gp_node_due(s.node), s.now + 1000);
  script_pass(&s, 999);
  TEXT(script_given(&s, x), "");
  script_pass(&s, 1);
  TEXT(script_given(&s, x), "200 headers []");
  SAME(formof(&s, "v:1"), GP_FORM_HEADERS);
  TEXT(told_members(s.node), "v");
  TEXT(script_given(&s, script_connect(&s, &g)), "200 v113 []");
  script_respond(&s, "connect v:1", &v, "a:1");
  SAME(formof(&s, "v:1"), GP_FORM_V112);
  TEXT(script_given(&s, script_connect(&s, &g)), "200 v113 [v:1 g:1]");
  script_close(&s);
}

TEST(eachlong, "each of them waits for a second of its own") {
  script s;
  size_t x, y;
  script_open(&s);
  x = script_connect(&s, &v);
  script_pass(&s, 500);
  y = script_connect(&s, &w);
  script_pass(&s, 999);
  TEXT(script_given(&s, x), "200 headers []");
  TEXT(script_given(&s, y), "");
  script_pass(&s, 1);
  CHECK(*script_given(&s, y) != '\0');
  script_close(&s);
}

TEST(behindaclaim, "also behind one whose name is looked into for longer") {
  static const actor b = {.name = "b:1", .process = 11, .called = "bob"};
  static const actor bob = {.name = "d:1", .process = 13, .called = "bob"};
  script s;
  size_t x;
  script_open(&s);
  script_member(&s, &b);
  script_connect(&s, &bob);
  x = script_connect(&s, &v);
  script_pass(&s, 1000);
  TEXT(script_given(&s, x), "200 headers [b:1]");
  script_close(&s);
}

TEST(askedagain, "a member that connects again has the form that it had") {
  script s;
  size_t x;
  script_open(&s);
  script_member(&s, &v);
  x = script_connect(&s, &v);
  TEXT(script_sent(&s), "connect v:1 v112");
  script_fail(&s, "connect v:1", GP_ETIMEDOUT);
  TEXT(script_given(&s, x), "200 v112 []");
  SAME(formof(&s, "v:1"), GP_FORM_V112);
  x = script_connect(&s, &v);
  script_respond(&s, "connect v:1", &v, "");
  script_respond(&s, "connect v:1", &v, "");
  TEXT(script_given(&s, x), "200 v112 [v:1]");
  script_close(&s);
}

TEST(askedchanged, "or the one that it has now") {
  static const actor now = {.name = "v:1", .program = ACTOR_SEED};
  script s;
  size_t x;
  script_open(&s);
  script_member(&s, &v);
  x = script_connect(&s, &now);
  script_respond(&s, "connect v:1", &now, "a:1");
  TEXT(script_given(&s, x), "200 seed [v:1]");
  SAME(formof(&s, "v:1"), GP_FORM_SEED);
  script_close(&s);
}

TEST(askedother, "another program where a v1.1.3 was is asked for its form") {
  static const actor now = {.name = "g:1", .program = ACTOR_SEED};
  script s;
  size_t x;
  script_open(&s);
  script_member(&s, &g);
  x = script_connect(&s, &now);
  TEXT(script_sent(&s), "connect g:1 headers");
  SAME(formof(&s, "g:1"), GP_FORM_HEADERS);
  script_respond(&s, "connect g:1", &now, "a:1");
  TEXT(script_given(&s, x), "200 seed [g:1]");
  SAME(formof(&s, "g:1"), GP_FORM_SEED);
  TEXT(script_given(&s, script_connect(&s, &g)), "200 v113 [g:1]");
  SAME(formof(&s, "g:1"), GP_FORM_V113);
  script_close(&s);
}

TEST(askedtogether, "one that asks twice while it waits gets two lists") {
  script s;
  size_t x, y, z;
  script_open(&s);
  z = script_connect(&s, &w);
  x = script_connect(&s, &v);
  y = script_connect(&s, &v);
  script_respond(&s, "connect v:1", &v, "a:1");
  TEXT(script_given(&s, x), "200 v112 []");
  TEXT(script_given(&s, y), "200 v112 [v:1]");
  TEXT(script_given(&s, z), "");
  script_close(&s);
  TEXT(s.received[z].text, "503 headers Too busy, try again");
}

TEST(cannotask,
     "where nothing can be sent a newcomer is told that it is busy") {
  script s;
  size_t x;
  script_open(&s);
  s.silent = true;
  x = script_connect(&s, &v);
  s.refuse = GP_EMFILE;
  script_respond(&s, "probe v:1", &v, NULL);
  TEXT(script_given(&s, x), "");
  script_pass(&s, 1000);
  TEXT(script_given(&s, x), "503 headers Too busy, try again");
  TEXT(told_members(s.node), "");
  script_close(&s);
}

/* A newcomer connects while allocation number 'fails' fails. Whether one
   did. */
static bool starved (uint64_t fails) {
  static const actor b = {
    .name = "b:2", .program = ACTOR_V112, .remote = "10.0.0.2"};
  script s;
  gp_recvreq request;
  size_t x;
  bool failed;
  script_open(&s);
  request = script_ask(&s, &b, GP_CONNECT, NULL);
  memory_fail(fails, false);
  x = script_receive(&s, &request);
  failed = memory_heal();
  CHECK(failed || *script_given(&s, x) == '\0');
  script_pass(&s, 10000);
  CHECK(*script_given(&s, x) != '\0');
  script_close(&s);
  return failed;
}

TEST(starvenewcomer,
     "whether a response waits is said truly, out of memory") {
  uint64_t n = 1;
  while (starved(n))
    n++;
  CHECK(n > 5);
}
