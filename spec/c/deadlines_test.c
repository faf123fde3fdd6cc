/*
** deadlines_test.c - what is due next, and ticks.
*/
#include "node/deadlines.h"

#include <string.h>

#include "test.h"

#define PEERS 5

typedef struct due {
  gp_deadlines all;
  gp_deadline of[PEERS];
} due;

static void open (due *d) {
  memset(d, 0, sizeof *d);
  SAME(gp_deadlines_init(&d->all), GP_OK);
  SAME(gp_deadlines_reserve(&d->all, PEERS), GP_OK);
  SAME(gp_deadlines_next(&d->all), UINT64_MAX);
}

/* The number of the record that is due, 100 and more for the node's own; -1:
   nothing is. */
static int take (due *d, uint64_t now) {
  gp_deadline *t = gp_deadlines_take(&d->all, now);
  if (t == NULL)
    return -1;
  if (t->what == GP_DUE_PEER)
    return (int)(t - d->of);
  CHECK(t == &d->all.own[t->what]);
  return 100 + t->what;
}

TEST(dueearliest, "the earliest comes first, and nothing too early") {
  due d;
  open(&d);
  gp_deadlines_lookat(&d.all, &d.of[0], 30);
  gp_deadlines_lookat(&d.all, &d.of[1], 10);
  gp_deadlines_set(&d.all, GP_DUE_PROBE, 20);
  SAME(gp_deadlines_next(&d.all), 10);
  SAME(take(&d, 9), -1);
  SAME(take(&d, 10), 1);
  SAME(take(&d, 10), -1);
  SAME(gp_deadlines_next(&d.all), 20);
  SAME(take(&d, 50), 100 + GP_DUE_PROBE);
  CHECK(!gp_deadlines_isset(&d.all, GP_DUE_PROBE));
  SAME(take(&d, 50), 0);
  SAME(take(&d, UINT64_MAX), -1);
  gp_deadlines_clear(&d.all);
}

TEST(duenolater,
     "a record is looked at no later than at any time asked for") {
  due d;
  open(&d);
  gp_deadlines_lookat(&d.all, &d.of[0], 20);
  gp_deadlines_lookat(&d.all, &d.of[0], 30);
  SAME(gp_deadlines_next(&d.all), 20);
  gp_deadlines_lookat(&d.all, &d.of[0], UINT64_MAX);
  SAME(gp_deadlines_next(&d.all), 20);
  gp_deadlines_lookat(&d.all, &d.of[0], 10);
  SAME(gp_deadlines_next(&d.all), 10);
  SAME(take(&d, 10), 0);
  SAME(take(&d, 30), -1); /* once */
  gp_deadlines_lookat(&d.all, &d.of[1], UINT64_MAX);
  SAME(gp_deadlines_next(&d.all), UINT64_MAX);
  gp_deadlines_clear(&d.all);
}

TEST(dueset, "what is due for the node is moved to any time, or taken back") {
  due d;
  int what;
  open(&d);
  for (what = GP_DUE_UNSENT; what < GP_DUES; what++) {
    CHECK(!gp_deadlines_isset(&d.all, (gp_due)what));
    gp_deadlines_set(&d.all, (gp_due)what, 20);
    gp_deadlines_set(&d.all, (gp_due)what, 30);
    CHECK(gp_deadlines_isset(&d.all, (gp_due)what));
    SAME(gp_deadlines_next(&d.all), 30);
    gp_deadlines_set(&d.all, (gp_due)what, 10);
    SAME(take(&d, 10), 100 + what);
    gp_deadlines_set(&d.all, (gp_due)what, 10);
    gp_deadlines_set(&d.all, (gp_due)what, UINT64_MAX);
    gp_deadlines_set(&d.all, (gp_due)what, UINT64_MAX);
    CHECK(!gp_deadlines_isset(&d.all, (gp_due)what));
    SAME(take(&d, 10), -1);
  }
  gp_deadlines_clear(&d.all);
}

TEST(dueequal, "what is due at one time comes in the order it was set in") {
  due d;
  int i;
  open(&d);
  for (i = 0; i < PEERS; i++)
    gp_deadlines_lookat(&d.all, &d.of[(i * 2) % PEERS], 10);
  for (i = 0; i < PEERS; i++)
    gp_deadlines_lookat(&d.all, &d.of[i], 10); /* no later: as it was */
  for (i = 0; i < PEERS; i++)
    SAME(take(&d, 10), (i * 2) % PEERS);
  gp_deadlines_clear(&d.all);
}

TEST(duecancel, "a record that is taken out is not looked at") {
  due d;
  open(&d);
  gp_deadlines_lookat(&d.all, &d.of[0], 10);
  gp_deadlines_lookat(&d.all, &d.of[1], 20);
  gp_deadlines_cancel(&d.all, &d.of[0]);
  gp_deadlines_cancel(&d.all, &d.of[2]); /* was never set */
  SAME(take(&d, 30), 1);
  SAME(take(&d, 30), -1);
  gp_deadlines_clear(&d.all);
}
