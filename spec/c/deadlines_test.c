/*
** deadlines_test.c - what is due next: one heap for all of it.
*/
#include "node/deadlines.h"
#include "test.h"

static gp_deadlines heapfor (size_t records) {
  gp_deadlines ds = {.heap = {.count = 0}};
  SAME(gp_deadlines_init(&ds), GP_OK);
  SAME(gp_deadlines_reserve(&ds, records), GP_OK);
  return ds;
}

TEST(nothingdue, "where nothing is due, nothing is taken") {
  gp_deadlines ds = heapfor(0);
  CHECK(gp_deadlines_next(&ds) == UINT64_MAX);
  CHECK(gp_deadlines_take(&ds, UINT64_MAX) == NULL);
  CHECK(!gp_deadlines_isset(&ds, GP_DUE_PROBE));
  gp_deadlines_clear(&ds);
}

TEST(whatisdue, "what is due for the node is taken when its time has come") {
  gp_deadlines ds = heapfor(0);
  gp_deadline *d;
  gp_deadlines_set(&ds, GP_DUE_RELIST, 30);
  gp_deadlines_set(&ds, GP_DUE_PROBE, 20);
  CHECK(gp_deadlines_isset(&ds, GP_DUE_PROBE));
  SAME(gp_deadlines_next(&ds), 20);
  CHECK(gp_deadlines_take(&ds, 19) == NULL);
  d = gp_deadlines_take(&ds, 20);
  CHECK(d != NULL && d->what == GP_DUE_PROBE);
  CHECK(!gp_deadlines_isset(&ds, GP_DUE_PROBE));
  CHECK(gp_deadlines_take(&ds, 29) == NULL);
  d = gp_deadlines_take(&ds, 100);
  CHECK(d != NULL && d->what == GP_DUE_RELIST);
  CHECK(gp_deadlines_next(&ds) == UINT64_MAX);
  gp_deadlines_clear(&ds);
}

TEST(setanew, "the node's own can be set later, earlier and to never") {
  gp_deadlines ds = heapfor(0);
  gp_deadlines_set(&ds, GP_DUE_INBOX, 20);
  gp_deadlines_set(&ds, GP_DUE_INBOX, 50);
  SAME(gp_deadlines_next(&ds), 50);
  gp_deadlines_set(&ds, GP_DUE_INBOX, 10);
  SAME(gp_deadlines_next(&ds), 10);
  gp_deadlines_set(&ds, GP_DUE_INBOX, UINT64_MAX);
  CHECK(!gp_deadlines_isset(&ds, GP_DUE_INBOX));
  CHECK(gp_deadlines_next(&ds) == UINT64_MAX);
  gp_deadlines_set(&ds, GP_DUE_INBOX, UINT64_MAX);
  gp_deadlines_clear(&ds);
}

TEST(lookedat, "a record is looked at no later than anybody wants") {
  gp_deadlines ds = heapfor(2);
  gp_deadline a = {.what = GP_DUE_PEER}, b = {.what = GP_DUE_PEER};
  gp_deadlines_lookat(&ds, &a, UINT64_MAX);
  CHECK(gp_deadlines_next(&ds) == UINT64_MAX);
  gp_deadlines_lookat(&ds, &a, 40);
  gp_deadlines_lookat(&ds, &a, 60);
  SAME(gp_deadlines_next(&ds), 40);
  gp_deadlines_lookat(&ds, &a, 30);
  gp_deadlines_lookat(&ds, &b, 35);
  CHECK(gp_deadlines_take(&ds, 29) == NULL);
  CHECK(gp_deadlines_take(&ds, 50) == &a);
  CHECK(gp_deadlines_take(&ds, 50) == &b);
  CHECK(gp_deadlines_take(&ds, 50) == NULL);
  gp_deadlines_lookat(&ds, &a, 70); /* it was taken: it may be set later */
  SAME(gp_deadlines_next(&ds), 70);
  gp_deadlines_clear(&ds);
}

TEST(inorder, "of two that are due at once the one set first comes first") {
  gp_deadlines ds = heapfor(1);
  gp_deadline a = {.what = GP_DUE_PEER};
  gp_deadlines_set(&ds, GP_DUE_UNSENT, 5);
  gp_deadlines_lookat(&ds, &a, 5);
  CHECK(gp_deadlines_take(&ds, 5)->what == GP_DUE_UNSENT);
  CHECK(gp_deadlines_take(&ds, 5) == &a);
  gp_deadlines_clear(&ds);
}

TEST(cancelled, "one that is cancelled is not due, also if it was not set") {
  gp_deadlines ds = heapfor(2);
  gp_deadline a = {.what = GP_DUE_PEER}, b = {.what = GP_DUE_PEER};
  gp_deadlines_lookat(&ds, &a, 5);
  gp_deadlines_lookat(&ds, &b, 7);
  gp_deadlines_cancel(&ds, &a);
  gp_deadlines_cancel(&ds, &a);
  SAME(gp_deadlines_next(&ds), 7);
  CHECK(gp_deadlines_take(&ds, 9) == &b);
  CHECK(gp_deadlines_take(&ds, 9) == NULL);
  gp_deadlines_clear(&ds);
}

#define MANY 500

TEST(manydue, "all that room was reserved for come in order") {
  static gp_deadline d[MANY];
  gp_deadlines ds = heapfor(MANY);
  gp_deadline *at;
  uint64_t last = 0;
  size_t i, count = 0;
  for (i = 0; i < MANY; i++)
    gp_deadlines_lookat(&ds, &d[i], 1 + i * 7919 % MANY);
  for (i = 0; i < GP_DUES; i++)
    gp_deadlines_set(&ds, (gp_due)i, MANY + 1);
  while ((at = gp_deadlines_take(&ds, UINT64_MAX - 1)) != NULL) {
    CHECK(at->item.at >= last);
    last = at->item.at;
    count++;
  }
  SAME(count, MANY + GP_DUES);
  gp_deadlines_clear(&ds);
}
