/*
** base_test.c - what everything else is made of: bytes, random numbers,
** errors, queues, signals and what is due.
*/
#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/blob.h"
#include "base/err.h"
#include "base/heap.h"
#include "base/index.h"
#include "base/queue.h"
#include "base/random.h"
#include "base/ring.h"
#include "base/signal.h"
#include "memory.h"
#include "test.h"

TEST(blob, "a blob has its bytes, a zero byte, and who holds it") {
  size_t used = memory_used();
  gp_blob *b = gp_blob_new(3);
  CHECK(b != NULL);
  SAME(b->len, 3);
  SAME(b->bytes[3], 0);
  CHECK(gp_blob_ref(b) == b);
  gp_blob_unref(b);
  SAME(memory_used(), used + 1);
  gp_blob_unref(b);
  gp_blob_unref(NULL);
  CHECK(gp_blob_new(SIZE_MAX) == NULL);
  CHECK(gp_blob_new(SIZE_MAX - sizeof *b) == NULL);
  memory_fail(1, false);
  CHECK(gp_blob_new(3) == NULL);
  CHECK(memory_heal());
}

TEST(cases, "letters of ASCII are the same in either case, and no others") {
  CHECK(gp_ascii_same("Transfer-ENCODING", "tRANSFER-encoding", 17));
  CHECK(gp_ascii_same("abX", "aBy", 2));
  CHECK(!gp_ascii_same("[", "{", 1));
  CHECK(!gp_ascii_same("@", "`", 1));
  CHECK(!gp_ascii_same("\xC4", "\xE4", 1));
  CHECK(gp_ascii_same("a", "b", 0));
  CHECK(gp_ascii_isword("HOST: a", 4, "Host"));
  CHECK(!gp_ascii_isword("Host", 4, "Hos"));
  CHECK(!gp_ascii_isword("Host", 4, "Hosts"));
}

/* As their authors' own programs give them. */
TEST(randomvectors, "the numbers are those of splitmix64 and xoshiro256**") {
  static const uint64_t seeded[] = {0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4,
                                    0x06c45d188009454f, 0xf88bb8a8724c81ec};
  static const uint64_t drawn[] = {11520,
                                   0,
                                   1509978240,
                                   1215971899390074240,
                                   1216172134540287360,
                                   607988272756665600,
                                   16172922978634559625u,
                                   8476171486693032832,
                                   10595114339597558777u,
                                   2904607092377533576};
  gp_random r;
  size_t i;
  gp_random_seed(&r, 0);
  for (i = 0; i < 4; i++)
    CHECK(r.state[i] == seeded[i]);
  for (i = 0; i < 4; i++)
    r.state[i] = i + 1;
  for (i = 0; i < sizeof drawn / sizeof *drawn; i++)
    CHECK(gp_random_next(&r) == drawn[i]);
}

/* 2^64 mod n is 11520, which is the first that these four draw. */
TEST(randombelow, "no number is drawn more often than another") {
  gp_random r = {{1, 2, 3, 4}};
  uint64_t n = ((uint64_t)1 << 56) - 45;
  size_t i, low = 0;
  SAME(gp_random_below(&r, n), 11520);
  SAME(gp_random_below(&r, n), 1509978240); /* zero is passed over */
  SAME(gp_random_below(&r, 1), 0);
  for (i = 0; i < 3000; i++)
    low += gp_random_below(&r, (uint64_t)3 << 62) < (uint64_t)1 << 62;
  CHECK(low > 900 && low < 1100); /* of three equal parts, the lowest */
}

TEST(randomchance, "a chance is one of a million") {
  gp_random r = {{1, 2, 3, 4}}, same = r;
  size_t i;
  CHECK(!gp_random_chance(&r, 0));
  CHECK(memcmp(&r, &same, sizeof r) == 0); /* none was drawn */
  CHECK(!gp_random_chance(&r, 978240));    /* the first that counts is this */
  CHECK(gp_random_chance(&same, 978241));
  for (i = 0; i < 1000; i++)
    CHECK(gp_random_chance(&r, GP_MILLION));
}

