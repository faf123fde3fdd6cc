/*
** lookers_test.c - those that ask for the list of members and do not join,
** seen from both sides.
*/
#include "node/lookers.h"

#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "node/ask.h"
#include "node/state.h"
#include "program.h"
#include "world.h"

#define SOON "429 v113 Asked again too soon"
#define UNREACHED "403 v113 No node of the sender responds"
#define BUSY "503 v113 Too busy, try again"

static const actor bob = {.name = "b:1", .process = 2, .called = "bob"};
static const actor eve = {
  .name = "localhost:4000", .remote = "10.9.9.9", .process = 66};

#define PROBE "probe 10.9.9.9:4000 any" /* where eve's request came from */

static size_t asks (script *s, const actor *by) {
  gp_recvreq request = script_probe(by, GP_TOPIC_LIST, by->name);
  return script_receive(s, &request);
}

/* With bob, and nothing else of him to be read. */
static void open (script *s) {
  script_open(s);
  script_member(s, &bob);
  s->silent = true;
}

/* Nobody has learned of anybody. */
static void unnoticed (script *s) {
  TEXT(told_members(s->node), "b");
  TEXT(program_news(s), "");
  TEXT(script_sent(s), "");
  SAME(s->node->peers.count, 1);
  SAME(s->node->memberships.candidates, 0);
}

TEST(lookerslist, "one that looks has the list once its node has responded") {
  script s;
  size_t x;
  open(&s);
  x = asks(&s, &eve);
  TEXT(script_given(&s, x), "");
  SAME(script_find(&s, "probe")->ext.topic, GP_TOPIC_NONE);
  SAME(script_find(&s, "probe")->timeout_ms, 1200);
  TEXT(script_sent(&s), PROBE);
  script_respond(&s, "probe", &eve, NULL);
  TEXT(script_given(&s, x), "200 v113 [b:1] as asked");
  CHECK(s.received[x].process == s.opt.nonce);
  unnoticed(&s);
  script_pass(&s, 60 * SECOND);
  unnoticed(&s);
  script_close(&s);
}

TEST(lookersunreached, "without a response of its own node it has no list") {
  static const actor others[] = {
    {.name = "localhost:4000", .process = 67},
    {.name = "localhost:4000"},
    {.name = "localhost:4000", .program = ACTOR_V113}};
  static const gp_err errors[] = {GP_ECONNREFUSED, GP_ETIMEDOUT, GP_EPROTO};
  script s;
  size_t i, x;
  open(&s);
  for (i = 0; i < 3; i++) {
    x = asks(&s, &eve);
    TEXT(script_sent(&s), PROBE);
    script_respond(&s, "probe", &others[i], NULL);
    TEXT(script_given(&s, x), UNREACHED);
    script_pass(&s, SECOND);
    x = asks(&s, &eve);
    TEXT(script_sent(&s), PROBE);
    script_fail(&s, "probe", errors[i]);
    TEXT(script_given(&s, x), UNREACHED);
    script_pass(&s, SECOND);
  }
  unnoticed(&s);
  script_close(&s);
}

TEST(lookersnameless, "one that names no node is not looked for") {
  static const actor go = {.name = "c:1", .program = ACTOR_V113};
  script s;
  gp_recvreq request;
  size_t x;
  open(&s);
  request = script_probe(&eve, GP_TOPIC_LIST, NULL);
  x = script_receive(&s, &request);
  TEXT(script_given(&s, x), UNREACHED);
  request = script_probe(&eve, GP_TOPIC_LIST, eve.name);
  request.ext.who.process = 0;
  x = script_receive(&s, &request);
  TEXT(script_given(&s, x), UNREACHED);
  TEXT(script_given(&s, asks(&s, &go)), UNREACHED);
  unnoticed(&s);
  asks(&s, &eve); /* that did not count */
  TEXT(script_sent(&s), PROBE);
  script_fail(&s, "probe", GP_ETIMEDOUT);
  script_close(&s);
}

