/*
** suspicion_test.c - whether one peer is alive, as far as can be told.
*/
#include "node/suspicion.h"

#include <string.h>

#include "test.h"

#define T 1000000 /* any time */
#define NEVER UINT64_MAX

/* What is next at 'now', and when to look again. */
static gp_suspicion_step step (gp_liveness *l, uint64_t now,
                               uint64_t *due_at) {
  return gp_suspicion_tick(l, 0, now, due_at);
}

/* Looks until nothing is left to be done; 'last' was the last to be. */
static void settle (gp_liveness *l, uint64_t now, gp_suspicion_step last) {
  gp_suspicion_step is = GP_STEP_NONE, next;
  uint64_t due_at;
  while ((next = step(l, now, &due_at)) != GP_STEP_NONE) {
    is = next;
    if (is == GP_STEP_FAIL)
      break;
  }
  SAME(is, last);
}

/* It fails at 'at', not before, as often as it is probed until then. */
static void failsat (gp_liveness *l, unsigned self_doubt, uint64_t at) {
  uint64_t due_at = 0;
  while (gp_suspicion_tick(l, self_doubt, at - 1, &due_at) != GP_STEP_NONE)
    continue;
  SAME(due_at, at);
  SAME(gp_suspicion_tick(l, self_doubt, at, &due_at), GP_STEP_FAIL);
}

TEST(unprobed, "of a peer that is not probed nothing is due") {
  gp_liveness l = {0};
  uint64_t due_at = 0;
  SAME(step(&l, T, &due_at), GP_STEP_NONE);
  CHECK(due_at == NEVER);
  SAME(l.state, GP_ALIVE);
}

TEST(silentprobe, "others are asked after 500 ms, it is suspected at 1200") {
  gp_liveness l = {0};
  uint64_t due_at;
  gp_suspicion_setreachable(&l, true);
  gp_suspicion_begin(&l, T);
  SAME(l.state, GP_PROBED);
  SAME(step(&l, T, &due_at), GP_STEP_NONE);
  SAME(due_at, T + 500);
  SAME(step(&l, T + 499, &due_at), GP_STEP_NONE);
  SAME(step(&l, T + 500, &due_at), GP_STEP_HELP);
  SAME(step(&l, T + 500, &due_at), GP_STEP_NONE);
  SAME(due_at, T + 1200);
  SAME(step(&l, T + 1199, &due_at), GP_STEP_NONE);
  CHECK(l.reachable);
  SAME(step(&l, T + 1200, &due_at), GP_STEP_SUSPECT);
  SAME(l.state, GP_SUSPECTED);
  SAME(l.reason, GP_ETIMEDOUT);
  CHECK(!l.reachable);
  SAME(step(&l, T + 1200, &due_at), GP_STEP_NONE);
  SAME(due_at, T + 1800);
}

TEST(lateprobe, "one looking too late still asks others before it suspects") {
  gp_liveness l = {0};
  uint64_t due_at;
  gp_suspicion_begin(&l, T);
  SAME(step(&l, T + 3000, &due_at), GP_STEP_HELP);
  SAME(step(&l, T + 3000, &due_at), GP_STEP_SUSPECT);
  failsat(&l, 0, T + 7500);
}

TEST(suspect, "a suspect is probed each 600 ms, and fails after 4500") {
  gp_liveness l = {0};
  uint64_t due_at, at;
  gp_suspicion_begin(&l, T - 1200);
  settle(&l, T, GP_STEP_SUSPECT);
  for (at = T + 600; at < T + 4500; at += 600) {
    SAME(step(&l, at - 1, &due_at), GP_STEP_NONE);
    SAME(due_at, at);
    SAME(step(&l, at, &due_at), GP_STEP_PROBE);
  }
  SAME(step(&l, T + 4499, &due_at), GP_STEP_NONE);
  SAME(due_at, T + 4500);
  SAME(step(&l, T + 4500, &due_at), GP_STEP_FAIL);
}

