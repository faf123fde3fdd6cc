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
  return r;
}

gp_receipt *gp_receipt_ref (gp_receipt *r) {
  r->refs++;
  return r;
}

void gp_receipt_unref (gp_receipt *r) {
  if (r == NULL || --r->refs > 0)
    return;
  while (r->first != NULL) {
    gp_failure *f = r->first;
    r->first = f->next;
    gp_failure_unref(f);
  }
  gp_signal_clear(&r->settled);
  free(r);
}

gp_receipt *gp_receipt_begin (gp_receipt *r) {
  r->pending++;
  return gp_receipt_ref(r);
}

void gp_receipt_end (gp_receipt *r, gp_failure *f) {
  if (f != NULL) {
    gp_failure_ref(f);
    if (r->last != NULL)
      r->last->next = f;
    else
      r->first = f;
    r->last = f;
  }
  if (--r->pending == 0)
    gp_signal_raise(&r->settled);
  gp_receipt_unref(r);
}

bool gp_receipt_issettled (const gp_receipt *r) {
  return r->pending == 0;
}