TEST(lookersself, "a node that asks itself is told so") {
  static const actor self = {.name = "a:1", .process = 7};
  script s;
  open(&s);
  TEXT(script_given(&s, asks(&s, &self)),
       "400 v113 You can not connect with yourself.");
  unnoticed(&s);
  script_close(&s);
}

/* Asks, and is let look if it is not too soon. */
static const char *looks (script *s, const actor *by) {
  size_t x = asks(s, by);
  if (*script_given(s, x) == '\0')
    script_respond(s, "probe", by, NULL);
  (void)script_sent(s);
  return script_given(s, x);
}

TEST(lookersrate, "an endpoint is given the list once a second") {
  static const actor neighbour = {
    .name = "localhost:4001", .remote = "10.9.9.9", .process = 67};
  static const actor other = {
    .name = "localhost:4000", .remote = "10.9.9.8", .process = 68};
  script s;
  size_t x, y;
  open(&s);
  TEXT(looks(&s, &eve), "200 v113 [b:1] as asked");
  TEXT(looks(&s, &eve), SOON);
  TEXT(looks(&s, &neighbour), "200 v113 [b:1] as asked");
  TEXT(looks(&s, &other), "200 v113 [b:1] as asked");
  script_pass(&s, 999);
  TEXT(looks(&s, &eve), SOON);
  script_pass(&s, 1);
  x = asks(&s, &eve);
  y = asks(&s, &eve); /* before it was given the list */
  script_pass(&s, 600);
  script_respond(&s, "probe", &eve, NULL);
  TEXT(script_given(&s, x), "200 v113 [b:1] as asked");
  TEXT(script_given(&s, y), SOON);
  (void)script_sent(&s);
  script_pass(&s, 999);
  TEXT(looks(&s, &eve), SOON);
  script_pass(&s, 1);
  TEXT(looks(&s, &eve), "200 v113 [b:1] as asked");
  unnoticed(&s);
  script_close(&s);
}

TEST(lookersforged, "what is not dialled back takes nobody's second") {
  static const actor forged = {
    .name = "localhost:9", .remote = "10.9.9.9", .process = 13};
  static const actor imposter = {
    .name = "localhost:4000", .remote = "10.9.9.9", .process = 13};
  script s;
  size_t i;
  open(&s);
  for (i = 0; i < 20; i++) {
    asks(&s, i % 2 == 0 ? &forged : &imposter);
    if (i % 2 == 0)
      script_fail(&s, "probe 10.9.9.9:9", GP_ECONNREFUSED);
    else
      script_respond(&s, "probe 10.9.9.9:4000", &eve, NULL);
    (void)script_sent(&s);
    TEXT(looks(&s, &eve), "200 v113 [b:1] as asked");
    script_pass(&s, SECOND);
  }
  unnoticed(&s);
  script_close(&s);
}

TEST(lookerseach, "so many of one machine are probed at once; others wait") {
  script s;
  size_t i, x[18], last;
  char name[20];
  actor one = eve;
  open(&s);
  one.name = name;
  for (i = 0; i < 18; i++) {
    snprintf(name, sizeof name, "localhost:%d", (int)(5000 + i));
    x[i] = asks(&s, &one);
  }
  SAME(script_count(&s, "probe"), 16);
  one.remote = "10.8.0.1";
  last = asks(&s, &one);
  script_respond(&s, "probe 10.8.0.1", &one, NULL);
  TEXT(script_given(&s, last), "200 v113 [b:1] as asked");
  script_fail(&s, "probe 10.9.9.9:5003", GP_ECONNREFUSED);
  TEXT(script_given(&s, x[3]), UNREACHED);
  SAME(script_count(&s, "probe 10.9.9.9:5016"), 1); /* its turn */
  SAME(script_count(&s, "probe 10.9.9.9:5017"), 0);
  script_pass(&s, 4999);
  TEXT(script_given(&s, x[17]), "");
  script_pass(&s, 1);
  TEXT(script_given(&s, x[17]), BUSY);
  TEXT(program_news(&s), "serving -: ELIMIT");
  script_close(&s); /* responds to all */
}