TEST(doubtfulself, "one that doubts itself waits up to four times as long") {
  gp_liveness l = {0};
  gp_suspicion_told(&l, T);
  failsat(&l, 3, T + 4 * 4500);
  CHECK(gp_suspicion_refused(&l, T));
  failsat(&l, 1, T + 2 * 1500);
}

TEST(lifesign, "any sign of life ends probe and suspicion") {
  gp_liveness l = {0};
  uint64_t due_at;
  gp_suspicion_begin(&l, T);
  gp_suspicion_heard(&l, T + 1);
  SAME(l.state, GP_ALIVE);
  SAME(step(&l, T + 60000, &due_at), GP_STEP_NONE);
  gp_suspicion_told(&l, T + 2);
  gp_suspicion_setreachable(&l, false);
  gp_suspicion_heard(&l, T + 3);
  SAME(l.state, GP_ALIVE);
  SAME(l.heard_at, T + 3);
  SAME(l.responded_at, 0);
  CHECK(l.reachable);
  gp_suspicion_told(&l, T + 4);
  gp_suspicion_responded(&l, T + 5);
  SAME(l.state, GP_ALIVE);
  SAME(l.heard_at, T + 5);
  SAME(l.responded_at, T + 5);
}

TEST(unreachable, "a request that failed suspects nobody by itself") {
  gp_liveness l = {0};
  gp_suspicion_heard(&l, T);
  gp_suspicion_setreachable(&l, false);
  CHECK(!l.reachable);
  SAME(l.state, GP_ALIVE);
}

TEST(refusing,
     "one that refuses is suspected at once, and fails in 1500 ms") {
  gp_liveness l = {0};
  uint64_t due_at;
  gp_suspicion_heard(&l, T);
  CHECK(gp_suspicion_refused(&l, T));
  SAME(l.state, GP_SUSPECTED);
  SAME(l.reason, GP_ECONNREFUSED);
  CHECK(!l.reachable);
  SAME(step(&l, T, &due_at), GP_STEP_NONE);
  SAME(due_at, T + 600);
  CHECK(!gp_suspicion_refused(&l, T + 600));
  failsat(&l, 0, T + 1500);
}

TEST(refusinglater, "the time of a refusal runs from the first one") {
  gp_liveness l = {0};
  gp_suspicion_told(&l, T);
  CHECK(!gp_suspicion_refused(&l, T + 1000));
  CHECK(!gp_suspicion_refused(&l, T + 1500));
  failsat(&l, 0, T + 2500);
  gp_suspicion_heard(&l, T + 3000);
  CHECK(gp_suspicion_refused(&l, T + 4000));
  failsat(&l, 0, T + 5500);
}

TEST(refusedandtold,
     "what others say of one that refused takes its own time") {
  gp_liveness l = {0};
  CHECK(gp_suspicion_refused(&l, T));
  gp_suspicion_told(&l, T + 1000);
  failsat(&l, 0, T + 5500);
}

TEST(missed, "how the probe ended is why it is suspected") {
  gp_liveness l = {0};
  gp_suspicion_begin(&l, T);
  gp_suspicion_missed(&l, GP_ECONNREFUSED);
  SAME(l.reason, GP_ECONNREFUSED);
  settle(&l, T + 1200, GP_STEP_SUSPECT);
  gp_suspicion_missed(&l, GP_EHOSTUNREACH);
  SAME(l.reason, GP_ECONNREFUSED);
  failsat(&l, 0,
          T + 5700); /* it has not refused: a probe has only ended so */
  gp_suspicion_begin(&l, T);
  SAME(l.reason, GP_ETIMEDOUT);
}

TEST(notsent, "a probe that was not sent proves nothing") {
  gp_liveness l = {0};
  gp_suspicion_begin(&l, T);
  gp_suspicion_notsent(&l, T);
  SAME(l.state, GP_ALIVE);
  gp_suspicion_notsent(&l, T);
  SAME(l.state, GP_ALIVE);
  gp_suspicion_told(&l, T);
  gp_suspicion_notsent(&l, T + 4000);
  SAME(l.state, GP_SUSPECTED);
  failsat(&l, 0, T + 8500);
}