TEST(queuebounds, "a queue takes so many, in order, and no more") {
  gp_queue q;
  int items[100];
  size_t i, round;
  gp_queue_init(&q, 20, SIZE_MAX);
  CHECK(gp_queue_peek(&q) == NULL);
  for (round = 0; round < 7; round++) {
    for (i = 0; i < 20; i++)
      SAME(gp_queue_push(&q, &items[i], 1), GP_OK);
    CHECK(gp_queue_full(&q));
    SAME(gp_queue_push(&q, &items[0], 1), GP_ENOBUFS);
    for (i = 0; i < 13; i++) {
      CHECK(gp_queue_peek(&q) == &items[i]);
      gp_queue_drop(&q, 1);
    }
    for (i = 20; i < 33; i++)
      SAME(gp_queue_push(&q, &items[i], 1), GP_OK);
    for (i = 13; i < 33; i++) {
      CHECK(gp_queue_peek(&q) == &items[i]);
      gp_queue_drop(&q, 1);
    }
    SAME(q.bytes, 0);
  }
  gp_queue_clear(&q);
  CHECK(gp_queue_peek(&q) == NULL);
}

TEST(queuebytes, "a queue is full by its bytes; a large item passes alone") {
  gp_queue q;
  int item;
  gp_queue_init(&q, 10, 8);
  SAME(gp_queue_push(&q, &item, 100), GP_OK);
  SAME(gp_queue_push(&q, &item, 1), GP_ENOBUFS);
  gp_queue_drop(&q, 100);
  SAME(gp_queue_push(&q, &item, 7), GP_OK);
  SAME(gp_queue_push(&q, &item, 7), GP_OK);
  SAME(gp_queue_push(&q, &item, 0), GP_ENOBUFS);
  gp_queue_clear(&q);
}

TEST(queuememory, "a queue without memory stays as it was") {
  gp_queue q;
  int items[20];
  size_t i;
  gp_queue_init(&q, 20, SIZE_MAX);
  memory_fail(1, true);
  SAME(gp_queue_reserve(&q), GP_ENOMEM);
  SAME(gp_queue_push(&q, &items[0], 1), GP_ENOMEM);
  memory_heal();
  for (i = 0; i < 8; i++)
    SAME(gp_queue_push(&q, &items[i], 1), GP_OK);
  gp_queue_drop(&q, 1);
  SAME(gp_queue_push(&q, &items[8], 1), GP_OK);
  memory_fail(1, true);
  SAME(gp_queue_push(&q, &items[9], 1), GP_ENOMEM);
  memory_heal();
  SAME(q.count, 8);
  SAME(q.bytes, 8);
  SAME(gp_queue_reserve(&q), GP_OK);
  memory_fail(1, true); /* from here on it needs none */
  SAME(gp_queue_reserve(&q), GP_OK);
  for (i = 9; i < 20; i++)
    SAME(gp_queue_push(&q, &items[i], 1), GP_OK);
  CHECK(!memory_heal());
  for (i = 1; i < 20; i++) {
    CHECK(gp_queue_peek(&q) == &items[i]);
    gp_queue_drop(&q, 1);
  }
  gp_queue_clear(&q);
  SAME(gp_queue_push(&q, &items[0], 5), GP_OK); /* it can be used again */
  SAME(q.bytes, 5);
  gp_queue_clear(&q);
}

typedef struct bead {
  int number;
  gp_ring ring;
} bead;

/* The numbers in a list, as digits of one. */
static int strung (const gp_ring *head) {
  const gp_ring *r;
  int all = 0;
  for (r = head->next; r != head; r = r->next) {
    CHECK(r->next->prev == r);
    all = 10 * all + gp_ring_of(bead, ring, r)->number;
  }
  return all;
}

