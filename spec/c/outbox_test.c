/*
** outbox_test.c - the requests to each peer: order, limits, receipts.
*/
#include "node/state.h"
#include "program.h"

static const actor bob = {.name = "b:1", .program = ACTOR_OURS, .process = 2};
static const actor cleo = {.name = "c:1", .program = ACTOR_V113};

TEST(inorder, "a peer gets one request at a time, in their order") {
  script s;
  gp_receipt *r[3];
  script_open(&s);
  script_member(&s, &bob);
  r[0] = program_say(&s, "one");
  r[1] = program_tell(&s, "b:1", "two");
  r[2] = program_say(&s, "three");
  TEXT(script_sent(&s), "broadcast b:1 v113 \"one\" #1");
  CHECK(script_find(&s, "broadcast")->ext.who.peer == NULL);
  script_pass(&s, 4000);
  TEXT(script_sent(&s), "");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  TEXT(script_sent(&s), "direct b:1 v113 \"two\" #2");
  CHECK(gp_receipt_issettled(r[0]) && !gp_receipt_issettled(r[1]));
  script_respond(&s, "direct b:1", &bob, NULL);
  TEXT(script_sent(&s), "broadcast b:1 v113 \"three\" #3");
  script_respond(&s, "broadcast b:1", &bob, NULL);
  TEXT(script_sent(&s), "");
  SAME(script_result(r[0]), GP_OK);
  SAME(script_result(r[1]), GP_OK);
  SAME(script_result(r[2]), GP_OK);
  script_close(&s);
}

TEST(eachitsown, "one that does not respond keeps no other waiting") {
  script s;
  gp_receipt *r[2];
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  r[0] = program_say(&s, "one");
  r[1] = program_say(&s, "two");
  TEXT(script_sent(&s), "broadcast b:1 v113 \"one\" #1; "
                        "broadcast c:1 v113 \"one\"");
  script_respond(&s, "broadcast c:1", &cleo, NULL);
  TEXT(script_sent(&s), "broadcast c:1 v113 \"two\"");
  script_respond(&s, "broadcast c:1", &cleo, NULL);
  CHECK(!gp_receipt_issettled(r[0]) && !gp_receipt_issettled(r[1]));
  script_respond(&s, "broadcast b:1", &bob, NULL);
  CHECK(gp_receipt_issettled(r[0]) && !gp_receipt_issettled(r[1]));
  script_respond(&s, "broadcast b:1", &bob, NULL);
  SAME(script_result(r[0]), GP_OK);
  SAME(script_result(r[1]), GP_OK);
  script_close(&s);
}

TEST(fullcount, "so many messages may wait for a peer, and no more") {
  script s;
  gp_receipt *r[4];
  script_init(&s);
  s.opt.outbox_messages = 2;
  script_start(&s);
  script_member(&s, &bob);
  r[0] = program_say(&s, "one"); /* is on its way, and does not wait */
  r[1] = program_say(&s, "two");
  CHECK(program_hasroom(&s, "") && program_hasroom(&s, "b:1"));
  r[2] = program_say(&s, "three");
  CHECK(!program_hasroom(&s, "") && !program_hasroom(&s, "b:1"));
  CHECK(program_hasroom(&s, "c:1"));
  r[3] = program_say(&s, "four");
  CHECK(!gp_receipt_issettled(r[3])); /* its caller does not have it yet */
  CHECK(gp_node_due(s.node) <= s.now);
  script_pass(&s, 0);
  SAME(script_result(r[3]), GP_ENOBUFS);
  CHECK(!script_raised(&s, GP_SIGNAL_ROOM));
  script_respond(&s, "broadcast", &bob, NULL);
  CHECK(script_raised(&s, GP_SIGNAL_ROOM));
  CHECK(program_hasroom(&s, "") && program_hasroom(&s, "b:1"));
  script_respond(&s, "broadcast", &bob, NULL);
  CHECK(!script_raised(&s, GP_SIGNAL_ROOM)); /* it was not full */
  script_respond(&s, "broadcast", &bob, NULL);
  SAME(script_count(&s, ""), 0);
  SAME(script_result(r[0]), GP_OK);
  SAME(script_result(r[1]), GP_OK);
  SAME(script_result(r[2]), GP_OK);
  script_close(&s);
}

