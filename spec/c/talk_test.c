/*
** talk_test.c - what nodes say to each other, and what becomes of it.
*/
#include <stdio.h>
#include <string.h>

#include "world.h"

TEST(broadcasts, "a broadcast reaches every member, once and in order") {
  world w;
  size_t i, j;
  char text[16], want[32];
  world_network(&w, 3, 4);
  for (i = 0; i < 300; i++) {
    snprintf(text, sizeof text, "%zu", i);
    world_forget(world_say(&w, 0, text));
    if (i % 7 == 0)
      world_pass(&w, 20);
  }
  world_pass(&w, 60000);
  for (i = 0; i < 300; i++) {
    for (j = 1; j < 4; j++) {
      snprintf(want, sizeof want, "n0: %zu", i);
      TEXT(world_hear(&w, j), want);
    }
  }
  for (j = 0; j < 4; j++) {
    TEXT(world_hear(&w, j), "");
    TEXT(world_complaint(&w, j), "");
  }
  world_close(&w);
}

TEST(direct, "a direct message reaches those named and nobody else") {
  world w;
  gp_peerlist to = {0, 0, NULL};
  gp_blob *data = gp_blob_new(0);
  gp_receipt *r;
  world_network(&w, 1, 4);
  SAME(world_end(&w, world_tell(&w, 2, 0, "one")), GP_OK);
  TEXT(world_hear(&w, 0), "n2> one");
  SAME(gp_peerlist_add(&to, gp_simhost_self(w.at[0])), GP_OK);
  SAME(gp_peerlist_add(&to, gp_simhost_self(w.at[1])), GP_OK);
  SAME(
    gp_node_post(world_node(&w, 2), data, &to, false, gp_sim_now(w.sim), &r),
    GP_OK);
  SAME(world_end(&w, r), GP_OK);
  SAME(gp_node_peekmessage(world_node(&w, 1))->to.n, 2);
  TEXT(world_hear(&w, 0), "n2> ");
  TEXT(world_hear(&w, 1), "n2> ");
  TEXT(world_hear(&w, 3), "");
  gp_peerlist_clear(&to);
  gp_blob_unref(data);
  world_close(&w);
}

TEST(mixedorder, "direct messages and broadcasts keep one order") {
  world w;
  world_network(&w, 1, 3);
  world_forget(world_say(&w, 0, "1"));
  world_forget(world_tell(&w, 0, 1, "2"));
  world_forget(world_say(&w, 0, "3"));
  world_pass(&w, 1000);
  TEXT(world_hear(&w, 1), "n0: 1");
  TEXT(world_hear(&w, 1), "n0> 2");
  TEXT(world_hear(&w, 1), "n0: 3");
  TEXT(world_hear(&w, 2), "n0: 1");
  TEXT(world_hear(&w, 2), "n0: 3");
  world_close(&w);
}

TEST(bytes, "data is any bytes, and may be none") {
  world w;
  gp_peerlist nobody = {0, 0, NULL};
  gp_blob *data = gp_blob_new(256);
  const gp_message *m;
  gp_receipt *r;
  int i;
  for (i = 0; i < 256; i++)
    data->bytes[i] = (char)i;
  world_network(&w, 1, 2);
  SAME(gp_node_post(world_node(&w, 0), data, &nobody, false,
                    gp_sim_now(w.sim), &r),
       GP_OK);
  SAME(world_end(&w, r), GP_OK);
  SAME(world_end(&w, world_say(&w, 0, "")), GP_OK);
  m = gp_node_peekmessage(world_node(&w, 1));
  SAME(gp_message_len(m), 256);
  CHECK(memcmp(m->data->bytes, data->bytes, 256) == 0);
  gp_node_dropmessage(world_node(&w, 1));
  TEXT(world_hear(&w, 1), "n0: ");
  gp_blob_unref(data);
  world_close(&w);
}