TEST(saidtobe, "one that others suspect is probed at once") {
  gp_liveness l = {0};
  uint64_t due_at;
  gp_suspicion_heard(&l, T);
  gp_suspicion_told(&l, T);
  SAME(l.state, GP_SUSPECTED);
  SAME(l.reason, GP_ETIMEDOUT);
  CHECK(l.reachable);
  SAME(step(&l, T, &due_at), GP_STEP_PROBE);
  SAME(step(&l, T, &due_at), GP_STEP_NONE);
  SAME(due_at, T + 600);
}

/* A probe without a response, of which others say so: whether it fails. */
static bool fails (unsigned alive, unsigned dead, bool refuses) {
  gp_liveness l = {0};
  uint64_t due_at, now;
  gp_suspicion_begin(&l, T);
  for (now = T; now < T + 7000 && l.state != GP_ALIVE; now += 100) {
    if (now == T + 600) {
      while (alive-- > 0)
        gp_suspicion_said(&l, true);
      while (dead-- > 0)
        gp_suspicion_said(&l, false);
    }
    if (now == T + 700 && refuses)
      (void)gp_suspicion_refused(&l, now);
    if (step(&l, now, &due_at) == GP_STEP_FAIL)
      return true;
  }
  CHECK(l.heard_at == 0 && !l.reachable);
  return false;
}

TEST(vouched,
     "one that more say they reach than not does not fail, unless it "
     "refuses") {
  CHECK(fails(0, 0, false));
  CHECK(!fails(1, 0, false));
  CHECK(fails(1, 1, false));
  CHECK(fails(1, 2, false));
  CHECK(!fails(2, 1, false));
  CHECK(fails(3, 0, true));
}

TEST(helpers, "doubt is in place where no helper says anything") {
  gp_liveness l = {0};
  gp_suspicion_begin(&l, T);
  CHECK(!gp_suspicion_isdoubtful(&l));
  gp_suspicion_sethelpers(&l, 2);
  CHECK(gp_suspicion_isdoubtful(&l));
  gp_suspicion_said(&l, false);
  CHECK(!gp_suspicion_isdoubtful(&l));
  gp_suspicion_begin(&l, T);
  CHECK(!gp_suspicion_isdoubtful(&l));
  gp_suspicion_sethelpers(&l, 1);
  CHECK(gp_suspicion_isdoubtful(&l));
}

TEST(helpagain, "in each probe others are asked anew") {
  gp_liveness l = {0};
  settle(&l, T, GP_STEP_NONE);
  gp_suspicion_begin(&l, T);
  settle(&l, T + 500, GP_STEP_HELP);
  gp_suspicion_heard(&l, T + 600);
  gp_suspicion_begin(&l, T + 1000);
  settle(&l, T + 1400, GP_STEP_NONE);
  settle(&l, T + 1500, GP_STEP_HELP);
}

TEST(roundtrip, "a time of no milliseconds is told from none") {
  gp_liveness l = {0};
  gp_suspicion_setrtt(&l, 0);
  SAME(l.rtt_ms, 1);
  gp_suspicion_setrtt(&l, 41);
  SAME(l.rtt_ms, 42);
}

TEST(forgiven, "only what was waited for in time counts after a stall") {
  gp_liveness l = {0};
  gp_suspicion_begin(&l, T);
  gp_suspicion_forgive(&l, 0, T + 500, T + 9000);
  SAME(l.state, GP_ALIVE);
  gp_suspicion_told(&l, T);
  gp_suspicion_forgive(&l, 0, T + 1000, T + 9000);
  settle(&l, T + 9000, GP_STEP_PROBE);
  failsat(&l, 0, T + 9000 + 3500);
}

