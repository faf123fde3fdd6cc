/*
** node/ask.c - who another one is, whom it knows, and whether it reaches us.
*/
#include "node/ask.h"

#include "node/naming.h"
#include "node/state.h"
#include "node/sweep.h"

static gp_err request (gp_node *n, gp_purpose purpose, const gp_peer *entry,
                       uint32_t timeout, gp_receipt *receipt) {
  gp_record *peer = gp_naming_getmeant(n, entry);
  gp_message *msg;
  gp_request *r;
  if (peer == NULL || gp_message_new(&msg, GP_CONNECT, n->self.identity.peer,
                                     NULL, NULL) != GP_OK)
    return GP_ENOMEM;
  r = gp_request_new(purpose, gp_record_name(peer), msg, receipt, timeout);
  gp_message_unref(msg);
  if (r == NULL)
    return GP_ENOMEM;
  gp_hearsay_setchosen(peer);
  gp_outbox_queue(n, peer, r);
  return GP_OK;
}

static gp_err ask (gp_node *n, gp_purpose purpose, const gp_peer *entry,
                   uint32_t timeout, uint64_t now, gp_receipt **out) {
  gp_receipt *receipt = gp_receipt_new(n->report.signals[0].ready);
  gp_err e = GP_ENOMEM;
  n->now = now;
  if (receipt != NULL) {
    receipt->claimed = true;
    e = request(n, purpose, entry, timeout, receipt);
  }
  gp_sweep(n);
  if (e == GP_OK)
    *out = receipt;
  else
    gp_receipt_unref(receipt);
  return e;
}

gp_err gp_node_askwho (gp_node *n, const gp_peer *entry, uint32_t timeout,
                       uint64_t now, gp_receipt **out) {
  return ask(n, GP_PURPOSE_ASK, entry, timeout, now, out);
}

gp_err gp_node_look (gp_node *n, const gp_peer *entry, uint32_t timeout,
                     uint64_t now, gp_receipt **out) {
  return ask(n, GP_PURPOSE_LOOK, entry, timeout, now, out);
}

/* What it calls itself, with its nick where there is memory for that. */
static void announce (gp_receipt *receipt, const gp_identity *who,
                      uint32_t took_ms) {
  gp_peer *named;
  if (who->peer == NULL ||
      gp_peer_nicknamed(&named, who->peer, who->nick) != GP_OK) {
    gp_receipt_announce(receipt, who->peer, took_ms);
    return;
  }
  gp_receipt_announce(receipt, named, took_ms);
  gp_peer_unref(named);
}

void gp_ask_responded (const gp_node *n, const gp_request *r,
                       const gp_recvresp *response) {
  announce(r->receipt, &response->ext.who, (uint32_t)(n->now - r->began_at));
  if (response->ext.has_list && response->status == 200)
    gp_receipt_setlist(r->receipt, &response->list);
}

void gp_node_askreach (gp_node *n, const gp_peer *entry, uint64_t now) {
  gp_record *peer = gp_naming_meant(n, entry);
  n->now = now;
  if (peer != NULL && gp_membership_ismember(peer) && peer->compat.ours)
    gp_probe_sendself(n, peer);
}
