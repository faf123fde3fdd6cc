/*
** wire/codec.c - see wire/codec.h.
*/
#include "wire/codec.h"

#include <string.h>

#include "wire/given.h"
#include "wire/jsonform.h"
#include "wire/refusal.h"

/*
** The header forms name the sender in headers, so these decide: their body
** may be anything, JSON too. v1.1.3 does not look at the method, so neither
** is it looked at here. A connect of ours is written for all forms at once;
** its announcement tells that it is not one of the header forms.
*/
static int readmessage (gp_recvreq *out, const gp_httpin *in,
                        const gp_json *json, const gp_peer *self) {
  if (!gp_headerform_is(in)) {
    out->form = GP_FORM_V113;
    return gp_jsonform_read(&out->msg, in, json);
  }
  out->form = out->ext.who.peer == NULL ? GP_FORM_HEADERS : GP_FORM_V113;
  return gp_headerform_read(&out->msg, in, self);
}

/* Without the name of its sender it is not responded to with the list. */
static void readasker (gp_extension *x, const gp_httpin *in) {
  gp_peer *sender;
  if (gp_headerform_readsender(&sender, in) == GP_OK)
    x->about = sender;
}

int gp_wire_readrequest (gp_recvreq *out, const char **text,
                         const gp_httpin *in, const gp_json *json,
                         const gp_peer *self) {
  int status;
  memset(out, 0, sizeof *out);
  out->remote = in->remote;
  if (in->ambiguous) {
    *text = gp_wire_notvalid;
    return 400;
  }
  gp_extension_readrequest(&out->ext, in);
  if (in->method == GP_OPTIONS) {
    if (out->ext.topic == GP_TOPIC_LIST)
      readasker(&out->ext, in);
    return 0;
  }
  out->host = gp_httpin_peer(in, GP_HEADER_HOST, "");
  status = readmessage(out, in, json, self);
  *text = gp_refusal_text(status);
  if (status == 0 && gp_recvreq_isown(out, self)) {
    *text = gp_wire_yourself;
    status = 400;
  }
  return status;
}

/* The two header forms show in their lists which of them they are. */
static gp_err readlist (gp_recvresp *out, const gp_httpin *in,
                        const gp_json *json) {
  bool quoted = false;
  gp_err e = gp_jsonform_readlist(&out->list, &quoted, in->body, in->len,
                                  json);
  if (out->form == GP_FORM_HEADERS && out->list.n > 0)
    out->form = quoted ? GP_FORM_SEED : GP_FORM_V112;
  return e;
}

gp_err gp_wire_readresponse (gp_recvresp *out, const gp_httpin *in,
                             const gp_json *json, gp_listing lists) {
  memset(out, 0, sizeof *out);
  out->status = in->status;
  out->remote = in->remote;
  if (in->ambiguous)
    return GP_EPROTO;
  out->form = gp_given_form(in);
  out->toprobe = gp_given_toprobe(in);
  gp_extension_readresponse(&out->ext, in);
  out->ext.has_list = out->ext.has_list && lists != GP_LISTS_NOTHING;
  return gp_httpin_isok(in) &&
             (lists == GP_LISTS_MEMBERS || out->ext.has_list)
           ? readlist(out, in, json)
           : GP_OK;
}

/*
** For all forms at once: v1.1.3 reads the body alone, the others method and
** headers alone; only the 'Host' must be the sender's, which the others do
** not mind.
*/
static gp_err writeall (gp_httpout *out, gp_scratch *scratch,
                        const gp_sendreq *request) {
  gp_err e = gp_jsonform_write(out, request);
  if (e != GP_OK)
    return e;
  gp_headerform_writesender(out, &scratch->header, request->from);
  out->method = request->msg->type == GP_CONNECT ? GP_GET : GP_DELETE;
  return GP_OK;
}

static gp_err writemessage (gp_httpout *out, gp_scratch *scratch,
                            const gp_sendreq *request) {
  switch (request->form) {
    case GP_FORM_SEED:
    case GP_FORM_V112:
    case GP_FORM_HEADERS:
      gp_headerform_write(out, &scratch->header, request);
      return GP_OK;
    case GP_FORM_UNKNOWN:
      if (request->msg->type <= GP_DISCONNECT)
        return writeall(out, scratch, request);
      break;
    default: break;
  }
  return gp_jsonform_write(out, request);
}

gp_err gp_wire_writerequest (gp_httpout *out, gp_scratch *scratch,
                             const gp_sendreq *request) {
  memset(out, 0, sizeof *out);
  out->lists = gp_sendreq_lists(request);
  if (request->msg == NULL) {
    out->method = GP_OPTIONS;
    gp_httpout_addheader(out, GP_HEADER_HOST, gp_peer_text(request->from));
    if (request->ext.topic == GP_TOPIC_LIST)
      gp_headerform_writesender(out, &scratch->header, request->ext.about);
  }
  gp_extension_write(out, &scratch->extension, &request->ext);
  return request->msg == NULL ? GP_OK : writemessage(out, scratch, request);
}

/* As Go's net/http writes an error: text, and not to be guessed at. */
static gp_err writerefusal (gp_httpout *out, const char *text) {
  size_t len = strlen(text);
  gp_httpout_addheader(out, GP_HEADER_CONTENT_TYPE,
                       "text/plain; charset=utf-8");
  gp_httpout_addheader(out, GP_HEADER_X_CONTENT_TYPE_OPTIONS, "nosniff");
  out->body = gp_blob_new(len);
  if (out->body == NULL)
    return GP_ENOMEM;
  memcpy(out->body->bytes, text, len);
  return GP_OK;
}

/* The seed writes ports as strings and refuses numbers; later ones the
   other way round (protocol.md). */
static gp_err writelist (gp_httpout *out, const gp_sendresp *response,
                         gp_form form) {
  bool quoted = form == GP_FORM_SEED;
  gp_blob **kept = response->encoded;
  gp_httpout_addheader(out, GP_HEADER_CONTENT_TYPE, "text/plain");
  if (kept != NULL && kept[quoted] != NULL) {
    out->body = gp_blob_ref(kept[quoted]);
    return GP_OK;
  }
  out->body = gp_jsonform_writelist(response->list, quoted);
  if (out->body == NULL)
    return GP_ENOMEM;
  if (kept != NULL)
    kept[quoted] = gp_blob_ref(out->body);
  return GP_OK;
}

gp_err gp_wire_writeresponse (gp_httpout *out, gp_scratch *scratch,
                              const gp_sendresp *response, gp_form form) {
  memset(out, 0, sizeof *out);
  out->status = response->status;
  gp_httpout_addheader(out, GP_HEADER_ALLOW_CREDENTIALS, "true");
  gp_httpout_addheader(out, GP_HEADER_ALLOW_HEADERS, "*");
  gp_httpout_addheader(out, GP_HEADER_ALLOW_METHODS, "*");
  gp_httpout_addheader(out, GP_HEADER_ALLOW_ORIGIN, "*");
  if (response->status == 503 || response->status == 429)
    gp_httpout_addheader(out, GP_HEADER_RETRY_AFTER, "1");
  if (response->closes)
    gp_httpout_addheader(out, GP_HEADER_CONNECTION, "close");
  gp_extension_write(out, &scratch->extension, &response->ext);
  if (response->text != NULL)
    return writerefusal(out, response->text);
  return response->list == NULL ? GP_OK : writelist(out, response, form);
}
