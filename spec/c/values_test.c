/*
** values_test.c - peers, messages, receipts and what holds them.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/heap.h"
#include "base/queue.h"
#include "base/random.h"
#include "base/signal.h"
#include "base/ttlmap.h"
#include "value/message.h"
#include "value/peer.h"
#include "value/receipt.h"
#include "test.h"

/* What a text is read as: "address port", or "" when it is refused. */
static const char *parsed (const char *text) {
  static char out[300];
  gp_peer *p;
  if (gp_peer_parse(&p, text, strlen(text)) != GP_OK)
    return "";
  snprintf(out, sizeof out, "%s %d", gp_peer_address(p), gp_peer_port(p));
  gp_peer_unref(p);
  return out;
}

TEST(peerparse, "a peer is read from address, colon and port") {
  TEXT(parsed("localhost:5000"), "localhost 5000");
  TEXT(parsed("192.168.1.43:1"), "192.168.1.43 1");
  TEXT(parsed("a-b.c_d:65535"), "a-b.c_d 65535");
  TEXT(parsed("[::1]:5000"), "::1 5000");
  TEXT(parsed("[fe80::1:2]:80"), "fe80::1:2 80");
  TEXT(parsed("[::ffff:1.2.3.4]:80"), "::ffff:1.2.3.4 80");
}

TEST(peerrefuse, "what is no peer is refused") {
  static const char *const bad[] = {"",
                                    ":",
                                    "a",
                                    "a:",
                                    ":1",
                                    "a:0",
                                    "a:65536",
                                    "a:99999",
                                    "a:123456",
                                    "a:-1",
                                    "a:+1",
                                    "a: 1",
                                    "a:1 ",
                                    "a:1x",
                                    "a b:1",
                                    "a\r\n:1",
                                    "a/b:1",
                                    "a@b:1",
                                    "::1:5000",
                                    "[::1]",
                                    "[::1]5000",
                                    "[::1:5000",
                                    "[]:1",
                                    "[localhost]:1",
                                    "[1.2.3.4]:1",
                                    "[::1%lo]:1",
                                    "[[::1]]:1",
                                    "[::1]:",
                                    "a:0x1",
                                    "\xc3\xa9:1",
                                    "a\x7f:1"};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    if (parsed(bad[i])[0] != '\0')
      test_note("'%s'", bad[i]);
    TEXT(parsed(bad[i]), "");
  }
}

TEST(peernew, "a peer is made of an address and a port") {
  gp_peer *p;
  char longest[GP_ADDRESS_MAX + 2];
  memset(longest, 'a', sizeof longest);
  SAME(gp_peer_new(&p, "a\0b", 3, 1), GP_EINVAL);
  SAME(gp_peer_new(&p, "a", 1, 0), GP_EINVAL);
  SAME(gp_peer_new(&p, "a", 1, 65536), GP_EINVAL);
  SAME(gp_peer_new(&p, "a", 1, INT64_MIN), GP_EINVAL);
  SAME(gp_peer_new(&p, "", 0, 1), GP_EINVAL);
  SAME(gp_peer_new(&p, longest, GP_ADDRESS_MAX + 1, 1), GP_EINVAL);
  SAME(gp_peer_new(&p, longest, GP_ADDRESS_MAX, 65535), GP_OK);
  SAME(strlen(gp_peer_text(p)), GP_ADDRESS_MAX + 6);
  gp_peer_unref(p);
  SAME(gp_peer_new(&p, "::1", 3, 5000), GP_OK);
  TEXT(gp_peer_text(p), "[::1]:5000");
  TEXT(gp_peer_host(p), "[::1]");
  TEXT(gp_peer_address(p), "::1");
  gp_peer_unref(p);
  SAME(gp_peer_new(&p, "[::]", 4, 5000), GP_OK);
  CHECK(gp_peer_isany(p));
  gp_peer_unref(p);
}

