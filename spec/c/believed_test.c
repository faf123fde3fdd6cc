/*
** believed_test.c - who is believed of members: those of ours, Go members.
*/
#include "node/gate.h"

#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "program.h"

#define STRANGER "403 v113 Peer not registered"
#define BUSY "503 v113 Too busy, try again"
#define UNREACHED "403 v113 No node of the sender responds"

static const actor bob = {.name = "b:1", .process = 2, .called = "bob"};
static const actor cleo = {.name = "c:1", .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor old = {.name = "v:1", .program = ACTOR_V112};

/* With bob, and what claims something is asked in vain from now on. */
static void open (script *s) {
  script_open(s);
  script_member(s, &bob);
  s->silent = true;
}

/*
** Members of ours.
*/

/* All that can be said in bob's name gets a response that begins so, and
   changes nothing. */
static void tellsas (script *s, const actor *liar, const char *response) {
  static const gp_topic topics[] = {GP_TOPIC_DIGEST, GP_TOPIC_PROBE,
                                    GP_TOPIC_SUSPECT};
  size_t i, x;
  TEXT(script_given(s, script_disconnect(s, liar)), response);
  TEXT(script_given(s, script_say(s, liar, "lie", 1)), response);
  for (i = 0; i < 3 && liar->program == ACTOR_OURS; i++) {
    gp_recvreq probe = script_probe(liar, topics[i], liar->name);
    x = script_receive(s, &probe);
    TEXT(script_given(s, x), response);
  }
  TEXT(told_members(s->node), "b");
  TEXT(script_sent(s), "");
  TEXT(program_news(s), "");
}

TEST(gateforged, "without its cookie nothing is said in a member's name") {
  static const actor go_b = {.name = "b:1", .program = ACTOR_V113};
  static const actor former = {.name = "b:1", .process = 2, .version = 2};
  script s;
  open(&s);
  tellsas(&s, &go_b, STRANGER);
  tellsas(&s, &former, STRANGER);
  script_close(&s);
}

TEST(gateguessed, "one with another cookie is asked once, and then refused") {
  static const actor liar = {
    .name = "b:1", .process = 66, .remote = "10.6.6.6"};
  script s;
  size_t x;
  open(&s);
  x = script_say(&s, &liar, "lie", 1);
  TEXT(script_sent(&s), "probe b:1 any");
  script_pass(&s, 100);
  {
    static const actor other = {.name = "b:1", .process = 67};
    TEXT(script_given(&s, script_say(&s, &other, "lie", 1)), STRANGER);
  }
  TEXT(script_sent(&s), "");
  {
    gp_recvresp response = script_response(&s, "probe", &bob, NULL);
    response.ext.confirmed = false;
    script_end(&s, "probe", GP_OK, &response);
    gp_recvresp_clear(&response);
  }
  TEXT(script_given(&s, x), UNREACHED);
  SAME(script_of(&s, &bob)->claim.process, 2);
  TEXT(script_given(&s, script_say(&s, &bob, "true", 1)), "200 v113");
  TEXT(told_message(s.node), "b: true");
  script_close(&s);
}

TEST(gatechanged, "a member that shows another cookie than before is asked") {
  script s;
  gp_recvreq request;
  size_t x;
  open(&s);
  request = script_ask(&s, &bob, GP_BROADCAST, "x");
  request.ext.cookie.bytes[15] ^= 1; /* under another name, say */
  x = script_receive(&s, &request);
  script_respond(&s, "probe b:1", &bob, NULL);
  TEXT(script_given(&s, x), "200 v113");
  SAME(script_of(&s, &bob)->cookies.its.bytes[15], 1);
  TEXT(script_given(&s, script_say(&s, &bob, "y", 2)), "200 v113"); /* both */
  TEXT(program_news(&s), "b: x; b: y");
  script_close(&s);
}

TEST(gatereplaced, "another process is in a member's place once it shows") {
  static const actor anew = {.name = "b:1", .process = 22};
  script s;
  size_t x;
  open(&s);
  x = script_connect(&s, &anew);
  TEXT(program_news(&s), "");
  SAME(script_of(&s, &bob)->claim.process, 2);
  script_respond(&s, "probe b:1", &bob, NULL); /* that one lives */
  script_pass(&s, 1000);
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  TEXT(program_news(&s), "");
  script_respond(&s, "probe b:1", &anew, NULL);
  TEXT(program_news(&s), "b failed: EREPLACED; b joined");
  SAME(script_of(&s, &bob)->claim.process, 22);
  TEXT(script_given(&s, script_say(&s, &bob, "late", 9)), "");
  script_close(&s);
}

/* A server that is busy shows its process alone, which everybody knows. */
static void busy (script *s, const actor *a) {
  gp_recvresp response = script_response(s, "probe", a, NULL);
  gp_extension_clear(&response.ext);
  actor_show(&response.ext.who, a);
  response.status = 503;
  script_end(s, "probe", GP_OK, &response);
  gp_recvresp_clear(&response);
}

TEST(gaterefused, "a refusal that shows the process proves nothing") {
  static const actor earlier = {.name = "b:1", .process = 2, .version = 2};
  static const actor newcomer = {.name = "d:1", .process = 9, .version = 2};
  gp_extension its = {0};
  script s;
  size_t x;
  open(&s);
  actor_showcookie(&its, &bob);
  x = script_connect(&s, &earlier);
  busy(&s, &bob);
  TEXT(script_given(&s, x), "");
  SAME(gp_cookies_judge(script_of(&s, &bob), &its), GP_SHOWN_ITS);
  TEXT(script_given(&s, script_disconnect(&s, &earlier)), STRANGER);
  TEXT(told_members(s.node), "b");
  (void)script_connect(&s, &newcomer);
  busy(&s, &newcomer);
  CHECK(script_of(&s, &newcomer) == NULL);
  script_close(&s);
}

TEST(gatebusy, "nor does it deny anything: its sender is to try again") {
  script s;
  gp_recvreq request;
  size_t x;
  open(&s);
  request = script_ask(&s, &bob, GP_BROADCAST, "x");
  request.ext.cookie.bytes[15] ^= 1;
  x = script_receive(&s, &request);
  busy(&s, &bob);
  TEXT(script_given(&s, x), "");
  script_pass(&s, 1000);
  TEXT(script_given(&s, x), BUSY);
  script_close(&s);
}

TEST(gatebusier, "a newcomer that is busy is tried again, and was reached") {
  static const actor dora = {.name = "d:1", .process = 9};
  script s;
  size_t x, i;
  open(&s);
  x = script_connect(&s, &dora);
  for (i = 0; i < 4; i++) { /* at 0, 1, 2 and 3 s */
    busy(&s, &dora);
    SAME(script_count(&s, "probe d:1"), 0);
    script_pass(&s, 1000);
  }
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  TEXT(script_given(&s, script_say(&s, &dora, "x", 1)), STRANGER);
  script_close(&s);
}

/* It responds, and has not sent what it was asked about. */
static void denies (script *s, const actor *a) {
  gp_recvresp response = script_response(s, "probe", a, NULL);
  response.ext.confirmed = false;
  script_end(s, "probe", GP_OK, &response);
  gp_recvresp_clear(&response);
}

TEST(gatevisitor, "a forged connect ends no visit") {
  static const actor eve = {.name = "e:1", .process = 66};
  script s;
  gp_recvreq request;
  open(&s);
  s.silent = false;
  request = script_ask(&s, &eve, GP_CONNECT, NULL);
  request.ext.visit = true;
  (void)script_receive(&s, &request);
  s.silent = true;
  request = script_ask(&s, &eve, GP_CONNECT, NULL);
  request.ext.cookie.bytes[3] ^= 1;
  request.remote = "10.9.9.9";
  (void)script_receive(&s, &request);
  denies(&s, &eve);
  script_pass(&s, 1000); /* the liar has the list */
  denies(&s, &eve);
  SAME(s.node->admission.proofs.count, 0);
  TEXT(script_given(&s, script_say(&s, &eve, "x", 1)), "200 v113");
  script_close(&s);
}

TEST(gatenotgo, "one of ours is not taken for a Go program by its request") {
  static const actor go_b = {.name = "b:1", .program = ACTOR_V113};
  script s;
  size_t x;
  open(&s);
  x = script_connect(&s, &go_b);
  script_respond(&s, "probe b:1", &bob, NULL);
  script_pass(&s, 1000);
  TEXT(script_given(&s, x), "200 v113 [b:1]");
  CHECK(script_of(&s, &bob)->compat.ours);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(gatecandidate, "one that we greet is heard once it has shown") {
  script s;
  size_t x;
  script_open(&s);
  program_joined(&s, &bob, "c:1");
  s.silent = true;
  x = script_say(&s, &cleo, "early", 1);
  TEXT(script_given(&s, x), "");
  TEXT(script_sent(&s), "probe c:1 any");
  script_respond(&s, "probe", &cleo, NULL);
  TEXT(script_given(&s, x), "200 v113");
  TEXT(program_news(&s), "c: early");
  script_close(&s);
}

TEST(gatemute, "nobody's numbers count for another one") {
  script s;
  gp_recvreq request;
  open(&s);
  s.silent = false;
  script_member(&s, &cleo);
  request = script_ask(&s, &cleo, GP_BROADCAST, "far");
  request.ext.nonce = bob.process;
  request.ext.number = (uint64_t)1 << 60;
  script_receive(&s, &request);
  script_say(&s, &cleo, "own", 1);
  script_disconnect(&s, &cleo);
  script_say(&s, &bob, "1", 1);
  TEXT(program_news(&s), "c left; c: far; c: own; b: 1");
  script_close(&s);
}

/*
** Go members.
*/

/* With two Go members. */
static void opengo (script *s) {
  script_open(s);
  script_member(s, &go);
  s->silent = true;
}

TEST(gatego, "a Go member is believed from its own address alone") {
  actor liar = go;
  script s;
  size_t x;
  liar.remote = "10.6.6.6";
  opengo(&s);
  TEXT(script_given(&s, script_say(&s, &go, "true", 0)), "200 v113");
  x = script_disconnect(&s, &liar);
  TEXT(script_given(&s, x), "");
  TEXT(script_sent(&s), "probe g:1 any"); /* has it moved? */
  script_respond(&s, "probe", &go, NULL);
  TEXT(script_given(&s, x), UNREACHED);
  TEXT(program_news(&s), "serving -: ESOURCE; g: true");
  TEXT(script_given(&s, script_disconnect(&s, &liar)), STRANGER);
  script_pass(&s, 9999);
  TEXT(script_given(&s, script_say(&s, &liar, "lie", 0)), STRANGER);
  script_pass(&s, 1);
  x = script_say(&s, &liar, "lie", 0);
  TEXT(script_given(&s, x), "");
  script_respond(&s, "probe", &go, NULL);
  TEXT(script_given(&s, x), UNREACHED);
  TEXT(program_news(&s), ""); /* that is known */
  TEXT(told_members(s.node), "g");
  script_close(&s);
}

TEST(gatemoved, "also from another one, where it responds by now") {
  actor moved = go;
  script s;
  size_t x;
  moved.remote = "10.6.6.6";
  opengo(&s);
  x = script_say(&s, &moved, "x", 0);
  script_respond(&s, "probe g:1", &moved, NULL);
  TEXT(script_given(&s, x), "200 v113");
  TEXT(script_given(&s, script_say(&s, &moved, "y", 0)), "200 v113");
  TEXT(program_news(&s), "g: x; g: y");
  script_close(&s);
}

TEST(gatemovedlied, "though a liar has had it asked, whom that showed") {
  actor moved = go, liar = go;
  script s;
  size_t x;
  moved.remote = "10.6.6.6";
  liar.remote = "10.7.7.7";
  opengo(&s);
  x = script_say(&s, &liar, "lie", 0);
  script_respond(&s, "probe g:1", &moved, NULL);
  TEXT(script_given(&s, x), UNREACHED);
  TEXT(script_given(&s, script_say(&s, &moved, "true", 0)), "200 v113");
  TEXT(script_given(&s, script_say(&s, &go, "lie", 0)), STRANGER);
  script_close(&s);
}

TEST(gateelsewhere, "where the program says so it is believed anywhere") {
  actor far = go;
  script s;
  far.remote = "10.6.6.6";
  script_init(&s);
  s.opt.check_source = false;
  script_start(&s);
  script_member(&s, &go);
  s.silent = true;
  TEXT(script_given(&s, script_say(&s, &far, "x", 0)), "200 v113");
  script_close(&s);
}

TEST(gateheaders, "that holds for the header forms, too") {
  actor liar = old;
  script s;
  size_t x;
  liar.remote = "10.6.6.6";
  script_open(&s);
  script_member(&s, &old);
  s.silent = true;
  x = script_disconnect(&s, &liar);
  script_respond(&s, "probe v:1", &old, NULL);
  CHECK(strncmp(script_given(&s, x), "403", 3) == 0);
  TEXT(told_members(s.node), "v");
  script_close(&s);
}

/*
** 0.0.0.0, which is another machine for each.
*/

TEST(believedany, "0.0.0.0 elsewhere is not the member 0.0.0.0") {
  static const actor ours = {
    .name = "0.0.0.0:5", .process = 5, .remote = "10.0.0.5", .called = "ann"};
  static const actor liar = {
    .name = "0.0.0.0:5", .process = 6, .remote = "10.6.6.6", .called = "ann"};
  static const actor goany = {
    .name = "0.0.0.0:5", .program = ACTOR_V113, .remote = "10.6.6.6"};
  script s;
  script_open(&s);
  script_member(&s, &ours);
  TEXT(script_given(&s, script_connect(&s, &liar)), STRANGER);
  TEXT(script_given(&s, script_say(&s, &liar, "lie", 1)), STRANGER);
  TEXT(script_given(&s, script_disconnect(&s, &liar)), STRANGER);
  TEXT(script_given(&s, script_say(&s, &goany, "lie", 0)), STRANGER);
  TEXT(script_given(&s, script_disconnect(&s, &goany)), STRANGER);
  TEXT(script_given(&s, script_connect(&s, &goany)), STRANGER);
  SAME(script_of(&s, &ours)->claim.process, 5);
  TEXT(script_given(&s, script_say(&s, &ours, "true", 1)), "200 v113");
  TEXT(program_news(&s), "0.0.0.0: true");
  script_close(&s);
}

TEST(believedanygo, "nor is it where that is a Go program") {
  static const actor here = {
    .name = "0.0.0.0:5", .program = ACTOR_V113, .remote = "10.0.0.5"};
  static const actor liar = {
    .name = "0.0.0.0:5", .program = ACTOR_V113, .remote = "10.6.6.6"};
  script s;
  script_open(&s);
  script_member(&s, &here);
  TEXT(script_given(&s, script_say(&s, &liar, "lie", 0)), STRANGER);
  TEXT(script_given(&s, script_disconnect(&s, &liar)), STRANGER);
  TEXT(script_given(&s, script_connect(&s, &liar)), STRANGER);
  TEXT(script_sent(&s), "");
  TEXT(told_members(s.node), "0.0.0.0");
  script_close(&s);
}

TEST(believedform, "a header form is heard while it is asked for its form") {
  script s;
  size_t x, y;
  script_open(&s);
  x = script_connect(&s, &old);
  TEXT(script_sent(&s), "connect v:1 headers");
  y = script_say(&s, &old, "at once", 0);
  TEXT(script_given(&s, y), "");
  script_respond(&s, "connect v:1", &old, "a:1");
  TEXT(script_given(&s, x), "200 v112 []");
  TEXT(script_given(&s, y), "200 headers");
  TEXT(program_news(&s), "v joined; v: at once");
  script_close(&s);
}
