/*
** sync_test.c - lists that differ are made one: digests among ours, and Go
** members that are asked again.
*/
#include "memory.h"
#include "node/departure.h"
#include "node/probe.h"
#include "node/respond.h"
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor go2 = {.name = "h:1", .program = ACTOR_V113};

/* The digest of another list than ours. */
#define OTHER digest(100)

static gp_digest digest (unsigned char first) {
  gp_digest d = {{first}};
  return d;
}

/* It tells the digest of its list. */
static void tells (script *s, const actor *a, gp_digest d) {
  gp_recvreq request = script_probe(a, GP_TOPIC_DIGEST, a->name);
  request.ext.digest = d;
  TEXT(script_given(s, script_receive(s, &request)), "204 v113 digest");
}

/* Whether its list is asked for when it tells this digest. */
static bool asks (script *s, const actor *a, gp_digest d) {
  script_sent(s);
  tells(s, a, d);
  if (*script_sent(s) == '\0')
    return false;
  script_respond(s, "connect", a, "");
  script_sent(s);
  return true;
}

TEST(differs,
     "whose list has another digest is asked for it, by connecting") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  tells(&s, &bob, OTHER);
  TEXT(script_sent(&s), "connect b:1 v113 reconnect");
  script_respond(&s, "connect b:1", &bob, "a:1 c:1");
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_respond(&s, "connect c:1", &cleo, "");
  TEXT(told_members(s.node), "b c");
  TEXT(program_news(&s), "c joined");
  script_close(&s);
}

TEST(equal, "whose list has ours is not asked for it") {
  script s;
  gp_digest near;
  script_open(&s);
  script_member(&s, &bob);
  CHECK(!asks(&s, &bob, gp_node_digest(s.node)));
  near = gp_node_digest(s.node);
  near.bytes[GP_CRYPTO_HASH - 1]++;
  CHECK(asks(&s, &bob, near));
  script_close(&s);
}

TEST(leastpause, "a member is asked once a second at most") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  CHECK(asks(&s, &bob, OTHER));
  script_pass(&s, 999);
  CHECK(!asks(&s, &bob, digest(101)));
  script_pass(&s, 1);
  CHECK(asks(&s, &bob, digest(101)));
  script_close(&s);
}

TEST(fruitless, "for the same two lists it is asked once in 30 s") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  CHECK(asks(&s, &bob, OTHER));
  script_pass(&s, 29999);
  CHECK(!asks(&s, &bob, OTHER));
  script_pass(&s, 1);
  CHECK(asks(&s, &bob, OTHER));
  script_pass(&s, 1000);
  CHECK(!asks(&s, &bob, OTHER));
  script_member(&s, &cleo); /* our list is another one now */
  CHECK(asks(&s, &bob, OTHER));
  script_close(&s);
}

TEST(missed, "a list that could not be had is asked for again") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  tells(&s, &bob, OTHER);
  script_fail(&s, "connect b:1", GP_ETIMEDOUT);
  script_pass(&s, 999);
  CHECK(!asks(&s, &bob, OTHER));
  script_pass(&s, 1);
  CHECK(asks(&s, &bob, OTHER));
  script_pass(&s, 1000);
  CHECK(!asks(&s, &bob, OTHER));
  script_close(&s);
}

TEST(trycounts, "a try to reach it was asking, too") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  CHECK(asks(&s, &bob, OTHER));
  script_pass(&s, 1500);
  script_record(&s, "b:1")->retry.tried_at = s.now - 999;
  CHECK(!asks(&s, &bob, digest(101)));
  script_pass(&s, 1);
  CHECK(asks(&s, &bob, digest(101)));
  script_pass(&s, 999);
  CHECK(!asks(&s, &bob, digest(102))); /* later than the try */
  script_close(&s);
}

TEST(newanew, "one that has left and come again is asked anew") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  program_forget(program_tell(&s, "b:1", "x")); /* it is not forgotten */
  CHECK(!asks(&s, &bob, gp_node_digest(s.node)));
  tells(&s, &bob, OTHER);
  script_disconnect(&s, &bob);
  script_member(&s, &bob);
  script_respond(&s, "direct", &bob, NULL);
  script_sent(&s);
  CHECK(asks(&s, &bob, OTHER));
  script_close(&s);
}

TEST(leavingnot, "one that leaves asks nobody") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  program_forget(program_leave(&s));
  CHECK(!asks(&s, &bob, OTHER));
  script_respond(&s, "disconnect", &bob, NULL);
  TEXT(script_given(&s, script_connect(&s, &cleo)), "200 v113 []");
  CHECK(asks(&s, &cleo, OTHER)); /* it is in a network again */
  script_close(&s);
}