TEST(peerequal, "peers are equal by text and port") {
  gp_peer *a, *b, *c;
  SAME(gp_peer_parse(&a, "localhost:5000", 14), GP_OK);
  SAME(gp_peer_new(&b, "localhost", 9, 5000), GP_OK);
  SAME(gp_peer_parse(&c, "127.0.0.1:5000", 14), GP_OK);
  CHECK(gp_peer_equal(a, b) && gp_peer_hash(a) == gp_peer_hash(b));
  CHECK(!gp_peer_equal(a, c));
  gp_peer_unref(a);
  gp_peer_unref(b);
  gp_peer_unref(c);
  gp_peer_unref(NULL);
}

TEST(peergarbage, "random bytes are read as a peer or not at all") {
  static const char letters[] = "[]:.:0159aZ-_\r\n %\xff";
  gp_random r;
  int i;
  gp_random_seed(&r, 1);
  for (i = 0; i < 200000; i++) {
    size_t j, len = gp_random_below(&r, 24);
    char *text = malloc(len + 1);
    gp_peer *p, *again;
    CHECK(text != NULL);
    for (j = 0; j < len; j++)
      text[j] = letters[gp_random_below(&r, sizeof letters)];
    if (gp_peer_parse(&p, text, len) == GP_OK) {
      const char *own = gp_peer_text(p);
      SAME(gp_peer_parse(&again, own, strlen(own)), GP_OK);
      CHECK(gp_peer_equal(p, again));
      gp_peer_unref(again);
      gp_peer_unref(p);
    }
    free(text);
  }
}

static const char *encoded (const char *data, size_t len) {
  static char out[4096];
  gp_base64_write(out, data, len);
  out[gp_base64_len(len)] = '\0';
  return out;
}

TEST(base64, "base64 as in RFC 4648, section 10") {
  static const char *const vectors[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
  size_t i;
  for (i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    const char *data = vectors[i][0], *text = vectors[i][1];
    gp_blob *b;
    TEXT(encoded(data, strlen(data)), text);
    SAME(gp_base64_read(&b, text, strlen(text)), GP_OK);
    SAME(b->len, strlen(data));
    TEXT(b->bytes, data);
    gp_blob_unref(b);
  }
}

TEST(base64random, "base64 of random bytes comes back, broken or not") {
  gp_random r;
  int i;
  gp_random_seed(&r, 2);
  for (i = 0; i < 20000; i++) {
    char data[200], lines[800];
    size_t j, n = 0, len = gp_random_below(&r, sizeof data);
    const char *text;
    gp_blob *b;
    for (j = 0; j < len; j++)
      data[j] = (char)gp_random_next(&r);
    text = encoded(data, len);
    for (j = 0; text[j] != '\0'; j++) {
      if (gp_random_below(&r, 10) == 0)
        lines[n++] = gp_random_below(&r, 2) == 0 ? '\r' : '\n';
      lines[n++] = text[j];
    }
    SAME(gp_base64_read(&b, lines, n), GP_OK);
    SAME(b->len, len);
    CHECK(memcmp(b->bytes, data, len) == 0);
    gp_blob_unref(b);
  }
}

TEST(base64refuse, "what is not base64 is refused") {
  static const char *const bad[] = {"A",
                                    "AA",
                                    "AAA",
                                    "AAAAA",
                                    "A===",
                                    "=",
                                    "====",
                                    "AA=",
                                    "AA===",
                                    "AAA==",
                                    "AAAA=",
                                    "AA=A",
                                    "AAA=A",
                                    "AA==AAAA",
                                    "A A=",
                                    "AA-_",
                                    "AA$=",
                                    "Zm9v ",
                                    "\xff\xff\xff\xff",
                                    "=AAA",
                                    "AA=\t="};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    gp_blob *b;
    gp_err e = gp_base64_read(&b, bad[i], strlen(bad[i]));
    if (e != GP_EBADMSG)
      test_note("'%s'", bad[i]);
    SAME(e, GP_EBADMSG);
  }
}

