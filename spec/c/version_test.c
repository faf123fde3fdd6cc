/*
** version_test.c - nodes of ours of another version: the program is told once
** that such are members.
*/
#include <string.h>

#include "node/nickname.h"
#include "node/state.h"
#include "program.h"

static const actor old = {.name = "b:1", .process = 11, .version = 1};
static const actor old2 = {.name = "b:1", .process = 21, .version = 1};
static const actor old3 = {.name = "c:1", .process = 12, .version = 1};
static const actor same = {.name = "b:1", .process = 11};
static const actor later = {
  .name = "b:1", .process = 11, .version = GP_VERSION + 1, .called = "bob"};

/* Without a nick where 'nick' is NULL. */
static void open (script *s, const char *nick) {
  script_init(s);
  s->opt.nick = nick;
  s->opt.probe_interval_ms = 1000000000;
  script_start(s);
}

static void probe (script *s, const actor *by) {
  script_detect(s, by);
  script_respond(s, "probe b:1", by, NULL);
  (void)script_sent(s);
}

TEST(earlier, "that an earlier version is a member is told once") {
  script s;
  open(&s, "ann");
  script_connect(&s, &old);
  TEXT(program_news(&s), "meeting b: EVERSION; b joined");
  probe(&s, &old);
  script_connect(&s, &old);
  TEXT(program_news(&s), "");
  script_connect(&s, &old3);
  TEXT(program_news(&s), "c joined");
  script_close(&s);
}

TEST(earliermet, "also when it lets us in itself") {
  script s;
  open(&s, "ann");
  program_forget(program_join(&s, "b:1"));
  script_respond(&s, "connect b:1", &old, "");
  TEXT(program_news(&s), "meeting b: EVERSION; b joined");
  script_close(&s);
}

TEST(downgraded, "so is one in the place of another that understood us") {
  script s;
  open(&s, "ann");
  script_member(&s, &same);
  script_connect(&s, &old2);
  TEXT(program_news(&s),
       "meeting b: EVERSION; b failed: EREPLACED; b joined");
  script_connect(&s, &old);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(nameless, "a node without a nick is told, for others have one") {
  script s;
  open(&s, NULL);
  script_connect(&s, &old);
  TEXT(program_news(&s), "meeting b: EVERSION; b joined");
  script_close(&s);
}

TEST(earlierrefused, "of one that is not let in nothing is told") {
  static const actor ann = {
    .name = "b:1", .process = 11, .version = 1, .called = "ann"};
  script s;
  open(&s, "ann");
  TEXT(script_given(&s, script_connect(&s, &ann)),
       "409 v113 Name taken by another member");
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(bothversions, "an earlier and a later one are told of") {
  static const actor later3 = {
    .name = "c:1", .process = 12, .version = GP_VERSION + 1};
  script s;
  open(&s, "ann");
  script_connect(&s, &old);
  TEXT(program_news(&s), "meeting b: EVERSION; b joined");
  script_connect(&s, &later3);
  TEXT(program_news(&s), "meeting c: EVERSION; c joined");
  script_close(&s);
}

TEST(sameversion, "of the same version there is nothing to tell") {
  script s;
  open(&s, "ann");
  script_connect(&s, &same);
  probe(&s, &same);
  TEXT(program_news(&s), "b joined");
  script_close(&s);
}

TEST(laterversion, "of a later version any node is told, once") {
  const char *nicks[] = {NULL, "ann"};
  size_t i;
  for (i = 0; i < 2; i++) {
    script s;
    open(&s, nicks[i]);
    script_connect(&s, &later);
    TEXT(program_news(&s), "meeting b: EVERSION; b joined");
    TEXT(gp_peer_nick(gp_record_name(script_of(&s, &later))), "bob");
    probe(&s, &later);
    TEXT(program_news(&s), "");
    script_close(&s);
  }
}

/*
** One that announces itself as we cannot read it (wire/extension.h) is known
** by its version alone: for all else it is a Go program.
*/

static const actor unread = {.name = "b:1", .program = ACTOR_V113};

TEST(laterformat, "one that announces itself otherwise is told of, too") {
  script s;
  gp_recvreq request;
  int i;
  open(&s, NULL);
  for (i = 0; i < 2; i++) {
    request = script_ask(&s, &unread, GP_CONNECT, NULL);
    request.ext.who.version = GP_VERSION + 1;
    TEXT(script_given(&s, script_receive(&s, &request)),
         i == 0 ? "200 v113 []" : "200 v113 [b:1]");
    TEXT(program_news(&s), i == 0 ? "meeting b: EVERSION; b joined" : "");
    CHECK(!script_of(&s, &unread)->compat.ours);
  }
  script_close(&s);
}

TEST(laterformatmet, "also when it lets us in") {
  script s;
  gp_recvresp response;
  open(&s, NULL);
  program_forget(program_join(&s, "b:1"));
  response = script_response(&s, "connect b:1", &unread, "a:1");
  response.ext.who.version = GP_VERSION + 1;
  script_end(&s, "connect b:1", GP_OK, &response);
  gp_recvresp_clear(&response);
  TEXT(program_news(&s), "meeting b: EVERSION; b joined");
  script_close(&s);
}

TEST(goversion, "a Go program has no version") {
  script s;
  open(&s, "ann");
  script_connect(&s, &unread);
  TEXT(program_news(&s), "b joined");
  script_close(&s);
}
