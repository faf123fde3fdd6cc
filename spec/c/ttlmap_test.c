/*
** ttlmap_test.c - numbers that are remembered for a while.
*/
#include "base/ttlmap.h"

#include <time.h>

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

/* What it costs to raise and ask often where so many are remembered, in ticks
   of the processor. Of each key others have chosen the low half. */
static clock_t cost (uint64_t count) {
  gp_ttlmap m;
  uint64_t i, found = 0;
  clock_t since;
  gp_ttlmap_init(&m, count, 1);
  for (i = 0; i < count; i++)
    gp_ttlmap_raise(&m, i << 32, 1, 0);
  since = clock();
  for (i = 0; i < 40000; i++) {
    gp_ttlmap_raise(&m, (i + count) << 32, 1, 0); /* forgets the oldest */
    found += gp_ttlmap_get(&m, (i + count / 2) << 32, 0);
    found += gp_ttlmap_get(&m, 7, 0);
  }
  since = clock() - since;
  SAME(found, 40000);
  gp_ttlmap_clear(&m);
  return since;
}

TEST(ttlmapmany, "with 4,096 numbers each call costs what it does with 8") {
  clock_t few = cost(8), many = cost(4096);
  CHECK(many < 20 * (few + CLOCKS_PER_SEC / 500));
}