TEST(lookersbound, "and no more than so many of one source wait") {
  script s;
  size_t i, x = 0;
  char name[20];
  actor one = eve;
  open(&s);
  one.name = name;
  for (i = 0; i < 32; i++) {
    snprintf(name, sizeof name, "localhost:%d", (int)(5000 + i));
    x = asks(&s, &one);
    TEXT(script_given(&s, x), "");
  }
  snprintf(name, sizeof name, "localhost:4999");
  x = asks(&s, &one);
  TEXT(script_given(&s, x), BUSY);
  TEXT(program_news(&s), "serving -: ELIMIT");
  script_close(&s); /* responds to all */
}

TEST(lookersmemory, "without memory one that looks is told to come again") {
  script s;
  gp_recvresp response;
  size_t i;
  open(&s);
  for (i = 1; i < 100; i++) {
    gp_recvreq request = script_probe(&eve, GP_TOPIC_LIST, eve.name);
    script_exchange *x = &s.received[s.received_count++];
    bool responded, failed;
    memory_fail(i, false);
    responded = gp_node_received(s.node, &request, &x->head, s.now);
    failed = memory_heal();
    gp_recvreq_clear(&request);
    if (!responded)
      script_respond(&s, "probe", &eve, NULL);
    while (*told_failure(s.node) != '\0')
      continue; /* that it was refused is told */
    CHECK(failed || strcmp(x->text, "200 v113 [b:1] as asked") == 0);
    (void)script_sent(&s);
    unnoticed(&s);
    script_pass(&s, SECOND);
    if (!failed)
      break;
  }
  CHECK(i > 2 && i < 100);
  script_pass(&s, SECOND);
  i = asks(&s, &eve);
  response = script_response(&s, "probe", &eve, NULL);
  gp_roster_clear(&s.node->admission.roster); /* it is made anew */
  memory_fail(1, true);
  script_end(&s, "probe", GP_OK, &response);
  CHECK(memory_heal());
  gp_recvresp_clear(&response);
  TEXT(script_given(&s, i), BUSY);
  script_close(&s);
}

TEST(lookersrefused, "what cannot be sent is no probe") {
  script s;
  open(&s);
  s.refuse = GP_EMFILE;
  TEXT(script_given(&s, asks(&s, &eve)), BUSY);
  s.refuse = GP_OK;
  SAME(s.node->admission.proofs.count, 0);
  script_close(&s);
}

/*
** The other side.
*/

static gp_receipt *look (script *s, const char *entry) {
  gp_receipt *r;
  gp_peer *p = world_peer(entry);
  SAME(gp_node_look(s->node, p, 700, s->now, &r), GP_OK);
  gp_peer_unref(p);
  return r;
}

/* What it has found out; gives its receipt back. */
static const char *found (gp_receipt *r) {
  static char text[200];
  const gp_failure *f = gp_receipt_nextfailure(r, NULL);
  size_t i;
  CHECK(gp_receipt_issettled(r));
  snprintf(text, sizeof text, "%s:",
           f != NULL              ? gp_err_code(f->error)
           : r->announced == NULL ? "nobody"
                                  : gp_peer_nick(r->announced));
  for (i = 0; i < r->list.n; i++)
    snprintf(text + strlen(text), sizeof text - strlen(text), " %s",
             gp_peer_text(r->list.at[i]));
  if (!r->has_list)
    strcat(text, " no list");
  gp_receipt_unref(r);
  return text;
}

static void forgotten (script *s) {
  CHECK(gp_record_first(&s->node->peers) == NULL);
  TEXT(program_news(s), "");
  TEXT(script_sent(s), "");
}

TEST(looklist, "a node that looks says who it is, and has the list") {
  script s;
  gp_receipt *r;
  const script_request *sent;
  script_open(&s);
  r = look(&s, "b:1");
  sent = script_find(&s, "probe");
  SAME(sent->timeout_ms, 700);
  CHECK(sent->ext.who.process == 7);
  TEXT(gp_peer_text(sent->ext.who.peer), "a:1");
  TEXT(script_sent(&s), "probe b:1 any list of a:1");
  script_pass(&s, 30);
  script_respond(&s, "probe", &bob, "c:1 d:1");
  SAME(r->took_ms, 30);
  TEXT(found(r), "bob: c:1 d:1");
  forgotten(&s);
  script_close(&s);
}

