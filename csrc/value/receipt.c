/*
** value/receipt.c - what became of one call.
*/
#include "value/receipt.h"

#include <stdlib.h>

gp_failure *gp_failure_new (gp_purpose purpose, const gp_peer *peer,
                            gp_message *msg) {
  gp_failure *f = calloc(1, sizeof *f);
  if (f == NULL)
    return NULL;
  f->refs = 1;
  gp_ring_init(&f->ring);
  f->purpose = purpose;
  f->peer = peer == NULL ? NULL : gp_peer_ref(peer);
  f->msg = msg == NULL ? NULL : gp_message_ref(msg);
  return f;
}

gp_failure *gp_failure_ref (gp_failure *f) {
  f->refs++;
  return f;
}

void gp_failure_unref (gp_failure *f) {
  if (f == NULL || --f->refs > 0)
    return;
  gp_peer_unref(f->peer);
  gp_message_unref(f->msg);
  gp_blob_unref(f->origin);
  free(f);
}

gp_receipt *gp_receipt_new (gp_ready *ready) {
  gp_receipt *r = calloc(1, sizeof *r);
  if (r == NULL)
    return NULL;
  r->refs = 1;
  gp_signal_init(&r->settled, ready);
  gp_ring_init(&r->failures);
  return r;
}

gp_receipt *gp_receipt_ref (gp_receipt *r) {
  r->refs++;
  return r;
}

void gp_receipt_unref (gp_receipt *r) {
  if (r == NULL || --r->refs > 0)
    return;
  while (!gp_ring_empty(&r->failures)) {
    gp_failure *f = gp_ring_of(gp_failure, ring, r->failures.next);
    gp_ring_remove(&f->ring);
    gp_failure_unref(f);
  }
  gp_peer_unref(r->announced);
  gp_peerlist_clear(&r->list);
  gp_signal_clear(&r->settled);
  free(r);
}

gp_receipt *gp_receipt_begin (gp_receipt *r) {
  r->pending++;
  return gp_receipt_ref(r);
}

void gp_receipt_end (gp_receipt *r, gp_failure *f) {
  if (f != NULL)
    gp_ring_append(&r->failures, &gp_failure_ref(f)->ring);
  if (--r->pending == 0)
    gp_signal_raise(&r->settled);
  gp_receipt_unref(r);
}

void gp_receipt_announce (gp_receipt *r, const gp_peer *who,
                          uint32_t took_ms) {
  gp_peer_unref(r->announced);
  r->announced = who == NULL ? NULL : gp_peer_ref(who);
  r->took_ms = took_ms;
}

void gp_receipt_setlist (gp_receipt *r, const gp_peerlist *list) {
  gp_peerlist_clear(&r->list);
  r->has_list = gp_peerlist_copy(&r->list, list) == GP_OK;
}

const gp_failure *gp_receipt_nextfailure (const gp_receipt *r,
                                          const gp_failure *f) {
  const gp_ring *next = f == NULL ? r->failures.next : f->ring.next;
  return next == &r->failures ? NULL : gp_ring_of(gp_failure, ring, next);
}

bool gp_receipt_issettled (const gp_receipt *r) {
  return r->pending == 0;
}