TEST(stranger, "a stranger is not listened to") {
  world w;
  world_open(&w, 1, 2);
  SAME(world_end(&w, world_tell(&w, 0, 1, "x")), GP_EFORBIDDEN);
  TEXT(world_hear(&w, 1), "");
  TEXT(world_members(&w, 1), "");
  TEXT(world_members(&w, 0), "");
  world_close(&w);
}

TEST(oneself, "a node does not write to itself") {
  world w;
  world_network(&w, 1, 2);
  SAME(world_end(&w, world_tell(&w, 0, 0, "x")), GP_ESELF);
  TEXT(world_hear(&w, 0), "");
  world_close(&w);
}

TEST(nobody, "a broadcast to nobody is done at once") {
  world w;
  gp_receipt *r;
  world_open(&w, 1, 1);
  r = world_say(&w, 0, "x");
  CHECK(gp_receipt_issettled(r));
  SAME(world_end(&w, r), GP_OK);
  world_close(&w);
}

TEST(claimed, "a failure is for whoever waits, else it is told") {
  world w;
  gp_receipt *r;
  world_openquiet(&w, 1, 3);
  world_joinall(&w, 3);
  gp_simhost_crash(w.at[2]);
  r = world_say(&w, 0, "x");
  SAME(world_end(&w, r), GP_ECONNREFUSED);
  TEXT(world_complaint(&w, 0), "");
  SAME(world_end(&w, world_tell(&w, 0, 1, "y")), GP_OK);
  world_forget(world_say(&w, 0, "z"));
  world_pass(&w, 6000);
  TEXT(world_complaint(&w, 0), "sending n2: ECONNREFUSED");
  TEXT(world_complaint(&w, 0), "");
  TEXT(world_hear(&w, 1), "n0: x");
  TEXT(world_hear(&w, 1), "n0> y");
  TEXT(world_hear(&w, 1), "n0: z");
  world_close(&w);
}

TEST(failures, "a receipt holds who failed and what was not delivered") {
  world w;
  gp_receipt *r;
  const gp_failure *f;
  world_network(&w, 1, 4);
  gp_simhost_hang(w.at[1]);
  gp_simhost_crash(w.at[3]);
  r = gp_receipt_ref(world_say(&w, 0, "hello"));
  SAME(world_end(&w, r), GP_ECONNREFUSED);
  f = gp_receipt_nextfailure(r, NULL);
  TEXT(gp_peer_text(f->peer), "n3:5000");
  TEXT(f->msg->data->bytes, "hello");
  CHECK(!f->unsure);
  f = gp_receipt_nextfailure(r, f);
  TEXT(gp_peer_text(f->peer), "n1:5000");
  SAME(f->error, GP_ETIMEDOUT);
  CHECK(f->unsure);
  CHECK(gp_receipt_nextfailure(r, f) == NULL);
  gp_receipt_unref(r);
  TEXT(world_hear(&w, 2), "n0: hello");
  world_close(&w);
}

TEST(hungdelaysnone, "a member that hangs delays no other") {
  world w;
  int i;
  world_network(&w, 1, 3);
  gp_simhost_hang(w.at[1]);
  for (i = 0; i < 20; i++)
    world_forget(world_say(&w, 0, "x"));
  world_pass(&w, 500);
  for (i = 0; i < 20; i++)
    TEXT(world_hear(&w, 2), "n0: x");
  world_close(&w);
}

TEST(backlog, "what waited too long for one that hangs is not tried") {
  world w;
  gp_receipt *r[40];
  uint64_t since;
  int i;
  world_network(&w, 1, 2);
  gp_simhost_hang(w.at[1]);
  since = gp_sim_now(w.sim);
  for (i = 0; i < 40; i++)
    r[i] = world_say(&w, 0, "x");
  for (i = 0; i < 40; i++)
    SAME(world_end(&w, r[i]), GP_ETIMEDOUT);
  CHECK(gp_sim_now(w.sim) - since <= 10000);
  world_close(&w);
}

