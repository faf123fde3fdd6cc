/*
** join_test.c - how nodes find together.
*/
#include "node/state.h"
#include "world.h"

TEST(alone, "a node alone is not connected") {
  world w;
  world_open(&w, 1, 1);
  CHECK(!gp_node_isconnected(world_node(&w, 0)));
  TEXT(world_members(&w, 0), "");
  world_close(&w);
}

TEST(greetsall, "a newcomer greets everybody that is named to it") {
  world w;
  size_t i;
  world_open(&w, 1, 6);
  for (i = 1; i < 6; i++) {
    SAME(world_end(&w, world_join(&w, i, i - 1)), GP_OK);
    CHECK(gp_node_isconnected(world_node(&w, i)));
  }
  CHECK(world_iswhole(&w));
  for (i = 0; i < 6; i++)
    TEXT(world_complaint(&w, i), "");
  world_close(&w);
}

TEST(self, "a node cannot connect to itself") {
  world w;
  gp_receipt *r;
  world_open(&w, 1, 1);
  SAME(
    gp_node_connect(world_node(&w, 0), gp_simhost_self(w.at[0]), 100, 0, &r),
    GP_ESELF);
  world_close(&w);
}

TEST(ownalias, "nor under another of its names") {
  world w;
  gp_receipt *r;
  gp_peer *other = world_peer("other:5000");
  world_open(&w, 1, 1);
  SAME(gp_simhost_alias(w.at[0], other), GP_OK);
  SAME(gp_node_connect(world_node(&w, 0), other, 100, 0, &r), GP_OK);
  SAME(world_end(&w, r), GP_ESELF);
  CHECK(!gp_node_isconnected(world_node(&w, 0)));
  CHECK(gp_record_first(&world_node(&w, 0)->peers) == NULL);
  TEXT(world_complaint(&w, 0), "");
  gp_peer_unref(other);
  world_close(&w);
}

TEST(deadentry, "an entry point that is not there fails the connect alone") {
  world w;
  world_open(&w, 1, 2);
  gp_simhost_crash(w.at[1]);
  SAME(world_end(&w, world_join(&w, 0, 1)), GP_ECONNREFUSED);
  CHECK(!gp_node_isconnected(world_node(&w, 0)));
  TEXT(world_complaint(&w, 0), "");
  world_close(&w);
}

TEST(hungentry, "an entry point that hangs fails it when its time is over") {
  world w;
  gp_receipt *r;
  world_open(&w, 1, 2);
  gp_simhost_hang(w.at[1]);
  SAME(
    gp_node_connect(world_node(&w, 0), gp_simhost_self(w.at[1]), 700, 0, &r),
    GP_OK);
  SAME(world_end(&w, r), GP_ETIMEDOUT);
  SAME(gp_sim_now(w.sim), 700);
  CHECK(!gp_node_isconnected(world_node(&w, 0)));
  world_close(&w);
}

TEST(dyingentry, "an entry point that dies while it is asked fails it") {
  world w;
  gp_receipt *r;
  world_open(&w, 1, 2);
  gp_simhost_hang(w.at[1]);
  r = world_join(&w, 0, 1);
  world_pass(&w, 100);
  gp_simhost_crash(w.at[1]);
  SAME(world_end(&w, r), GP_ECONNRESET);
  CHECK(!gp_node_isconnected(world_node(&w, 0)));
  world_close(&w);
}

TEST(deadmember, "a listed member that is dead is told and no member") {
  world w;
  world_open(&w, 1, 4);
  world_joinall(&w, 3);
  gp_simhost_crash(w.at[2]);
  SAME(world_end(&w, world_join(&w, 3, 0)), GP_OK);
  TEXT(world_members(&w, 3), "n0 n1");
  TEXT(world_complaint(&w, 3), "greeting n2: ECONNREFUSED");
  TEXT(world_complaint(&w, 3), "");
  world_close(&w);
}

TEST(knowndead, "a member that is known to be dead is not handed on") {
  world w;
  world_open(&w, 1, 4);
  world_joinall(&w, 3);
  gp_simhost_crash(w.at[2]);
  world_forget(world_say(&w, 0, "x"));
  world_forget(world_say(&w, 1, "x"));
  world_pass(&w, 6000);
  TEXT(world_complaint(&w, 0), "sending n2: ECONNREFUSED");
  SAME(world_end(&w, world_join(&w, 3, 0)), GP_OK);
  TEXT(world_complaint(&w, 3), "");
  TEXT(world_members(&w, 3), "n0 n1");
  world_close(&w);
}

