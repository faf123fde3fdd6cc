/*
** leave_test.c - how nodes part.
*/
#include "script.h"
#include "world.h"

TEST(leaves, "one that leaves is nobody's member, and can come again") {
  world w;
  world_network(&w, 1, 4);
  SAME(world_end(&w, world_leave(&w, 1)), GP_OK);
  CHECK(!gp_node_isconnected(world_node(&w, 1)));
  TEXT(world_members(&w, 0), "n2 n3");
  TEXT(world_members(&w, 2), "n0 n3");
  SAME(world_end(&w, world_tell(&w, 1, 0, "x")), GP_EFORBIDDEN);
  SAME(world_end(&w, world_join(&w, 1, 3)), GP_OK);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(leavesnobody, "to leave nobody is done at once") {
  world w;
  gp_receipt *r;
  world_open(&w, 1, 1);
  r = world_leave(&w, 0);
  CHECK(gp_receipt_issettled(r));
  SAME(world_end(&w, r), GP_OK);
  world_close(&w);
}

TEST(saysfirst, "what was said before the leave arrives before it") {
  world w;
  int i;
  world_network(&w, 1, 3);
  for (i = 0; i < 10; i++)
    world_forget(world_say(&w, 0, "x"));
  SAME(world_end(&w, world_leave(&w, 0)), GP_OK);
  for (i = 0; i < 10; i++) {
    TEXT(world_hear(&w, 1), "n0: x");
    TEXT(world_hear(&w, 2), "n0: x");
  }
  TEXT(world_complaint(&w, 0), "");
  world_close(&w);
}

TEST(hungleave, "a member that hangs holds a leave up for a second at most") {
  world w;
  uint64_t since;
  world_network(&w, 1, 4);
  gp_simhost_hang(w.at[1]);
  world_forget(world_say(&w, 0, "x"));
  world_pass(&w, 100);
  since = gp_sim_now(w.sim);
  SAME(world_end(&w, world_leave(&w, 0)), GP_OK);
  CHECK(gp_sim_now(w.sim) - since <= 1100);
  CHECK(!gp_node_isconnected(world_node(&w, 0)));
  gp_simhost_resume(w.at[1]);
  world_pass(&w, 10000);
  TEXT(world_members(&w, 1), "n2 n3");
  world_close(&w);
}

/* A message waits until the candidate responds, and the leave behind it:
   also between two tries to reach it, each of which has its second. */
TEST(waitingleave, "nor does a candidate that is to be tried again") {
  uint64_t after;
  for (after = 6 * SECOND; after < 50 * SECOND; after += 2 * SECOND) {
    world w;
    uint64_t t;
    world_network(&w, 1, 3);
    gp_simhost_setplain(w.at[2]);
    world_add(&w, NULL);
    gp_simhost_hang(w.at[2]);
    SAME(world_end(&w, world_join(&w, 3, 0)), GP_OK);
    world_pass(&w, after);
    world_forget(world_say(&w, 3, "x"));
    t = gp_sim_now(w.sim);
    SAME(world_end(&w, world_leave(&w, 3)), GP_OK);
    CHECK(gp_sim_now(w.sim) - t < 2000);
    world_close(&w);
  }
}

TEST(leavesjoining, "a leave that comes while a connect is under way wins") {
  EACHSEED (seed, 100) {
    world w;
    gp_receipt *r[2];
    world_open(&w, seed, 6);
    world_joinall(&w, 5);
    r[0] = world_join(&w, 5, 0);
    world_pass(&w, seed % 30);
    r[1] = world_leave(&w, 5);
    (void)world_end(&w, r[0]);
    SAME(world_end(&w, r[1]), GP_OK);
    world_pass(&w, 100);
    TEXT(world_members(&w, 5), "");
    TEXT(world_members(&w, 0), "n1 n2 n3 n4");
    world_close(&w);
  }
}

TEST(leavesgreeted, "one that leaves while it is greeted is no failure") {
  world w;
  gp_receipt *r[2];
  world_network(&w, 1, 3);
  gp_sim_setlatency(w.sim, 5, 5);
  r[0] = world_join(&w, 1, 0);
  world_pass(&w, 8);
  r[1] = world_leave(&w, 2); /* at node 1 while its greeting is on the way */
  SAME(world_end(&w, r[0]), GP_OK);
  SAME(world_end(&w, r[1]), GP_OK);
  TEXT(world_complaint(&w, 1), "");
  TEXT(world_members(&w, 1), "n0");
  world_close(&w);
}

TEST(leaveandback, "a connect that is asked for while leaving comes after") {
  EACHSEED (seed, 50) {
    world w;
    gp_receipt *r[2];
    world_network(&w, seed, 3);
    r[0] = world_leave(&w, 0);
    r[1] = world_join(&w, 0, 1);
    SAME(world_end(&w, r[0]), GP_OK);
    SAME(world_end(&w, r[1]), GP_OK);
    world_pass(&w, 100);
    CHECK(world_iswhole(&w));
    world_close(&w);
  }
}

TEST(saidwhileleaving, "one that leaves is written to no more") {
  world w;
  gp_receipt *r;
  world_network(&w, 1, 3);
  r = world_leave(&w, 0);
  SAME(world_end(&w, world_say(&w, 0, "x")), GP_OK);
  SAME(world_end(&w, r), GP_OK);
  TEXT(world_hear(&w, 1), "");
  world_close(&w);
}

/* Two; the inbox of number 1 takes one message, and is full. */
static void openfull (world *w) {
  world_open(w, 1, 2);
  w->opt.inbox_messages = 1;
  world_renew(w, 1);
  world_joinall(w, 2);
  SAME(world_end(w, world_say(w, 0, "fills")), GP_OK);
}

TEST(abandoned, "what was still to be said to one that leaves fails") {
  world w;
  gp_receipt *r;
  openfull(&w);
  world_forget(world_say(&w, 0, "is held"));
  r = world_say(&w, 0, "waits");
  world_pass(&w, 100);
  SAME(world_end(&w, world_leave(&w, 1)), GP_OK);
  SAME(world_end(&w, r), GP_ENOTCONN);
  TEXT(world_complaint(&w, 0), "sending n1: ENOTCONN");
  world_close(&w);
}

/* Everything at once: joining, sending, leaving, held, queued, late. */
static size_t busy (world *w, gp_receipt **r) {
  size_t i, n = 0;
  world_open(w, 1, 0);
  w->opt.inbox_messages = 2;
  w->opt.outbox_messages = 4;
  for (i = 0; i < 6; i++)
    world_add(w, NULL);
  world_joinall(w, 4);
  gp_simhost_hang(w->at[3]);
  for (i = 0; i < 8; i++)
    r[n++] = world_say(w, i % 3, "x");
  world_pass(w, 100);
  for (i = 0; i < 8; i++)
    r[n++] = world_tell(w, 0, 3 + i % 3, "y");
  r[n++] = world_join(w, 4, 0);
  r[n++] = world_join(w, 5, 3);
  r[n++] = world_leave(w, 1);
  return n;
}

static void settled (gp_receipt **r, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    CHECK(gp_receipt_issettled(r[i]));
    gp_receipt_unref(r[i]);
  }
}

