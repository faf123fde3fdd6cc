/*
** giver_test.c - a response that the member cannot have given: of no node,
** or of another program in its place.
*/
#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .process = 2};
static const actor cleo = {.name = "c:1", .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor old = {.name = "o:1", .program = ACTOR_V112};
static const actor *const members[] = {&bob, &go, &old};

static const char *text_to (const char *what, const actor *a) {
  static char text[64];
  snprintf(text, sizeof text, "%s %s", what, a->name);
  return text;
}

/* A web server where 'a' was responds. */
static void alien (script *s, const char *text, const actor *a, int status) {
  gp_recvresp response = {.status = status, .remote = a->remote};
  response.toprobe = strncmp(text, "probe", 5) == 0;
  script_end(s, text, GP_OK, &response);
}

static void open (script *s, const actor *a) {
  script_init(s);
  s->opt.probe_interval_ms = 1000000;
  script_start(s);
  script_member(s, a);
  script_pass(s, 10);
  script_sent(s);
}

static uint64_t heard (script *s, const actor *a) {
  return script_of(s, a)->liveness.heard_at;
}

TEST(alienprobe, "what is no node's response to a probe is no sign of life") {
  static const int statuses[] = {200, 204, 404, 502, 503};
  size_t i, j;
  for (i = 0; i < 3; i++) {
    for (j = 0; j < 5; j++) {
      const actor *a = members[i];
      uint64_t before;
      script s;
      open(&s, a);
      before = heard(&s, a);
      script_detect(&s, a);
      alien(&s, text_to("probe", a), a, statuses[j]);
      SAME(heard(&s, a), before);
      script_pass(&s, 2000);
      CHECK(script_of(&s, a)->liveness.state == GP_SUSPECTED);
      script_close(&s);
    }
  }
}

TEST(alienfails, "one in whose place a web server is fails with that") {
  script s;
  open(&s, &bob);
  script_detect(&s, &bob);
  alien(&s, "probe b:1", &bob, 200);
  for (int i = 0; i < 100 && *told_members(s.node) != '\0'; i++) {
    script_pass(&s, 100);
    while (script_count(&s, "probe b:1") > 0)
      alien(&s, "probe b:1", &bob, 200);
  }
  TEXT(program_news(&s), "b failed: EPROTO");
  while (script_count(&s, "connect b:1") == 0)
    script_pass(&s, 100);
  alien(&s, "connect b:1", &bob, 200);
  script_pass(&s, 100);
  TEXT(told_members(s.node), "");
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(alienmessage, "nor is a message delivered there, and it is probed") {
  static const int statuses[] = {200, 400, 403, 503};
  size_t i, j;
  for (i = 0; i < 3; i++) {
    for (j = 0; j < 4; j++) {
      const actor *a = members[i];
      gp_receipt *r;
      script s;
      open(&s, a);
      r = program_say(&s, "x");
      script_sent(&s);
      alien(&s, text_to("broadcast", a), a, statuses[j]);
      SAME(script_result(r), GP_EPROTO);
      SAME(script_count(&s, text_to("probe", a)), 1);
      SAME(script_count(&s, ""), 1); /* it is not asked who it is */
      script_close(&s);
    }
  }
}

TEST(toprobealone, "what a header form says to a probe delivers nothing") {
  gp_recvresp response = {.status = 200, .form = GP_FORM_HEADERS};
  gp_receipt *r;
  script s;
  open(&s, &old);
  r = program_say(&s, "x");
  response.toprobe = true;
  script_end(&s, "broadcast", GP_OK, &response);
  SAME(script_result(r), GP_EPROTO);
  response.toprobe = false;
  script_end(&s, "probe", GP_OK, &response);
  script_pass(&s, 2000);
  CHECK(script_of(&s, &old)->liveness.state == GP_SUSPECTED);
  script_close(&s);
}

TEST(alienjoin, "joining through one that is no node says so") {
  static const int statuses[] = {200, 404, 502};
  size_t i;
  for (i = 0; i < 3; i++) {
    gp_receipt *r;
    script s;
    script_open(&s);
    r = program_join(&s, "b:1");
    alien(&s, "connect b:1", &bob, statuses[i]);
    SAME(script_result(r), GP_EPROTO);
    TEXT(told_members(s.node), "");
    r = program_tell(&s, "d:1", "x");
    alien(&s, "probe d:1", &bob, statuses[i]);
    SAME(script_result(r), GP_EPROTO);
    SAME(script_count(&s, ""), 0);
    script_close(&s);
  }
}

TEST(alienleave, "one that has left does not mind") {
  gp_receipt *r;
  script s;
  open(&s, &bob);
  r = program_leave(&s);
  alien(&s, "disconnect b:1", &bob, 404);
  SAME(script_result(r), GP_OK);
  TEXT(told_members(s.node), "");
  script_close(&s);
}

/* Another of ours is asked to probe. */
TEST(alienhelper, "a helper in whose place a web server is says nothing") {
  uint64_t before, helper;
  script s;
  open(&s, &bob);
  script_member(&s, &cleo);
  before = heard(&s, &bob);
  script_pass(&s, 10);
  helper = heard(&s, &cleo);
  SAME(gp_probe_sendindirect(s.node, script_of(&s, &bob), 1), 1);
  alien(&s, "probe c:1", &cleo, 200);
  SAME(heard(&s, &bob), before);
  SAME(heard(&s, &cleo), helper);
  script_close(&s);
}

TEST(alienhelped, "nor is one alive that is probed for another") {
  gp_recvreq request;
  size_t x;
  script s;
  open(&s, &bob);
  script_member(&s, &cleo);
  request = script_probe(&cleo, GP_TOPIC_PROBE, "b:1");
  x = script_receive(&s, &request);
  alien(&s, "probe b:1", &bob, 200);
  TEXT(script_given(&s, x), "504 v113 No sign of life");
  script_close(&s);
}

/*
** Another program in its place.
*/

static const actor *const kinds[] = {&bob, &go, &old};

static actor as (const actor *a, const actor *kind) {
  actor copy = *kind;
  copy.name = a->name;
  if (copy.process != 0)
    copy.process = 77;
  return copy;
}

TEST(otherprobe, "one whose place another form has taken fails, and is met") {
  size_t i, j;
  for (i = 0; i < 3; i++) {
    for (j = 0; j < 3; j++) {
      const actor *a = members[i];
      actor now = as(a, kinds[j]);
      script s;
      if (i == j)
        continue;
      open(&s, a);
      script_detect(&s, a);
      script_sent(&s);
      script_respond(&s, text_to("probe", a), &now, NULL);
      TEXT(told_members(s.node), "");
      CHECK(script_untilsent(&s) <= 100);
      script_respond(&s, text_to("connect", a), &now, "a:1");
      CHECK(*told_members(s.node) != '\0');
      SAME(script_of(&s, a)->compat.ours, j == 0);
      TEXT(told_event(s.node), i == 0   ? "b failed: EREPLACED"
                               : i == 1 ? "g failed: EREPLACED"
                                        : "o failed: EREPLACED");
      TEXT(told_event(s.node), i == 0   ? "b joined"
                               : i == 1 ? "g joined"
                                        : "o joined");
      script_close(&s);
    }
  }
}

/* Bob has failed, and what has a place as his is a member, which is heard. */
static void isheard (script *s, const actor *now) {
  TEXT(program_news(s), "b failed: EREPLACED; b joined");
  CHECK(!script_of(s, &bob)->compat.ours);
  SAME(script_of(s, &bob)->claim.process, 0);
  TEXT(script_given(s, script_say(s, now, "x", 0)), "200 v113");
}

TEST(othergo, "a Go program in the place of one of ours is heard") {
  actor now = as(&bob, &go);
  script s;
  open(&s, &bob);
  script_detect(&s, &bob);
  script_respond(&s, "probe b:1", &now, NULL);
  script_pass(&s, 100);
  script_respond(&s, "connect b:1", &now, "a:1");
  isheard(&s, &now);
  script_close(&s);
}

TEST(othercomes, "so is one that comes of itself") {
  actor now = as(&bob, &go);
  script s;
  open(&s, &bob);
  s.silent = true;
  script_connect(&s, &now);
  script_respond(&s, "probe b:1", &now, NULL);
  isheard(&s, &now);
  script_close(&s);
}

TEST(othermessage, "a message that another form took proves no life") {
  uint64_t before;
  actor now = as(&go, &bob);
  gp_receipt *r;
  script s;
  open(&s, &go);
  before = heard(&s, &go);
  r = program_say(&s, "x");
  script_respond(&s, "broadcast g:1", &now, NULL);
  SAME(script_result(r), GP_OK); /* a node has it */
  SAME(heard(&s, &go), before);
  SAME(script_count(&s, "probe g:1"), 1);
  script_close(&s);
}

/* It meets us, and what was refused there was not taken. */
TEST(otherrefused, "a message that another form refused is sent once more, "
                   "whichever response comes first") {
  size_t i, j;
  for (i = 0; i < 3; i++) {
    for (j = 0; j < 6; j++) {
      const actor *a = members[i];
      actor now = as(a, kinds[j / 2]);
      gp_receipt *r;
      script s;
      if (i == j / 2)
        continue;
      open(&s, a);
      r = program_say(&s, "x");
      if (j % 2 == 0) {
        script_detect(&s, a);
        script_respond(&s, text_to("probe", a), &now, NULL);
      }
      script_refuse(&s, text_to("broadcast", a), &now, 400);
      while (script_count(&s, "broadcast") == 0) {
        CHECK(script_count(&s, "") > 0 || script_untilsent(&s) <= 100);
        if (script_count(&s, text_to("connect", a)) > 0)
          script_respond(&s, text_to("connect", a), &now, "a:1");
        else
          script_respond(&s, text_to("probe", a), &now, NULL);
      }
      script_respond(&s, text_to("broadcast", a), &now, NULL);
      SAME(script_count(&s, "broadcast"), 0);
      SAME(script_result(r), GP_OK);
      script_close(&s);
    }
  }
}

TEST(othergone, "and is told of where that program goes") {
  actor now = as(&old, &go);
  gp_receipt *r;
  script s;
  open(&s, &old);
  r = program_say(&s, "x");
  script_detect(&s, &old);
  script_respond(&s, "probe o:1", &now, NULL);
  script_refuse(&s, "broadcast o:1", &now, 400);
  for (int i = 0; i < 100; i++) {
    while (script_count(&s, "") > 0)
      script_fail(&s, "", GP_ECONNREFUSED);
    script_pass(&s, 100);
  }
  SAME(script_result(r), GP_ECONNREFUSED);
  script_close(&s);
}

TEST(otherlate, "what the program before says late replaces nobody") {
  actor now = as(&bob, &go);
  script s;
  open(&s, &bob);
  script_detect(&s, &bob);
  script_pass(&s, 10);
  script_connect(&s, &now);
  (void)program_news(&s);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(told_members(s.node), "b");
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(headersalike, "the header forms are alike until both have shown") {
  actor seed = as(&old, &(const actor){.program = ACTOR_SEED, .name = "o:1"});
  script s;
  open(&s, &old);
  script_detect(&s, &old);
  script_respond(&s, "probe o:1", &seed, NULL);
  TEXT(program_news(&s), "");
  program_forget(program_join(&s, "o:1"));
  script_respond(&s, "connect o:1", &seed, "a:1");
  TEXT(program_news(&s), "o failed: EREPLACED; o joined");
  script_close(&s);
}

/*
** What passes for half a node.
*/

/* A server that says the same to all, in the place of 'a'. */
static void pretend (script *s, const char *text, const actor *a,
                     gp_form form, uint64_t process) {
  gp_recvresp response = {.status = 200, .form = form, .remote = a->remote};
  response.ext.who.process = process;
  script_end(s, text, GP_OK, &response);
}

/* Bob is a member, and a broadcast to him is on its way. */
static gp_receipt *says (script *s) {
  gp_receipt *r;
  open(s, &bob);
  r = program_say(s, "x");
  script_sent(s);
  return r;
}

TEST(halfheaders, "what shows no process has no message of ours, and shows a "
                  "header form to a probe alone") {
  script s;
  gp_receipt *r = says(&s);
  pretend(&s, "broadcast b:1", &bob, GP_FORM_HEADERS, 0);
  SAME(script_count(&s, "probe b:1"), 2); /* what is it, and is it there? */
  while (script_count(&s, "probe b:1") > 0)
    pretend(&s, "probe b:1", &bob, GP_FORM_HEADERS, 0);
  SAME(script_result(r), GP_EPROTO);
  SAME(script_count(&s, "broadcast"), 0);
  script_close(&s);
}

TEST(halffour, "nor what is as v1.1.3 is, and responds to nothing else") {
  script s;
  gp_receipt *r = says(&s);
  pretend(&s, "broadcast b:1", &bob, GP_FORM_V113, 0);
  script_fail(&s, "connect b:1", GP_EPROTO);
  pretend(&s, "broadcast b:1", &bob, GP_FORM_V113, 0);
  SAME(script_result(r), GP_EREPLACED);
  script_close(&s);
}

TEST(halfprocess, "nor what shows a process without a name") {
  script s;
  gp_receipt *r = says(&s);
  pretend(&s, "broadcast b:1", &bob, GP_FORM_V113, 77);
  pretend(&s, "connect b:1", &bob, GP_FORM_V113, 78);
  pretend(&s, "broadcast b:1", &bob, GP_FORM_V113, 79);
  SAME(script_result(r), GP_EREPLACED);
  while (script_count(&s, "probe b:1") > 0)
    pretend(&s, "probe b:1", &bob, GP_FORM_V113, 80);
  script_pass(&s, 2000);
  CHECK(script_of(&s, &bob)->liveness.state == GP_SUSPECTED);
  TEXT(told_event(s.node), "");
  script_close(&s);
}

static void untilconnect (script *s) {
  for (int i = 0; i < 300 && script_count(s, "connect b:1") == 0; i++)
    script_pass(s, 100);
}

TEST(halfback, "one that has failed comes back as a header form when it "
               "responds to a probe like one") {
  actor now = as(&bob, &old);
  script s;
  open(&s, &bob);
  script_detect(&s, &bob);
  script_fail(&s, "probe b:1", GP_ECONNREFUSED);
  untilconnect(&s);
  TEXT(program_news(&s), "b failed: ECONNREFUSED");
  while (script_count(&s, "probe b:1") > 0)
    script_fail(&s, "probe b:1", GP_ECONNREFUSED);
  pretend(&s, "connect b:1", &bob, GP_FORM_HEADERS, 0);
  TEXT(program_news(&s), "");
  pretend(&s, "probe b:1", &bob, GP_FORM_HEADERS, 0);
  TEXT(program_news(&s), "");
  untilconnect(&s);
  script_respond(&s, "connect b:1", &now, NULL);
  script_respond(&s, "probe b:1", &now, NULL);
  untilconnect(&s);
  script_respond(&s, "connect b:1", &now, "a:1");
  TEXT(program_news(&s), "b recovered");
  script_close(&s);
}

TEST(halfnow, "a seed in the place of ours is met, and has the message") {
  actor seed = as(&bob, &(const actor){.program = ACTOR_SEED});
  gp_receipt *r;
  script s;
  open(&s, &bob);
  r = program_say(&s, "x");
  script_respond(&s, "broadcast b:1", &seed, NULL);
  while (script_count(&s, "probe b:1") > 0)
    script_respond(&s, "probe b:1", &seed, NULL);
  TEXT(program_news(&s), "b failed: EREPLACED");
  script_respond(&s, "connect b:1", &seed, "a:1");
  TEXT(program_news(&s), "b joined");
  script_respond(&s, "broadcast b:1 seed", &seed, NULL);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(halfhelper, "a helper that shows another process says nothing") {
  script s;
  open(&s, &bob);
  script_member(&s, &cleo);
  SAME(gp_probe_sendindirect(s.node, script_of(&s, &bob), 1), 1);
  pretend(&s, "probe c:1", &cleo, GP_FORM_V113, 77);
  SAME(script_of(&s, &bob)->liveness.alive, 0);
  SAME(gp_probe_sendindirect(s.node, script_of(&s, &bob), 1), 1);
  pretend(&s, "probe c:1", &cleo, GP_FORM_V113, cleo.process);
  SAME(script_of(&s, &bob)->liveness.alive, 1);
  script_close(&s);
}