TEST(held, "while the inbox is full senders wait, and order is kept") {
  world w;
  gp_receipt *a, *b;
  world_open(&w, 1, 3);
  w.opt.inbox_messages = 2;
  world_renew(&w, 0);
  world_joinall(&w, 3);
  SAME(world_end(&w, world_say(&w, 1, "1")), GP_OK);
  SAME(world_end(&w, world_say(&w, 1, "2")), GP_OK);
  a = world_say(&w, 1, "3");
  world_pass(&w, 100);
  b = world_say(&w, 2, "4");
  world_pass(&w, 100);
  CHECK(!gp_receipt_issettled(a) && !gp_receipt_issettled(b));
  TEXT(world_hear(&w, 0), "n1: 1");
  world_pass(&w, 100);
  CHECK(gp_receipt_issettled(a) && !gp_receipt_issettled(b));
  TEXT(world_hear(&w, 0), "n1: 2");
  TEXT(world_hear(&w, 0), "n1: 3");
  TEXT(world_hear(&w, 0), "n2: 4");
  SAME(world_end(&w, a), GP_OK);
  SAME(world_end(&w, b), GP_OK);
  world_close(&w);
}

/* A list of receivers can be as large as any data. */
TEST(heldnames, "an inbox is full by the names in its messages, too") {
  world w;
  gp_peerlist to = {0, 0, NULL};
  gp_blob *data = gp_blob_new(0);
  gp_peer *p = world_peer("somebody:5000");
  gp_receipt *r;
  int i;
  world_openquiet(&w, 1, 2);
  w.opt.inbox_bytes = 10000;
  world_renew(&w, 0);
  world_joinall(&w, 2);
  SAME(gp_peerlist_add(&to, gp_simhost_self(w.at[0])), GP_OK);
  for (i = 0; i < 1000; i++)
    SAME(gp_peerlist_add(&to, p), GP_OK);
  gp_peer_unref(p);
  SAME(
    gp_node_post(world_node(&w, 1), data, &to, false, gp_sim_now(w.sim), &r),
    GP_OK);
  SAME(world_end(&w, r), GP_ECONNREFUSED);
  r = world_say(&w, 1, "b");
  world_pass(&w, 100);
  CHECK(!gp_receipt_issettled(r));
  TEXT(world_hear(&w, 0), "n1> ");
  SAME(world_end(&w, r), GP_OK);
  TEXT(world_hear(&w, 0), "n1: b");
  gp_peerlist_clear(&to);
  gp_blob_unref(data);
  world_close(&w);
}

TEST(heldbytes, "an inbox is full by its bytes, too") {
  world w;
  gp_receipt *r;
  world_open(&w, 1, 2);
  w.opt.inbox_bytes = 10;
  world_renew(&w, 0);
  world_joinall(&w, 2);
  SAME(world_end(&w, world_say(&w, 1, "a long message")), GP_OK);
  r = world_say(&w, 1, "b");
  world_pass(&w, 100);
  CHECK(!gp_receipt_issettled(r));
  TEXT(world_hear(&w, 0), "n1: a long message");
  SAME(world_end(&w, r), GP_OK);
  world_close(&w);
}

TEST(heldover, "a sender that waited too long is told to try again") {
  world w;
  gp_receipt *r;
  uint64_t since;
  world_open(&w, 1, 2);
  w.opt.inbox_messages = 1;
  w.opt.inbox_timeout_ms = 700;
  world_renew(&w, 0);
  world_joinall(&w, 2);
  SAME(world_end(&w, world_say(&w, 1, "1")), GP_OK);
  since = gp_sim_now(w.sim);
  r = world_say(&w, 1, "2");
  SAME(world_end(&w, r), GP_EBUSY);
  CHECK(gp_sim_now(w.sim) - since >= 700);
  CHECK(gp_sim_now(w.sim) - since <= 5000);
  TEXT(world_hear(&w, 0), "n1: 1");
  world_pass(&w, 10000);
  TEXT(world_hear(&w, 0), "");
  world_close(&w);
}

