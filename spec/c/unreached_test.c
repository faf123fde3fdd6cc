/*
** unreached_test.c - whoever is called by an address that we have dialled in
** vain is told so.
*/
#include "node/unreached.h"

#include "node/state.h"
#include "script.h"
#include "world.h"

static const actor bob = {.name = "b:1", .process = 2};
static const actor any = {.name = "0.0.0.0:1", .remote = "10.0.0.9"};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

/* Nobody is there whom the node asks. */
static void open (script *s) {
  script_open(s);
  s->silent = true;
}

/* All that it dials there is refused, for so long. */
static void invain (script *s, const char *dials, uint64_t ms) {
  uint64_t end = s->now + ms;
  while (s->now < end) {
    while (script_count(s, dials) > 0)
      script_fail(s, dials, GP_ECONNREFUSED);
    script_pass(s, 10);
  }
}

/* It comes, and its address does not respond. */
static void dropped (script *s, const actor *a, const char *dials) {
  size_t x = script_connect(s, a);
  invain(s, dials, 6000);
  TEXT(script_given(s, x), "200 v113 []");
  SAME(s->node->admission.proofs.count, 0);
  (void)script_sent(s);
}

static const char *answer (script *s, const actor *a, gp_msgtype type) {
  gp_recvreq request = script_ask(s, a, type, NULL);
  return script_given(s, script_receive(s, &request));
}

static const char *probed (script *s, const actor *a, gp_topic topic) {
  gp_recvreq request = script_probe(a, topic, a->name);
  return script_given(s, script_receive(s, &request));
}

TEST(tellsunreached, "one that was dialled in vain is told, for a minute") {
  script s;
  open(&s);
  dropped(&s, &bob, "probe b:1");
  TEXT(answer(&s, &bob, GP_BROADCAST),
       "403 v113 Peer not registered unreached b:1");
  TEXT(answer(&s, &bob, GP_DISCONNECT),
       "403 v113 Peer not registered unreached b:1");
  TEXT(probed(&s, &bob, GP_TOPIC_DIGEST), "204 v113 digest unreached b:1");
  TEXT(probed(&s, &bob, GP_TOPIC_PROBE),
       "403 v113 Peer not registered unreached b:1");
  TEXT(probed(&s, &bob, GP_TOPIC_NONE), "204 v113"); /* may be anybody's */
  TEXT(answer(&s, &go, GP_BROADCAST), "403 v113 Peer not registered");
  script_pass(&s, 60000);
  TEXT(answer(&s, &bob, GP_BROADCAST), "403 v113 Peer not registered");
  script_close(&s);
}

TEST(tellswaiting, "so is one whose connect, or message, waits meanwhile") {
  script s;
  size_t x, y;
  open(&s);
  dropped(&s, &bob, "probe b:1");
  x = script_connect(&s, &bob);
  script_pass(&s, 900);
  y = script_say(&s, &bob, "what", 1);
  TEXT(script_given(&s, y), "");
  invain(&s, "probe b:1", 6000);
  TEXT(script_given(&s, x), "200 v113 [] unreached b:1");
  TEXT(script_given(&s, y), "503 v113 Too busy, try again unreached b:1");
  script_close(&s);
}

TEST(tellsatdrop, "and one whose message waits when it is dropped") {
  script s;
  size_t y;
  open(&s);
  (void)script_connect(&s, &bob);
  invain(&s, "probe b:1", 2900);
  y = script_say(&s, &bob, "what", 1);
  invain(&s, "probe b:1", 500);
  TEXT(script_given(&s, y),
       "403 v113 No node of the sender responds unreached b:1");
  script_close(&s);
}

TEST(tellswhere, "of one that is called 0.0.0.0 it is where it sent from") {
  script s;
  open(&s);
  dropped(&s, &any, "probe 10.0.0.9:1");
  TEXT(answer(&s, &any, GP_BROADCAST),
       "403 v113 Peer not registered unreached 10.0.0.9:1");
  script_close(&s);
}

TEST(tellsmembernot, "one that has responded after all is not told") {
  script s;
  open(&s);
  dropped(&s, &bob, "probe b:1");
  s.silent = false;
  TEXT(script_given(&s, script_connect(&s, &bob)), "200 v113 []");
  TEXT(script_given(&s, script_say(&s, &bob, "here", 1)), "200 v113");
  script_close(&s);
}

TEST(tellsliarnot,
     "nor one that denies that it has sent what somebody claims") {
  static const actor liar = {
    .name = "b:1", .process = 5, .remote = "10.0.0.8"};
  script s;
  gp_recvresp denial;
  open(&s);
  (void)script_connect(&s, &liar);
  denial = script_response(&s, "probe b:1", &bob, NULL);
  denial.ext.confirmed = false;
  script_end(&s, "probe b:1", GP_OK, &denial);
  gp_recvresp_clear(&denial);
  invain(&s, "probe b:1", 6000);
  SAME(s.node->admission.proofs.count, 0);
  TEXT(answer(&s, &bob, GP_BROADCAST), "403 v113 Peer not registered");
  script_close(&s);
}

TEST(tellslookernot, "one that only looks is refused, and no more") {
  script s;
  size_t x;
  gp_recvreq look = script_probe(&bob, GP_TOPIC_LIST, "b:1");
  open(&s);
  x = script_receive(&s, &look);
  invain(&s, "probe", 6000);
  TEXT(script_given(&s, x), "403 v113 No node of the sender responds");
  TEXT(answer(&s, &bob, GP_BROADCAST), "403 v113 Peer not registered");
  script_close(&s);
}