TEST(leftnot, "nor does one that has left, whoever tells it") {
  script s;
  script_open(&s);
  program_forget(program_leave(&s));
  program_resume(&s, "", true);
  gp_peers_get(s.node, s.self);
  script_record(&s, "a:1")->membership = GP_CANDIDATE;
  s.node->memberships.candidates++;
  gp_sync_compare(s.node, script_record(&s, "a:1"), OTHER);
  TEXT(script_sent(&s), "");
  gp_departure_setleft(s.node, false);
  gp_sync_compare(s.node, script_record(&s, "a:1"), OTHER);
  TEXT(script_sent(&s), "connect a:1 any");
  script_close(&s);
}

/* The next allocation of a node that is told nothing else is the digest's,
   or the one after a probe's. */
TEST(nomemory,
     "without memory for a digest none is told, and none compared") {
  script s;
  script_exchange x = {.head = {.form = GP_FORM_V113}};
  gp_record *peer;
  script_open(&s);
  script_member(&s, &bob);
  peer = script_record(&s, "b:1");
  memory_fail(1, false);
  gp_respond_probe(s.node, &x.head, true);
  CHECK(memory_heal());
  TEXT(x.text, "204 v113");
  memory_fail(1, false);
  gp_sync_compare(s.node, peer, OTHER);
  CHECK(memory_heal());
  TEXT(script_sent(&s), "");
  memory_fail(2, false);
  gp_probe_send(s.node, peer, true);
  CHECK(memory_heal());
  TEXT(script_sent(&s), "probe b:1 v113");
  CHECK(script_find(&s, "probe")->ext.about == NULL);
  script_close(&s);
}

/* Who may tell: see node/requests.c. */
TEST(whomaytell, "digests of ours count, of members and of those we join") {
  script s;
  script_open(&s);
  tells(&s, &bob, OTHER);
  script_member(&s, &go);
  tells(&s, &go, OTHER);
  TEXT(script_sent(&s), "");
  program_joined(&s, &bob, "c:1");
  tells(&s, &cleo, OTHER);
  script_fail(&s, "connect c:1", GP_ETIMEDOUT);
  TEXT(script_sent(&s), "connect c:1 any");
  gp_membership_apply(s.node, script_record(&s, "b:1"), GP_HAS_FAILED,
                      GP_ETIMEDOUT);
  CHECK(!asks(&s, &bob, OTHER));
  script_close(&s);
}

TEST(askednext, "a list is asked for before what waits for the member") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  program_forget(program_say(&s, "one"));
  program_forget(program_say(&s, "two"));
  tells(&s, &bob, OTHER);
  script_sent(&s);
  script_respond(&s, "broadcast", &bob, NULL);
  TEXT(script_sent(&s), "connect b:1 v113 reconnect");
  SAME(script_find(&s, "connect")->timeout_ms, 5000);
  script_respond(&s, "connect", &bob, "");
  TEXT(script_sent(&s), "broadcast b:1 v113 \"two\" #2");
  script_close(&s);
}

/* The response to a probe has a digest too. */
TEST(responsedigest, "a digest in the response to a probe counts as well") {
  script s;
  gp_recvresp response;
  int i;
  script_init(&s);
  s.opt.probe_interval_ms = 100000;
  script_start(&s);
  script_member(&s, &bob);
  script_member(&s, &go);
  for (i = 0; i < 3; i++) {
    const actor *a = i == 1 ? &go : &bob;
    gp_detector_probe(s.node, script_record(&s, a->name), true);
    response = script_response(&s, "probe", a, NULL);
    response.ext.has_digest = i > 0;
    response.ext.digest = OTHER;
    script_sent(&s);
    script_end(&s, "probe", GP_OK, &response);
    gp_recvresp_clear(&response);
    TEXT(script_sent(&s), i < 2 ? "" : "connect b:1 v113 reconnect");
  }
  script_close(&s);
}

/*
** When digests are told.
*/

/* With so many members, the times between two digests: the least and the
   most of them, in steps of 10 ms. */
static void digestpauses (size_t members, uint64_t *least, uint64_t *most) {
  script s;
  actor a = {.name = "g:1", .program = ACTOR_OURS, .process = 1};
  char name[8] = "m0:1";
  uint64_t last = 0;
  size_t i;
  script_init(&s);
  s.opt.probe_interval_ms = 10;
  script_start(&s);
  for (i = 0; i < members; i++) {
    name[1] = (char)('a' + i);
    a.name = name;
    a.process = (uint64_t)name[1];
    script_member(&s, &a);
  }
  *least = UINT64_MAX;
  *most = 0;
  for (i = 0; i < 40;) {
    script_pass(&s, gp_node_due(s.node) - s.now);
    while (script_count(&s, "probe") > 0) {
      bool digest = script_find(&s, "probe")->ext.topic == GP_TOPIC_DIGEST;
      name[1] = script_find(&s, "probe")->text[7];
      a.process = (uint64_t)name[1];
      script_respond(&s, "probe", &a, NULL);
      if (digest) {
        uint64_t pause = s.now - last;
        if (last != 0 && pause < *least)
          *least = pause;
        if (last != 0 && pause > *most)
          *most = pause;
        last = s.now;
        i++;
      }
    }
    while (s.sent_count > 0)
      gp_extension_clear(&s.sent[--s.sent_count].ext);
    s.seen_count = 0;
  }
  script_close(&s);
}