TEST(heldgone, "what is held for one that has given up is dropped") {
  world w;
  gp_receipt *r;
  world_open(&w, 1, 2);
  w.opt.inbox_messages = 1;
  world_renew(&w, 0);
  w.opt.request_timeout_ms = 900;
  world_renew(&w, 1);
  world_joinall(&w, 2);
  SAME(world_end(&w, world_say(&w, 1, "1")), GP_OK);
  r = world_say(&w, 1, "2");
  SAME(world_end(&w, r), GP_ETIMEDOUT);
  TEXT(world_hear(&w, 0), "n1: 1");
  world_pass(&w, 10000);
  TEXT(world_hear(&w, 0), "");
  world_close(&w);
}

/* How many say that nobody took it. */
static int full (gp_receipt **r, int n) {
  int i, count = 0;
  for (i = 0; i < n; i++) {
    const gp_failure *f = gp_receipt_nextfailure(r[i], NULL);
    count += f != NULL && f->error == GP_ENOBUFS;
    world_forget(r[i]);
  }
  return count;
}

TEST(outbox, "a full outbox is told, and when it has room again") {
  world w;
  gp_receipt *r[8];
  gp_peerlist all = {0, 0, NULL};
  gp_signal *room;
  int i;
  world_open(&w, 1, 2);
  w.opt.outbox_messages = 3;
  world_renew(&w, 0);
  world_joinall(&w, 2);
  gp_simhost_hang(w.at[1]);
  for (i = 0; i < 4; i++) {
    CHECK(gp_node_hasroom(world_node(&w, 0), &all, gp_sim_now(w.sim)));
    r[i] = world_say(&w, 0, "x");
  }
  CHECK(!gp_node_hasroom(world_node(&w, 0), &all, gp_sim_now(w.sim)));
  world_pass(&w, 1000);
  /* It has stopped responding: it counts no more, and its messages fail. */
  CHECK(gp_node_hasroom(world_node(&w, 0), &all, gp_sim_now(w.sim)));
  for (; i < 8; i++)
    r[i] = world_say(&w, 0, "x");
  world_pass(&w, 0);
  TEXT(world_complaint(&w, 0), "sending n1: ENOBUFS");
  room = &gp_simhost_signals(w.at[0])[GP_SIGNAL_ROOM];
  CHECK(!room->raised);
  gp_simhost_resume(w.at[1]);
  world_pass(&w, 100);
  CHECK(room->raised);
  SAME(full(r, 8), 4);
  for (i = 0; i < 4; i++)
    TEXT(world_hear(&w, 1), "n0: x");
  TEXT(world_hear(&w, 1), "");
  world_close(&w);
}

TEST(outbox_bytes, "an outbox is full by its bytes, too") {
  world w;
  gp_peerlist all = {0, 0, NULL};
  gp_receipt *r[3];
  world_open(&w, 1, 2);
  w.opt.outbox_bytes = 5;
  world_renew(&w, 0);
  world_joinall(&w, 2);
  r[0] = world_say(&w, 0, "on its way");
  r[1] = world_say(&w, 0, "queued");
  CHECK(!gp_node_hasroom(world_node(&w, 0), &all, gp_sim_now(w.sim)));
  r[2] = world_say(&w, 0, "too much");
  world_pass(&w, 1000);
  SAME(full(r, 3), 1);
  CHECK(gp_node_hasroom(world_node(&w, 0), &all, gp_sim_now(w.sim)));
  world_close(&w);
}

TEST(toolarge, "a message that is too large is refused") {
  world w;
  world_open(&w, 1, 2);
  w.opt.max_body = 3;
  world_renew(&w, 0);
  world_joinall(&w, 2);
  SAME(world_end(&w, world_say(&w, 1, "four")), GP_EMSGSIZE);
  SAME(world_end(&w, world_say(&w, 1, "3..")), GP_OK);
  TEXT(world_hear(&w, 0), "n1: 3..");
  world_close(&w);
}

