/*
** wire/wire.c - which form a request has, and what all forms answer.
*/
#include "wire/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char gp_wire_notregistered[] = "Peer not registered\n";
const char gp_wire_notvalid[] = "No valid Message provided\n";
const char gp_wire_notallowed[] = "Method not allowed\n";
const char gp_wire_yourself[] = "You can not connect with yourself.\n";
const char gp_wire_foreign[] = "Cross-origin requests are not allowed\n";
const char gp_wire_toolarge[] = "Message too large\n";
const char gp_wire_nosign[] = "No sign of life\n";
const char gp_wire_taken[] = "Name taken by another member\n";
const char gp_wire_busy[] = "Too busy, try again\n";

/*
** Nodes of ours announce themselves with a connect and in the answers to
** connects and probes: version, space, the peer that they are; and in a
** second header the process and, if it has one, a space and its name. Go
** ignores headers that it does not know (protocol.md).
*/
static const char announcement[] = "Gop2p-Lua";
static const char identity[] = "Gop2p-Process";
#define VERSION "1"

static void announce (gp_httpout *out, gp_scratch *scratch,
                      const gp_identity *self) {
  if (self == NULL)
    return;
  snprintf(scratch->announcement, sizeof scratch->announcement, VERSION " %s",
           gp_peer_text(self->peer));
  gp_wire_header(out, announcement, scratch->announcement);
  snprintf(scratch->process, sizeof scratch->process, "%016" PRIx64 "%s%s",
           self->process, self->name[0] == '\0' ? "" : " ", self->name);
  gp_wire_header(out, identity, scratch->process);
}

/* The number that 16 digits at the head of a header's value are. */
static bool readdigits (uint64_t *out, const char *value) {
  return value != NULL && strspn(value, "0123456789abcdef") == 16 &&
         sscanf(value, "%16" SCNx64, out) == 1;
}

/* What is not understood is not told. */
static void readidentity (gp_identity *out, const gp_httpin *in) {
  const char *value = in->find(in->headers, identity);
  size_t len;
  if (!readdigits(&out->process, value) || value[16] != ' ')
    return;
  value += 17;
  len = strlen(value);
  if (gp_identity_isname(value, len))
    memcpy(out->name, value, len + 1);
}

/*
** Among ours a message has a number, so that one that comes twice is known: a
** nonce that stands for its sender, and a count that grows.
*/
static const char numbering[] = "Gop2p-Id";

static void number (gp_httpout *out, gp_scratch *scratch,
                    const gp_sendreq *asking) {
  uint64_t id = asking->msg->id;
  if (id == 0 || asking->nonce == 0)
    return;
  snprintf(scratch->number, sizeof scratch->number, "%016" PRIx64 "-%" PRIx64,
           asking->nonce, id);
  gp_wire_header(out, numbering, scratch->number);
}

static void readnumber (gp_message *m, const gp_httpin *in) {
  const char *value = in->find(in->headers, numbering);
  uint64_t nonce, id;
  if (value != NULL &&
      sscanf(value, "%16" SCNx64 "-%16" SCNx64, &nonce, &id) == 2) {
    m->nonce = nonce;
    m->id = id;
  }
}

/* The headers of the topics, with what stands in them. */
static const char probing[] = "Gop2p-Probe";      /* a peer */
static const char suspecting[] = "Gop2p-Suspect"; /* a peer */
static const char digesting[] = "Gop2p-Digest";   /* 16 digits, a peer */
static const char reconnecting[] = "Gop2p-Again"; /* 1; alone: 0 */

/* Of a connect that only greets: no more than the newest members, please. */
static const char abridging[] = "Gop2p-Brief"; /* 1 */

