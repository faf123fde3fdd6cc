/*
** wire/records.c - see wire/records.h.
*/
#include "wire/records.h"

#include <string.h>

void gp_extension_copy (gp_extension *to, const gp_extension *from) {
  *to = *from;
  gp_identity_copy(&to->who, &from->who);
  if (to->about != NULL)
    gp_peer_ref(to->about);
  if (to->unreached != NULL)
    gp_peer_ref(to->unreached);
}

void gp_extension_clear (gp_extension *x) {
  gp_identity_clear(&x->who);
  gp_peer_unref(x->about);
  gp_peer_unref(x->unreached);
  memset(x, 0, sizeof *x);
}

gp_listing gp_sendreq_lists (const gp_sendreq *r) {
  if (r->msg != NULL)
    return r->msg->type == GP_CONNECT ? GP_LISTS_MEMBERS : GP_LISTS_NOTHING;
  return r->ext.topic == GP_TOPIC_LIST ? GP_LISTS_IF_SAID : GP_LISTS_NOTHING;
}

void gp_recvreq_clear (gp_recvreq *r) {
  gp_message_unref(r->msg);
  gp_peer_unref(r->host);
  gp_extension_clear(&r->ext);
}

bool gp_recvreq_isconnect (const gp_recvreq *r) {
  return r->msg != NULL && r->msg->type == GP_CONNECT;
}

void gp_recvresp_clear (gp_recvresp *r) {
  gp_peerlist_clear(&r->list);
  gp_extension_clear(&r->ext);
}

bool gp_recvreq_isown (const gp_recvreq *r, const gp_peer *self) {
  const gp_identity *who = &r->ext.who;
  bool judged = r->msg->type == GP_CONNECT && who->peer != NULL &&
                who->process != 0;
  return !judged && gp_peer_equal(r->msg->from, self);
}