TEST(hungmember, "a listed member that hangs holds nobody up over a second") {
  world w;
  uint64_t since;
  world_open(&w, 1, 5);
  world_joinall(&w, 4);
  gp_simhost_hang(w.at[1]);
  gp_simhost_hang(w.at[2]);
  since = gp_sim_now(w.sim);
  SAME(world_end(&w, world_join(&w, 4, 0)), GP_OK);
  CHECK(gp_sim_now(w.sim) - since >= 1000);
  CHECK(gp_sim_now(w.sim) - since < 1100);
  TEXT(world_complaint(&w, 4), "");
  gp_simhost_resume(w.at[1]);
  world_pass(&w, 10000);
  TEXT(world_members(&w, 4), "n0 n1 n3");
  TEXT(world_complaint(&w, 4), "greeting n2: ETIMEDOUT");
  TEXT(world_complaint(&w, 4), "");
  gp_simhost_resume(w.at[2]);
  world_pass(&w, 5000);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(atonce, "two that join at once through two entry points meet") {
  EACHSEED (seed, 200) {
    world w;
    gp_receipt *r[2];
    world_open(&w, seed, 4);
    world_joinall(&w, 2);
    r[0] = world_join(&w, 2, 0);
    r[1] = world_join(&w, 3, 1);
    SAME(world_end(&w, r[0]), GP_OK);
    SAME(world_end(&w, r[1]), GP_OK);
    world_pass(&w, 100);
    CHECK(world_iswhole(&w));
    world_close(&w);
  }
}

TEST(sixteen, "sixteen that join at once through all of four meet") {
  EACHSEED (seed, 50) {
    world w;
    size_t i;
    world_open(&w, seed, 20);
    world_joinall(&w, 4);
    for (i = 4; i < 20; i++)
      world_forget(world_join(&w, i, i % 4));
    world_pass(&w, 1000);
    CHECK(world_iswhole(&w));
    world_close(&w);
  }
}

TEST(across, "two that connect with each other at once are two") {
  EACHSEED (seed, 50) {
    world w;
    gp_receipt *r[2];
    world_open(&w, seed, 2);
    r[0] = world_join(&w, 0, 1);
    r[1] = world_join(&w, 1, 0);
    SAME(world_end(&w, r[0]), GP_OK);
    SAME(world_end(&w, r[1]), GP_OK);
    CHECK(world_iswhole(&w));
    SAME(world_end(&w, world_say(&w, 0, "once")), GP_OK);
    TEXT(world_hear(&w, 1), "n0: once");
    TEXT(world_hear(&w, 1), "");
    world_close(&w);
  }
}

TEST(again, "connecting again changes nothing") {
  world w;
  world_network(&w, 1, 3);
  SAME(world_end(&w, world_join(&w, 2, 1)), GP_OK);
  SAME(world_end(&w, world_join(&w, 0, 2)), GP_OK);
  CHECK(world_iswhole(&w));
  SAME(world_end(&w, world_say(&w, 0, "once")), GP_OK);
  TEXT(world_hear(&w, 2), "n0: once");
  TEXT(world_hear(&w, 2), "");
  world_close(&w);
}

TEST(bridges, "connecting two networks makes one of them") {
  world w;
  world_open(&w, 1, 6);
  world_joinall(&w, 3);
  SAME(world_end(&w, world_join(&w, 4, 3)), GP_OK);
  SAME(world_end(&w, world_join(&w, 5, 3)), GP_OK);
  SAME(world_end(&w, world_join(&w, 0, 3)), GP_OK);
  TEXT(world_members(&w, 0), "n1 n2 n3 n4 n5");
  world_close(&w);
}

static gp_receipt *joinas (world *w, size_t i, const char *name) {
  gp_peer *p = world_peer(name);
  gp_receipt *r;
  SAME(gp_node_connect(world_node(w, i), p, 5000, gp_sim_now(w->sim), &r),
       GP_OK);
  gp_peer_unref(p);
  return r;
}

static void alias (world *w, size_t i, const char *name) {
  gp_peer *p = world_peer(name);
  SAME(gp_simhost_alias(w->at[i], p), GP_OK);
  gp_peer_unref(p);
}

TEST(renamed, "a member goes by the name that it calls itself") {
  world w;
  world_open(&w, 1, 3);
  world_joinall(&w, 2);
  alias(&w, 0, "other:5000");
  SAME(world_end(&w, joinas(&w, 2, "other:5000")), GP_OK);
  TEXT(world_members(&w, 2), "n0 n1");
  SAME(world_end(&w, world_say(&w, 0, "once")), GP_OK);
  TEXT(world_hear(&w, 2), "n0: once");
  TEXT(world_hear(&w, 2), "");
  SAME(world_end(&w, joinas(&w, 1, "other:5000")), GP_OK);
  TEXT(world_members(&w, 1), "n0 n2");
  SAME(world_end(&w, world_say(&w, 1, "too")), GP_OK);
  TEXT(world_hear(&w, 0), "n1: too");
  TEXT(world_hear(&w, 0), "");
  world_close(&w);
}

TEST(twonames, "one that is joined under two names at once is one member") {
  EACHSEED (seed, 50) {
    world w;
    gp_receipt *r[2];
    world_open(&w, seed, 2);
    alias(&w, 0, "other:5000");
    r[0] = world_join(&w, 1, 0);
    r[1] = joinas(&w, 1, "other:5000");
    world_forget(world_say(&w, 1, "early"));
    SAME(world_end(&w, r[0]), GP_OK);
    SAME(world_end(&w, r[1]), GP_OK);
    world_pass(&w, 100);
    TEXT(world_members(&w, 1), "n0");
    TEXT(world_hear(&w, 0), "n1: early");
    TEXT(world_hear(&w, 0), "");
    SAME(world_end(&w, world_say(&w, 1, "once")), GP_OK);
    TEXT(world_hear(&w, 0), "n1: once");
    TEXT(world_hear(&w, 0), "");
    world_close(&w);
  }
}

TEST(lostname, "what is said while one that failed is joined reaches it") {
  EACHSEED (seed, 20) {
    world w;
    gp_receipt *joined, *said;
    world_network(&w, seed, 2);
    alias(&w, 0, "other:5000");
    gp_simhost_crash(w.at[0]);
    world_pass(&w, 5 * SECOND);
    TEXT(world_members(&w, 1), "");
    world_start(&w, 0);
    joined = joinas(&w, 1, "other:5000");
    said = world_say(&w, 1, "x");
    SAME(world_end(&w, joined), GP_OK);
    SAME(world_end(&w, said), GP_OK);
    TEXT(world_hear(&w, 0), "n1: x");
    TEXT(world_hear(&w, 0), "");
    world_close(&w);
  }
}

TEST(lostagain, "one that failed and is joined by another name can fail") {
  world w;
  world_network(&w, 1, 2);
  alias(&w, 0, "other:5000");
  gp_simhost_crash(w.at[0]);
  world_pass(&w, 5 * SECOND);
  world_ignore(&w);
  world_start(&w, 0);
  SAME(world_end(&w, joinas(&w, 1, "other:5000")), GP_OK);
  TEXT(world_event(&w, 1), "n0 recovered");
  TEXT(world_event(&w, 1), "");
  gp_simhost_crash(w.at[0]);
  world_pass(&w, 5 * SECOND);
  TEXT(world_event(&w, 1), "n0 failed: ECONNREFUSED");
  TEXT(world_members(&w, 1), "");
  world_close(&w);
}

TEST(movedorder, "what was written under another name is not lost") {
  EACHSEED (seed, 50) {
    world w;
    gp_receipt *r[3];
    gp_peerlist to = {0, 0, NULL};
    gp_peer *other = world_peer("other:5000");
    gp_blob *data = gp_blob_new(0);
    world_open(&w, seed, 2);
    SAME(gp_simhost_alias(w.at[0], other), GP_OK);
    SAME(world_end(&w, world_join(&w, 1, 0)), GP_OK);
    r[0] = joinas(&w, 1, "other:5000");
    SAME(gp_peerlist_add(&to, other), GP_OK);
    SAME(gp_node_post(world_node(&w, 1), data, &to, false, gp_sim_now(w.sim),
                      &r[1]),
         GP_OK);
    world_forget(world_tell(&w, 1, 0, "1"));
    world_forget(world_tell(&w, 1, 0, "2"));
    r[2] = world_tell(&w, 1, 0, "3");
    SAME(world_end(&w, r[0]), GP_OK);
    SAME(world_end(&w, r[1]), GP_OK);
    SAME(world_end(&w, r[2]), GP_OK);
    world_pass(&w, 1000);
    {
      int heard = 0;
      while (world_hear(&w, 0)[0] != '\0')
        heard++;
      SAME(heard, 4);
    }
    gp_peerlist_clear(&to);
    gp_blob_unref(data);
    gp_peer_unref(other);
    world_close(&w);
  }
}

TEST(anyaddress, "one called 0.0.0.0 is dialled where it asks from") {
  world w;
  world_open(&w, 1, 1);
  world_add(&w, "0.0.0.0:6000");
  SAME(world_end(&w, world_join(&w, 1, 0)), GP_OK);
  TEXT(world_members(&w, 0), "0.0.0.0");
  SAME(world_end(&w, world_say(&w, 0, "x")), GP_OK);
  TEXT(world_hear(&w, 1), "n0: x");
  world_close(&w);
}

TEST(room, "a node takes no more members than it may") {
  world w;
  size_t i;
  world_open(&w, 1, 6);
  world_joinall(&w, 5);
  w.opt.max_members = 3;
  world_renew(&w, 5);
  SAME(world_end(&w, world_join(&w, 5, 0)), GP_OK);
  world_pass(&w, 100);
  TEXT(world_members(&w, 5), "n0 n1 n2");
  for (i = 0; i < 5; i++)
    (void)world_end(&w, world_join(&w, i, 5));
  TEXT(world_members(&w, 5), "n0 n1 n2");
  world_close(&w);
}

TEST(noroom, "a newcomer for whom there is no room is told so") {
  world w;
  size_t i;
  world_open(&w, 1, 0);
  w.opt.max_members = 2;
  for (i = 0; i < 4; i++)
    world_add(&w, NULL);
  SAME(world_end(&w, world_join(&w, 1, 0)), GP_OK);
  SAME(world_end(&w, world_join(&w, 2, 0)), GP_OK);
  SAME(world_end(&w, world_join(&w, 3, 0)), GP_EBUSY);
  TEXT(world_members(&w, 0), "n1 n2");
  TEXT(world_members(&w, 3), "");
  SAME(world_end(&w, world_join(&w, 1, 0)), GP_OK); /* a member may */
  world_close(&w);
}

TEST(noroomknown, "and so is one that is written to already") {
  world w;
  gp_receipt *r;
  world_open(&w, 1, 0);
  w.opt.max_members = 1;
  world_add(&w, NULL);
  world_add(&w, NULL);
  world_add(&w, NULL);
  SAME(world_end(&w, world_join(&w, 1, 0)), GP_OK);
  gp_simhost_hang(w.at[2]);
  r = world_tell(&w, 0, 2, "hello");
  world_pass(&w, 500);
  gp_simhost_resume(w.at[2]);
  SAME(world_end(&w, world_join(&w, 2, 0)), GP_EBUSY);
  (void)world_end(&w, r);
  TEXT(world_members(&w, 0), "n1");
  TEXT(world_complaint(&w, 0), "serving -: ELIMIT");
  world_close(&w);
}

TEST(cameback, "one that was killed and came back joins again") {
  world w;
  world_network(&w, 1, 3);
  gp_simhost_crash(w.at[2]);
  world_start(&w, 2);
  SAME(world_end(&w, world_join(&w, 2, 0)), GP_OK);
  CHECK(world_iswhole(&w));
  SAME(world_end(&w, world_say(&w, 2, "x")), GP_OK);
  TEXT(world_hear(&w, 0), "n2: x");
  TEXT(world_hear(&w, 1), "n2: x");
  world_close(&w);
}

TEST(forgot, "one that came back and forgot us is joined anew") {
  world w;
  world_network(&w, 1, 2);
  gp_simhost_crash(w.at[1]);
  world_start(&w, 1);
  SAME(world_end(&w, world_say(&w, 0, "x")), GP_OK);
  TEXT(world_hear(&w, 1), "n0: x");
  TEXT(world_members(&w, 1), "n0");
  world_close(&w);
}

/* Some join through one that is about to join itself. */
TEST(chained, "sixteen that join soon after each other, through any, meet") {
  EACHSEED (seed, 100) {
    world w;
    size_t i;
    world_open(&w, seed, 16);
    for (i = 1; i < 16; i++) {
      world_pass(&w, world_chance(&w, 50));
      world_forget(world_join(&w, i, (size_t)world_chance(&w, i)));
    }
    world_pass(&w, SECOND);
    CHECK(world_iswhole(&w));
    world_close(&w);
  }
}
