/*
** ttlmap_test.c - numbers that are remembered for a while.
*/
#include "base/ttlmap.h"

#include "memory.h"
#include "test.h"

TEST(ttlmap, "a number is known for a while") {
  gp_ttlmap m;
  gp_ttlmap_init(&m, 100, 120000);
  gp_ttlmap_raise(&m, 7, 3, 1000);
  gp_ttlmap_raise(&m, 8, 1, 2000);
  gp_ttlmap_raise(&m, 7, 2, 3000); /* older than what is known */
  SAME(gp_ttlmap_get(&m, 7, 3000), 3);
  SAME(gp_ttlmap_get(&m, 9, 3000), 0);
  SAME(gp_ttlmap_get(&m, 8, 121999), 1);
  SAME(gp_ttlmap_get(&m, 8, 122000), 0);
  SAME(gp_ttlmap_get(&m, 7, 122999), 3);
  SAME(gp_ttlmap_get(&m, 7, 123000), 0);
  SAME(m.bykey.count, 0);
  gp_ttlmap_clear(&m);
}

TEST(ttlmapbound, "of too many numbers the oldest are forgotten") {
  gp_ttlmap m;
  uint64_t i;
  gp_ttlmap_init(&m, 3, 120000);
  for (i = 1; i <= 4; i++)
    gp_ttlmap_raise(&m, i, 10 * i, i);
  SAME(m.bykey.count, 3);
  SAME(gp_ttlmap_get(&m, 1, 5), 0);
  for (i = 2; i <= 4; i++)
    SAME(gp_ttlmap_get(&m, i, 5), 10 * i);
  gp_ttlmap_clear(&m);
  SAME(m.bykey.count, 0);
}

TEST(ttlmapagain, "what is raised again is known from then on") {
  gp_ttlmap m;
  gp_ttlmap_init(&m, 2, 100);
  gp_ttlmap_raise(&m, 1, 5, 0);
  gp_ttlmap_raise(&m, 2, 6, 50);
  gp_ttlmap_raise(&m, 1, 7, 60); /* the other is the oldest now */
  gp_ttlmap_raise(&m, 3, 8, 70);
  SAME(m.bykey.count, 2);
  SAME(gp_ttlmap_get(&m, 2, 70), 0);
  SAME(gp_ttlmap_get(&m, 1, 159), 7);
  SAME(gp_ttlmap_get(&m, 1, 160), 0);
  SAME(gp_ttlmap_get(&m, 3, 169), 8);
  memory_fail(1, false);
  gp_ttlmap_raise(&m, 4, 9, 169);
  CHECK(memory_heal());
  SAME(gp_ttlmap_get(&m, 4, 169), 0);
  SAME(m.bykey.count, 1);
  gp_ttlmap_clear(&m);
}

TEST(ttlmapmemory, "what there is no memory for is forgotten, and no other") {
  gp_ttlmap m;
  uint64_t i;
  gp_ttlmap_init(&m, 100, 120000);
  memory_fail(2, false); /* the entry is there, the index is not */
  gp_ttlmap_raise(&m, 1, 10, 0);
  CHECK(memory_heal());
  SAME(gp_ttlmap_get(&m, 1, 0), 0);
  for (i = 1; i <= 8; i++)
    gp_ttlmap_raise(&m, i, 10 * i, 0);
  memory_fail(2, false); /* it has to grow */
  gp_ttlmap_raise(&m, 9, 90, 0);
  CHECK(memory_heal());
  SAME(gp_ttlmap_get(&m, 9, 0), 0);
  for (i = 1; i <= 8; i++)
    SAME(gp_ttlmap_get(&m, i, 0), 10 * i);
  gp_ttlmap_clear(&m);
  gp_ttlmap_raise(&m, 1, 5, 0); /* it can be filled again */
  SAME(gp_ttlmap_get(&m, 1, 0), 5);
  gp_ttlmap_clear(&m);
}

TEST(ttlmapfull, "a full one takes another without a larger index") {
  gp_ttlmap m;
  uint64_t i;
  gp_ttlmap_init(&m, 8, 120000);
  for (i = 1; i <= 8; i++)
    gp_ttlmap_raise(&m, i, i, 0);
  memory_fail(2, true);
  gp_ttlmap_raise(&m, 9, 9, 0);
  CHECK(!memory_heal());
  SAME(gp_ttlmap_get(&m, 1, 0), 0);
  SAME(gp_ttlmap_get(&m, 2, 0), 2);
  SAME(gp_ttlmap_get(&m, 9, 0), 9);
  gp_ttlmap_clear(&m);
}

/* How many entries of it are looked at most for a key. */
static size_t longest (const gp_ttlmap *m) {
  size_t i, most = 0;
  for (i = 0; i < m->bykey.size; i++) {
    const gp_indexlink *l = m->bykey.buckets[i];
    size_t n = 0;
    for (; l != NULL; l = l->next)
      n++;
    most = n > most ? n : most;
  }
  return most;
}

TEST(ttlmapmany, "of 4,096 numbers few are looked at, also where others have "
                 "chosen half of the keys") {
  gp_ttlmap m;
  uint64_t i, half;
  for (half = 0; half < 2; half++) {
    gp_ttlmap_init(&m, 4096, 1);
    for (i = 0; i < 8192; i++) /* the oldest are forgotten */
      gp_ttlmap_raise(&m, half == 0 ? i << 32 : i, 1, 0);
    SAME(m.bykey.count, 4096);
    CHECK(longest(&m) <= 16);
    gp_ttlmap_clear(&m);
  }
}
