/*
** cookies_test.c - by what nodes of ours know each other again.
*/
#include "node/cookies.h"

#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .process = 2};
static const actor cleo = {.name = "c:1", .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

static void open (script *s) {
  script_open(s);
  script_member(s, &bob);
  s->silent = true;
}

/* Whether we confirm to 'asker' the cookie that we have shown last, which
   says that it was shown it 'at' (NULL: it does not say). */
static bool confirms (script *s, const actor *asker, uint64_t process,
                      const char *at) {
  const script_request *shown = &s->sent[s->sent_count - 1];
  gp_recvreq probe = script_probe(asker, GP_TOPIC_COOKIE, at);
  size_t x;
  CHECK(shown->ext.has_cookie);
  probe.ext.has_cookie = true;
  probe.ext.cookie = shown->ext.cookie;
  probe.ext.process = process;
  x = script_receive(s, &probe);
  TEXT(script_given(s, x), "204 v113");
  return s->received[x].confirmed;
}

static bool isours (script *s, const actor *asker, uint64_t process) {
  return confirms(s, asker, process, NULL);
}

TEST(cookieasked, "a cookie is confirmed to whom it is shown, and no other") {
  static const actor elsewhere = {
    .name = "c:1", .process = 3, .remote = "10.6.6.6"};
  static const actor neighbour = {
    .name = "x:2", .process = 3, .remote = "10.0.99.58"};
  script s;
  script_open(&s);
  program_forget(program_join(&s, "c:1"));
  CHECK(isours(&s, &cleo, 3)); /* its first response is awaited */
  CHECK(!isours(&s, &elsewhere, 3));
  CHECK(!isours(&s, &neighbour, 3)); /* at another port of its machine */
  CHECK(!isours(&s, &bob, 2));
  script_respond(&s, "connect c:1", &cleo, "");
  program_forget(program_say(&s, "x"));
  CHECK(isours(&s, &cleo, 3));
  CHECK(!isours(&s, &cleo, 4)); /* another process is there */
  CHECK(!isours(&s, &elsewhere, 3));
  CHECK(!isours(&s, &bob, 3));
  script_close(&s);
}

TEST(cookieeach, "each peer is shown another one, also one that comes back") {
  script s;
  gp_cookie first;
  script_open(&s);
  program_forget(program_join(&s, "b:1"));
  first = s.sent[0].ext.cookie;
  script_fail(&s, "connect", GP_ECONNREFUSED);
  CHECK(script_of(&s, &bob) == NULL);
  program_forget(program_join(&s, "c:1"));
  program_forget(program_join(&s, "b:1"));
  CHECK(memcmp(&first, &s.sent[1].ext.cookie, sizeof first) != 0);
  CHECK(memcmp(&first, &s.sent[2].ext.cookie, sizeof first) != 0);
  CHECK(memcmp(&s.sent[1].ext.cookie, &s.sent[2].ext.cookie, sizeof first) !=
        0);
  script_close(&s);
}

TEST(cookiegiven,
     "a newcomer of ours has one with its list once it is proven") {
  script s;
  open(&s);
  script_connect(&s, &cleo);
  script_respond(&s, "probe", &cleo, NULL);
  CHECK(s.received[s.received_count - 1].shown);
  script_connect(&s, &go);
  script_respond(&s, "probe g", &go, NULL);
  CHECK(!s.received[s.received_count - 1].shown);
  {
    static const actor dan = {.name = "d:1", .process = 4};
    script_connect(&s, &dan);
    script_pass(&s, 1000); /* has its list, unproven */
    CHECK(!s.received[s.received_count - 1].shown);
  }
  script_close(&s);
}

TEST(cookienetwork, "nor to another machine of its network") {
  static const actor dan = {
    .name = "[2001:db8::5]:1", .process = 5, .remote = "2001:db8::5"};
  static const actor neighbour = {
    .name = "[2001:db8::66]:1", .process = 5, .remote = "2001:db8::66"};
  script s;
  script_open(&s);
  program_forget(program_join(&s, "[2001:db8::5]:1"));
  CHECK(isours(&s, &dan, 5));
  CHECK(!isours(&s, &neighbour, 5));
  script_close(&s);
}

TEST(cookieendpoint, "it is confirmed to whom was shown it where we dial") {
  static const actor lan = {
    .name = "c:1", .process = 3, .remote = "10.9.9.9"};
  static const actor here = {
    .name = "localhost:5", .process = 5, .remote = "127.0.0.1"};
  script s;
  script_open(&s);
  program_forget(program_join(&s, "c:1"));
  CHECK(confirms(&s, &lan, 3, "10.0.99.58:1")); /* it has two addresses */
  CHECK(!confirms(&s, &lan, 3, "10.9.9.9:1"));
  CHECK(!confirms(&s, &lan, 3, "10.0.99.58:2"));
  CHECK(!confirms(&s, &lan, 4, NULL));
  script_close(&s);
  script_open(&s);
  program_forget(program_join(&s, "127.0.0.2:5"));
  CHECK(!confirms(&s, &here, 5, "127.0.0.1:5")); /* one port, two programs */
  CHECK(!confirms(&s, &here, 5, NULL));
  script_close(&s);
}

/* A liar is on the machine of one whom we know by another name, has the same
   port there, and says that it is that process. */
TEST(cookiebeside, "nor to another one there whom we know by its own name") {
  static const actor vic = {
    .name = "v.example:5", .process = 5, .remote = "10.6.6.6"};
  static const actor same = {
    .name = "10.6.6.6:5", .process = 5, .remote = "10.6.6.6"};
  script s;
  script_open(&s);
  program_forget(program_join(&s, "10.6.6.6:5"));
  CHECK(confirms(&s, &vic, 5, "10.6.6.7:5")); /* behind a forwarding */
  script_close(&s);
  script_open(&s);
  script_member(&s, &vic);
  program_forget(program_join(&s, "10.6.6.6:5"));
  CHECK(!confirms(&s, &vic, 5, "10.6.6.7:5"));
  CHECK(confirms(&s, &same, 5, "10.6.6.7:5"));
  script_close(&s);
}

TEST(cookiewhere, "who asks says where it was shown the cookie") {
  script s;
  open(&s);
  script_connect(&s, &cleo);
  TEXT(gp_peer_text(script_find(&s, "probe c:1")->ext.about), "10.0.0.1:1");
  script_close(&s);
}
