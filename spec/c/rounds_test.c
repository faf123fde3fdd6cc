/*
** rounds_test.c - in which order members are probed.
*/
#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {
  .name = "c:1", .program = ACTOR_OURS, .process = 3};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

/* A node that probes a member so often. */
static void open (script *s, uint32_t interval_ms) {
  script_init(s);
  s->opt.probe_interval_ms = interval_ms;
  script_start(s);
}

#define CROWD 7

/* Members of ours; which of them is the neighbour is told by their hashes. */
static char names[CROWD][8];

static actor crowd (int i) {
  actor a = {.name = names[i], .program = ACTOR_OURS};
  snprintf(names[i], sizeof names[i], "m%d:1", i);
  a.process = 100 + (uint64_t)i;
  return a;
}

static void admit (script *s, int i) {
  actor a = crowd(i);
  script_member(s, &a);
}

/* The next in the ring of hashes. */
static int neighbour (const script *s) {
  uint32_t nearest = UINT32_MAX;
  int i, found = -1;
  for (i = 0; i < CROWD; i++) {
    actor a = crowd(i);
    gp_record *peer = script_record(s, a.name);
    uint32_t way = peer->entry.publichash - gp_peer_publichash(s->self);
    if (way < nearest) {
      nearest = way;
      found = i;
    }
  }
  return found;
}

/* Passes an interval; all that are probed respond. Which ones were, a bit for
   each. */
static unsigned interval (script *s) {
  unsigned probed = 0;
  int i;
  script_untilsent(s);
  (void)script_sent(s);
  for (i = 0; i < CROWD; i++) {
    actor a = crowd(i);
    char text[32];
    snprintf(text, sizeof text, "probe %s", a.name);
    CHECK(script_count(s, text) <= 1);
    if (script_count(s, text) == 1) {
      probed |= 1u << i;
      script_respond(s, text, &a, NULL);
    }
  }
  SAME(script_count(s, "probe"), 0);
  return probed;
}

TEST(rounds, "in a round each is probed once, in an order of its own") {
  script s;
  unsigned first[CROWD], next[CROWD], others;
  bool same = true;
  int i, r;
  open(&s, 100);
  for (i = 0; i < CROWD; i++)
    admit(&s, i);
  s.node->sync.compare_at = UINT64_MAX;
  others = (1u << CROWD) - 1 - (1u << neighbour(&s));
  for (r = 0; r < 6; r++) {
    unsigned seen = 0;
    int count = 0;
    while (count < CROWD - 1) {
      unsigned probed = interval(&s) & others;
      if (probed == 0) /* the turn of the neighbour */
        continue;
      SAME(probed & (probed - 1), 0);
      CHECK((seen & probed) == 0);
      seen |= probed;
      next[count++] = probed;
    }
    SAME(seen, others);
    if (r > 1) /* the first is in the order in which they came in */
      same = same && memcmp(first, next, sizeof first) == 0;
    memcpy(first, next, sizeof first);
  }
  CHECK(!same);
  script_close(&s);
}

TEST(neighbours, "the neighbour is probed every second interval as well") {
  script s;
  int i, of;
  open(&s, 100);
  for (i = 0; i < CROWD; i++)
    admit(&s, i);
  s.node->sync.compare_at = UINT64_MAX;
  of = neighbour(&s);
  for (i = 0; i < 40; i++) {
    unsigned probed = interval(&s);
    if (i % 2 == 0) {
      CHECK((probed & 1u << of) != 0);
      CHECK((probed & (probed - 1)) != 0); /* and another one */
    }
    else
      SAME(probed & (probed - 1), 0);
  }
  script_close(&s);
}

TEST(midround, "one that comes is probed in the round that is under way") {
  script s;
  uint64_t nonce;
  unsigned places = 0;
  for (nonce = 1001; nonce <= 1040; nonce++) {
    int i, of, at = -1;
    script_init(&s);
    s.opt.nonce = nonce;
    s.opt.probe_interval_ms = 100;
    script_start(&s);
    for (i = 0; i < CROWD - 1; i++)
      admit(&s, i);
    s.node->sync.compare_at = UINT64_MAX;
    interval(&s);
    interval(&s);
    admit(&s, CROWD - 1);
    of = neighbour(&s);
    for (i = 0; i < CROWD - 1; i++)
      if (at < 0 && (interval(&s) & 1u << (CROWD - 1)) != 0)
        at = i;
    CHECK(at >= 0);
    if (of != CROWD - 1)
      places |= 1u << at;
    script_close(&s);
  }
  CHECK((places & 0xf) == 0xf); /* at any place of what is left of it */
}

/* Of Go programs only: none of them probes, so all are neighbours, up to a
   bound. */
TEST(manyneighbours, "so many Go members are probed by one of ours at once") {
  script s;
  char name[16];
  actor a = {.name = name, .program = ACTOR_V113};
  int i;
  open(&s, 60000);
  for (i = 0; i < 70; i++) {
    snprintf(name, sizeof name, "%c%c:1", 'g' + i / 26, 'a' + i % 26);
    script_member(&s, &a);
    gp_suspicion_setreachable(&script_of(&s, &a)->liveness,
                              false); /* not listed */
  }
  gp_deadlines_set(&s.node->deadlines, GP_DUE_RELIST, UINT64_MAX);
  script_untilsent(&s);
  SAME(script_count(&s, "probe"), 64 + 1);
  script_close(&s);
}

