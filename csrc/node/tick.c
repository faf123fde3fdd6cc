/*
** node/tick.c - time has passed: what is due is done.
*/
#include "node/admission.h"
#include "node/departure.h"
#include "node/responses.h"
#include "node/state.h"
#include "node/sweep.h"

/* A call blocks no longer for this one. */
static void losepatience (gp_node *n, gp_record *peer) {
  if (!gp_membership_isleaving(peer)) {
    gp_outbox_release(n, peer);
    return;
  }
  if (gp_outbox_isqueued(peer, GP_PURPOSE_LEAVE))
    gp_departure_disconnect(n, peer);
  gp_departure_drop(n, peer, GP_ETIMEDOUT);
}

static void look (gp_node *n, gp_record *peer) {
  if (peer->compat.check_at != 0 && peer->compat.check_at <= n->now)
    gp_compat_check(n, peer);
  if (peer->outbox.pause_until != 0 && peer->outbox.pause_until <= n->now) {
    gp_outbox_pause(n, peer, 0);
    gp_outbox_advance(n, peer);
  }
  if (n->outboxes.awaited > 0 && gp_outbox_isslow(n, peer))
    losepatience(n, peer);
}

static uint64_t duepatience (const gp_node *n) {
  if (!gp_ring_empty(&n->outboxes.failed))
    return 0;
  return n->outboxes.awaited == 0 && n->deadlines.pausing == 0
           ? UINT64_MAX
           : n->deadlines.patience_at;
}

static uint64_t nextend (const gp_node *n) {
  uint64_t due = UINT64_MAX;
  gp_record *peer;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer)) {
    uint64_t at = gp_outbox_due(peer);
    if (peer->compat.check_at != 0 && peer->compat.check_at < at)
      at = peer->compat.check_at;
    if (at < due)
      due = at;
  }
  return due;
}

static void tickpatience (gp_node *n) {
  gp_record *peer;
  gp_responses_failed(n);
  if (n->now < duepatience(n))
    return;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    look(n, peer);
  n->deadlines.patience_at = nextend(n);
}

static uint64_t earlier (uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

uint64_t gp_node_due (const gp_node *n) {
  uint64_t due = earlier(gp_inbox_due(n), gp_admission_due(n));
  return earlier(due, earlier(duepatience(n), gp_detector_due(n)));
}

void gp_node_tick (gp_node *n, uint64_t now) {
  n->now = now;
  gp_detector_tick(n);
  tickpatience(n);
  gp_inbox_tick(n);
  gp_admission_tick(n);
  gp_sweep(n);
}

void gp_node_setprobeinterval (gp_node *n, uint32_t interval_ms,
                               uint64_t now) {
  n->now = now;
  n->self.opt.probe_interval_ms = interval_ms;
  gp_detector_restart(n);
}
