/*
** node/request.c - one request that is to be made to a peer.
*/
#include "node/request.h"

#include <stdlib.h>

#include "node/state.h"

gp_request *gp_request_new (gp_purpose purpose, const gp_peer *peer,
                            gp_message *msg, gp_receipt *receipt,
                            uint32_t timeout_ms) {
  gp_request *r = calloc(1, sizeof *r);
  if (r == NULL)
    return NULL;
  r->failure = gp_failure_new(purpose, peer, msg);
  if (r->failure == NULL) {
    free(r);
    return NULL;
  }
  gp_ring_init(&r->place);
  r->timeout_ms = timeout_ms;
  r->receipt = receipt == NULL ? NULL : gp_receipt_begin(receipt);
  return r;
}

gp_request *gp_request_newown (const gp_node *n, const gp_record *peer,
                               gp_purpose purpose, const gp_peer *from) {
  const gp_purposerule *rule = gp_purpose_rule(purpose);
  uint32_t timeout_ms = rule->hasty ? GP_AWAITED_MS
                                    : n->self.opt.request_timeout_ms;
  gp_message *msg;
  gp_request *r;
  if (from == NULL)
    from = n->self.identity.peer;
  if (gp_message_new(&msg, rule->type, from, NULL, NULL) != GP_OK)
    return NULL;
  r = gp_request_new(purpose, gp_record_name(peer), msg, NULL, timeout_ms);
  gp_message_unref(msg);
  if (r != NULL)
    gp_request_setvisit(r, peer->arrival.visit.visiting);
  return r;
}

void gp_request_setvisit (gp_request *r, bool visit) {
  r->visit = visit;
}

gp_purpose gp_request_purpose (const gp_request *r) {
  return r->failure->purpose;
}

const gp_message *gp_request_message (const gp_request *r) {
  return r->failure->msg;
}

void gp_request_setagain (gp_request *r) {
  r->again = true;
}

void gp_request_repeat (gp_request *r, uint64_t now) {
  gp_request_setagain(r);
  r->began_at = now;
}

void gp_request_seterror (gp_request *r, gp_err error) {
  r->failure->error = error;
}

bool gp_request_isawaited (const gp_request *r) {
  return r->receipt != NULL &&
         gp_purpose_rule(gp_request_purpose(r))->awaited;
}

void gp_request_release (gp_request *r) {
  gp_receipt_end(r->receipt, NULL);
  r->receipt = NULL;
}

void gp_request_keep (gp_request *r) {
  r->kept = true;
}

void gp_request_finish (gp_request *r, gp_report *report, gp_err error,
                        int status) {
  const gp_purposerule *rule = gp_purpose_rule(gp_request_purpose(r));
  gp_receipt *receipt = r->receipt;
  bool claimed = rule->decisive && receipt != NULL && receipt->claimed;
  r->failure->error = error;
  r->failure->unsure = r->unsure;
  r->failure->status = status;
  if (r->kept && !r->sent)
    error = GP_OK;
  if (error != GP_OK && rule->reported && !claimed)
    gp_report_failure(report, r->failure);
  if (receipt != NULL)
    gp_receipt_end(receipt,
                   error != GP_OK && rule->decisive ? r->failure : NULL);
  gp_failure_unref(r->failure);
  free(r);
}
