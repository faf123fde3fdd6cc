/*
** bucket_test.c - so much at once, then so much in a time.
*/
#include "base/bucket.h"

#include "test.h"

#define T 1000000u /* any time */

/* How many of 'tries' it gives at once. */
static int take (gp_bucket *b, uint64_t now, int tries) {
  int i, got = 0;
  for (i = 0; i < tries; i++)
    got += gp_bucket_take(b, 5, 100, now);
  return got;
}

TEST(fullbucket, "a bucket gives what is in it at once, and no more") {
  gp_bucket b = {0};
  SAME(take(&b, T, 5), 5);
  SAME(take(&b, T, 5), 0);
  SAME(take(&b, T + 99, 5), 0);
}

TEST(refilled, "one is added each time, and none that finds it full") {
  gp_bucket b = {0};
  SAME(take(&b, T, 9), 5);
  SAME(take(&b, T + 100, 9), 1);
  SAME(take(&b, T + 350, 9), 2);
  SAME(take(&b, T + 399, 9), 0);
  SAME(take(&b, T + 400, 9), 1); /* the half one was not lost */
  SAME(take(&b, T + 99999, 9), 5);
}

TEST(earlybucket, "at the beginning of time it is full as well") {
  gp_bucket b = {0};
  SAME(take(&b, 0, 9), 5);
  SAME(take(&b, 100, 9), 1);
}
