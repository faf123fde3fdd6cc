/*
** wire/jsonform.c - see wire/jsonform.h.
**
** Written by hand, for nothing in it needs escaping (an address has letters,
** digits and few signs only, data is base64), Go's order of fields is kept,
** and a port is written as an integer, which Go insists on.
*/
#include "wire/jsonform.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "wire/jsonscan.h"
#include "wire/refusal.h"

/* A port is a number, or in the seed's lists a string of digits. */
static int64_t readport (const gp_json *j) {
  const char *digits;
  size_t len;
  if (j->type(j->self) == GP_JSON_NUMBER) {
    double d = j->number(j->self);
    return d >= 1 && d <= 65535 && floor(d) == d ? (int64_t)d : -1;
  }
  if (j->type(j->self) != GP_JSON_STRING)
    return -1;
  digits = j->string(j->self, &len);
  return gp_peer_parseport(digits, len);
}

/* The cursor stands on what should be {"port":..., "address":...}. */
static gp_err readpeer (gp_peer **out, const gp_json *j) {
  gp_err e = GP_EBADMSG;
  int64_t port;
  if (j->type(j->self) != GP_JSON_TREE || !j->field(j->self, "port"))
    return GP_EBADMSG;
  port = readport(j);
  j->leave(j->self);
  if (!j->field(j->self, "address"))
    return GP_EBADMSG;
  if (j->type(j->self) == GP_JSON_STRING) {
    size_t len;
    const char *address = j->string(j->self, &len);
    e = gp_peer_new(out, address, len, port);
    e = e == GP_EINVAL ? GP_EBADMSG : e;
  }
  j->leave(j->self);
  return e;
}

/* Whether the port of the peer that the cursor stands on is a string. */
static bool isquoted (const gp_json *j) {
  bool quoted = false;
  if (j->field(j->self, "port")) {
    quoted = j->type(j->self) == GP_JSON_STRING;
    j->leave(j->self);
  }
  return quoted;
}

static gp_err readpeers (gp_peerlist *out, bool *quoted, const gp_json *j) {
  gp_err e = GP_OK;
  size_t i;
  for (i = 0; e == GP_OK && j->item(j->self, i); i++) {
    gp_peer *p;
    e = readpeer(&p, j);
    if (e == GP_OK) {
      e = gp_peerlist_add(out, p);
      gp_peer_unref(p);
      *quoted = isquoted(j);
    }
    j->leave(j->self);
  }
  if (e != GP_OK)
    gp_peerlist_clear(out);
  return e;
}

/* The first character that is not white space, for '{' and '['. */
static char opening (const char *text, size_t len) {
  for (; len > 0; text++, len--)
    if (strchr(" \t\r\n", *text) == NULL || *text == '\0')
      return *text;
  return '\0';
}

/* Parses a text that keeps the bounds of a message. */
static gp_err parse (const gp_json *j, const char *text, size_t len) {
  gp_err e = gp_jsonscan(text, len);
  return e == GP_OK ? j->parse(j->self, text, len) : e;
}

gp_err gp_jsonform_readlist (gp_peerlist *out, bool *quoted, const char *text,
                             size_t len, const gp_json *j) {
  gp_err e;
  if (opening(text, len) != '[')
    return GP_EPROTO;
  e = parse(j, text, len);
  if (e == GP_OK) {
    e = readpeers(out, quoted, j);
    j->leave(j->self);
  }
  return e == GP_EBADMSG ? GP_EPROTO : e;
}

/* Data is base64 or null; also when the field is missing, as in Go. */
static gp_err readdata (gp_blob **out, const gp_json *j) {
  gp_err e = GP_OK;
  gp_jsontype type;
  *out = NULL;
  if (!j->field(j->self, "data"))
    return GP_OK;
  type = j->type(j->self);
  if (type == GP_JSON_STRING) {
    size_t len;
    const char *text = j->string(j->self, &len);
    e = gp_base64_read(out, text, len);
  }
  else if (type != GP_JSON_NULL)
    e = GP_EBADMSG;
  j->leave(j->self);
  return e;
}

static gp_err readfrom (gp_peer **out, const gp_json *j) {
  gp_err e;
  if (!j->field(j->self, "from"))
    return GP_EBADMSG;
  e = readpeer(out, j);
  j->leave(j->self);
  return e;
}

static gp_err readto (gp_peerlist *out, const gp_json *j) {
  bool quoted;
  gp_err e;
  memset(out, 0, sizeof *out);
  if (!j->field(j->self, "to"))
    return GP_OK;
  switch (j->type(j->self)) {
    case GP_JSON_NULL: e = GP_OK; break;
    case GP_JSON_TREE: e = readpeers(out, &quoted, j); break;
    default: e = GP_EBADMSG;
  }
  j->leave(j->self);
  return e;
}

