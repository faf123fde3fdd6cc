/*
** newcomer_test.c - newcomers of a header form, whose answer waits until it
** is known which of the two they speak.
*/
#include <string.h>

#include "node/node.h"
#include "memory.h"
#include "world.h"

/* A request that came, and how often it was responded to. */
typedef struct exchange {
  gp_exchange head;
  int given;
} exchange;

static gp_err taken (void *self, uint64_t id, const gp_peer *dial,
                     const gp_sendreq *asking, uint32_t timeout) {
  (void)self, (void)id, (void)dial, (void)asking, (void)timeout;
  return GP_OK;
}

static void give (void *self, gp_exchange *x, const gp_sendresp *response) {
  (void)self, (void)response;
  ((exchange *)x)->given++;
}

static bool gone (void *self, const gp_exchange *r) {
  (void)self, (void)r;
  return false;
}

static gp_node *serving (gp_signal *signals, gp_ready *ready) {
  static const gp_transport t = {NULL, taken, give, gone};
  gp_peer *self = world_peer("a:1");
  gp_nodeopt opt;
  gp_node *n;
  size_t i;
  gp_nodeopt_init(&opt);
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_init(&signals[i], ready);
  SAME(gp_node_new(&n, self, &t, &opt, signals), GP_OK);
  gp_peer_unref(self);
  return n;
}

/* A newcomer connects while allocation number 'fails' fails. Whether one
   did. */
static bool starved (uint64_t fails) {
  gp_peer *from = world_peer("b:2");
  gp_ready ready = {0};
  gp_signal signals[GP_SIGNALS];
  gp_node *n = serving(signals, &ready);
  gp_recvreq asked = {.form = GP_FORM_HEADERS, .remote = "10.0.0.2"};
  exchange r = {0};
  bool at_once, failed;
  SAME(gp_message_new(&asked.msg, GP_CONNECT, from, NULL, NULL), GP_OK);
  memory_fail(fails, false);
  at_once = gp_node_received(n, &asked, &r.head, 1);
  failed = memory_heal();
  if (r.given != at_once)
    test_note("allocation %d failed", (int)fails);
  SAME(r.given, at_once);
  CHECK(failed || !at_once);
  gp_node_tick(n, 10000);
  SAME(r.given, 1);
  gp_recvreq_clear(&asked);
  gp_node_free(n);
  gp_peer_unref(from);
  return failed;
}

TEST(starvenewcomer, "whether an answer waits is said truly, out of memory") {
  uint64_t n = 1;
  while (starved(n))
    n++;
  CHECK(n > 5);
}