TEST(freed, "a node can be freed with everything on its way") {
  world w;
  gp_receipt *r[32];
  size_t i, n = busy(&w, r);
  world_pass(&w, 3);
  for (i = 0; i < 6; i++)
    gp_simhost_stop(w.at[i]);
  settled(r, n);
  gp_sim_run(w.sim, UINT64_MAX);
  world_close(&w);
}

TEST(killed, "and at any moment") {
  uint64_t after;
  for (after = 0; after < 40; after++) {
    world w;
    gp_receipt *r[32];
    size_t i, n = busy(&w, r);
    world_pass(&w, after);
    for (i = 0; i < 6; i += 2)
      gp_simhost_crash(w.at[i]);
    gp_simhost_resume(w.at[3]);
    world_pass(&w, 60000);
    for (i = 1; i < 6; i += 2)
      gp_simhost_crash(w.at[i]);
    settled(r, n);
    world_close(&w);
  }
}

TEST(cancels, "what was not done when a node is freed was cancelled") {
  world w;
  gp_receipt *r;
  const gp_failure *f;
  world_network(&w, 1, 3);
  r = world_say(&w, 0, "x");
  r->claimed = true;
  gp_simhost_stop(w.at[0]);
  CHECK(gp_receipt_issettled(r));
  f = gp_receipt_nextfailure(r, NULL);
  CHECK(f != NULL);
  SAME(f->error, GP_ECANCELED);
  f = gp_receipt_nextfailure(r, f);
  CHECK(f != NULL);
  SAME(f->error, GP_ECANCELED);
  gp_receipt_unref(r);
  world_close(&w);
}