/* Zero, or the status: Go gives 405 for a type that it does not know. */
static int readtype (gp_msgtype *out, const gp_json *j) {
  double d;
  if (!j->field(j->self, "type"))
    return 400;
  if (j->type(j->self) != GP_JSON_NUMBER) {
    j->leave(j->self);
    return 400;
  }
  d = j->number(j->self);
  j->leave(j->self);
  if (floor(d) != d)
    return 400;
  if (d < GP_CONNECT || d > GP_DIRECT)
    return 405;
  *out = (gp_msgtype)(int)d;
  return 0;
}

static gp_err readmessage (gp_message **out, gp_msgtype type,
                           const gp_json *j) {
  gp_peer *from = NULL;
  gp_blob *data = NULL;
  gp_peerlist to = {0, 0, NULL};
  gp_err e = readfrom(&from, j);
  if (e == GP_OK)
    e = readdata(&data, j);
  if (e == GP_OK)
    e = readto(&to, j);
  if (e == GP_OK)
    e = gp_message_new(out, type, from, &to, data);
  gp_peerlist_clear(&to);
  gp_blob_unref(data);
  gp_peer_unref(from);
  return e;
}

int gp_jsonform_read (gp_message **out, const gp_httpin *in,
                      const gp_json *j) {
  gp_msgtype type = GP_CONNECT;
  gp_err e;
  int status = 0;
  if (opening(in->body, in->len) != '{')
    return 400;
  e = parse(j, in->body, in->len);
  if (e == GP_OK) {
    status = readtype(&type, j);
    if (status == 0)
      e = readmessage(out, type, j);
    j->leave(j->self);
  }
  return e == GP_OK ? status : gp_refusal_status(e);
}

/* ,{"port":65535,"address":""}: what a peer takes besides its address. */
#define PEER_EXTRA 32

static size_t peersize (const gp_peer *p) {
  return strlen(gp_peer_host(p)) + PEER_EXTRA;
}

static size_t listsize (const gp_peerlist *l) {
  size_t i, n = 3;
  for (i = 0; i < l->n; i++)
    n += peersize(l->at[i]);
  return n;
}

static char *putpeer (char *to, const gp_peer *p, bool quoted) {
  const char *form = quoted ? "{\"port\":\"%d\",\"address\":\"%s\"}"
                            : "{\"port\":%d,\"address\":\"%s\"}";
  return to + sprintf(to, form, gp_peer_port(p), gp_peer_host(p));
}

static char *putlist (char *to, const gp_peerlist *l, bool quoted) {
  size_t i;
  *to++ = '[';
  for (i = 0; i < l->n; i++) {
    if (i > 0)
      *to++ = ',';
    to = putpeer(to, l->at[i], quoted);
  }
  *to++ = ']';
  *to = '\0';
  return to;
}

gp_blob *gp_jsonform_writelist (const gp_peerlist *list, bool quoted) {
  gp_blob *b = gp_blob_new(listsize(list));
  if (b != NULL)
    b->len = (size_t)(putlist(b->bytes, list, quoted) - b->bytes);
  return b;
}

static char *putdata (char *to, const gp_blob *data) {
  if (data == NULL)
    return to + sprintf(to, "null");
  *to++ = '"';
  gp_base64_write(to, data->bytes, data->len);
  to += gp_base64_len(data->len);
  *to++ = '"';
  return to;
}

/* {"type":3,"data":,"from":,"to":}: what is left besides the values. */
#define MESSAGE_EXTRA 48

static gp_blob *writemessage (const gp_message *m, const gp_peer *from) {
  size_t size = MESSAGE_EXTRA + gp_base64_len(gp_message_len(m)) +
                peersize(from) + listsize(&m->to);
  gp_blob *b = gp_blob_new(size);
  char *to;
  if (b == NULL)
    return NULL;
  to = b->bytes + sprintf(b->bytes, "{\"type\":%d,\"data\":", (int)m->type);
  to = putdata(to, m->data);
  to += sprintf(to, ",\"from\":");
  to = putpeer(to, from, false);
  if (m->type == GP_DIRECT) {
    to += sprintf(to, ",\"to\":");
    to = putlist(to, &m->to, false);
  }
  *to++ = '}';
  *to = '\0';
  b->len = (size_t)(to - b->bytes);
  return b;
}

/* The 'Host' is the sender's: v1.1.3 refuses its own there (protocol.md). */
gp_err gp_jsonform_write (gp_httpout *out, const gp_sendreq *request) {
  gp_message *m = request->msg;
  if (m->wire == NULL || !gp_peer_equal(m->wire_from, request->from)) {
    gp_blob *b = writemessage(m, request->from);
    if (b == NULL)
      return GP_ENOMEM;
    gp_message_keepwire(m, b, request->from);
    gp_blob_unref(b);
  }
  out->method = GP_POST;
  out->body = gp_blob_ref(m->wire);
  gp_httpout_addheader(out, GP_HEADER_HOST, gp_peer_text(request->from));
  return GP_OK;
}
