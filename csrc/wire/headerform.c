/*
** wire/headerform.c - see wire/headerform.h.
*/
#include "wire/headerform.h"

#include <stdio.h>
#include <string.h>

#include "wire/refusal.h"

bool gp_headerform_is (const gp_httpin *in) {
  return gp_httpin_header(in, GP_HEADER_PEER_ADDRESS) != NULL;
}

static int readtype (gp_msgtype *out, gp_method method) {
  switch (method) {
    case GP_GET: *out = GP_CONNECT; return 0;
    case GP_DELETE: *out = GP_DISCONNECT; return 0;
    case GP_POST: *out = GP_BROADCAST; return 0;
    case GP_PUT: *out = GP_DIRECT; return 0;
    default: return 405;
  }
}

gp_err gp_headerform_readsender (gp_peer **out, const gp_httpin *in) {
  const char *address = gp_httpin_header(in, GP_HEADER_PEER_ADDRESS);
  const char *digits = gp_httpin_header(in, GP_HEADER_PEER_PORT);
  if (address == NULL || digits == NULL)
    return GP_EINVAL;
  return gp_peer_new(out, address, strlen(address),
                     gp_peer_parseport(digits, strlen(digits)));
}

static gp_err readdata (gp_blob **out, const gp_httpin *in) {
  *out = gp_blob_new(in->len);
  if (*out == NULL)
    return GP_ENOMEM;
  if (in->len > 0)
    memcpy((*out)->bytes, in->body, in->len);
  return GP_OK;
}

/* A direct message of this form does not say to whom: to its receiver. */
int gp_headerform_read (gp_message **out, const gp_httpin *in,
                        const gp_peer *self) {
  gp_msgtype type;
  gp_peer *from = NULL;
  gp_blob *data = NULL;
  gp_peerlist to = {0, 0, NULL};
  int status = readtype(&type, in->method);
  gp_err e;
  if (status != 0)
    return status;
  e = gp_headerform_readsender(&from, in);
  if (e == GP_OK && (type == GP_BROADCAST || type == GP_DIRECT))
    e = readdata(&data, in);
  if (e == GP_OK && type == GP_DIRECT)
    e = gp_peerlist_add(&to, self);
  if (e == GP_OK)
    e = gp_message_new(out, type, from, &to, data);
  gp_peerlist_clear(&to);
  gp_blob_unref(data);
  gp_peer_unref(from);
  return gp_refusal_status(e);
}

/* A direct message to a seed, which has no PUT, is a plain one there. */
static gp_method method (gp_msgtype type, gp_form form) {
  switch (type) {
    case GP_CONNECT: return GP_GET;
    case GP_DISCONNECT: return GP_DELETE;
    case GP_DIRECT: return form == GP_FORM_SEED ? GP_POST : GP_PUT;
    default: return GP_POST;
  }
}

void gp_headerform_writesender (gp_httpout *out, gp_headertext *text,
                                const gp_peer *from) {
  snprintf(text->port, sizeof text->port, "%d", gp_peer_port(from));
  gp_httpout_addheader(out, GP_HEADER_PEER_ADDRESS, gp_peer_host(from));
  gp_httpout_addheader(out, GP_HEADER_PEER_PORT, text->port);
}

void gp_headerform_write (gp_httpout *out, gp_headertext *text,
                          const gp_sendreq *request) {
  const gp_message *m = request->msg;
  out->method = method(m->type, request->form);
  gp_httpout_addheader(out, GP_HEADER_HOST, gp_peer_text(request->to));
  gp_headerform_writesender(out, text, request->from);
  out->body = m->data == NULL ? NULL : gp_blob_ref(m->data);
}
