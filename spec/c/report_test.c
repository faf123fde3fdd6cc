/*
** report_test.c - what the program is told, and in which bounds.
*/
#include "node/report.h"

#include <string.h>

#include "memory.h"
#include "test.h"

#define T 1000000 /* any time */

typedef struct reporter {
  gp_ready ready;
  gp_signal signals[GP_SIGNALS];
  gp_nodeopt opt;
  gp_report report;
} reporter;

static void open (reporter *r, size_t max_errors) {
  size_t i;
  memset(r, 0, sizeof *r);
  memset(&r->report, 0xff, sizeof r->report);
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_init(&r->signals[i], &r->ready);
  gp_nodeopt_init(&r->opt);
  r->opt.max_errors = max_errors;
  r->opt.max_events = 2;
  SAME(gp_report_init(&r->report, &r->opt, r->signals), GP_OK);
}

static gp_peer *peerof (const char *text) {
  gp_peer *p;
  SAME(gp_peer_parse(&p, text, strlen(text)), GP_OK);
  return p;
}

/* Whether this signal alone was raised. */
static bool raised (reporter *r, gp_nodesignal signal) {
  uint64_t number = gp_ready_next(&r->ready);
  return number == r->signals[signal].number && gp_ready_next(&r->ready) == 0;
}

/* One more about a message with so many bytes. */
static void report (reporter *r, size_t len) {
  gp_peer *p = peerof("b:1");
  gp_blob *data = gp_blob_new(len);
  gp_message *m;
  gp_failure *f;
  SAME(gp_message_new(&m, GP_BROADCAST, p, NULL, data), GP_OK);
  gp_message_keepwire(m, data, p);
  f = gp_failure_new(GP_PURPOSE_MESSAGE, p, m);
  gp_report_failure(&r->report, f);
  gp_failure_unref(f);
  gp_message_unref(m);
  gp_blob_unref(data);
  gp_peer_unref(p);
}

TEST(failuresinorder, "failures are read in the order in which they came") {
  reporter r;
  gp_peer *p = peerof("b:1");
  open(&r, 10);
  CHECK(gp_report_peekfailure(&r.report) == NULL);
  gp_report_error(&r.report, GP_PURPOSE_JOIN, p, GP_EEXIST);
  CHECK(raised(&r, GP_SIGNAL_ERRORS));
  gp_report_error(&r.report, GP_PURPOSE_GREET, NULL, GP_ENOMEM);
  SAME(gp_report_peekfailure(&r.report)->purpose, GP_PURPOSE_JOIN);
  SAME(gp_report_peekfailure(&r.report)->error, GP_EEXIST);
  CHECK(gp_report_peekfailure(&r.report)->peer == p);
  gp_report_dropfailure(&r.report);
  SAME(gp_report_peekfailure(&r.report)->error, GP_ENOMEM);
  CHECK(gp_report_peekfailure(&r.report)->peer == NULL);
  gp_report_dropfailure(&r.report);
  CHECK(gp_report_peekfailure(&r.report) == NULL);
  SAME(gp_report_takelost(&r.report), 0);
  gp_report_clear(&r.report);
  gp_peer_unref(p);
}

TEST(failuresbound, "a failure that finds no room is counted") {
  reporter r;
  open(&r, 2);
  report(&r, 1);
  report(&r, 1);
  CHECK(raised(&r, GP_SIGNAL_ERRORS));
  report(&r, 1);
  report(&r, 1);
  SAME(gp_ready_next(&r.ready), 0);
  gp_report_overlooked(&r.report, 5);
  SAME(gp_report_takelost(&r.report), 7);
  SAME(gp_report_takelost(&r.report), 0);
  gp_report_dropfailure(&r.report);
  report(&r, 1);
  SAME(gp_report_takelost(&r.report), 0);
  gp_report_clear(&r.report);
}

TEST(undelivered, "unread failures keep 64 MiB of messages, not their wire") {
  reporter r;
  open(&r, 10);
  report(&r, (64u << 20) - 1);
  CHECK(gp_report_peekfailure(&r.report)->msg->wire == NULL);
  gp_report_error(&r.report, GP_PURPOSE_JOIN, NULL, GP_EEXIST);
  report(&r, 1);
  SAME(gp_report_takelost(&r.report), 0);
  report(&r, 0);
  SAME(gp_report_takelost(&r.report), 1);
  gp_report_dropfailure(&r.report);
  report(&r, 0);
  SAME(gp_report_takelost(&r.report), 0);
  gp_report_clear(&r.report);
}

