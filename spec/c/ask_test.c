/*
** ask_test.c - who another one is, and whether it reaches us.
*/
#include "node/ask.h"

#include <stdio.h>

#include "memory.h"
#include "node/state.h"
#include "program.h"
#include "world.h"

/* It is at 127.0.0.1:1, and calls itself otherwise. */
static const actor bob = {
  .name = "10.0.0.5:1", .remote = "127.0.0.1", .process = 2};
static const actor cleo = {.name = "c:1", .process = 3, .called = "cleo"};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

#define BOB "localhost:1" /* as he is asked */

static gp_receipt *who (script *s, const char *entry, uint32_t timeout) {
  gp_receipt *r;
  gp_peer *p = world_peer(entry);
  SAME(gp_node_askwho(s->node, p, timeout, s->now, &r), GP_OK);
  gp_peer_unref(p);
  CHECK(!gp_receipt_issettled(r));
  return r;
}

/* How a call ended that is over, and the nick that was told; gives its
   receipt back. */
static const char *answer (gp_receipt *r) {
  static char text[GP_ADDRESS_MAX + 40];
  const gp_failure *f = gp_receipt_nextfailure(r, NULL);
  CHECK(gp_receipt_issettled(r));
  if (f != NULL)
    snprintf(text, sizeof text, "%s", gp_err_code(f->error));
  else if (r->announced == NULL)
    snprintf(text, sizeof text, "nobody");
  else
    snprintf(text, sizeof text, "%s%s%s", gp_peer_text(r->announced),
             *gp_peer_nick(r->announced) == '\0' ? "" : " ",
             gp_peer_nick(r->announced));
  gp_receipt_unref(r);
  return text;
}

/* Nothing is left of it, and the program was told nothing. */
static void forgotten (script *s) {
  CHECK(gp_record_first(&s->node->peers) == NULL);
  TEXT(program_news(s), "");
  TEXT(script_sent(s), "");
}

TEST(askwho,
     "one of ours that is asked who it is says so, and joins nobody") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = who(&s, BOB, 700);
  SAME(script_find(&s, "probe")->timeout_ms, 700);
  SAME(script_find(&s, "probe")->ext.topic, GP_TOPIC_NONE);
  CHECK(script_find(&s, "probe")->ext.who.peer == NULL);
  TEXT(script_sent(&s), "probe localhost:1 any");
  script_respond(&s, "probe", &bob, NULL);
  TEXT(answer(r), "10.0.0.5:1");
  forgotten(&s);
  script_close(&s);
}

TEST(askgo, "a Go program that is asked who it is says nothing") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = who(&s, "g:1", 700);
  script_sent(&s);
  script_respond(&s, "probe", &go, NULL);
  TEXT(answer(r), "nobody");
  forgotten(&s);
  script_close(&s);
}

TEST(askinvain, "who does not respond, or refuses, is nobody that we know") {
  static const gp_err errors[] = {GP_ETIMEDOUT, GP_ECONNREFUSED};
  script s;
  gp_receipt *r;
  size_t i;
  script_open(&s);
  for (i = 0; i < 2; i++) {
    r = who(&s, BOB, 700);
    script_sent(&s);
    script_fail(&s, "probe", errors[i]);
    TEXT(answer(r), gp_err_code(errors[i]));
    forgotten(&s);
  }
  s.refuse = GP_EMFILE;
  r = who(&s, BOB, 700);
  s.refuse = GP_OK;
  script_pass(&s, 1);
  TEXT(answer(r), "EMFILE");
  forgotten(&s);
  script_close(&s);
}

TEST(askself, "a node that asks itself who it is learns nothing") {
  script s;
  gp_receipt *r;
  static const actor self = {.name = "a:1", .process = 1001};
  script_init(&s);
  s.opt.nonce = 1001;
  script_start(&s);
  r = who(&s, BOB, 700);
  script_sent(&s);
  script_respond(&s, "probe", &self, NULL);
  TEXT(answer(r), "nobody");
  forgotten(&s);
  script_close(&s);
}

TEST(askmember, "a member is asked under the name that it has, in its turn") {
  script s;
  gp_receipt *r;
  script_open(&s);
  script_member(&s, &cleo);
  program_forget(program_say(&s, "one"));
  r = who(&s, "c:1", 700);
  TEXT(script_sent(&s), "broadcast c:1 v113 \"one\" #1");
  script_respond(&s, "broadcast", &cleo, NULL);
  TEXT(script_sent(&s), "probe c:1 v113");
  script_respond(&s, "probe", &cleo, NULL);
  TEXT(answer(r), "c:1 cleo");
  TEXT(told_members(s.node), "c");
  script_close(&s);
}

TEST(askfreed,
     "a node that is freed leaves nobody waiting for who it asked") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = who(&s, BOB, 700);
  script_close(&s);
  TEXT(answer(r), "ECANCELED");
}