TEST(lookinvain, "one that gives no list is known again by that") {
  static const actor go = {.name = "b:1", .program = ACTOR_V113};
  static const actor seed = {.name = "b:1", .program = ACTOR_SEED};
  static const actor self = {.name = "a:1", .process = 7};
  script s;
  gp_receipt *r;
  script_open(&s);
  r = look(&s, "b:1");
  script_respond(&s, "probe", &bob, NULL); /* of an earlier version */
  TEXT(found(r), "bob: no list");
  r = look(&s, "b:1");
  script_respond(&s, "probe", &go, NULL);
  TEXT(found(r), "nobody: no list");
  r = look(&s, "b:1");
  script_respond(&s, "probe", &seed, NULL);
  TEXT(found(r), "nobody: no list");
  r = look(&s, "b:1");
  script_refuse(&s, "probe", &bob, 429);
  TEXT(found(r), "EBUSY: no list");
  r = look(&s, "b:1");
  script_refuse(&s, "probe", &bob, 403);
  TEXT(found(r), "EFORBIDDEN: no list");
  r = look(&s, "b:1");
  script_fail(&s, "probe", GP_ECONNREFUSED);
  TEXT(found(r), "ECONNREFUSED: no list");
  r = look(&s, "b:1");
  script_respond(&s, "probe", &self, NULL);
  TEXT(found(r), "ESELF: no list");
  (void)script_sent(&s);
  forgotten(&s);
  script_close(&s);
}

TEST(lookstarved, "without memory nothing is asked, and none is left") {
  gp_peer *p = world_peer("b:1");
  gp_err e = GP_ENOMEM;
  uint64_t n;
  for (n = 1; e == GP_ENOMEM; n++) {
    script s;
    gp_receipt *r = NULL;
    CHECK(n < 100);
    script_open(&s);
    memory_fail(n, false);
    e = gp_node_look(s.node, p, 700, s.now, &r);
    SAME(e, memory_heal() ? GP_ENOMEM : GP_OK);
    if (e == GP_OK) {
      gp_recvresp response = script_response(&s, "probe", &bob, "c:1");
      memory_fail(1, true);
      script_end(&s, "probe", GP_OK, &response);
      CHECK(memory_heal() && gp_receipt_issettled(r) && !r->has_list);
      gp_recvresp_clear(&response);
    }
    (void)script_sent(&s);
    forgotten(&s);
    gp_receipt_unref(r);
    script_close(&s);
  }
  CHECK(n > 5);
  gp_peer_unref(p);
}

/*
** Both.
*/

TEST(lookworld, "a network that is looked at again and again goes on so") {
  EACHSEED (seed, 20) {
    world w;
    size_t i, answers = 0;
    gp_peer *p = world_peer("n0:5000");
    world_network(&w, seed, 3);
    world_pass(&w, 5 * SECOND);
    world_add(&w, NULL);
    world_ignore(&w);
    for (i = 0; i < 40; i++) {
      gp_receipt *r;
      SAME(gp_node_look(world_node(&w, 3), p, 500, gp_sim_now(w.sim), &r),
           GP_OK);
      world_pass(&w, 520);
      CHECK(gp_receipt_issettled(r));
      if (r->has_list) {
        SAME(r->list.n, 2);
        answers++;
      }
      gp_receipt_unref(r);
    }
    CHECK(answers == 20);
    TEXT(world_members(&w, 3), "");
    for (i = 0; i < 3; i++) {
      TEXT(world_event(&w, i), "");
      TEXT(world_complaint(&w, i), "");
      CHECK(strstr(world_members(&w, i), "n3") == NULL);
    }
    TEXT(world_event(&w, 3), "");
    gp_peer_unref(p);
    world_close(&w);
  }
}
