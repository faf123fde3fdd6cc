/*
** stats_test.c - what a node says of itself and of its peers.
*/
#include <string.h>

#include "node/state.h"
#include "node/stats.h"
#include "program.h"

static const actor bob = {
  .name = "b:1", .program = ACTOR_OURS, .process = 2, .called = "bob"};
static const actor cleo = {.name = "c:1", .program = ACTOR_V113};
static const actor seed = {.name = "s:1", .program = ACTOR_SEED};

static gp_stats of (const script *s) {
  gp_stats stats;
  memset(&stats, 77, sizeof stats);
  gp_node_stats(s->node, &stats);
  return stats;
}

TEST(statsoutbox, "what is on its way and waiting counts, for all peers") {
  script s;
  gp_stats stats;
  script_open(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  program_forget(program_say(&s, "12345"));
  program_forget(program_tell(&s, "b:1", "123"));
  program_forget(program_tell(&s, "d:1", "1"));
  stats = of(&s);
  SAME(stats.members, 2);
  SAME(stats.outbox_messages, 4); /* no form that is asked for */
  SAME(stats.outbox_bytes, 5 + 5 + 3 + 1);
  SAME(stats.inbox_messages, 0);
  SAME(stats.inbox_bytes, 0);
  SAME(stats.suspected, 0);
  SAME(stats.failed, 0);
  SAME(stats.lost_events, 0);
  script_respond(&s, "broadcast", &bob, NULL);
  stats = of(&s);
  SAME(stats.outbox_messages, 3);
  SAME(stats.outbox_bytes, 5 + 3 + 1);
  script_close(&s);
}

TEST(statsinbox, "so do unread messages, and lost events") {
  script s;
  gp_stats stats;
  script_init(&s);
  s.opt.max_events = 1;
  script_start(&s);
  script_member(&s, &bob);
  script_say(&s, &bob, "12345", 1);
  script_say(&s, &bob, "123", 2);
  script_connect(&s, &cleo);
  script_disconnect(&s, &cleo);
  stats = of(&s);
  SAME(stats.inbox_messages, 2);
  SAME(stats.inbox_bytes, 8);
  SAME(stats.lost_events, 1);
  script_close(&s);
}

TEST(statsstates, "so do suspects, those that failed, and our self-doubt") {
  script s;
  gp_stats stats;
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  script_member(&s, &bob);
  script_member(&s, &cleo);
  gp_detector_told(s.node, script_record(&s, "b:1"));
  program_resume(&s, "x:1", false); /* failed before there was us */
  stats = of(&s);
  SAME(stats.members, 2);
  SAME(stats.suspected, 1);
  SAME(stats.failed, 0);
  script_pass(&s, 4500);
  stats = of(&s);
  SAME(stats.members, 1);
  SAME(stats.suspected, 0);
  SAME(stats.failed, 1);
  script_stall(&s, 2000000000);
  SAME(of(&s).self_doubt, 1);
  script_close(&s);
}

/* The state of one peer, of 'count' in all. */
static gp_peerstate stateof (script *s, const char *name, size_t count) {
  gp_peerstates all;
  gp_peerstate state;
  size_t i;
  memset(&state, 0, sizeof state);
  SAME(gp_node_states(s->node, s->now, &all), GP_OK);
  SAME(all.n, count);
  for (i = 0; i < all.n; i++)
    if (strcmp(gp_peer_text(all.at[i].peer), name) == 0)
      state = all.at[i];
  CHECK(state.peer == gp_record_name(script_record(s, name))); /* its nick */
  gp_peerstates_clear(&all);
  SAME(all.n, 0);
  CHECK(all.at == NULL);
  return state;
}

TEST(peerstates,
     "of each peer it is known what it is, and when it was heard") {
  script s;
  gp_peerstate state;
  gp_peerstates none;
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  SAME(gp_node_states(s.node, s.now, &none), GP_OK);
  SAME(none.n, 0);
  CHECK(none.at == NULL);
  script_member(&s, &bob);
  script_member(&s, &seed);
  program_forget(program_tell(&s, "x:1", "x")); /* is dealt with by nobody */
  script_pass(&s, 7);
  state = stateof(&s, "b:1", 2);
  SAME(state.state, GP_STATE_ALIVE);
  SAME(state.form, GP_FORM_V113);
  TEXT(gp_peer_nick(gp_record_name(script_record(&s, "b:1"))), "bob");
  CHECK(state.ours);
  SAME(state.rtt_ms, UINT32_MAX);
  SAME(state.heard_ms, 7);
  state = stateof(&s, "s:1", 2);
  SAME(state.form, GP_FORM_SEED);
  CHECK(!state.ours);
  script_close(&s);
}

TEST(peerkinds, "whether it is a candidate, alive, suspected or failed") {
  script s;
  gp_peerstate state;
  script_init(&s);
  s.opt.probe_interval_ms = 1000000000;
  script_start(&s);
  program_joined(&s, &bob, "c:1");
  state = stateof(&s, "c:1", 2);
  SAME(state.state, GP_STATE_CANDIDATE);
  CHECK(state.heard_ms == UINT64_MAX);
  SAME(state.messages, 1);
  gp_detector_told(s.node, script_record(&s, "b:1"));
  SAME(stateof(&s, "b:1", 2).state, GP_STATE_SUSPECTED);
  script_respond(&s, "connect c:1", &cleo, "");
  SAME(stateof(&s, "c:1", 2).state, GP_STATE_ALIVE);
  script_pass(&s, 4500);
  SAME(stateof(&s, "b:1", 2).state, GP_STATE_FAILED);
  program_resume(&s, "x:1", false);
  SAME(stateof(&s, "x:1", 3).state, GP_STATE_CANDIDATE);
  program_forget(program_say(&s, "1234"));
  program_forget(program_say(&s, "12"));
  state = stateof(&s, "c:1", 3);
  SAME(state.messages, 2);
  SAME(state.bytes, 6);
  script_close(&s);
}