TEST(forgivenlast, "there is time for one more probe, and for no more") {
  gp_liveness l = {0};
  gp_suspicion_told(&l, T);
  gp_suspicion_forgive(&l, 0, T + 4499, T + 9000);
  failsat(&l, 0, T + 9000 + 600);
  gp_suspicion_reset(&l);
  gp_suspicion_told(&l, T);
  gp_suspicion_forgive(&l, 2, T + 13000, T + 20000);
  failsat(&l, 2, T + 20000 + 600);
}

TEST(toldoften, "what others suspect is heeded once a second") {
  gp_liveness l = {0};
  CHECK(gp_suspicion_told(&l, T));
  gp_suspicion_responded(&l, T + 10);
  CHECK(!gp_suspicion_told(&l, T + 999));
  SAME(l.state, GP_ALIVE);
  CHECK(gp_suspicion_told(&l, T + 1000));
  SAME(l.state, GP_SUSPECTED);
}

TEST(forgivenprobe, "a suspect is probed at once after a stall") {
  gp_liveness l = {0};
  uint64_t due_at;
  gp_suspicion_told(&l, T);
  settle(&l, T, GP_STEP_PROBE);
  gp_suspicion_forgive(&l, 0, T + 10, T + 550);
  SAME(step(&l, T + 550, &due_at), GP_STEP_PROBE);
}

TEST(forgivenearly, "what was due before it began was not waited for") {
  gp_liveness l = {0};
  gp_suspicion_told(&l, T);
  gp_suspicion_forgive(&l, 0, T - 100, T + 9000);
  failsat(&l, 0, T + 9000 + 4500);
}

TEST(forgivenrefusal, "one that refuses is forgiven likewise") {
  gp_liveness l = {0};
  CHECK(gp_suspicion_refused(&l, T));
  gp_suspicion_forgive(&l, 0, T + 300, T + 9000);
  failsat(&l, 0, T + 9000 + 1200);
  CHECK(gp_suspicion_refused(&l, T));
  gp_suspicion_forgive(&l, 0, T + 1400, T + 9000);
  failsat(&l, 0, T + 9000 + 600);
  CHECK(gp_suspicion_refused(&l, T));
  gp_suspicion_forgive(&l, 1, T + 2900, T + 9000);
  failsat(&l, 1, T + 9000 + 600);
}

TEST(forgivenothing, "to be forgiven is not to have refused") {
  gp_liveness l = {0};
  gp_suspicion_told(&l, T);
  gp_suspicion_forgive(&l, 0, T + 600, T + 2000);
  CHECK(!gp_suspicion_refused(&l, T + 2000));
  failsat(&l, 0, T + 3500);
}

TEST(ended, "of one that has failed all that was seen is kept") {
  gp_liveness l = {0};
  uint64_t due_at;
  gp_suspicion_responded(&l, T);
  gp_suspicion_setrtt(&l, 4);
  CHECK(gp_suspicion_refused(&l, T + 1));
  failsat(&l, 0, T + 1501);
  SAME(l.state, GP_ALIVE);
  SAME(step(&l, T + 60000, &due_at), GP_STEP_NONE);
  CHECK(due_at == NEVER && !l.reachable);
  SAME(l.heard_at, T);
  SAME(l.responded_at, T);
  SAME(l.rtt_ms, 5);
  SAME(l.reason, GP_ECONNREFUSED);
  CHECK(gp_suspicion_refused(&l, T + 5000));
  failsat(&l, 0, T + 6500);
}

TEST(reset, "of another process nothing counts, but that it is reached") {
  gp_liveness l = {0}, nothing = {0};
  gp_suspicion_responded(&l, T);
  gp_suspicion_setrtt(&l, 4);
  gp_suspicion_told(&l, T);
  gp_suspicion_reset(&l);
  CHECK(l.reachable);
  gp_suspicion_setreachable(&l, false);
  SAME(memcmp(&l, &nothing, sizeof l), 0);
  gp_suspicion_reset(&l);
  CHECK(!l.reachable);
}