TEST(ring, "a ring is in one list, at the end that it was put to") {
  gp_ring one, two;
  bead all[3];
  int i;
  gp_ring_init(&one);
  gp_ring_init(&two);
  CHECK(gp_ring_empty(&one));
  for (i = 0; i < 3; i++) {
    all[i].number = i + 1;
    gp_ring_init(&all[i].ring);
    gp_ring_append(&one, &all[i].ring);
  }
  SAME(strung(&one), 123);
  gp_ring_remove(&all[1].ring);
  gp_ring_remove(&all[1].ring); /* does no harm */
  SAME(strung(&one), 13);
  gp_ring_move(&two, &all[1].ring);
  gp_ring_move(&two, &all[0].ring);
  gp_ring_move(&two, &all[1].ring);
  SAME(strung(&one), 3);
  SAME(strung(&two), 12);
  CHECK(!gp_ring_empty(&one));
}

TEST(signal, "a signal rises once, and in its turn") {
  gp_ready ready = {NULL, NULL, 0};
  gp_signal s[3];
  int i;
  for (i = 0; i < 3; i++)
    gp_signal_init(&s[i], &ready);
  SAME(gp_ready_next(&ready), 0);
  gp_signal_raise(&s[1]);
  gp_signal_raise(&s[0]);
  gp_signal_raise(&s[1]);
  gp_signal_raise(&s[2]);
  gp_signal_clear(&s[0]);
  gp_signal_clear(&s[0]);
  SAME(gp_ready_next(&ready), s[1].number);
  gp_signal_raise(&s[1]);
  SAME(gp_ready_next(&ready), s[2].number);
  SAME(gp_ready_next(&ready), s[1].number);
  SAME(gp_ready_next(&ready), 0);
  CHECK(s[0].number != 0 && s[0].number != s[1].number);
}

TEST(signalclear,
     "a signal that is cleared leaves the others in their order") {
  gp_ready ready = {NULL, NULL, 0};
  gp_signal s[4];
  size_t i, gone;
  for (gone = 0; gone < 4; gone++) {
    ready.count = 10;
    for (i = 0; i < 4; i++) {
      gp_signal_init(&s[i], &ready);
      gp_signal_raise(&s[i]);
    }
    gp_signal_clear(&s[gone]);
    gp_signal_raise(&s[gone]); /* again, as the last */
    for (i = 0; i < 4; i++)
      if (i != gone)
        SAME(gp_ready_next(&ready), 11 + i);
    SAME(gp_ready_next(&ready), 11 + gone);
    SAME(gp_ready_next(&ready), 0);
    CHECK(ready.first == NULL && ready.last == NULL);
  }
}

TEST(errors, "every error has a code, a kind and words") {
  int e;
  for (e = GP_OK; e < GP_ERR_COUNT; e++) {
    CHECK(gp_err_code((gp_err)e)[0] == 'E');
    CHECK(gp_err_text((gp_err)e)[0] != '\0');
    CHECK(gp_errkind_name(gp_err_kind((gp_err)e))[0] != '\0');
  }
  TEXT(gp_err_code(GP_ECONNREFUSED), "ECONNREFUSED");
  TEXT(gp_err_text(GP_ECONNREFUSED), "connection refused");
  TEXT(gp_errkind_name(gp_err_kind(GP_ECONNREFUSED)), "connection");
  TEXT(gp_errkind_name(gp_err_kind(GP_EBADMSG)), "parsing");
  TEXT(gp_errkind_name(gp_err_kind(GP_ENOMEM)), "internal");
}

TEST(fromerrno, "an error of the system has ours, the rest is EIO") {
  static const struct {
    int number;
    gp_err e;
  } all[] = {{0, GP_OK},
             {ENOMEM, GP_ENOMEM},
             {ENOBUFS, GP_ENOMEM},
             {EINVAL, GP_EINVAL},
             {EMFILE, GP_EMFILE},
             {ENFILE, GP_EMFILE},
             {EADDRINUSE, GP_EADDRINUSE},
             {EADDRNOTAVAIL, GP_EADDRNOTAVAIL},
             {EAFNOSUPPORT, GP_EADDRNOTAVAIL},
             {EACCES, GP_EACCES},
             {EPERM, GP_EACCES},
             {ECONNREFUSED, GP_ECONNREFUSED},
             {ECONNRESET, GP_ECONNRESET},
             {EPIPE, GP_ECONNRESET},
             {ECONNABORTED, GP_ECONNRESET},
             {EHOSTUNREACH, GP_EHOSTUNREACH},
             {EHOSTDOWN, GP_EHOSTUNREACH},
             {ENETUNREACH, GP_ENETUNREACH},
             {ENETDOWN, GP_ENETUNREACH},
             {ETIMEDOUT, GP_ETIMEDOUT},
             {EDOM, GP_EIO},
             {-1, GP_EIO}};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++)
    SAME(gp_err_fromerrno(all[i].number), all[i].e);
}

