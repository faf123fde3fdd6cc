/*
** values_test.c - messages, receipts and events.
*/
#include <stdio.h>
#include <string.h>

#include "base/signal.h"
#include "memory.h"
#include "test.h"
#include "value/event.h"
#include "value/message.h"
#include "value/peer.h"
#include "value/receipt.h"
#include "world.h"

static gp_blob *blob (size_t len) {
  gp_blob *b = gp_blob_new(len);
  CHECK(b != NULL);
  return b;
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

TEST(messageplain, "a message without receivers and data is small") {
  gp_peer *a = world_peer("a:1");
  gp_message *m;
  SAME(gp_message_new(&m, GP_BROADCAST, a, NULL, NULL), GP_OK);
  SAME(m->type, GP_BROADCAST);
  CHECK(m->data == NULL && m->to.n == 0 && m->wire == NULL);
  SAME(gp_message_len(m), 0);
  SAME(gp_message_size(m), 0);
  gp_message_unref(m);
  gp_peer_unref(a);
}

TEST(messagebare, "what comes or goes says nothing, whatever is with it") {
  gp_peer *a = world_peer("a:1");
  gp_peerlist to = {0, 0, NULL};
  gp_blob *data = gp_blob_new(1 << 20);
  gp_message *m;
  SAME(gp_peerlist_add(&to, a), GP_OK);
  SAME(gp_message_new(&m, GP_CONNECT, a, &to, data), GP_OK);
  CHECK(m->data == NULL && m->to.n == 0);
  gp_message_unref(m);
  SAME(gp_message_new(&m, GP_DISCONNECT, a, &to, data), GP_OK);
  CHECK(m->data == NULL && m->to.n == 0);
  gp_message_unref(m);
  gp_peerlist_clear(&to);
  gp_blob_unref(data);
  gp_peer_unref(a);
}

TEST(messagesize, "several receivers count to the size of a message") {
  gp_peer *a = world_peer("a:1"), *b = world_peer("bcd:2");
  gp_peerlist to = {0, 0, NULL};
  gp_blob *data = blob(10);
  size_t pointers = 2 * sizeof(gp_peer *);
  gp_message *m;
  SAME(gp_peerlist_add(&to, a), GP_OK);
  SAME(gp_message_new(&m, GP_DIRECT, a, &to, data), GP_OK);
  SAME(gp_message_size(m), 10);
  gp_message_unref(m);
  SAME(gp_peerlist_add(&to, b), GP_OK);
  SAME(gp_message_new(&m, GP_DIRECT, a, &to, data), GP_OK);
  SAME(gp_message_size(m), 10 + gp_peer_size(a) + gp_peer_size(b) + pointers);
  gp_message_unref(m);
  gp_peerlist_clear(&to);
  gp_blob_unref(data);
  gp_peer_unref(a);
  gp_peer_unref(b);
}

TEST(messagewire, "a message keeps one encoded form, and lets go of it") {
  size_t used = memory_used();
  gp_peer *a = world_peer("a:1"), *b = world_peer("b:2");
  gp_blob *one = blob(1), *two = blob(2);
  gp_message *m;
  SAME(gp_message_new(&m, GP_BROADCAST, a, NULL, NULL), GP_OK);
  gp_message_dropwire(m); /* there is none */
  gp_message_keepwire(m, one, a);
  gp_blob_unref(one);
  CHECK(m->wire == one && m->wire_from == a);
  gp_message_keepwire(m, two, b);
  gp_blob_unref(two);
  CHECK(m->wire == two && m->wire_from == b);
  SAME(memory_used(), used + 4); /* two peers, a message, a blob */
  gp_message_dropwire(m);
  CHECK(m->wire == NULL && m->wire_from == NULL);
  SAME(memory_used(), used + 3);
  gp_message_unref(m);
  gp_peer_unref(a);
  gp_peer_unref(b);
}

TEST(messagememory, "a message that finds no memory takes nothing") {
  gp_peer *a = world_peer("a:1");
  gp_peerlist to = {0, 0, NULL};
  gp_message *m;
  uint64_t n;
  SAME(gp_peerlist_add(&to, a), GP_OK);
  for (n = 1; n <= 2; n++) {
    memory_fail(n, false);
    SAME(gp_message_new(&m, GP_DIRECT, a, &to, NULL), GP_ENOMEM);
    CHECK(memory_heal());
  }
  gp_peerlist_clear(&to);
  gp_peer_unref(a);
}

TEST(failure, "a failure holds the peer and the message that it is about") {
  size_t used = memory_used();
  gp_peer *a = world_peer("a:1");
  gp_message *m;
  gp_failure *f;
  SAME(gp_message_new(&m, GP_BROADCAST, a, NULL, NULL), GP_OK);
  f = gp_failure_new(GP_PURPOSE_LEAVE, a, m);
  CHECK(f != NULL && f->peer == a && f->msg == m);
  SAME(f->purpose, GP_PURPOSE_LEAVE);
  SAME(f->error, GP_OK);
  SAME(f->status, 0);
  CHECK(f->origin == NULL && gp_ring_empty(&f->ring));
  f->origin = blob(4);
  gp_message_unref(m);
  gp_peer_unref(a);
  CHECK(gp_failure_ref(f) == f);
  gp_failure_unref(f);
  SAME(memory_used(), used + 4);
  TEXT(gp_peer_text(f->peer), "a:1");
  gp_failure_unref(f);
  memory_fail(1, false);
  CHECK(gp_failure_new(GP_PURPOSE_LEAVE, NULL, NULL) == NULL);
  CHECK(memory_heal());
}

TEST(receiptorder, "a receipt keeps what went wrong, in its order") {
  gp_ready ready = {NULL, NULL, 0};
  gp_receipt *r = gp_receipt_new(&ready);
  gp_failure *f[3];
  size_t i;
  CHECK(r != NULL);
  CHECK(!r->claimed && !r->joined);
  CHECK(gp_receipt_nextfailure(r, NULL) == NULL);
  for (i = 0; i < 3; i++)
    CHECK(gp_receipt_begin(r) == r);
  SAME(r->pending, 3);
  for (i = 0; i < 3; i++) {
    f[i] = gp_failure_new(GP_PURPOSE_MESSAGE, NULL, NULL);
    CHECK(f[i] != NULL);
    gp_receipt_end(r, f[i]);
    gp_failure_unref(f[i]); /* the receipt holds it */
  }
  CHECK(gp_receipt_nextfailure(r, NULL) == f[0]);
  CHECK(gp_receipt_nextfailure(r, f[0]) == f[1]);
  CHECK(gp_receipt_nextfailure(r, f[1]) == f[2]);
  CHECK(gp_receipt_nextfailure(r, f[2]) == NULL);
  CHECK(gp_receipt_ref(r) == r);
  gp_receipt_unref(r);
  SAME(gp_ready_next(&ready), 1);
  gp_receipt_unref(r);
  memory_fail(1, false);
  CHECK(gp_receipt_new(&ready) == NULL);
  CHECK(memory_heal());
}

TEST(eventorder,
     "events are numbered; where there is no room the oldest goes") {
  gp_peer *a = world_peer("a:1"), *b = world_peer("b:2");
  gp_events q;
  gp_events_init(&q, 2);
  CHECK(gp_events_peek(&q) == NULL);
  gp_events_push(&q, GP_EV_JOINED, a, NULL, GP_OK);
  gp_events_push(&q, GP_EV_FAILED, b, NULL, GP_ETIMEDOUT);
  SAME(q.lost, 0);
  SAME(gp_events_peek(&q)->number, 1);
  SAME(gp_events_peek(&q)->kind, GP_EV_JOINED);
  gp_events_push(&q, GP_EV_LEFT, a, NULL, GP_OK);
  SAME(q.lost, 1);
  SAME(q.number, 3);
  SAME(gp_events_peek(&q)->number, 2);
  SAME(gp_events_peek(&q)->kind, GP_EV_FAILED);
  SAME(gp_events_peek(&q)->reason, GP_ETIMEDOUT);
  CHECK(gp_events_peek(&q)->peer == b);
  gp_peer_unref(a);
  gp_peer_unref(b);
  gp_events_drop(&q);
  SAME(gp_events_peek(&q)->number, 3);
  TEXT(gp_peer_text(gp_events_peek(&q)->peer), "a:1");
  SAME(gp_events_peek(&q)->reason, GP_OK);
  gp_events_clear(&q);
  CHECK(gp_events_peek(&q) == NULL);
}

TEST(eventformer, "an event of another nick holds both, with and without") {
  size_t used = memory_used();
  gp_peer *a = world_peer("a:1"), *ann, *bob;
  gp_events q;
  gp_events_init(&q, 2);
  SAME(gp_peer_nicknamed(&ann, a, "ann"), GP_OK);
  SAME(gp_peer_nicknamed(&bob, a, "bob"), GP_OK);
  gp_events_push(&q, GP_EV_RENAMED, bob, ann, GP_OK);
  gp_events_push(&q, GP_EV_LEFT, bob, NULL, GP_OK);
  gp_peer_unref(a);
  gp_peer_unref(ann);
  SAME(gp_events_peek(&q)->kind, GP_EV_RENAMED);
  TEXT(gp_peer_nick(gp_events_peek(&q)->peer), "bob");
  TEXT(gp_peer_nick(gp_events_peek(&q)->former), "ann");
  gp_events_drop(&q);
  CHECK(gp_events_peek(&q)->former == NULL);
  gp_events_push(&q, GP_EV_RENAMED, bob, bob, GP_OK);
  gp_events_push(&q, GP_EV_LEFT, bob, NULL, GP_OK);
  SAME(gp_events_peek(&q)->kind, GP_EV_RENAMED);
  gp_events_push(&q, GP_EV_LEFT, bob, NULL, GP_OK); /* which goes for this */
  gp_peer_unref(bob);
  gp_events_clear(&q);
  SAME(memory_used(), used);
}

TEST(eventmemory, "an event that finds no memory takes the oldest's") {
  gp_peer *a = world_peer("a:1");
  gp_events q;
  uint64_t n;
  gp_events_init(&q, 2);
  for (n = 1; n <= 2; n++) {
    memory_fail(n, true);
    gp_events_push(&q, GP_EV_JOINED, a, NULL, GP_OK);
    CHECK(memory_heal());
    CHECK(gp_events_peek(&q) == NULL);
    SAME(q.lost, n);
  }
  gp_events_push(&q, GP_EV_JOINED, a, NULL, GP_OK);
  memory_fail(1, true);
  gp_events_push(&q, GP_EV_LEFT, a, NULL, GP_OK);
  CHECK(memory_heal());
  SAME(q.lost, 3);
  SAME(gp_events_peek(&q)->kind, GP_EV_LEFT);
  SAME(gp_events_peek(&q)->number, 4);
  gp_events_clear(&q);
  gp_peer_unref(a);
}
