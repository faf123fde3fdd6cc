/*
** reconnect_test.c - peers that do not respond are tried again: when, how,
** and until when.
*/
#include <stdio.h>
#include <string.h>

#include "node/reconnect.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

static void open (script *s) {
  script_init(s);
  s->opt.probe_interval_ms = 1000000000;
  script_start(s);
}

/* It fails, as after a suspicion of another. */
static void fails (script *s, const actor *a) {
  script_suspect(s, a);
  script_pass(s, 4500);
  while (script_count(s, "probe") > 0)
    script_fail(s, "probe", GP_ETIMEDOUT);
  SAME(script_of(s, a)->membership, GP_FAILED);
  script_sent(s);
}

TEST(triedagain, "one that failed is tried within a second, with pauses") {
  script s;
  int i;
  open(&s);
  script_member(&s, &bob);
  fails(&s, &bob);
  script_pass(&s, 749);
  TEXT(script_sent(&s), "");
  script_pass(&s, 251);
  TEXT(script_sent(&s), "connect b:1 any reconnect alone brief");
  SAME(script_find(&s, "connect")->timeout_ms, 5000);
  for (i = 0; i < 4; i++) {
    script_fail(&s, "connect", GP_ETIMEDOUT);
    script_pass(&s, 500);
    TEXT(script_sent(&s), "");
    while (script_count(&s, "connect b:1") == 0)
      script_pass(&s, 1);
    CHECK(s.now - script_of(&s, &bob)->retry.tried_at == 0);
    script_sent(&s);
  }
  script_respond(&s, "connect", &bob, "");
  TEXT(told_members(s.node), "b");
  TEXT(program_news(&s), "b failed: ETIMEDOUT; b recovered");
  script_pass(&s, 100000);
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(triedonce, "no second try begins while one is under way") {
  script s;
  open(&s);
  script_member(&s, &bob);
  fails(&s, &bob);
  script_pass(&s, 20000);
  SAME(script_count(&s, "connect"), 1);
  SAME(s.sent_count, s.seen_count + 1);
  script_fail(&s, "connect", GP_ETIMEDOUT);
  script_sent(&s);
  script_pass(&s, 10000);
  SAME(script_count(&s, "connect"), 1);
  script_close(&s);
}

/* What keeps its outbox busy is ended before by its own timeout. */
TEST(triedqueued, "nor while one is to be sent next") {
  script s;
  open(&s);
  script_member(&s, &bob);
  program_forget(program_tell(&s, "b:1", "x"));
  fails(&s, &bob);
  script_pass(&s, 4000);
  TEXT(script_sent(&s), "");
  script_fail(&s, "direct", GP_ETIMEDOUT);
  TEXT(script_sent(&s), "connect b:1 any reconnect alone brief");
  SAME(script_of(&s, &bob)->outbox.count, 0);
  script_close(&s);
}

TEST(givenup, "one that was a member is tried for a day") {
  script s;
  uint64_t since;
  open(&s);
  script_member(&s, &bob);
  script_prove(&s, &bob);
  fails(&s, &bob);
  since = s.now;
  while (script_of(&s, &bob) != NULL) {
    CHECK(s.now - since < 86400000 + 61000);
    script_pass(&s, 1000);
    while (script_count(&s, "connect") > 0)
      script_fail(&s, "connect", GP_ETIMEDOUT);
    while (s.sent_count > 0)
      gp_extension_clear(&s.sent[--s.sent_count].ext);
    s.seen_count = 0;
  }
  CHECK(s.now - since > 86400000);
  SAME(s.node->memberships.failing, 0);
  TEXT(program_news(&s), "b failed: ETIMEDOUT");
  script_close(&s);
}

TEST(newgivenup, "one that was only named to us for a minute") {
  script s;
  uint64_t since;
  open(&s);
  program_joined(&s, &bob, "c:1");
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  since = s.now;
  while (script_of(&s, &cleo) != NULL) {
    CHECK(s.now - since < 70000);
    script_pass(&s, 100);
    while (script_count(&s, "connect") > 0)
      script_fail(&s, "connect", GP_ETIMEDOUT);
  }
  CHECK(s.now - since > 60000);
  SAME(s.node->memberships.candidates, 0);
  script_close(&s);
}

TEST(sayson, "what is said to one given up goes on, broadcasts do not") {
  script s;
  gp_receipt *r[2];
  open(&s);
  program_joined(&s, &bob, "g:1");
  script_fail(&s, "connect g:1", GP_ETIMEDOUT);
  r[0] = program_say(&s, "all");
  r[1] = program_tell(&s, "g:1", "x");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  script_sent(&s);
  s.node->now = s.now;
  script_of(&s, &go)->retry.began_at = s.now - 60001;
  gp_reconnect_try(s.node, script_of(&s, &go));
  SAME(script_result(r[0]), GP_OK); /* it was no member after all */
  CHECK(!gp_receipt_issettled(r[1]));
  program_forget(r[1]);
  SAME(script_of(&s, &go)->membership, GP_STRANGER);
  script_close(&s);
}

TEST(namedlate, "one that a list named, and is late, is tried again") {
  script s;
  gp_recvreq request = script_probe(&bob, GP_TOPIC_DIGEST, "b:1");
  open(&s);
  script_member(&s, &bob);
  script_receive(&s, &request);
  script_respond(&s, "connect b:1", &bob, "c:1");
  script_pass(&s, 3000);
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  script_sent(&s);
  script_pass(&s, 1000);
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_close(&s);
}

TEST(soughtlong, "those known before a restart are tried for a day as well") {
  script s;
  open(&s);
  program_resume(&s, "b:1", false);
  script_pass(&s, 3600000);
  while (script_count(&s, "connect") > 0)
    script_fail(&s, "connect", GP_ETIMEDOUT);
  script_pass(&s, 61000);
  SAME(script_count(&s, "connect b:1"), 1);
  script_close(&s);
}

/* Not even while there is something to be said to it. */
TEST(onetoomany, "one too many that fails is not tried") {
  script s;
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  s.opt.max_members = 1;
  script_start(&s);
  script_member(&s, &bob);
  fails(&s, &bob);
  script_member(&s, &cleo);
  script_sent(&s);
  program_forget(program_tell(&s, "c:1", "x"));
  script_suspect(&s, &cleo);
  script_pass(&s, 4500);
  SAME(script_of(&s, &cleo)->membership, GP_STRANGER);
  script_pass(&s, 4000);
  CHECK(script_of(&s, &cleo) != NULL);
  SAME(script_of(&s, &cleo)->retry.tried_at, 0);
  script_close(&s);
}

TEST(manyfailed, "no more that failed are tried than there may be members") {
  script s;
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  s.opt.max_members = 2;
  script_start(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  fails(&s, &bob);
  script_member(&s, &go);
  fails(&s, &cleo);
  SAME(s.node->memberships.failing, 2);
  script_suspect(&s, &go);
  script_pass(&s, 4500);
  SAME(s.node->memberships.failing, 2);
  while (script_count(&s, "connect g:1") > 0) /* its list was asked for */
    script_fail(&s, "connect g:1", GP_ETIMEDOUT);
  CHECK(script_of(&s, &go) == NULL);
  script_close(&s);
}

/*
** Those that are tried soon.
*/

/* That many were known before the restart: when the last of them is tried. */
static uint64_t resumed (uint64_t nonce, size_t count, uint64_t *first) {
  script s;
  char known[800] = "";
  size_t i, len = 0;
  uint64_t since;
  for (i = 0; i < count; i++)
    len += (size_t)snprintf(known + len, sizeof known - len, "%sm%zu:1",
                            i == 0 ? "" : " ", i);
  script_init(&s);
  s.opt.nonce = nonce;
  script_start(&s);
  since = s.now;
  program_resume(&s, known, false);
  *first = gp_node_due(s.node) - since;
  while (s.sent_count < count)
    script_pass(&s, gp_node_due(s.node) - s.now);
  SAME(strncmp(s.sent[0].text, "connect m", 9), 0);
  CHECK(strstr(s.sent[0].text, " any reconnect alone brief") != NULL);
  for (i = 0; i < count; i++) {
    snprintf(known, sizeof known, "connect m%zu:1 ", i);
    SAME(script_count(&s, known), 1);
  }
  since = s.now - since;
  script_close(&s);
  return since;
}

TEST(resumedsoon,
     "those known before a restart are tried soon, not at once") {
  uint64_t nonce, one, last, first, most = 0, least = UINT64_MAX;
  for (nonce = 1001; nonce <= 1030; nonce++) {
    one = resumed(nonce, 1, &first);
    most = one > most ? one : most;
    least = one < least ? one : least;
    CHECK(one < 110); /* 100 ms, and 10 for each */
    SAME(first, one);
    last = resumed(nonce, 50, &first);
    CHECK(last > 400 && last < 600);
    CHECK(first < 120);
  }
  CHECK(most > 80 && least < 30);
}

TEST(resumedself, "oneself is none of them") {
  script s;
  script_open(&s);
  program_resume(&s, "a:1", false);
  SAME(gp_node_due(s.node), UINT64_MAX);
  script_close(&s);
}

/* A list names it, or it says something. */
TEST(hastened, "one of which is heard is tried within a tenth of a second") {
  uint64_t nonce, most = 0;
  for (nonce = 1001; nonce <= 1030; nonce++) {
    script s;
    uint64_t since;
    script_init(&s);
    s.opt.nonce = nonce;
    s.opt.probe_interval_ms = 1000000000;
    script_start(&s);
    script_member(&s, &bob);
    fails(&s, &bob);
    script_of(&s, &bob)->retry.due_at = s.now + 50000;
    since = s.now;
    script_say(&s, &bob, "x", 0);
    while (script_count(&s, "connect") == 0)
      script_pass(&s, 1);
    CHECK(s.now - since < 100);
    most = s.now - since > most ? s.now - since : most;
    script_close(&s);
  }
  CHECK(most > 80);
}

TEST(notlater, "hastening one makes none be tried later") {
  script s;
  open(&s);
  script_member(&s, &bob);
  fails(&s, &bob);
  script_of(&s, &bob)->retry.due_at = s.now;
  gp_deadlines_lookat(&s.node->deadlines, &script_of(&s, &bob)->deadline,
                      s.now);
  script_say(&s, &bob, "x", 0);
  script_pass(&s, 0);
  SAME(script_count(&s, "connect b:1"), 1);
  script_close(&s);
}

/* Others that failed together with it are back as well. */
TEST(allback,
     "when one that failed is back, all others are tried within 2 s") {
  uint64_t nonce, most = 0;
  for (nonce = 1001; nonce <= 1030; nonce++) {
    script s;
    uint64_t since;
    script_init(&s);
    s.opt.nonce = nonce;
    s.opt.probe_interval_ms = 1000000000;
    script_start(&s);
    script_member(&s, &bob);
    script_member(&s, &cleo);
    script_member(&s, &go);
    fails(&s, &bob);
    fails(&s, &cleo);
    while (script_count(&s, "connect") > 0)
      script_fail(&s, "connect", GP_ETIMEDOUT);
    script_of(&s, &bob)->retry.due_at = script_of(&s, &cleo)->retry.due_at =
      s.now + 90000;
    script_of(&s, &bob)->retry.tried_at =
      script_of(&s, &cleo)->retry.tried_at = 0;
    s.node->now = s.now;
    gp_reconnect_try(s.node, script_of(&s, &cleo));
    script_respond(&s, "connect c:1", &cleo, "");
    since = s.now;
    while (script_count(&s, "connect b:1") == 0)
      script_pass(&s, 1);
    CHECK(s.now - since < 2000);
    most = s.now - since > most ? s.now - since : most;
    SAME(script_count(&s, "connect"), 1);
    script_close(&s);
  }
  CHECK(most > 1500);
}

TEST(firstback, "so it is when anybody is the first member again") {
  script s;
  open(&s);
  script_member(&s, &bob);
  fails(&s, &bob);
  script_of(&s, &bob)->retry.due_at = s.now + 90000;
  script_member(&s, &go);
  CHECK(script_of(&s, &bob)->retry.due_at < s.now + 2000);
  script_of(&s, &bob)->retry.due_at = s.now + 90000;
  script_member(&s, &cleo);
  SAME(script_of(&s, &bob)->retry.due_at, s.now + 90000);
  script_close(&s);
}
