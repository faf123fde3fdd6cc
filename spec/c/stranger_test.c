/*
** stranger_test.c - messages to whom one does not count as a member.
*/
#include <stdlib.h>
#include <string.h>

#include "script.h"
#include "world.h"

/* Two that do not reach each other, or only the one the other. */
static void cutoff (world *w, uint64_t from, uint64_t to) {
  gp_simhost_setgroups(w->at[0], 1);
  gp_simhost_setgroups(w->at[1], 2);
  SAME(gp_sim_cut(w->sim, from, to), GP_OK);
}

TEST(strangertwice,
     "what comes twice is known, from one not counted as well") {
  world w;
  world_openquiet(&w, 1, 2);
  world_joinall(&w, 2);
  cutoff(&w, 2, 1); /* n0 does not hear the goodbye */
  SAME(world_end(&w, world_leave(&w, 1)), GP_OK);
  gp_sim_heal(w.sim, 2, 1);
  gp_sim_setcopies(w.sim, 1000000);
  SAME(world_end(&w, world_tell(&w, 1, 0, "x")), GP_OK);
  world_pass(&w, 2000);
  TEXT(world_hear(&w, 0), "n1> x");
  TEXT(world_hear(&w, 0), "");
  world_close(&w);
}

TEST(formless, "one that does not tell its form is not written to, in vain") {
  world w;
  world_openquiet(&w, 1, 2);
  cutoff(&w, 1, 2);
  SAME(world_end(&w, world_tell(&w, 0, 1, "x")), GP_ETIMEDOUT);
  CHECK(gp_sim_now(w.sim) <= w.opt.request_timeout_ms);
  SAME(gp_sim_count(w.sim)->data, 0);
  world_close(&w);
}

TEST(whilejoining, "a join that begins meanwhile makes no difference") {
  world w;
  gp_receipt *said, *joined;
  world_openquiet(&w, 1, 2);
  gp_sim_setbreaks(w.sim, 1000000);
  said = world_tell(&w, 0, 1, "x");
  joined = world_join(&w, 0, 1);
  SAME(world_end(&w, said), GP_ECONNRESET);
  gp_sim_setbreaks(w.sim, 0);
  SAME(world_end(&w, joined), GP_OK);
  SAME(gp_sim_count(w.sim)->data, 0);
  TEXT(world_members(&w, 0), "n1");
  world_close(&w);
}

/* A message to each of the two names; which is the sooner is chance. */
TEST(twonames, "what is said to a member by another name is not lost") {
  uint64_t seed;
  gp_peer *other = world_peer("other:5000");
  for (seed = 1; seed <= 20; seed++) {
    world w;
    gp_peerlist to = {0, 0, NULL};
    gp_blob *data = gp_blob_new(0);
    gp_receipt *named, *said;
    world_openquiet(&w, seed, 2);
    world_joinall(&w, 2);
    SAME(gp_simhost_alias(w.at[0], other), GP_OK);
    SAME(gp_peerlist_add(&to, other), GP_OK);
    SAME(gp_node_post(world_node(&w, 1), data, &to, false, gp_sim_now(w.sim),
                      &named),
         GP_OK);
    said = world_say(&w, 1, "x");
    SAME(world_end(&w, named), GP_OK);
    SAME(world_end(&w, said), GP_OK);
    CHECK(*world_hear(&w, 0) != '\0');
    CHECK(*world_hear(&w, 0) != '\0');
    TEXT(world_hear(&w, 0), "");
    gp_peerlist_clear(&to);
    gp_blob_unref(data);
    world_close(&w);
  }
  gp_peer_unref(other);
}

TEST(weighty, "unread failures keep no more data than they may") {
  world w;
  size_t i, len = (size_t)8 << 20, kept = 0;
  char *text = malloc(len + 1);
  const gp_failure *f;
  CHECK(text != NULL);
  memset(text, 'x', len);
  text[len] = '\0';
  world_openquiet(&w, 1, 2);
  gp_simhost_crash(w.at[1]);
  for (i = 0; i < 20; i++) {
    world_forget(world_tell(&w, 0, 1, text));
    world_pass(&w, SECOND);
  }
  for (; (f = gp_node_peekfailure(world_node(&w, 0))) != NULL; kept++) {
    SAME(gp_message_len(f->msg), len);
    gp_node_dropfailure(world_node(&w, 0));
  }
  SAME(kept, 8);
  SAME(gp_node_lostfailures(world_node(&w, 0)), 12);
  world_forget(world_tell(&w, 0, 1, "small"));
  world_pass(&w, SECOND);
  TEXT(world_complaint(&w, 0), "sending n1: ECONNREFUSED");
  free(text);
  world_close(&w);
}

TEST(waitsgivenup, "what waits for a candidate ends when that is given up") {
  uint64_t after;
  for (after = 40 * SECOND; after < 75 * SECOND; after += 500) {
    world w;
    gp_receipt *r;
    world_network(&w, 1, 3);
    gp_simhost_setplain(w.at[2]);
    world_add(&w, NULL);
    gp_simhost_hang(w.at[2]);
    SAME(world_end(&w, world_join(&w, 3, 0)), GP_OK);
    world_pass(&w, after);
    r = world_tell(&w, 3, 2, "x");
    world_pass(&w, 100 * SECOND);
    CHECK(gp_receipt_issettled(r));
    world_forget(r);
    world_close(&w);
  }
}

TEST(unsendable, "one that cannot be asked its form is not asked on and on") {
  script s;
  gp_receipt *r;
  script_open(&s);
  s.refuse = GP_ENOMEM;
  r = script_post(&s, "b:1", "x");
  script_pass(&s, 0);
  SAME(script_result(r), GP_ENOMEM);
  SAME(s.refused_count, 1);
  script_close(&s);
}