TEST(fullbytes, "so many bytes may wait for a peer, and no more") {
  script s;
  gp_receipt *r[5];
  script_init(&s);
  s.opt.outbox_bytes = 10;
  script_start(&s);
  script_member(&s, &bob);
  r[0] = program_say(&s, "0123456789");
  r[1] = program_say(&s, "01234");
  r[2] = program_say(&s, "0123");
  CHECK(program_hasroom(&s, ""));
  r[3] = program_say(&s, "0");
  CHECK(!program_hasroom(&s, ""));
  r[4] = program_say(&s, "");
  script_pass(&s, 0);
  SAME(script_result(r[4]), GP_ENOBUFS);
  script_respond(&s, "broadcast", &bob, NULL);
  CHECK(script_raised(&s, GP_SIGNAL_ROOM));
  CHECK(program_hasroom(&s, ""));
  r[4] = program_say(&s, "01234567");
  CHECK(!program_hasroom(&s, ""));
  while (script_count(&s, "") > 0)
    script_respond(&s, "broadcast", &bob, NULL);
  SAME(script_record(&s, "b:1")->outbox.bytes, 0);
  for (int i = 0; i < 5; i++)
    SAME(script_result(r[i]), GP_OK);
  script_close(&s);
}

TEST(fullforall, "one full outbox of many slows a broadcast, and its own") {
  script s;
  script_init(&s);
  s.opt.outbox_messages = 1;
  script_start(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  program_forget(program_tell(&s, "c:1", "one"));
  program_forget(program_tell(&s, "c:1", "two"));
  CHECK(!program_hasroom(&s, "") && !program_hasroom(&s, "c:1"));
  CHECK(!program_hasroom(&s, "b:1 c:1") && program_hasroom(&s, "b:1"));
  script_close(&s);
}

TEST(slow, "one that has not responded for a second slows nobody") {
  script s;
  script_init(&s);
  s.opt.outbox_messages = 1;
  script_start(&s);
  script_member(&s, &bob);
  program_forget(program_say(&s, "one"));
  program_forget(program_say(&s, "two"));
  script_pass(&s, 999);
  CHECK(!program_hasroom(&s, ""));
  script_pass(&s, 1);
  CHECK(program_hasroom(&s, ""));
  script_respond(&s, "broadcast", &bob, NULL);
  program_forget(program_say(&s, "three"));
  CHECK(!program_hasroom(&s, ""));
  script_close(&s);
}

TEST(slowbusy, "nor does one that has been busy for a second") {
  script s;
  script_init(&s);
  s.opt.outbox_messages = 2;
  script_start(&s);
  script_member(&s, &bob);
  program_forget(program_say(&s, "one"));
  program_forget(program_say(&s, "two"));
  script_pass(&s, 990);
  script_refuse(&s, "broadcast", &bob, 503);
  script_pass(&s, 9);
  CHECK(!program_hasroom(&s, ""));
  script_pass(&s, 1);
  CHECK(program_hasroom(&s, ""));
  script_close(&s);
}

TEST(nothingsent, "one to whom nothing was sent is not slow") {
  script s;
  script_open(&s);
  script_member(&s, &bob);
  script_pass(&s, 5000);
  CHECK(!gp_outbox_isslow(s.node, script_record(&s, "b:1")));
  script_close(&s);
}

TEST(fullleave, "one that leaves tells also one whose outbox is full") {
  script s;
  gp_receipt *r;
  script_init(&s);
  s.opt.outbox_messages = 1;
  script_start(&s);
  script_member(&s, &bob);
  program_forget(program_say(&s, "one"));
  program_forget(program_say(&s, "two"));
  r = program_leave(&s);
  script_respond(&s, "broadcast", &bob, NULL);
  script_respond(&s, "broadcast", &bob, NULL);
  script_respond(&s, "disconnect", &bob, NULL);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(notsent, "what could not even be sent fails at the next tick") {
  script s;
  gp_receipt *r[2];
  script_open(&s);
  script_member(&s, &bob);
  s.refuse = GP_EMFILE;
  r[0] = program_say(&s, "one");
  r[0]->claimed = true;
  s.refuse = GP_EACCES;
  r[1] = program_say(&s, "two");
  r[1]->claimed = true;
  s.refuse = GP_OK;
  CHECK(!gp_receipt_issettled(r[0]) && !gp_receipt_issettled(r[1]));
  CHECK(gp_node_due(s.node) <= s.now);
  script_pass(&s, 0);
  SAME(script_result(r[1]), GP_EACCES);
  TEXT(script_sent(&s), "");
  script_pass(&s, 50); /* want of descriptors passes */
  TEXT(script_sent(&s), "broadcast b:1 v113 \"one\" #1");
  script_respond(&s, "broadcast", &bob, NULL);
  SAME(script_result(r[0]), GP_OK);
  TEXT(program_news(&s), "");
  script_close(&s);
}

TEST(behindnotsent, "what stands behind it is sent all the same") {
  script s;
  gp_receipt *r[3];
  script_open(&s);
  script_member(&s, &bob);
  r[0] = program_say(&s, "one");
  r[1] = program_say(&s, "two");
  r[2] = program_say(&s, "three");
  script_sent(&s);
  s.refuse = GP_EACCES;
  script_respond(&s, "broadcast", &bob, NULL);
  s.refuse = GP_OK;
  TEXT(script_sent(&s), "");
  script_pass(&s, 0);
  SAME(script_result(r[0]), GP_OK);
  SAME(script_result(r[1]), GP_EACCES);
  SAME(script_result(r[2]), GP_EACCES);
  r[0] = program_say(&s, "four");
  TEXT(script_sent(&s), "broadcast b:1 v113 \"four\" #4");
  script_respond(&s, "broadcast", &bob, NULL);
  SAME(script_result(r[0]), GP_OK);
  script_close(&s);
}

TEST(toself, "a message to oneself fails, and nothing is sent") {
  script s;
  gp_receipt *r;
  script_open(&s);
  r = program_tell(&s, "a:1", "x");
  CHECK(!gp_receipt_issettled(r));
  script_pass(&s, 0);
  SAME(script_result(r), GP_ESELF);
  TEXT(script_sent(&s), "");
  CHECK(script_record(&s, "a:1") == NULL);
  script_close(&s);
}

TEST(canceled, "when the node goes every receipt ends") {
  script s;
  gp_receipt *r[5];
  script_open(&s);
  script_member(&s, &bob);
  r[0] = program_say(&s, "one");
  r[1] = program_say(&s, "two");
  r[2] = program_tell(&s, "a:1", "x");
  r[3] = program_tell(&s, "c:1", "x");
  r[4] = program_tell(&s, "c:1", "y");
  script_close(&s);
  SAME(gp_receipt_nextfailure(r[0], NULL)->status, 0);
  SAME(script_result(r[3]), GP_ECANCELED);
  SAME(script_result(r[4]), GP_ECANCELED);
  SAME(script_result(r[0]), GP_ECANCELED);
  SAME(script_result(r[1]), GP_ECANCELED);
  SAME(script_result(r[2]), GP_ESELF);
}

TEST(unknownend, "the end of a request that nobody waits for is ignored") {
  script s;
  gp_receipt *r;
  const script_request *sent;
  script_open(&s);
  script_member(&s, &bob);
  r = program_say(&s, "one");
  sent = script_find(&s, "broadcast");
  gp_node_responded(s.node, sent->id + ((uint64_t)1 << 32), GP_ETIMEDOUT,
                    NULL, s.now);
  gp_node_responded(s.node, sent->id + 1, GP_ETIMEDOUT, NULL, s.now);
  gp_node_responded(s.node, 0, GP_ETIMEDOUT, NULL, s.now);
  CHECK(!gp_receipt_issettled(r));
  script_respond(&s, "broadcast", &bob, NULL);
  gp_node_responded(s.node, sent->id, GP_ETIMEDOUT, NULL, s.now);
  SAME(script_result(r), GP_OK);
  TEXT(program_news(&s), "");
  script_close(&s);
}

/* The peers that a receipt names, and why. */
TEST(receipts, "a receipt names who failed; who waits for it is told alone") {
  script s;
  gp_receipt *r;
  const gp_failure *f;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  r = program_say(&s, "one");
  r->claimed = true;
  script_fail(&s, "broadcast b:1", GP_EHOSTUNREACH);
  CHECK(!gp_receipt_issettled(r));
  script_refuse(&s, "broadcast c:1", &cleo, 413);
  CHECK(gp_receipt_issettled(r));
  f = gp_receipt_nextfailure(r, NULL);
  TEXT(gp_peer_text(f->peer), "b:1");
  SAME(f->error, GP_EHOSTUNREACH);
  SAME(f->status, 0);
  SAME(f->purpose, GP_PURPOSE_MESSAGE);
  f = gp_receipt_nextfailure(r, f);
  TEXT(gp_peer_text(f->peer), "c:1");
  SAME(f->error, GP_EMSGSIZE);
  SAME(f->status, 413);
  CHECK(gp_receipt_nextfailure(r, f) == NULL);
  SAME(script_result(r), GP_EHOSTUNREACH);
  TEXT(program_news(&s), "");
  program_forget(program_say(&s, "two"));
  script_fail(&s, "broadcast b:1", GP_EHOSTUNREACH);
  script_respond(&s, "broadcast c:1", &cleo, NULL);
  TEXT(program_news(&s), "sending b: EHOSTUNREACH");
  script_close(&s);
}