TEST(manyfailures, "of too many failures the last are counted only") {
  world w;
  int i;
  world_open(&w, 1, 2);
  w.opt.max_errors = 4;
  world_renew(&w, 0);
  world_joinall(&w, 2);
  gp_simhost_crash(w.at[1]);
  for (i = 0; i < 10; i++)
    world_forget(world_say(&w, 0, "x"));
  world_pass(&w, 10000);
  for (i = 0; i < 4; i++)
    TEXT(world_complaint(&w, 0), "sending n1: ECONNREFUSED");
  TEXT(world_complaint(&w, 0), "");
  SAME(gp_node_lostfailures(world_node(&w, 0)), 6);
  SAME(gp_node_lostfailures(world_node(&w, 0)), 0);
  world_close(&w);
}

TEST(signals, "signals rise when something is there to be taken") {
  world w;
  gp_signal *s;
  world_network(&w, 1, 2);
  s = gp_simhost_signals(w.at[1]);
  CHECK(!s[GP_SIGNAL_INBOX].raised && !s[GP_SIGNAL_ERRORS].raised);
  SAME(world_end(&w, world_say(&w, 0, "x")), GP_OK);
  CHECK(s[GP_SIGNAL_INBOX].raised && !s[GP_SIGNAL_ERRORS].raised);
  gp_simhost_crash(w.at[0]);
  world_forget(world_say(&w, 1, "x"));
  world_pass(&w, 10000);
  CHECK(s[GP_SIGNAL_ERRORS].raised);
  world_close(&w);
}

TEST(broken, "what a broken connection carried is not heard twice") {
  world w;
  gp_receipt *r[20];
  char text[16], want[32];
  int i;
  world_network(&w, 1, 2);
  gp_sim_setbreaks(w.sim, GP_MILLION / 2);
  for (i = 0; i < 20; i++) {
    snprintf(text, sizeof text, "%d", i);
    r[i] = world_say(&w, 0, text);
  }
  for (i = 0; i < 20; i++)
    (void)world_end(&w, r[i]);
  for (i = 0; i < 20; i++) {
    snprintf(want, sizeof want, "n0: %d", i);
    TEXT(world_hear(&w, 1), want);
  }
  TEXT(world_hear(&w, 1), "");
  world_close(&w);
}

TEST(repeated, "a message that found no room is sent again") {
  world w;
  gp_receipt *r;
  world_open(&w, 1, 2);
  w.opt.inbox_messages = 1;
  w.opt.inbox_timeout_ms = 500;
  world_renew(&w, 0);
  world_joinall(&w, 2);
  SAME(world_end(&w, world_say(&w, 1, "1")), GP_OK);
  r = world_say(&w, 1, "2");
  world_pass(&w, 2000);
  CHECK(!gp_receipt_issettled(r));
  TEXT(world_hear(&w, 0), "n1: 1");
  SAME(world_end(&w, r), GP_OK);
  TEXT(world_hear(&w, 0), "n1: 2");
  TEXT(world_hear(&w, 0), "");
  world_close(&w);
}

TEST(restarted, "a member that is away for a moment misses nothing") {
  world w;
  gp_receipt *r;
  world_network(&w, 1, 2);
  SAME(world_end(&w, world_say(&w, 0, "before")), GP_OK);
  gp_simhost_crash(w.at[1]);
  r = world_say(&w, 0, "meanwhile");
  world_pass(&w, 300);
  world_start(&w, 1);
  SAME(world_end(&w, r), GP_OK);
  TEXT(world_hear(&w, 1), "n0: meanwhile");
  world_close(&w);
}

TEST(idle, "a node at rest that probes nobody wants no tick") {
  world w;
  const gp_simcount *c;
  uint64_t requests, steps;
  world_openquiet(&w, 1, 5);
  world_joinall(&w, 5);
  world_pass(&w, 10000);
  c = gp_sim_count(w.sim);
  requests = c->requests;
  steps = c->steps;
  world_pass(&w, 3600000);
  SAME(c->requests, requests);
  SAME(c->steps, steps);
  SAME(gp_node_due(world_node(&w, 0)), UINT64_MAX);
  world_close(&w);
}