/* Up to a quarter earlier, so that they do not all come at once. */
#define BETWEEN(least, most, ms) \
  CHECK((least) >= (ms)*3 / 4 && (least) < (ms)*4 / 5); \
  CHECK((most) > (ms)*19 / 20 && (most) < (ms) + 10)

TEST(digesttimes, "a digest is told each 2 s, 1 more for each doubling") {
  static const size_t sizes[] = {1, 2, 3, 4, 7, 8};
  static const uint64_t pauses[] = {2000, 3000, 3000, 4000, 4000, 5000};
  uint64_t least, most;
  size_t i;
  for (i = 0; i < 6; i++) {
    digestpauses(sizes[i], &least, &most);
    BETWEEN(least, most, pauses[i]);
  }
}

/*
** Go members.
*/

/* Passes the time until a list is asked for; how long. 'to' gets of whom. */
static uint64_t untilasked (script *s, char *to) {
  uint64_t since = s->now;
  while (script_count(s, "connect") == 0) {
    SAME(script_count(s, "probe"), 0);
    script_pass(s, gp_node_due(s->node) - s->now);
  }
  *to = script_find(s, "connect")->text[8];
  script_respond(s, "connect", *to == 'g' ? &go : &go2, "");
  while (s->sent_count > 0)
    gp_extension_clear(&s->sent[--s->sent_count].ext);
  s->seen_count = 0;
  return s->now - since;
}

static void opengo (script *s, uint64_t nonce) {
  script_init(s);
  s->opt.nonce = nonce;
  s->opt.probe_interval_ms = 1000000000;
  script_start(s);
}

TEST(relisted,
     "a Go member is asked 3 s after the last one came, then less") {
  static const uint64_t pauses[] = {3000,  6000,  12000,  24000,
                                    48000, 96000, 192000, 192000};
  uint64_t least[8], most[8], nonce;
  int i;
  for (i = 0; i < 8; i++)
    least[i] = UINT64_MAX, most[i] = 0;
  for (nonce = 1001; nonce <= 1040; nonce++) {
    script s;
    char to;
    opengo(&s, nonce);
    script_member(&s, &go);
    script_pass(&s, 2000);
    SAME(script_count(&s, "connect"), 0);
    script_member(&s, &go2);
    for (i = 0; i < 8; i++) {
      uint64_t pause = untilasked(&s, &to);
      if (pause < least[i])
        least[i] = pause;
      if (pause > most[i])
        most[i] = pause;
    }
    script_close(&s);
  }
  for (i = 0; i < 8; i++) {
    CHECK(most[i] <= pauses[i] && most[i] > pauses[i] * 19 / 20);
    CHECK(least[i] >= pauses[i] * 3 / 4 && least[i] < pauses[i] * 4 / 5);
  }
}

TEST(relistany, "any of them is asked, and none of ours") {
  unsigned gos = 0, gos2 = 0;
  uint64_t nonce;
  for (nonce = 1001; nonce <= 1040; nonce++) {
    script s;
    char to;
    opengo(&s, nonce);
    script_member(&s, &bob);
    script_member(&s, &go);
    script_member(&s, &go2);
    untilasked(&s, &to);
    CHECK(to == 'g' || to == 'h');
    gos += to == 'g';
    gos2 += to == 'h';
    script_close(&s);
  }
  CHECK(gos > 10 && gos2 > 10);
}

TEST(relisthow, "by a connect under the name that it calls us, in its form") {
  script s;
  opengo(&s, 1);
  script_member(&s, &go);
  script_pass(&s, 3000);
  TEXT(script_sent(&s), "connect g:1 v113");
  script_respond(&s, "connect", &go, "a:1 g:1 c:1");
  TEXT(script_sent(&s), "connect c:1 any reconnect brief");
  script_close(&s);
}

TEST(relistdead, "one that cannot be reached is not asked") {
  script s;
  char to;
  opengo(&s, 1);
  script_member(&s, &go);
  script_member(&s, &go2);
  gp_suspicion_setreachable(&script_record(&s, "g:1")->liveness, false);
  untilasked(&s, &to);
  SAME(to, 'h');
  gp_suspicion_setreachable(&script_record(&s, "h:1")->liveness, false);
  script_pass(&s, 6000);
  TEXT(script_sent(&s), "");
  CHECK(!gp_deadlines_isset(&s.node->deadlines, GP_DUE_RELIST));
  script_close(&s);
}

TEST(relistnone, "among ours, or where nobody is probed, none is") {
  script s;
  script_open(&s);
  script_member(&s, &go);
  SAME(gp_node_due(s.node), UINT64_MAX);
  script_close(&s);
  opengo(&s, 1);
  script_member(&s, &bob);
  CHECK(!gp_deadlines_isset(&s.node->deadlines, GP_DUE_RELIST));
  script_close(&s);
}
