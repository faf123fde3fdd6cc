/*
** node/ask.c - who another one is, and whether it reaches us.
*/
#include "node/ask.h"

#include "node/naming.h"
#include "node/state.h"
#include "node/sweep.h"

static gp_err request (gp_node *n, const gp_peer *entry, uint32_t timeout,
                       gp_receipt *receipt) {
  gp_record *peer = gp_naming_getmeant(n, entry);
  gp_message *msg;
  gp_request *r;
  if (peer == NULL || gp_message_new(&msg, GP_CONNECT, n->self.identity.peer,
                                     NULL, NULL) != GP_OK)
    return GP_ENOMEM;
  r = gp_request_new(GP_PURPOSE_ASK, gp_record_name(peer), msg, receipt,
                     timeout);
  gp_message_unref(msg);
  if (r == NULL)
    return GP_ENOMEM;
  gp_outbox_queue(n, peer, r);
  return GP_OK;
}

gp_err gp_node_askwho (gp_node *n, const gp_peer *entry, uint32_t timeout,
                       uint64_t now, gp_receipt **out) {
  gp_receipt *receipt = gp_receipt_new(n->report.signals[0].ready);
  gp_err e = GP_ENOMEM;
  n->now = now;
  if (receipt != NULL)
    e = request(n, entry, timeout, receipt);
  gp_sweep(n);
  if (e == GP_OK)
    *out = receipt;
  else
    gp_receipt_unref(receipt);
  return e;
}

void gp_node_askreach (gp_node *n, const gp_peer *entry, uint64_t now) {
  const gp_record *peer = gp_naming_meant(n, entry);
  n->now = now;
  if (peer != NULL && gp_membership_ismember(peer) && peer->compat.ours)
    gp_probe_sendself(n, peer);
}