static void writetopic (gp_httpout *out, gp_scratch *scratch,
                        const gp_sendreq *asking) {
  switch (asking->topic) {
    case GP_TOPIC_PROBE:
      gp_wire_header(out, probing, gp_peer_text(asking->about));
      break;
    case GP_TOPIC_SUSPECT:
      gp_wire_header(out, suspecting, gp_peer_text(asking->about));
      break;
    case GP_TOPIC_DIGEST:
      snprintf(scratch->topic, sizeof scratch->topic, "%016" PRIx64 " %s",
               asking->digest, gp_peer_text(asking->about));
      gp_wire_header(out, digesting, scratch->topic);
      break;
    case GP_TOPIC_RECONNECT:
      gp_wire_header(out, reconnecting, asking->alone ? "0" : "1");
      break;
    default: break;
  }
}

static bool readdigest (uint64_t *out, const gp_httpin *in) {
  return readdigits(out, in->find(in->headers, digesting));
}

/* The peer that a header names, after 'skip' characters, or NULL. */
static gp_peer *peerin (const gp_httpin *in, const char *header,
                        const char *after) {
  const char *value = in->find(in->headers, header);
  size_t skip = strlen(after);
  gp_peer *p;
  if (value == NULL || strncmp(value, after, skip) != 0)
    return NULL;
  value += skip;
  return gp_peer_parse(&p, value, strlen(value)) == GP_OK ? p : NULL;
}

void gp_recvreq_clear (gp_recvreq *a) {
  gp_message_unref(a->msg);
  gp_peer_unref(a->host);
  gp_identity_clear(&a->who);
  gp_peer_unref(a->about);
}

/* What is not understood is a plain probe. */
static void readtopic (gp_recvreq *out, const gp_httpin *in) {
  const char *digest = in->find(in->headers, digesting);
  if ((out->about = peerin(in, probing, "")) != NULL)
    out->topic = GP_TOPIC_PROBE;
  else if ((out->about = peerin(in, suspecting, "")) != NULL)
    out->topic = GP_TOPIC_SUSPECT;
  else if (readdigest(&out->digest, in) && digest[16] == ' ' &&
           gp_peer_parse(&out->about, digest + 17, strlen(digest + 17)) ==
             GP_OK)
    out->topic = GP_TOPIC_DIGEST;
}

void gp_recvresp_clear (gp_recvresp *a) {
  gp_peerlist_clear(&a->list);
  gp_identity_clear(&a->who);
}

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
** is it looked at here. A connect of ours is written for all forms at once;
** its announcement tells that it is not one of the header forms.
*/
static int readmessage (gp_recvreq *out, const gp_httpin *in,
                        const gp_json *json, const gp_peer *self) {
  if (in->find(in->headers, "Peer_address") == NULL) {
    out->form = GP_FORM_V113;
    return gp_wire_readjson(&out->msg, in, json);
  }
  out->form = out->who.peer == NULL ? GP_FORM_HEADERS : GP_FORM_V113;
  return gp_wire_readheaders(&out->msg, in, self);
}

int gp_wire_readrequest (gp_recvreq *out, const char **text,
                         const gp_httpin *in, const gp_json *json,
                         const gp_peer *self) {
  const char *again;
  int status;
  memset(out, 0, sizeof *out);
  out->remote = in->remote;
  if (in->method == GP_OPTIONS) {
    readtopic(out, in);
    return 0;
  }
  again = in->find(in->headers, reconnecting);
  if (again != NULL)
    out->topic = GP_TOPIC_RECONNECT;
  out->alone = again != NULL && strcmp(again, "0") == 0;
  out->brief = in->find(in->headers, abridging) != NULL;
  out->who.peer = peerin(in, announcement, VERSION " ");
  readidentity(&out->who, in);
  out->host = peerin(in, "Host", "");
  status = readmessage(out, in, json, self);
  *text = refusal(status);
  if (status == 0)
    readnumber(out->msg, in);
  if (status == 0 && gp_peer_equal(out->msg->from, self)) {
    *text = gp_wire_yourself;
    status = 400;
  }
  return status;
}