TEST(base64garbage, "random text is base64 or it is refused") {
  static const char letters[] = "AZaz09+/==\r\n-";
  gp_random r;
  int i;
  gp_random_seed(&r, 3);
  for (i = 0; i < 200000; i++) {
    size_t j, len = gp_random_below(&r, 16);
    char *text = malloc(len == 0 ? 1 : len);
    gp_blob *b;
    CHECK(text != NULL);
    for (j = 0; j < len; j++)
      text[j] = letters[gp_random_below(&r, sizeof letters - 1)];
    if (gp_base64_read(&b, text, len) == GP_OK) {
      CHECK(b->len <= len / 4 * 3);
      CHECK(b->bytes[b->len] == '\0');
      gp_blob_unref(b);
    }
    free(text);
  }
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

TEST(receipt, "a receipt is settled when nothing is pending") {
  gp_ready ready = {NULL, NULL, 0};
  gp_receipt *r = gp_receipt_new(&ready);
  gp_failure *f = gp_failure_new(GP_PURPOSE_MESSAGE, NULL, NULL);
  CHECK(r != NULL && f != NULL);
  CHECK(gp_receipt_issettled(r));
  gp_receipt_begin(r);
  gp_receipt_begin(r);
  gp_receipt_end(r, f);
  CHECK(!gp_receipt_issettled(r));
  SAME(gp_ready_next(&ready), 0);
  gp_receipt_end(r, NULL);
  CHECK(gp_receipt_issettled(r));
  CHECK(gp_receipt_nextfailure(r, NULL) == f);
  CHECK(gp_receipt_nextfailure(r, f) == NULL);
  gp_failure_unref(f);
  gp_failure_unref(NULL);
  SAME(gp_ready_next(&ready), r->settled.number);
  gp_receipt_begin(r);
  gp_receipt_end(r, NULL);
  gp_receipt_unref(r); /* raised: its memory leaves the list */
  SAME(gp_ready_next(&ready), 0);
  gp_receipt_unref(NULL);
}

TEST(message, "a message keeps what it is made of") {
  gp_peerlist to = {0, 0, NULL};
  gp_peer *a, *b;
  gp_message *m;
  gp_blob *data = gp_blob_new(2);
  CHECK(data != NULL);
  SAME(gp_peer_new(&a, "a", 1, 1), GP_OK);
  SAME(gp_peer_new(&b, "b", 1, 2), GP_OK);
  SAME(gp_peerlist_add(&to, b), GP_OK);
  SAME(gp_message_new(&m, GP_DIRECT, a, &to, data), GP_OK);
  gp_peerlist_clear(&to);
  gp_blob_unref(data);
  gp_message_setfrom(m, m->from);
  gp_message_setfrom(m, b);
  gp_message_keepwire(m, m->data, a);
  gp_message_keepwire(m, m->wire, m->wire_from);
  gp_peer_unref(a);
  gp_peer_unref(b);
  TEXT(gp_peer_text(m->from), "b:2");
  TEXT(gp_peer_text(m->to.at[0]), "b:2");
  TEXT(gp_peer_text(m->wire_from), "a:1");
  SAME(gp_message_len(m), 2);
  gp_message_unref(gp_message_ref(m));
  gp_message_unref(m);
  gp_message_unref(NULL);
}

TEST(errors, "every error has a code, a kind and words") {
  int e;
  for (e = GP_OK; e < GP_ERR_COUNT; e++) {
    CHECK(gp_err_code((gp_err)e)[0] == 'E');
    CHECK(gp_err_text((gp_err)e)[0] != '\0');
    CHECK(gp_errkind_name(gp_err_kind((gp_err)e))[0] != '\0');
  }
  TEXT(gp_err_code(GP_ECONNREFUSED), "ECONNREFUSED");
}

TEST(ttlmap, "who is gone is known for a while") {
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
  SAME(m.count, 0);
  gp_ttlmap_clear(&m);
}

TEST(ttlmapbound, "of too many at a time the oldest are forgotten") {
  gp_ttlmap m;
  uint64_t i;
  gp_ttlmap_init(&m, 3, 120000);
  for (i = 1; i <= 4; i++)
    gp_ttlmap_raise(&m, i, 10 * i, i);
  SAME(m.count, 3);
  SAME(gp_ttlmap_get(&m, 1, 5), 0);
  for (i = 2; i <= 4; i++)
    SAME(gp_ttlmap_get(&m, i, 5), 10 * i);
  gp_ttlmap_clear(&m);
  SAME(m.count, 0);
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
