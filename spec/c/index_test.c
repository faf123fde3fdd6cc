/*
** index_test.c - how things are found.
*/
#include <string.h>

#include "base/index.h"
#include "base/random.h"
#include "memory.h"
#include "test.h"
#include "value/peertable.h"

#define THINGS 300
#define HASHES 40 /* so that many share one */

typedef struct thing {
  gp_indexlink link;
  uint64_t since; /* it has its hash; 0: it is not in */
} thing;

/* All with a hash are found, the one that has it longest first. */
static void lookup (const gp_index *ix, const thing *all, uint32_t hash) {
  size_t i, in = 0, found = 0;
  uint64_t last = 0;
  gp_indexlink *l;
  for (i = 0; i < THINGS; i++)
    in += all[i].since != 0 && all[i].link.hash == hash;
  for (l = gp_index_find(ix, hash); l != NULL; l = gp_index_next(l)) {
    const thing *t = gp_index_of(thing, link, l);
    SAME(l->hash, hash);
    CHECK(t->since > last);
    last = t->since;
    found++;
  }
  SAME(found, in);
}

/* 't' gets a hash, unless it goes. */
static void change (gp_index *ix, thing *t, uint32_t hash, bool goes,
                    uint64_t now) {
  bool same = t->since != 0 && t->link.hash == hash;
  if (t->since == 0)
    SAME(gp_index_add(ix, &t->link, hash), GP_OK);
  else if (goes)
    gp_index_remove(ix, &t->link);
  else
    gp_index_move(ix, &t->link, hash);
  if (t->since != 0 && goes)
    t->since = 0;
  else if (!same)
    t->since = now;
}

TEST(indexed, "an index finds all with a hash, the oldest first") {
  static thing all[THINGS];
  gp_index ix = {0, 0, NULL};
  gp_random r;
  uint64_t now;
  memset(all, 0, sizeof all);
  gp_random_seed(&r, 7);
  CHECK(gp_index_find(&ix, 0) == NULL);
  for (now = 1; now < 4000; now++) {
    thing *t = &all[gp_random_below(&r, THINGS)];
    uint32_t hash = (uint32_t)gp_random_below(&r, HASHES) * 8;
    change(&ix, t, hash, gp_random_below(&r, 3) == 0, now);
    lookup(&ix, all, hash);
  }
  gp_index_clear(&ix);
  SAME(ix.count, 0);
}

/* Half of what was published for this key and text (crypto_test.c). */
TEST(indexhash, "the hash of a text is its SipHash, with the process's key") {
  gp_siphashkey key, zero;
  uint32_t a = gp_index_hash("a");
  size_t i;
  for (i = 0; i < sizeof key.bytes; i++)
    key.bytes[i] = (unsigned char)i;
  gp_index_setkey(&key);
  SAME(gp_index_hash(""), 0xdd0e0e31);
  CHECK(gp_index_hash("a") != a);
  memset(&zero, 0, sizeof zero);
  gp_index_setkey(&zero); /* as before */
  SAME(gp_index_hash("a"), a);
}

TEST(indexmemory, "an index without memory stays as it was") {
  gp_index ix = {0, 0, NULL};
  gp_indexlink links[9];
  size_t i;
  memory_fail(1, true);
  SAME(gp_index_add(&ix, &links[0], 7), GP_ENOMEM);
  memory_heal();
  for (i = 0; i < 8; i++)
    SAME(gp_index_add(&ix, &links[i], (uint32_t)i), GP_OK);
  memory_fail(1, true);
  SAME(gp_index_add(&ix, &links[8], 8), GP_ENOMEM);
  memory_heal();
  SAME(ix.count, 8);
  CHECK(gp_index_find(&ix, 8) == NULL);
  SAME(gp_index_add(&ix, &links[8], 8), GP_OK);
  for (i = 0; i < 9; i++)
    CHECK(gp_index_find(&ix, (uint32_t)i) == &links[i]);
  gp_index_clear(&ix);
  CHECK(gp_index_find(&ix, 1) == NULL);
}

#define ENTRIES 300

/* A table and beside it the truth. */
typedef struct shelf {
  gp_peertable ms;
  gp_peerentry at[ENTRIES];
  gp_peer *names[2 * ENTRIES];
  bool in[ENTRIES];
} shelf;

static void check (shelf *s) {
  const gp_peerentry *e;
  size_t i, count = 0, walked = 0;
  for (i = 0; i < ENTRIES; i++) {
    gp_peerentry *found;
    if (!s->in[i])
      continue;
    count++;
    found = gp_peertable_find(&s->ms, s->at[i].peer);
    CHECK(found == &s->at[i]);
    CHECK(gp_peertable_at(&s->ms, found->slot) == found);
  }
  for (e = s->ms.first; e != NULL; e = e->next) {
    CHECK(e->next == NULL ? s->ms.last == e : e->next->prev == e);
    walked++;
  }
  SAME(s->ms.count, count);
  SAME(walked, count);
}

static void toggle (shelf *s, size_t i) {
  if (s->in[i])
    gp_peertable_remove(&s->ms, &s->at[i]);
  else {
    s->at[i].peer = s->names[i];
    SAME(gp_peertable_add(&s->ms, &s->at[i]), GP_OK);
  }
  s->in[i] = !s->in[i];
}

TEST(members, "a table finds what is in it, by name and by slot") {
  static shelf s;
  gp_random r;
  size_t i, round;
  memset(&s, 0, sizeof s);
  gp_random_seed(&r, 4);
  for (i = 0; i < 2 * ENTRIES; i++)
    SAME(gp_peer_new(&s.names[i], "n", 1, (int64_t)i + 1), GP_OK);
  CHECK(gp_peertable_find(&s.ms, s.names[0]) == NULL);
  CHECK(gp_peertable_at(&s.ms, 0) == NULL);
  for (round = 0; round < 4000; round++) {
    i = gp_random_below(&r, ENTRIES);
    if (s.in[i] && gp_random_below(&r, 3) == 0) {
      uint32_t slot = s.at[i].slot;
      gp_peer *old = s.at[i].peer;
      gp_peertable_rename(&s.ms, &s.at[i], s.names[i + ENTRIES]);
      SAME(s.at[i].slot, slot);
      if (old == s.names[i])
        CHECK(gp_peertable_find(&s.ms, old) == NULL);
    }
    else
      toggle(&s, i);
    if (round % 50 == 0)
      check(&s);
  }
  CHECK(gp_peertable_at(&s.ms, UINT32_MAX) == NULL);
  gp_peertable_clear(&s.ms);
  SAME(s.ms.count, 0);
  for (i = 0; i < 2 * ENTRIES; i++)
    gp_peer_unref(s.names[i]);
}