/* Only v1.1.3 sends this header (protocol.md). */
static gp_form shown (const gp_httpin *in) {
  return in->find(in->headers, "Access-Control-Allow-Methods") != NULL
           ? GP_FORM_V113
           : GP_FORM_HEADERS;
}

gp_err gp_wire_readresponse (gp_recvresp *out, const gp_httpin *in,
                             const gp_json *json, bool wantlist) {
  memset(out, 0, sizeof *out);
  out->status = in->status;
  out->remote = in->remote;
  out->form = shown(in);
  out->hasdigest = readdigest(&out->digest, in);
  readidentity(&out->who, in);
  if (in->status < 200 || in->status > 299)
    return GP_OK;
  out->who.peer = peerin(in, announcement, VERSION " ");
  return wantlist ? gp_wire_readlist(out, in->body, in->len, json) : GP_OK;
}

void gp_wire_header (gp_httpout *out, const char *name, const char *value) {
  out->headers[out->nheaders].name = name;
  out->headers[out->nheaders++].value = value;
}

bool gp_sendreq_wantslist (const gp_sendreq *r) {
  return r->msg != NULL && r->msg->type == GP_CONNECT;
}

gp_err gp_wire_writerequest (gp_httpout *out, gp_scratch *scratch,
                             const gp_sendreq *asking) {
  memset(out, 0, sizeof *out);
  out->wants_list = gp_sendreq_wantslist(asking);
  if (asking->msg == NULL) {
    out->method = GP_OPTIONS;
    gp_wire_header(out, "Host", gp_peer_text(asking->from));
    writetopic(out, scratch, asking);
    return GP_OK;
  }
  if (asking->msg->type == GP_CONNECT)
    announce(out, scratch, asking->self);
  writetopic(out, scratch, asking);
  if (asking->brief)
    gp_wire_header(out, abridging, "1");
  number(out, scratch, asking);
  switch (asking->form) {
    case GP_FORM_SEED:
    case GP_FORM_V112:
    case GP_FORM_HEADERS:
      gp_wire_writeheaders(out, scratch, asking);
      return GP_OK;
    case GP_FORM_UNKNOWN:
      if (asking->msg->type <= GP_DISCONNECT)
        return gp_wire_writeboth(out, scratch, asking);
      break;
    default: break;
  }
  return gp_wire_writejson(out, asking);
}

/*
** v1.1.3 reads the body alone, the others method and headers alone; only
** the 'Host' must be the sender's, which the others do not mind.
*/
gp_err gp_wire_writeboth (gp_httpout *out, gp_scratch *scratch,
                          const gp_sendreq *asking) {
  gp_err e = gp_wire_writejson(out, asking);
  if (e != GP_OK)
    return e;
  gp_wire_sender(out, scratch, asking->from);
  out->method = asking->msg->type == GP_CONNECT ? GP_GET : GP_DELETE;
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

gp_err gp_wire_writeresponse (gp_httpout *out, gp_scratch *scratch,
                              const gp_sendresp *answer, gp_form form) {
  memset(out, 0, sizeof *out);
  out->status = answer->status;
  gp_wire_header(out, "Access-Control-Allow-Credentials", "true");
  gp_wire_header(out, "Access-Control-Allow-Headers", "*");
  gp_wire_header(out, "Access-Control-Allow-Methods", "*");
  gp_wire_header(out, "Access-Control-Allow-Origin", "*");
  if (answer->status == 503)
    gp_wire_header(out, "Retry-After", "1");
  announce(out, scratch, answer->self);
  if (answer->digest != NULL) {
    snprintf(scratch->topic, sizeof scratch->topic, "%016" PRIx64,
             *answer->digest);
    gp_wire_header(out, digesting, scratch->topic);
  }
  if (answer->text != NULL)
    return refuse(out, answer->text);
  if (answer->list == NULL)
    return GP_OK;
  gp_wire_header(out, "Content-Type", "text/plain");
  out->body = gp_wire_writelist(answer->list, form);
  return out->body == NULL ? GP_ENOMEM : GP_OK;
}