TEST(fromstatus, "a status that is no success is an error") {
  SAME(gp_err_fromstatus(400), GP_EBADREQUEST);
  SAME(gp_err_fromstatus(403), GP_EFORBIDDEN);
  SAME(gp_err_fromstatus(409), GP_EEXIST);
  SAME(gp_err_fromstatus(413), GP_EMSGSIZE);
  SAME(gp_err_fromstatus(503), GP_EBUSY);
  SAME(gp_err_fromstatus(500), GP_ESTATUS);
  SAME(gp_err_fromstatus(404), GP_ESTATUS);
}

TEST(heap, "a heap gives the earliest, of equals the first") {
  static gp_heapitem items[500];
  gp_heap h = {0, 0, NULL, 0};
  gp_random r;
  uint64_t at = 0, order = 0;
  size_t i, count = 0;
  memset(items, 0, sizeof items);
  gp_random_seed(&r, 5);
  SAME(gp_heap_reserve(&h, 500), GP_OK);
  CHECK(gp_heap_first(&h) == NULL);
  for (i = 0; i < 5000; i++) {
    gp_heapitem *item = &items[gp_random_below(&r, 500)];
    if (gp_random_below(&r, 4) == 0)
      gp_heap_remove(&h, item);
    else
      gp_heap_set(&h, item, gp_random_below(&r, 100));
  }
  for (i = 0; i < 500; i++)
    count += items[i].place != 0;
  SAME(h.count, count);
  while (h.count > 0) {
    gp_heapitem *item = gp_heap_first(&h);
    CHECK(item->at > at || (item->at == at && item->order > order));
    at = item->at;
    order = item->order;
    gp_heap_remove(&h, item);
  }
  gp_heap_clear(&h);
}

TEST(heapmemory, "a heap without memory stays as it was") {
  gp_heapitem items[40];
  gp_heap h = {0, 0, NULL, 0};
  size_t i;
  memset(items, 0, sizeof items);
  memory_fail(1, true);
  SAME(gp_heap_reserve(&h, 1), GP_ENOMEM);
  memory_heal();
  SAME(gp_heap_reserve(&h, 16), GP_OK);
  memory_fail(1, true);
  SAME(gp_heap_reserve(&h, 16), GP_OK); /* there is room */
  SAME(gp_heap_reserve(&h, 17), GP_ENOMEM);
  memory_heal();
  for (i = 0; i < 16; i++)
    gp_heap_set(&h, &items[i], 100 - i);
  SAME(gp_heap_reserve(&h, 40), GP_OK);
  for (i = 16; i < 40; i++)
    gp_heap_set(&h, &items[i], 100 - i);
  for (i = 40; i > 0; i--) {
    CHECK(gp_heap_first(&h) == &items[i - 1]);
    gp_heap_remove(&h, &items[i - 1]);
    gp_heap_remove(&h, &items[i - 1]); /* does no harm */
  }
  CHECK(gp_heap_first(&h) == NULL);
  gp_heap_clear(&h);
  CHECK(h.items == NULL && h.size == 0);
}

TEST(heapequal,
     "what is due at one time comes in the order that it was set") {
  gp_heapitem items[5];
  gp_heap h = {0, 0, NULL, 0};
  size_t i;
  memset(items, 0, sizeof items);
  SAME(gp_heap_reserve(&h, 5), GP_OK);
  for (i = 0; i < 5; i++)
    gp_heap_set(&h, &items[i], 7);
  gp_heap_set(&h, &items[0], 7); /* anew: as the last */
  for (i = 1; i <= 5; i++) {
    CHECK(gp_heap_first(&h) == &items[i % 5]);
    gp_heap_remove(&h, &items[i % 5]);
  }
  gp_heap_clear(&h);
}