TEST(askstarved,
     "without memory nobody is asked who it is, and none is left") {
  gp_peer *p = world_peer(BOB);
  gp_err e = GP_ENOMEM;
  uint64_t n;
  for (n = 1; e == GP_ENOMEM; n++) {
    script s;
    gp_receipt *r = NULL;
    CHECK(n < 100);
    script_open(&s);
    memory_fail(n, false);
    e = gp_node_askwho(s.node, p, 700, s.now, &r);
    SAME(e, memory_heal() ? GP_ENOMEM : GP_OK);
    if (e == GP_ENOMEM) {
      CHECK(r == NULL);
      forgotten(&s);
    }
    gp_receipt_unref(r);
    script_close(&s);
  }
  CHECK(n > 5);
  gp_peer_unref(p);
}

/*
** Whether it reaches us.
*/

static void reach (script *s, const char *entry) {
  gp_peer *p = world_peer(entry);
  gp_node_askreach(s->node, p, s->now);
  gp_peer_unref(p);
}

/* Its answer, while so many allocations succeed. */
static void saysshort (script *s, int status, uint64_t most) {
  gp_recvresp response = script_response(s, "probe", &cleo, NULL);
  response.status = status;
  memory_fail(most + 1, true);
  script_end(s, "probe", GP_OK, &response);
  SAME(memory_heal(), most == 0);
  gp_recvresp_clear(&response);
}

static void says (script *s, int status) {
  saysshort(s, status, 100);
}

TEST(askreach,
     "that a member cannot reach us is told, any other answer not") {
  static const int silent[] = {200, 204, 403, 503};
  script s;
  const gp_failure *f;
  size_t i;
  script_open(&s);
  script_member(&s, &cleo);
  for (i = 0; i < 4; i++) {
    reach(&s, "c:1");
    SAME(script_find(&s, "probe")->timeout_ms, 2400);
    TEXT(script_sent(&s), "probe c:1 v113 help a:1");
    says(&s, silent[i]);
    TEXT(program_news(&s), "");
  }
  reach(&s, "c:1");
  says(&s, 504);
  f = gp_node_peekfailure(s.node);
  SAME(f->status, 504);
  TEXT(gp_peer_nick(f->peer), "cleo");
  TEXT(program_news(&s), "meeting c: EADDRNOTAVAIL");
  CHECK(gp_ring_empty(&s.node->probes.all));
  script_close(&s);
}

TEST(reachsilent,
     "one that does not say whether it reaches us tells nothing") {
  script s;
  script_open(&s);
  script_member(&s, &cleo);
  reach(&s, "c:1");
  script_fail(&s, "probe", GP_ETIMEDOUT);
  TEXT(program_news(&s), "");
  s.refuse = GP_EMFILE;
  reach(&s, "c:1");
  s.refuse = GP_OK;
  CHECK(gp_ring_empty(&s.node->probes.all));
  reach(&s, "c:1"); /* has no answer when the node is freed */
  script_close(&s);
}

TEST(reachleft, "one that has left since is told as well") {
  script s;
  script_open(&s);
  script_member(&s, &cleo);
  reach(&s, "c:1");
  script_disconnect(&s, &cleo);
  (void)program_news(&s);
  says(&s, 504);
  TEXT(program_news(&s), "meeting c: EADDRNOTAVAIL");
  script_close(&s);
}

TEST(reachwho, "only members of ours are asked whether they reach us") {
  script s;
  script_open(&s);
  script_member(&s, &go);
  script_member(&s, &cleo);
  gp_membership_apply(s.node, script_of(&s, &cleo), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  script_sent(&s);
  reach(&s, "g:1");
  reach(&s, "c:1");
  reach(&s, "nobody:1");
  TEXT(script_sent(&s), "");
  script_close(&s);
}

TEST(reachrenamed, "who cannot reach us is named as it is called by then") {
  static const actor cleo2 = {.name = "c:1", .process = 3, .called = "eve"};
  script s;
  script_open(&s);
  script_member(&s, &cleo);
  reach(&s, "c:1");
  script_connect(&s, &cleo2);
  (void)program_news(&s);
  says(&s, 504);
  TEXT(gp_peer_nick(gp_node_peekfailure(s.node)->peer), "eve");
  script_close(&s);
}

TEST(reachothers,
     "that a member cannot reach another one is not told as of us") {
  static const actor dan = {.name = "d:1", .process = 4};
  script s;
  script_open(&s);
  script_member(&s, &cleo);
  script_member(&s, &dan);
  SAME(gp_probe_sendindirect(s.node, script_of(&s, &dan), 1), 1);
  script_disconnect(&s, &dan);
  (void)program_news(&s);
  says(&s, 504);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(reachstarved, "without memory nobody is asked whether it reaches us") {
  gp_peer *p = world_peer("c:1");
  script s;
  script_open(&s);
  script_member(&s, &cleo);
  script_sent(&s);
  memory_fail(1, false);
  gp_node_askreach(s.node, p, s.now);
  CHECK(memory_heal());
  TEXT(script_sent(&s), "");
  reach(&s, "c:1");
  saysshort(&s, 504, 0);
  SAME(gp_node_lostfailures(s.node), 1);
  TEXT(program_news(&s), "");
  gp_peer_unref(p);
  script_close(&s);
}