TEST(upto, "those are neighbours that come up to the first of ours") {
  script s;
  actor a = {.name = NULL, .program = ACTOR_V113};
  char name[16], nearest[16] = "";
  uint32_t way, least = UINT32_MAX;
  int i, before = 0;
  open(&s, 60000);
  for (i = 0; i < 40; i++) {
    snprintf(name, sizeof name, "%c%c:1", 'g' + i / 26, 'a' + i % 26);
    a.name = name;
    a.program = i % 8 == 7 ? ACTOR_OURS : ACTOR_V113;
    script_member(&s, &a);
    way = script_record(&s, name)->entry.publichash -
          gp_peer_publichash(s.self);
    if (a.program == ACTOR_OURS && way < least) {
      least = way;
      strcpy(nearest, name);
    }
  }
  for (i = 0; i < 40; i++) {
    snprintf(name, sizeof name, "%c%c:1", 'g' + i / 26, 'a' + i % 26);
    way = script_record(&s, name)->entry.publichash -
          gp_peer_publichash(s.self);
    before += way <= least;
  }
  gp_deadlines_set(&s.node->deadlines, GP_DUE_RELIST, UINT64_MAX);
  script_untilsent(&s);
  SAME(script_count(&s, "probe"), before + 1);
  snprintf(name, sizeof name, "probe %s", nearest);
  SAME(script_count(&s, name), 1);
  script_close(&s);
}

TEST(spared, "one that has just responded is not probed in its turn") {
  script s;
  uint64_t first;
  open(&s, 600);
  script_member(&s, &bob);
  s.node->sync.compare_at = UINT64_MAX;
  script_untilsent(&s); /* neighbours are probed now, and not next time */
  first = s.now;
  script_pass(&s, 1);
  script_respond(&s, "probe", &bob, NULL);
  script_sent(&s);
  script_pass(&s, 600);
  TEXT(script_sent(&s), ""); /* after 599 ms */
  script_untilsent(&s);
  SAME(s.now - first, 1200);
  script_respond(&s, "probe", &bob, NULL);
  script_sent(&s);
  SAME(script_untilsent(&s), 600);
  script_close(&s);
}

TEST(neverheard, "one that never responded is not spared, however long ago") {
  script s;
  open(&s, 100000000);
  script_member(&s, &bob);
  s.node->sync.compare_at = UINT64_MAX;
  s.node->detector.neighbours = true;
  s.now += 100000;
  gp_node_setprobeinterval(s.node, 1000, s.now);  /* the next one is soon, */
  s.node->self.opt.probe_interval_ms = 100000000; /* those after it not */
  CHECK(script_untilsent(&s) <= 1000);
  TEXT(script_sent(&s), "probe b:1 v113");
  script_close(&s);
}

/* A probe with a digest goes also to one that has just responded. */
TEST(digestrides, "the digest of our list rides on the probe that is due") {
  script s;
  const script_request *sent;
  open(&s, 600);
  script_member(&s, &bob);
  s.node->sync.compare_at = UINT64_MAX;
  script_untilsent(&s);
  script_pass(&s, 500);
  script_respond(&s, "probe", &bob, NULL);
  script_sent(&s);
  s.node->sync.compare_at = s.now + 100;
  SAME(script_untilsent(&s), 100);
  sent = script_find(&s, "probe");
  TEXT(sent->text, "probe b:1 v113 digest");
  CHECK(gp_digest_equal(sent->ext.digest, gp_node_digest(s.node)));
  CHECK(gp_peer_equal(sent->ext.about, s.self));
  CHECK(s.node->sync.compare_at > s.now);
  script_close(&s);
}

TEST(nodigest, "a Go program is told none") {
  script s;
  open(&s, 600);
  script_member(&s, &go);
  gp_deadlines_set(&s.node->deadlines, GP_DUE_RELIST, UINT64_MAX);
  s.node->sync.compare_at = 0;
  script_untilsent(&s);
  TEXT(script_sent(&s), "probe g:1 v113");
  CHECK(gp_digest_isnone(script_find(&s, "probe")->ext.digest));
  script_close(&s);
}

/* Its place in the round is skipped. */
TEST(leftround, "one that has left costs a round no interval") {
  script s;
  const actor *first;
  open(&s, 600);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  s.node->sync.compare_at = UINT64_MAX;
  s.node->detector.neighbours = true; /* it is not their turn */
  first = s.node->detector.round[0] == script_of(&s, &bob)->entry.slot
            ? &bob
            : &cleo;
  script_disconnect(&s, first);
  CHECK(script_of(&s, first) == NULL);
  CHECK(script_untilsent(&s) <= 600);
  TEXT(script_sent(&s), first == &bob ? "probe c:1 v113" : "probe b:1 v113");
  script_close(&s);
}

TEST(failedround, "those that failed are in no round") {
  script s;
  char name[] = "m0:1";
  actor a = {.name = name, .program = ACTOR_V113};
  int i;
  open(&s, 600);
  script_member(&s, &bob);
  for (i = 0; i < 8; i++) {
    name[1] = (char)('0' + i);
    script_member(&s, &a);
    gp_membership_apply(s.node, script_of(&s, &a), GP_HAS_FAILED,
                        GP_ETIMEDOUT);
  }
  gp_deadlines_set(&s.node->deadlines, GP_DUE_RELIST, UINT64_MAX);
  s.node->sync.compare_at = UINT64_MAX;
  s.node->detector.round_count = 0; /* a new one begins */
  for (i = 0; i < 10; i++) {
    CHECK(script_untilsent(&s) <= 600);
    TEXT(script_sent(&s), "probe b:1 v113");
    script_respond(&s, "probe", &bob, NULL);
  }
  SAME(s.node->detector.round_count, 1);
  script_close(&s);
}
