/*
** retry_test.c - when one that does not respond is tried again.
*/
#include "node/retry.h"

#include <string.h>

#include "test.h"

#define T 1000000u /* any time */
#define DAY 86400000u

/* Draws until the least and the most of 'begin' or 'next' have come. */
typedef struct range {
  uint64_t least, most;
} range;

static void widen (range *r, uint64_t is) {
  if (is < r->least)
    r->least = is;
  if (is > r->most)
    r->most = is;
}

static gp_random drawing (void) {
  gp_random random;
  gp_random_seed(&random, 1);
  return random;
}

TEST(firsttry, "the first try comes after a second, or a quarter less") {
  gp_random random = drawing();
  range pause = {UINT64_MAX, 0};
  int i;
  for (i = 0; i < 5000; i++) {
    gp_retry r = {0};
    CHECK(!gp_retry_isactive(&r));
    gp_retry_begin(&r, &random, T);
    CHECK(gp_retry_isactive(&r));
    widen(&pause, r.due_at - T);
  }
  SAME(pause.least, 750);
  SAME(pause.most, 1000);
}

TEST(nexttry, "the pause before the next one is an eighth longer") {
  gp_random random = drawing();
  range pause = {UINT64_MAX, 0};
  int i;
  for (i = 0; i < 5000; i++) {
    gp_retry r = {0};
    gp_retry_begin(&r, &random, T);
    CHECK(gp_retry_next(&r, &random, true, T + 900));
    SAME(r.tried_at, T + 900);
    widen(&pause, r.due_at - r.tried_at);
  }
  SAME(pause.least, 1125 - 1125 / 4);
  SAME(pause.most, 1125);
}

TEST(longpause, "pauses grow up to a minute") {
  gp_random random = drawing();
  gp_retry r = {0};
  uint64_t pause = 1000;
  int i;
  gp_retry_begin(&r, &random, T);
  for (i = 0; i < 100; i++) {
    uint64_t now = r.due_at;
    CHECK(gp_retry_next(&r, &random, true, now));
    pause = pause + pause / 8 < 60000 ? pause + pause / 8 : 60000;
    CHECK(r.due_at <= now + pause);
    CHECK(r.due_at >= now + pause - pause / 4);
  }
  SAME(pause, 60000);
}

/* Whether one is still tried so many ms after it began. */
static bool istried (bool was_member, uint64_t after) {
  gp_random random = drawing();
  gp_retry r = {0}, before;
  bool is;
  gp_retry_begin(&r, &random, T);
  before = r;
  is = gp_retry_next(&r, &random, was_member, T + after);
  CHECK(is || memcmp(&r, &before, sizeof r) == 0);
  return is;
}

TEST(giveup, "one that was a member is tried for a day, another a minute") {
  CHECK(istried(true, DAY));
  CHECK(!istried(true, DAY + 1));
  CHECK(istried(false, 60000));
  CHECK(!istried(false, 60001));
}

TEST(renewed, "one that shows itself is tried for a day from then on") {
  gp_random random = drawing();
  gp_retry r = {0};
  gp_retry_begin(&r, &random, T);
  gp_retry_renew(&r, T + DAY);
  CHECK(gp_retry_next(&r, &random, true, T + 2 * DAY));
  CHECK(!gp_retry_next(&r, &random, true, T + 2 * DAY + 1));
}

TEST(hastened, "one is tried within the time that is given, if not before") {
  gp_random random = drawing();
  range at = {UINT64_MAX, 0};
  gp_retry r = {0};
  int i;
  for (i = 0; i < 1000; i++) {
    gp_retry_begin(&r, &random, T);
    CHECK(gp_retry_hasten(&r, &random, 50, T + 10));
    widen(&at, r.due_at);
  }
  SAME(at.least, T + 10);
  SAME(at.most, T + 59);
  gp_retry_begin(&r, &random, T);
  CHECK(gp_retry_hasten(&r, &random, 1, T + 10));
  CHECK(!gp_retry_hasten(&r, &random, 1, T + 10));
  CHECK(!gp_retry_hasten(&r, &random, 1, T + 11));
  SAME(r.due_at, T + 10);
  CHECK(gp_retry_hasten(&r, &random, 1, T + 9));
  SAME(r.due_at, T + 9);
}

TEST(restless, "between two tries is a second, whatever speaks for one") {
  gp_random random = drawing();
  gp_retry r = {0};
  gp_retry_begin(&r, &random, T);
  while (r.pause_ms < 2000)
    CHECK(gp_retry_next(&r, &random, true, T));
  CHECK(gp_retry_hasten(&r, &random, 1, T + 999));
  SAME(r.due_at, T + 1000);
  CHECK(gp_retry_next(&r, &random, true, T + 1000));
  CHECK(gp_retry_hasten(&r, &random, 1, T + 2000));
  SAME(r.due_at, T + 2000);
  CHECK(gp_retry_next(&r, &random, true, T + 2000));
  CHECK(gp_retry_hasten(&r, &random, 1, T + 3001));
  SAME(r.due_at, T + 3001);
}

TEST(stopped, "one that is tried no more can be tried anew") {
  gp_random random = drawing();
  gp_retry r = {0}, nothing = {0};
  gp_retry_begin(&r, &random, T);
  CHECK(gp_retry_next(&r, &random, true, T));
  gp_retry_stop(&r);
  CHECK(!gp_retry_isactive(&r));
  SAME(r.tried_at, T);
  gp_retry_begin(&r, &random, T + 5000);
  CHECK(gp_retry_isactive(&r));
  SAME(r.began_at, T + 5000);
  SAME(r.pause_ms, 1000);
  gp_retry_reset(&r);
  CHECK(!gp_retry_isactive(&r));
  SAME(memcmp(&r, &nothing, sizeof r), 0);
}