TEST(stopped, "a node that is stopped gives the responses that it owes") {
  world w;
  gp_receipt *r;
  openfull(&w);
  r = world_say(&w, 0, "is held");
  world_pass(&w, 100);
  CHECK(!gp_receipt_issettled(r));
  gp_simhost_stop(w.at[1]);
  CHECK(world_end(&w, r) != GP_OK);
  world_close(&w);
}

TEST(overtaken, "what one heard before it left was delivered") {
  EACHSEED (seed, 50) {
    world w;
    gp_receipt *said, *leave;
    const char *heard = "";
    world_openquiet(&w, seed, 2);
    world_joinall(&w, 2);
    gp_sim_setlatency(w.sim, 1, 50);
    said = world_say(&w, 0, "last");
    while (*heard == '\0') {
      CHECK(gp_sim_step(w.sim, UINT64_MAX) != NULL);
      heard = world_hear(&w, 1);
    }
    leave = world_leave(&w, 1);
    SAME(world_end(&w, said), GP_OK);
    SAME(world_end(&w, leave), GP_OK);
    TEXT(world_members(&w, 0), "");
    world_close(&w);
  }
}

TEST(quietfree, "a node that is freed sends nothing to anybody") {
  script s;
  gp_peer *entry = world_peer("b:2");
  gp_receipt *r[2];
  script_open(&s);
  s.refuse = GP_EMFILE;
  SAME(gp_node_connect(s.node, entry, 5000, s.now, &r[0]), GP_OK);
  TEXT(script_sent(&s), "");
  s.refuse = GP_OK;
  SAME(gp_node_connect(s.node, entry, 5000, s.now, &r[1]), GP_OK);
  TEXT(script_sent(&s), "connect b:2 any");
  script_close(&s);
  TEXT(script_sent(&s), "");
  SAME(script_result(r[0]), GP_EMFILE);
  SAME(script_result(r[1]), GP_ECANCELED);
  gp_peer_unref(entry);
}

static const actor b = {.name = "b:1", .process = 11};

/* The member "b:1" had failed, has come back, and is told that we leave while
   it is not known yet whether we reach it. */
static gp_receipt *leavereturning (script *s) {
  script_init(s);
  s->opt.probe_interval_ms = 600;
  script_start(s);
  script_member(s, &b);
  script_pass(s, 30000);
  TEXT(told_event(s->node), "b failed: ETIMEDOUT");
  script_connect(s, &b);
  SAME(script_record(s, "b:1")->membership, GP_RETURNING);
  return script_leave(s);
}

TEST(recoversleft, "one that had failed recovers, also while it is left") {
  script s;
  gp_receipt *r = leavereturning(&s);
  script_respond(&s, "connect b:1", &b, "");
  TEXT(told_event(s.node), "b recovered");
  script_respond(&s, "disconnect b:1", &b, NULL);
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

TEST(leavesleft, "one that had failed and leaves while it is left has left") {
  script s;
  gp_receipt *r = leavereturning(&s);
  script_disconnect(&s, &b);
  TEXT(told_event(s.node), "b left");
  TEXT(told_event(s.node), "");
  SAME(script_result(r), GP_OK);
  script_close(&s);
}

/* The entry point turns out to be one that is written to as a stranger. */
TEST(leaveselsewhere,
     "a leave wins, also when the entry point has another name") {
  static const actor entry = {.name = "c:1"};
  script s;
  gp_receipt *said, *joined, *left;
  script_open(&s);
  said = script_post(&s, "b:1", "x");
  joined = script_dial(&s, entry.name);
  left = script_leave(&s);
  script_respond(&s, "connect c:1", &b, "d:1");
  script_respond(&s, "probe b:1", &b, NULL); /* its form, and whether */
  script_respond(&s, "probe b:1", &b, NULL); /* it is called so */
  SAME(script_count(&s, "connect d:1"), 0);
  SAME(script_result(joined), GP_OK);
  script_respond(&s, "direct b:1", &b, NULL);
  script_respond(&s, "disconnect b:1", &b, NULL);
  SAME(script_result(said), GP_OK);
  SAME(script_result(left), GP_OK);
  script_close(&s);
}
