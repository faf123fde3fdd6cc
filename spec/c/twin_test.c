/*
** twin_test.c - a Go member that holds us under two names, and so sends us
** each broadcast twice: what is one, and what is not.
*/
#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "program.h"

static const actor chat = {
  .name = "0.0.0.0:2", .program = ACTOR_V113, .remote = "127.0.0.1"};
static const actor go = {
  .name = "g:1", .program = ACTOR_V113, .remote = "127.0.0.1"};
static const actor seed = {
  .name = "s:1", .program = ACTOR_SEED, .calls_us = "x:9"};
static const actor bob = {.name = "b:1", .process = 2};

#define UNDERWAY 1000 /* what may still come after it was taken back */

static void open (script *s, const actor *a) {
  script_init(s);
  s->opt.on_loopback = true;
  script_start(s);
  script_member(s, a);
}

/* All that came, "" when nothing did. */
static const char *news (script *s) {
  static char text[400];
  const char *one;
  text[0] = '\0';
  while (*(one = told_message(s->node)) != '\0') {
    strcat(text, *text == '\0' ? "" : "; ");
    strcat(text, one);
  }
  return text;
}

/* It says the same so often. Whether all of it was taken. */
static void say (script *s, const actor *a, const char *text, int times) {
  for (; times > 0; times--)
    SAME(strncmp(script_given(s, script_say(s, a, text, 0)), "200", 3), 0);
}

static void twice (script *s, const actor *a, const char *expected) {
  say(s, a, "x", 2);
  TEXT(news(s), expected);
}

/* The node looks what 'a' calls us: a message was refused. */
static void look (script *s, const actor *a) {
  char text[64];
  snprintf(text, sizeof text, "broadcast %s",
           gp_peer_text(gp_record_dialled(script_of(s, a))));
  program_forget(program_say(s, "hello"));
  script_refuse(s, text, a, 403);
  SAME(script_count(s, "connect"), 1);
}

TEST(twinlook, "from the look for our name until that is taken back, a "
               "broadcast that comes twice is one") {
  static const actor *const both[] = {&chat, &go};
  size_t i;
  for (i = 0; i < 2; i++) {
    const char *once = i == 0 ? "0.0.0.0: x" : "g: x";
    const char *all = i == 0 ? "0.0.0.0: x; 0.0.0.0: x" : "g: x; g: x";
    script s;
    open(&s, both[i]);
    twice(&s, both[i], all);
    look(&s, both[i]);
    twice(&s, both[i], once);
    script_respond(&s, "connect", both[i], "localhost:1");
    SAME(script_count(&s, "disconnect"), 1);
    script_pass(&s, 3000); /* its program may not have read it yet */
    twice(&s, both[i], once);
    script_respond(&s, "disconnect", both[i], NULL);
    twice(&s, both[i], once);
    script_pass(&s, UNDERWAY - 1);
    twice(&s, both[i], once);
    script_pass(&s, 1);
    twice(&s, both[i], all);
    script_close(&s);
  }
}

TEST(twinacross, "also one that begins before the end and ends after it") {
  script s;
  open(&s, &chat);
  look(&s, &chat);
  script_respond(&s, "connect", &chat, "localhost:1");
  say(&s, &chat, "x", 1);
  script_respond(&s, "disconnect", &chat, NULL);
  say(&s, &chat, "x", 1);
  TEXT(news(&s), "0.0.0.0: x");
  script_close(&s);
}

TEST(twinnone, "where it has no other name for us, each is one at once") {
  script s;
  open(&s, &go);
  look(&s, &go);
  script_respond(&s, "connect", &go, "a:1");
  SAME(script_count(&s, "disconnect"), 0);
  twice(&s, &go, "g: x; g: x");
  script_close(&s);
}

TEST(twinothers, "others are not one: another text, a third, a direct one, "
                 "that of another member") {
  gp_recvreq direct;
  script s;
  int i;
  open(&s, &chat);
  script_member(&s, &go);
  look(&s, &chat);
  say(&s, &chat, "x", 1);
  say(&s, &chat, "xy", 1);
  say(&s, &chat, "x", 1);
  TEXT(news(&s), "0.0.0.0: x; 0.0.0.0: xy; 0.0.0.0: x");
  say(&s, &chat, "x", 4); /* the first ends what came before */
  TEXT(news(&s), "0.0.0.0: x; 0.0.0.0: x");
  say(&s, &chat, "", 2);
  TEXT(news(&s), "0.0.0.0: ");
  for (i = 0; i < 2; i++) {
    direct = script_ask(&s, &chat, GP_DIRECT, "x");
    script_receive(&s, &direct);
  }
  TEXT(news(&s), "0.0.0.0> x; 0.0.0.0> x");
  say(&s, &chat, "y", 1);
  say(&s, &go, "y", 1);
  TEXT(news(&s), "0.0.0.0: y; g: y");
  script_close(&s);
}

TEST(twinours, "one of ours knows its own repetitions") {
  script s;
  open(&s, &bob);
  look(&s, &bob);
  twice(&s, &bob, "b: x; b: x");
  script_close(&s);
}

TEST(twinagain, "one that connects anew may hold us twice until we have "
                "looked") {
  script s;
  open(&s, &go);
  script_connect(&s, &go);
  twice(&s, &go, "g: x");
  script_pass(&s, 100);
  SAME(script_count(&s, "connect"), 1);
  twice(&s, &go, "g: x");
  script_respond(&s, "connect", &go, "localhost:1");
  twice(&s, &go, "g: x");
  script_respond(&s, "disconnect", &go, NULL);
  twice(&s, &go, "g: x");
  script_pass(&s, UNDERWAY);
  twice(&s, &go, "g: x; g: x");
  script_close(&s);
}

