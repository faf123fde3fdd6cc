/*
** node/report.c - what the program is told.
*/
#include "node/report.h"

#include <string.h>

/* Bytes of undelivered messages that unread failures keep. */
#define MAX_UNDELIVERED ((size_t)64 << 20)

/* Refusals that are told in a second, in ms. */
#define REFUSALS_MS 1000
#define MAX_REFUSALS 16

gp_err gp_report_init (gp_report *r, const gp_nodeopt *opt,
                       gp_signal *signals) {
  memset(r, 0, sizeof *r);
  r->signals = signals;
  gp_queue_init(&r->failures, opt->max_errors, MAX_UNDELIVERED);
  gp_events_init(&r->events, opt->max_events);
  return gp_queue_reserve(&r->failures);
}

void gp_report_clear (gp_report *r) {
  while (gp_report_peekfailure(r) != NULL)
    gp_report_dropfailure(r);
  gp_queue_clear(&r->failures);
  gp_events_clear(&r->events);
}

void gp_report_raise (gp_report *r, gp_nodesignal signal) {
  gp_signal_raise(&r->signals[signal]);
}

static size_t sizeoffailure (const gp_failure *f) {
  return f->msg == NULL ? 0 : gp_message_size(f->msg);
}

/* The encoded form goes: should the message go to others still, it is
   encoded once more. */
void gp_report_failure (gp_report *r, gp_failure *f) {
  if (gp_queue_push(&r->failures, f, sizeoffailure(f)) != GP_OK) {
    r->lost++;
    return;
  }
  if (f->msg != NULL)
    gp_message_dropwire(f->msg);
  gp_failure_ref(f);
  gp_report_raise(r, GP_SIGNAL_ERRORS);
}

static void reporterror (gp_report *r, gp_purpose purpose,
                         const gp_peer *peer, gp_err error, int status) {
  gp_failure *f = gp_failure_new(purpose, peer, NULL);
  if (f == NULL) {
    r->lost++;
    return;
  }
  f->error = error;
  f->status = status;
  gp_report_failure(r, f);
  gp_failure_unref(f);
}

void gp_report_error (gp_report *r, gp_purpose purpose, const gp_peer *peer,
                      gp_err error) {
  reporterror(r, purpose, peer, error, 0);
}

void gp_report_unreached (gp_report *r, const gp_peer *peer) {
  reporterror(r, GP_PURPOSE_MEET, peer, GP_EADDRNOTAVAIL, 504);
}

void gp_report_event (gp_report *r, gp_eventkind kind, const gp_peer *peer,
                      gp_err reason) {
  gp_events_push(&r->events, kind, peer, NULL, reason);
  gp_report_raise(r, GP_SIGNAL_EVENTS);
}

void gp_report_renamed (gp_report *r, const gp_peer *former,
                        const gp_peer *peer) {
  gp_events_push(&r->events, GP_EV_RENAMED, peer, former, GP_OK);
  gp_report_raise(r, GP_SIGNAL_EVENTS);
}

static gp_blob *blobof (const char *text) {
  size_t len = strlen(text);
  gp_blob *b = gp_blob_new(len);
  if (b != NULL)
    memcpy(b->bytes, text, len);
  return b;
}

static bool maytell (gp_report *r, uint64_t now) {
  if (now >= r->refusals_at + REFUSALS_MS) {
    r->refusals_at = now;
    r->refusals = 0;
  }
  return r->refusals++ < MAX_REFUSALS;
}

void gp_report_refusal (gp_report *r, gp_err error, int status,
                        const char *origin, uint64_t now) {
  gp_failure *f = NULL;
  if (maytell(r, now))
    f = gp_failure_new(GP_PURPOSE_SERVE, NULL, NULL);
  if (f == NULL) {
    r->lost++;
    return;
  }
  f->error = error;
  f->status = status;
  f->origin = origin == NULL ? NULL : blobof(origin);
  gp_report_failure(r, f);
  gp_failure_unref(f);
}

void gp_report_overlooked (gp_report *r, uint64_t count) {
  r->lost += count;
}

uint64_t gp_report_takelost (gp_report *r) {
  uint64_t lost = r->lost;
  r->lost = 0;
  return lost;
}

const gp_event *gp_report_peekevent (const gp_report *r) {
  return gp_events_peek(&r->events);
}

void gp_report_dropevent (gp_report *r) {
  gp_events_drop(&r->events);
}

gp_failure *gp_report_peekfailure (const gp_report *r) {
  return gp_queue_peek(&r->failures);
}

void gp_report_dropfailure (gp_report *r) {
  gp_failure *f = gp_queue_peek(&r->failures);
  gp_queue_drop(&r->failures, sizeoffailure(f));
  gp_failure_unref(f);
}
