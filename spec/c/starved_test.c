/*
** starved_test.c - what Go programs need, with each allocation failing in
** turn: what is not found out or mended then is left as it is.
*/
#include "memory.h"
#include "node/state.h"
#include "node/stats.h"
#include "program.h"

static const actor go = {.name = "g:1", .program = ACTOR_V113};
static const actor local = {
  .name = "localhost:3", .program = ACTOR_V113, .remote = "127.0.0.1"};
static const actor seed = {.name = "s:1", .program = ACTOR_SEED};

static void open (script *s) {
  script_init(s);
  s->opt.on_loopback = true;
  script_start(s);
}

/* The end of a request, while the allocation number 'n' fails. Whether it
   took as many. */
static bool endstarved (script *s, const actor *by, const char *names,
                        uint64_t n) {
  gp_recvresp response = script_response(s, "connect", by, names);
  bool failed;
  (void)script_sent(s);
  memory_fail(n, false);
  script_end(s, "connect", GP_OK, &response);
  failed = memory_heal();
  gp_recvresp_clear(&response);
  return failed;
}

TEST(formstarved,
     "a seed that cannot be asked again is a member all the same") {
  bool failed = true;
  uint64_t n;
  for (n = 1; failed; n++) {
    script s;
    CHECK(n < 100);
    open(&s);
    program_forget(program_join(&s, "s:1"));
    failed = endstarved(&s, &seed, "", n);
    TEXT(told_members(s.node), "s");
    if (!failed)
      TEXT(script_sent(&s), "connect s:1 any brief");
    script_close(&s);
  }
}

TEST(newcomerstarved, "a newcomer that cannot be asked again is let in") {
  bool failed = true;
  uint64_t n;
  for (n = 1; failed; n++) {
    script s;
    size_t x;
    CHECK(n < 100);
    open(&s);
    x = script_connect(&s, &seed);
    failed = endstarved(&s, &seed, "", n);
    if (failed)
      TEXT(script_given(&s, x), "200 headers []");
    else
      TEXT(script_sent(&s), "connect s:1 headers");
    script_close(&s);
  }
}

TEST(aliasstarved, "a name that cannot be taken back stays") {
  bool failed = true, kept = false;
  uint64_t n;
  for (n = 1; failed; n++) {
    script s;
    CHECK(n < 100);
    open(&s);
    program_forget(program_join(&s, "localhost:3"));
    failed = endstarved(&s, &local, "0.0.0.0:1", n);
    if (script_count(&s, "disconnect localhost:3 v113") == 0)
      kept = true;
    TEXT(told_members(s.node), "localhost");
    CHECK(script_record(&s, "localhost:3")->compat.our_alias != NULL);
    CHECK(failed || script_count(&s, "disconnect") == 1);
    script_close(&s);
  }
  CHECK(kept);
}

TEST(lookstarved, "a look at its list that cannot be is made up for later") {
  bool failed = true;
  uint64_t n;
  for (n = 1; failed; n++) {
    script s;
    CHECK(n < 100);
    open(&s);
    script_member(&s, &go);
    script_connect(&s, &go);
    memory_fail(n, false);
    script_pass(&s, 100);
    failed = memory_heal();
    TEXT(script_sent(&s), failed ? "" : "connect g:1 any");
    if (failed) {
      script_pass(&s, 400);
      TEXT(script_sent(&s), "connect g:1 any");
    }
    script_close(&s);
  }
}

TEST(statesstarved, "one that cannot list its peers says so") {
  script s;
  gp_peerstates all;
  script_open(&s);
  script_member(&s, &go);
  memory_fail(1, false);
  SAME(gp_node_states(s.node, s.now, &all), GP_ENOMEM);
  CHECK(memory_heal());
  SAME(all.n, 0);
  CHECK(all.at == NULL);
  script_close(&s);
}

TEST(freenull, "no node is freed as well") {
  gp_node_free(NULL);
}