TEST(reportmemory, "without memory a failure is counted, and needs no more") {
  reporter r;
  open(&r, 2);
  memory_fail(1, true);
  gp_report_error(&r.report, GP_PURPOSE_JOIN, NULL, GP_EEXIST);
  gp_report_refusal(&r.report, GP_ELIMIT, 503, "10.0.0.1", T);
  CHECK(memory_heal());
  SAME(gp_report_takelost(&r.report), 2);
  memory_fail(2, true);
  gp_report_error(&r.report, GP_PURPOSE_JOIN, NULL, GP_EEXIST);
  memory_heal();
  SAME(gp_report_takelost(&r.report), 0);
  memory_fail(2, true);
  gp_report_refusal(&r.report, GP_ELIMIT, 503, "10.0.0.1", T);
  CHECK(memory_heal());
  SAME(gp_report_takelost(&r.report), 0);
  gp_report_dropfailure(&r.report);
  CHECK(gp_report_peekfailure(&r.report)->origin == NULL);
  gp_report_clear(&r.report);
  memory_fail(1, false);
  SAME(gp_report_init(&r.report, &r.opt, r.signals), GP_ENOMEM);
  CHECK(memory_heal());
}

TEST(eventsin, "of events the newest are kept, and their signal is raised") {
  reporter r;
  gp_peer *p = peerof("b:1"), *q = peerof("c:1");
  const gp_event *e;
  open(&r, 2);
  gp_report_event(&r.report, GP_EV_JOINED, p, GP_OK);
  CHECK(raised(&r, GP_SIGNAL_EVENTS));
  gp_report_event(&r.report, GP_EV_MET, q, GP_OK);
  gp_report_event(&r.report, GP_EV_FAILED, p, GP_ETIMEDOUT);
  e = gp_events_peek(&r.report.events);
  CHECK(e->kind == GP_EV_MET && e->peer == q && e->reason == GP_OK);
  gp_events_drop(&r.report.events);
  e = gp_events_peek(&r.report.events);
  CHECK(e->kind == GP_EV_FAILED && e->peer == p);
  SAME(e->reason, GP_ETIMEDOUT);
  gp_report_clear(&r.report);
  CHECK(gp_events_peek(&r.report.events) == NULL);
  gp_peer_unref(p);
  gp_peer_unref(q);
}

TEST(refusal, "a refusal is told with its status and where it came from") {
  reporter r;
  const gp_failure *f;
  open(&r, 2);
  gp_report_refusal(&r.report, GP_ELIMIT, 413, "10.0.0.1", T);
  CHECK(raised(&r, GP_SIGNAL_ERRORS));
  f = gp_report_peekfailure(&r.report);
  SAME(f->purpose, GP_PURPOSE_SERVE);
  SAME(f->error, GP_ELIMIT);
  SAME(f->status, 413);
  CHECK(f->peer == NULL && f->msg == NULL);
  SAME(f->origin->len, 8);
  SAME(memcmp(f->origin->bytes, "10.0.0.1", 8), 0);
  gp_report_dropfailure(&r.report);
  gp_report_refusal(&r.report, GP_EBADMSG, 0, NULL, T);
  CHECK(gp_report_peekfailure(&r.report)->origin == NULL);
  gp_report_clear(&r.report);
}

/* So many of 20 refusals that come at 'now' are told. */
static unsigned told (reporter *r, uint64_t now) {
  unsigned i, count = 0;
  for (i = 0; i < 20; i++)
    gp_report_refusal(&r->report, GP_EBADMSG, 400, NULL, now);
  while (gp_report_peekfailure(&r->report) != NULL) {
    gp_report_dropfailure(&r->report);
    count++;
  }
  SAME(gp_report_takelost(&r->report), 20 - count);
  return count;
}

TEST(refusals, "of the refusals of one second sixteen are told") {
  reporter r;
  open(&r, 100);
  SAME(told(&r, T), 16);
  SAME(told(&r, T + 999), 0);
  SAME(told(&r, T + 1000), 16);
  SAME(told(&r, T + 1999), 0);
  SAME(told(&r, T + 5000), 16);
  gp_report_clear(&r.report);
}
