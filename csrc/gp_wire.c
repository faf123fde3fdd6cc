/*
** gp_wire.c - which form a request has, and what all forms answer.
*/
#include "gp_wire.h"

#include <string.h>

const char gp_wire_notregistered[] = "Peer not registered\n";
const char gp_wire_notvalid[] = "No valid Message provided\n";
const char gp_wire_notallowed[] = "Method not allowed\n";
const char gp_wire_yourself[] = "You can not connect with yourself.\n";
const char gp_wire_busy[] = "Too busy, try again\n";

static const char *refusal (int status) {
  switch (status) {
    case 405: return gp_wire_notallowed;
    case 503: return gp_wire_busy;
    default: return gp_wire_notvalid;
  }
}

/*
** The header forms name the sender in headers, so these decide: their body
** may be anything, JSON too. v1.1.3 does not look at the method, so neither
** is it looked at here.
*/
int gp_wire_read (gp_asked *out, const char **text, const gp_httpin *in,
                  const gp_json *json, const gp_peer *self) {
  int status;
  out->msg = NULL;
  out->form = GP_FORM_UNKNOWN;
  if (in->method == GP_OPTIONS)
    return 0;
  if (in->find(in->headers, "Peer_address") != NULL) {
    out->form = GP_FORM_HEADERS;
    status = gp_wire_readheaders(&out->msg, in, self);
  }
  else {
    out->form = GP_FORM_V113;
    status = gp_wire_readjson(&out->msg, in, json);
  }
  if (status == 0 && gp_peer_equal(out->msg->from, self)) {
    gp_message_unref(out->msg);
    out->msg = NULL;
    *text = gp_wire_yourself;
    return 400;
  }
  *text = refusal(status);
  return status;
}

gp_err gp_wire_readanswer (gp_answer *out, const gp_httpin *in,
                           const gp_json *json, bool wantlist) {
  memset(out, 0, sizeof *out);
  out->status = in->status;
  if (!wantlist || in->status != 200)
    return GP_OK;
  out->islist = true;
  return gp_wire_readlist(&out->list, in->body, in->len, json);
}

void gp_wire_header (gp_httpout *out, const char *name, const char *value) {
  out->headers[out->nheaders].name = name;
  out->headers[out->nheaders++].value = value;
}

gp_err gp_wire_ask (gp_httpout *out, gp_scratch *scratch,
                    const gp_asking *asking) {
  memset(out, 0, sizeof *out);
  if (asking->msg == NULL) {
    out->method = GP_OPTIONS;
    gp_wire_header(out, "Host", gp_peer_text(asking->from));
    return GP_OK;
  }
  if (asking->form == GP_FORM_SEED || asking->form == GP_FORM_V112) {
    gp_wire_askheaders(out, scratch, asking);
    return GP_OK;
  }
  if (asking->form != GP_FORM_V113 && asking->msg->type == GP_CONNECT)
    return gp_wire_askboth(out, scratch, asking);
  return gp_wire_askjson(out, asking);
}

/*
** v1.1.3 reads the body alone, the others method and headers alone; only
** the 'Host' must be the sender's, which the others do not mind.
*/
gp_err gp_wire_askboth (gp_httpout *out, gp_scratch *scratch,
                        const gp_asking *asking) {
  gp_httpout json;
  gp_err e;
  memset(&json, 0, sizeof json);
  e = gp_wire_askjson(&json, asking);
  if (e != GP_OK)
    return e;
  gp_wire_askheaders(out, scratch, asking);
  out->headers[0] = json.headers[0];
  out->body = json.body;
  return GP_OK;
}

/* As Go's net/http writes an error: text, and not to be guessed at. */
static gp_err refuse (gp_httpout *out, const char *text) {
  size_t len = strlen(text);
  gp_wire_header(out, "Content-Type", "text/plain; charset=utf-8");
  gp_wire_header(out, "X-Content-Type-Options", "nosniff");
  out->body = gp_blob_new(len);
  if (out->body == NULL)
    return GP_ENOMEM;
  memcpy(out->body->bytes, text, len);
  return GP_OK;
}

gp_err gp_wire_answer (gp_httpout *out, const gp_answer *answer,
                       gp_form form) {
  memset(out, 0, sizeof *out);
  out->status = answer->status;
  gp_wire_header(out, "Access-Control-Allow-Credentials", "true");
  gp_wire_header(out, "Access-Control-Allow-Headers", "*");
  gp_wire_header(out, "Access-Control-Allow-Methods", "*");
  gp_wire_header(out, "Access-Control-Allow-Origin", "*");
  if (answer->status == 503)
    gp_wire_header(out, "Retry-After", "1");
  if (answer->text != NULL)
    return refuse(out, answer->text);
  if (!answer->islist)
    return GP_OK;
  gp_wire_header(out, "Content-Type", "text/plain");
  out->body = gp_wire_writelist(&answer->list, form);
  return out->body == NULL ? GP_ENOMEM : GP_OK;
}