/* They tell to which name a message goes. */
TEST(twinhosts, "so may a header form, which tells what it says twice") {
  static const actor anew = {
    .name = "s:1", .program = ACTOR_SEED, .calls_us = "y:9"};
  script s;
  open(&s, &seed);
  script_connect(&s, &anew);
  script_respond(&s, "connect s:1", &anew, "a:1");
  twice(&s, &anew, "s: x; s: x");
  say(&s, &seed, "y", 1);
  say(&s, &anew, "y", 1);
  TEXT(news(&s), "s: y");
  script_respond(&s, "disconnect", &anew, NULL);
  say(&s, &seed, "z", 1);
  say(&s, &anew, "z", 1);
  TEXT(news(&s), "s: z");
  script_pass(&s, UNDERWAY);
  say(&s, &seed, "z", 1);
  say(&s, &anew, "z", 1);
  TEXT(news(&s), "s: z; s: z");
  script_close(&s);
}

/* Both of ours behind a proxy look at each other again and again. */
TEST(twinfruitless, "one that is looked at in vain ever again is not always "
                    "one") {
  script s;
  int i;
  open(&s, &go);
  for (i = 0; i < 30; i++) {
    script_connect(&s, &go);
    script_pass(&s, 5000);
    while (script_count(&s, "connect") > 0)
      script_respond(&s, "connect", &go, "a:1");
  }
  script_connect(&s, &go);
  twice(&s, &go, "g: x; g: x");
  script_close(&s);
}

TEST(twinwaits, "what waits for room comes in once, too") {
  script s;
  size_t x;
  script_init(&s);
  s.opt.on_loopback = true;
  s.opt.inbox_messages = 1;
  script_start(&s);
  script_member(&s, &chat);
  look(&s, &chat);
  say(&s, &chat, "x", 1);
  x = script_say(&s, &chat, "y", 0);
  TEXT(script_given(&s, x), ""); /* it waits */
  TEXT(told_message(s.node), "0.0.0.0: x");
  TEXT(script_given(&s, x), "200 v113");
  say(&s, &chat, "y", 1);
  TEXT(news(&s), "0.0.0.0: y");
  script_close(&s);
}

TEST(twingone, "one that leaves meanwhile leaves nothing behind") {
  script s;
  open(&s, &chat);
  look(&s, &chat);
  say(&s, &chat, "x", 1);
  script_disconnect(&s, &chat);
  script_fail(&s, "connect", GP_ECONNREFUSED);
  CHECK(script_of(&s, &chat) == NULL);
  TEXT(news(&s), "0.0.0.0: x");
  script_close(&s);
}

TEST(twinheld, "nothing of it is kept but that it came") {
  script s;
  gp_message *m;
  open(&s, &chat);
  look(&s, &chat);
  say(&s, &chat, "x", 1);
  m = gp_inbox_peek(s.node);
  SAME(m->refs, 1); /* of the inbox alone */
  script_close(&s);
}

/* Nothing else was said between, and the first one is long over. */
TEST(twinover, "what was said long ago is not what is said now") {
  script s;
  open(&s, &go);
  look(&s, &go);
  say(&s, &go, "x", 1);
  TEXT(news(&s), "g: x");
  script_respond(&s, "connect", &go, "localhost:1");
  script_respond(&s, "disconnect", &go, NULL);
  script_pass(&s, 20000);
  script_connect(&s, &go);
  say(&s, &go, "x", 1);
  TEXT(news(&s), "g: x");
  say(&s, &go, "x", 1);
  TEXT(news(&s), "");
  script_close(&s);
}

/* With room for one message, which is unread. */
static void crowd (script *s, const actor *a) {
  script_init(s);
  s->opt.on_loopback = true;
  s->opt.inbox_messages = 1;
  script_start(s);
  script_member(s, a);
  script_member(s, &bob);
  say(s, &bob, "full", 1);
}

TEST(twinroom, "what waited for room is judged as of when it came") {
  size_t first, second;
  script s;
  crowd(&s, &chat);
  look(&s, &chat);
  script_respond(&s, "connect", &chat, "localhost:1");
  script_respond(&s, "disconnect", &chat, NULL);
  script_pass(&s, UNDERWAY - 1);
  first = script_say(&s, &chat, "x", 0);
  second = script_say(&s, &chat, "x", 0);
  script_stall(&s, 2500); /* it is over */
  TEXT(news(&s), "b: full; 0.0.0.0: x");
  TEXT(script_given(&s, first), "200 v113");
  TEXT(script_given(&s, second), "200 v113");
  script_close(&s);
}

TEST(twinroomafter, "or of when it came before it could be twice") {
  script s;
  crowd(&s, &chat);
  script_say(&s, &chat, "x", 0);
  script_say(&s, &chat, "x", 0);
  look(&s, &chat);
  TEXT(news(&s), "b: full; 0.0.0.0: x; 0.0.0.0: x");
  script_close(&s);
}

TEST(twinroomhosts, "and by the name that it came to") {
  static const actor anew = {
    .name = "s:1", .program = ACTOR_SEED, .calls_us = "y:9"};
  script s;
  crowd(&s, &seed);
  script_connect(&s, &anew);
  script_respond(&s, "connect s:1", &anew, "a:1");
  script_say(&s, &seed, "x", 0);
  script_say(&s, &seed, "x", 0);
  script_say(&s, &seed, "y", 0);
  script_say(&s, &anew, "y", 0);
  TEXT(news(&s), "b: full; s: x; s: x; s: y");
  script_close(&s);
}
