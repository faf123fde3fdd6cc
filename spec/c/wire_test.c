/*
** wire_test.c - what published Go programs were recorded to send is read as
** what it means, and what is written for them is what they send each other.
*/
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "test.h"
#include "wire/refusal.h"
#include "wirekit.h"
#include "world.h"

/* The requests that were recorded, and who sent them to whom. */
static const struct recording {
  const char *form, *name;
  gp_form is, write;
  gp_msgtype type;
  const char *data, *from, *host;
} requests[] = {
#define SEED(name, type, data, port) \
  { \
    "seed", name, GP_FORM_HEADERS, GP_FORM_SEED, type, data, \
      "192.0.2.9:7302", "192.0.2.9:" port \
  }
#define V112(name, type, data, port) \
  { \
    "v1.1.2", name, GP_FORM_HEADERS, GP_FORM_V112, type, data, \
      "localhost:7302", "localhost:" port \
  }
#define V113(name, type, data) \
  { \
    "v1.1.3", name, GP_FORM_V113, GP_FORM_V113, type, data, "0.0.0.0:7302", \
      "0.0.0.0:7302" \
  }
#define HELLO "Hello network!"
  SEED("request-connect-to-entry", GP_CONNECT, NULL, "7300"),
  SEED("request-connect-to-member", GP_CONNECT, NULL, "7301"),
  SEED("request-disconnect-to-entry", GP_DISCONNECT, NULL, "7300"),
  SEED("request-disconnect-to-member", GP_DISCONNECT, NULL, "7301"),
  SEED("request-broadcast-to-entry", GP_BROADCAST, HELLO, "7300"),
  SEED("request-broadcast-to-member", GP_BROADCAST, HELLO, "7301"),
  V112("request-connect-to-entry", GP_CONNECT, NULL, "7300"),
  V112("request-connect-to-member", GP_CONNECT, NULL, "7301"),
  V112("request-disconnect-to-entry", GP_DISCONNECT, NULL, "7300"),
  V112("request-disconnect-to-member", GP_DISCONNECT, NULL, "7301"),
  V112("request-broadcast-to-entry", GP_BROADCAST, HELLO, "7300"),
  V112("request-broadcast-to-member", GP_BROADCAST, HELLO, "7301"),
  V112("request-direct-to-member", GP_DIRECT, "psst", "7301"),
  V113("request-connect-to-entry", GP_CONNECT, NULL),
  V113("request-connect-to-member", GP_CONNECT, NULL),
  V113("request-disconnect-to-entry", GP_DISCONNECT, NULL),
  V113("request-disconnect-to-member", GP_DISCONNECT, NULL),
  V113("request-broadcast-to-entry", GP_BROADCAST, HELLO),
  V113("request-broadcast-to-member", GP_BROADCAST, HELLO),
  V113("request-direct-to-member", GP_DIRECT, "psst")};

#define REQUESTS (sizeof requests / sizeof *requests)

/* A message whose name is told when a check of it fails. */
static void check (const struct recording *r, bool holds) {
  if (!holds)
    test_note("%s/%s", r->form, r->name);
}

static void checkmessage (const struct recording *r, const gp_message *m) {
  check(r, m != NULL && m->type == r->type);
  SAME(m->type, r->type);
  TEXT(gp_peer_text(m->from), r->from);
  CHECK((m->data == NULL) == (r->data == NULL));
  if (r->data != NULL) {
    TEXT(m->data->bytes, r->data);
    SAME(m->data->len, strlen(r->data));
  }
  SAME(m->to.n, r->type == GP_DIRECT);
  if (m->to.n == 1)
    SAME(gp_peer_port(m->to.at[0]), 7301);
}

TEST(recordedrequests, "a recorded request is read as what it means") {
  gp_peer *self = world_peer("ours:7301");
  size_t i;
  for (i = 0; i < REQUESTS; i++) {
    const struct recording *r = &requests[i];
    const char *text = "";
    wiretext w;
    gp_recvreq in;
    int status;
    wiretext_recorded(&w, r->form, r->name);
    status = wiretext_readrequest(&in, &text, &w, self);
    check(r, status == 0 && in.form == r->is);
    SAME(status, 0);
    SAME(in.form, r->is);
    checkmessage(r, in.msg);
    TEXT(gp_peer_text(in.host), r->host);
    TEXT(in.remote, "192.0.2.1");
    CHECK(in.ext.who.peer == NULL && in.ext.topic == GP_TOPIC_NONE);
    CHECK(in.ext.number == 0 && !in.ext.brief && in.ext.about == NULL);
    gp_recvreq_clear(&in);
  }
  gp_peer_unref(self);
}

/* Headers that every client of Go's net/http adds, and that ours leaves to
   whoever sends it. */
static bool isclients (const char *name) {
  return strcmp(name, "User-Agent") == 0 ||
         strcmp(name, "Content-Length") == 0 ||
         strcmp(name, "Accept-Encoding") == 0;
}

/* All that was recorded is in what leaves, and nothing else. */
static void sameasrecorded (const struct recording *r, const wiretext *w,
                            const gp_httpout *out) {
  size_t i, n = 0;
  check(r, out->method == w->in.method);
  SAME(out->method, w->in.method);
  for (i = 0; i < w->nheaders; i++) {
    if (isclients(w->headers[i].name))
      continue;
    TEXT(wiretext_header(out, w->headers[i].name), w->headers[i].value);
    n++;
  }
  SAME(out->nheaders, n);
  TEXT(wiretext_body(out), w->in.body == NULL ? "" : w->in.body);
  SAME(out->lists == GP_LISTS_MEMBERS, r->type == GP_CONNECT);
}

TEST(writtenrequests, "a request to a Go program is what Go sends it") {
  size_t i;
  for (i = 0; i < REQUESTS; i++) {
    const struct recording *r = &requests[i];
    gp_peer *to = world_peer(r->host), *self = world_peer("0.0.0.0:7301");
    gp_scratch scratch;
    gp_httpout out;
    gp_sendreq request;
    gp_recvreq in;
    const char *text;
    wiretext w;
    wiretext_recorded(&w, r->form, r->name);
    SAME(wiretext_readrequest(&in, &text, &w, self), 0);
    memset(&request, 0, sizeof request);
    request.form = r->write;
    request.msg = in.msg;
    request.from = in.msg->from;
    request.to = to;
    SAME(gp_wire_writerequest(&out, &scratch, &request), GP_OK);
    sameasrecorded(r, &w, &out);
    gp_blob_unref(out.body);
    gp_recvreq_clear(&in);
    gp_peer_unref(to);
    gp_peer_unref(self);
  }
}

/* The responses that were recorded: the status, how many the list has, the
   form as far as it shows; and of a refusal the text. */
static const struct response {
  const char *form, *name;
  int status;
  size_t n;
  bool haslist;
  gp_form is;
  const char *text;
} responses[] = {
#define PLAIN(form, is) \
  {form, "response-broadcast-member", 200, 0, false, is, NULL}, \
    {form, "response-direct-member", 200, 0, false, is, NULL}, { \
    form, "response-disconnect-member", 200, 0, false, is, NULL \
  }
#define STRANGER(form, is) \
  {form, "response-broadcast-stranger", 403, 0, false, \
   is,   gp_wire_notregistered}, \
  { \
    form, "response-disconnect-stranger", 403, 0, false, is, \
      gp_wire_notregistered \
  }
#define LISTS(form, none, is) \
  {form, "response-connect-first", 200, 0, true, none, NULL}, \
    {form, "response-connect-second", 200, 1, true, is, NULL}, { \
    form, "response-connect-again", 200, 2, true, is, NULL \
  }
  PLAIN("seed", GP_FORM_HEADERS),
  LISTS("seed", GP_FORM_HEADERS, GP_FORM_SEED),
  {"seed", "response-broadcast-stranger", 200, 0, false, GP_FORM_HEADERS,
   NULL},
  {"seed", "response-options", 200, 0, false, GP_FORM_HEADERS, NULL},
  {"seed", "response-no-peer-headers", 200, 2, true, GP_FORM_SEED, NULL},
  PLAIN("v1.1.2", GP_FORM_HEADERS),
  STRANGER("v1.1.2", GP_FORM_HEADERS),
  LISTS("v1.1.2", GP_FORM_HEADERS, GP_FORM_V112),
  {"v1.1.2", "response-no-peer-headers", 400, 0, false, GP_FORM_HEADERS,
   gp_wire_notvalid},
  {"v1.1.2", "response-options", 200, 0, false, GP_FORM_HEADERS, NULL},
  PLAIN("v1.1.3", GP_FORM_V113),
  STRANGER("v1.1.3", GP_FORM_V113),
  LISTS("v1.1.3", GP_FORM_V113, GP_FORM_V113),
  {"v1.1.3", "response-options", 204, 0, false, GP_FORM_V113, NULL},
  {"v1.1.3", "response-not-json", 400, 0, false, GP_FORM_V113,
   gp_wire_notvalid},
  {"v1.1.3", "response-own-host", 400, 0, false, GP_FORM_V113,
   gp_wire_yourself},
  {"v1.1.3", "response-unknown-type", 405, 0, false, GP_FORM_V113,
   gp_wire_notallowed}};

#define RESPONSES (sizeof responses / sizeof *responses)

static void checklist (const gp_peerlist *list, size_t n) {
  SAME(list->n, n);
  if (n > 0)
    TEXT(gp_peer_text(list->at[0]), "localhost:7401");
  if (n > 1)
    TEXT(gp_peer_text(list->at[1]), "localhost:7402");
}

TEST(recordedresponses, "a recorded response is read as what it means") {
  size_t i;
  for (i = 0; i < RESPONSES; i++) {
    const struct response *r = &responses[i];
    wiretext w;
    gp_recvresp in;
    wiretext_recorded(&w, r->form, r->name);
    SAME(wiretext_readresponse(
           &in, &w, r->haslist ? GP_LISTS_MEMBERS : GP_LISTS_NOTHING),
         GP_OK);
    if (in.form != r->is || in.list.n != r->n)
      test_note("%s/%s", r->form, r->name);
    SAME(in.status, r->status);
    SAME(in.form, r->is);
    if (r->is != GP_FORM_V113)
      SAME(in.toprobe, strcmp(r->name, "response-options") == 0);
    checklist(&in.list, r->n);
    TEXT(in.remote, "192.0.2.1");
    CHECK(in.ext.who.peer == NULL && !in.ext.has_digest);
    gp_recvresp_clear(&in);
  }
}

/* What Go's server adds by itself; v1.1.3 also tells of what type the body
   is that a 204 does not have. */
static bool isservers (const wiretext *w, const char *name) {
  return strcmp(name, "Date") == 0 || strcmp(name, "Connection") == 0 ||
         strcmp(name, "Content-Length") == 0 ||
         (w->in.status == 204 && strncmp(name, "Content-", 8) == 0) ||
         (w->in.status == 204 && strncmp(name, "X-Content-", 10) == 0);
}

TEST(writtenresponses, "a response to a Go program has all that Go's has") {
  gp_peer *one = world_peer("localhost:7401"),
          *two = world_peer("localhost:7402");
  size_t i, j;
  for (i = 0; i < RESPONSES; i++) {
    const struct response *r = &responses[i];
    gp_peerlist list = {0, 0, NULL};
    gp_sendresp response;
    gp_scratch scratch;
    gp_httpout out;
    wiretext w;
    wiretext_recorded(&w, r->form, r->name);
    memset(&response, 0, sizeof response);
    response.status = r->status;
    response.text = r->text;
    if (r->n > 0)
      SAME(gp_peerlist_add(&list, one), GP_OK);
    if (r->n > 1)
      SAME(gp_peerlist_add(&list, two), GP_OK);
    if (r->haslist)
      response.list = &list;
    SAME(gp_wire_writeresponse(&out, &scratch, &response, r->is), GP_OK);
    SAME(out.status, r->status);
    TEXT(wiretext_body(&out), w.in.body == NULL ? "" : w.in.body);
    for (j = 0; j < w.nheaders; j++)
      if (!isservers(&w, w.headers[j].name))
        TEXT(wiretext_header(&out, w.headers[j].name), w.headers[j].value);
    TEXT(wiretext_header(&out, "Access-Control-Allow-Credentials"), "true");
    TEXT(wiretext_header(&out, "Access-Control-Allow-Headers"), "*");
    TEXT(wiretext_header(&out, "Access-Control-Allow-Methods"), "*");
    SAME(out.nheaders, 4 + 2 * (r->text != NULL) + r->haslist);
    gp_blob_unref(out.body);
    gp_peerlist_clear(&list);
  }
  gp_peer_unref(one);
  gp_peer_unref(two);
}

/* A message with a request around it, from localhost:1 to there:2. */
typedef struct letter {
  gp_peer *from, *to;
  gp_sendreq request;
  gp_scratch scratch;
  gp_httpout out;
} letter;

static void begin (letter *l, gp_form form, gp_msgtype type,
                   const char *data) {
  gp_peerlist to = {0, 0, NULL};
  gp_blob *b = data == NULL ? NULL : gp_blob_new(strlen(data));
  memset(l, 0, sizeof *l);
  l->from = world_peer("localhost:1");
  l->to = world_peer("there:2");
  if (type == GP_DIRECT)
    SAME(gp_peerlist_add(&to, l->to), GP_OK);
  if (b != NULL)
    memcpy(b->bytes, data, b->len);
  SAME(gp_message_new(&l->request.msg, type, l->from, &to, b), GP_OK);
  gp_blob_unref(b);
  gp_peerlist_clear(&to);
  l->request.form = form;
  l->request.from = l->from;
  l->request.to = l->to;
}

static void writeit (letter *l) {
  gp_blob_unref(l->out.body);
  SAME(gp_wire_writerequest(&l->out, &l->scratch, &l->request), GP_OK);
}

static void end (letter *l) {
  gp_blob_unref(l->out.body);
  gp_message_unref(l->request.msg);
  gp_peer_unref(l->from);
  gp_peer_unref(l->to);
}

/* What the headers say, or the JSON if there are none of the older forms. */
static void readsas (letter *l, gp_form form, gp_msgtype type) {
  gp_recvreq in;
  const char *text;
  wiretext w;
  gp_httpout out = l->out;
  if (form == GP_FORM_V113) { /* it ignores the others, and the method */
    size_t i;
    for (i = 0; i < out.nheaders; i++)
      if (strcmp(out.headers[i].name, "Host") != 0)
        out.headers[i].name = "X";
    out.method = GP_OTHER;
  }
  wiretext_sent(&w, &out);
  SAME(wiretext_readrequest(&in, &text, &w, l->to), 0);
  SAME(in.form, form);
  SAME(in.msg->type, type);
  TEXT(gp_peer_text(in.msg->from), "localhost:1");
  gp_recvreq_clear(&in);
}

TEST(allforms, "a connect or disconnect to a stranger suits every form") {
  letter l;
  begin(&l, GP_FORM_UNKNOWN, GP_CONNECT, NULL);
  writeit(&l);
  SAME(l.out.method, GP_GET);
  SAME(l.out.lists, GP_LISTS_MEMBERS);
  TEXT(wiretext_header(&l.out, "Host"), "localhost:1"); /* the sender's */
  readsas(&l, GP_FORM_HEADERS, GP_CONNECT);
  readsas(&l, GP_FORM_V113, GP_CONNECT);
  end(&l);
  begin(&l, GP_FORM_UNKNOWN, GP_DISCONNECT, NULL);
  writeit(&l);
  SAME(l.out.method, GP_DELETE);
  SAME(l.out.lists, GP_LISTS_NOTHING);
  readsas(&l, GP_FORM_HEADERS, GP_DISCONNECT);
  readsas(&l, GP_FORM_V113, GP_DISCONNECT);
  end(&l);
}

TEST(strangers, "a message to a stranger is written as v1.1.3 does") {
  letter l;
  begin(&l, GP_FORM_UNKNOWN, GP_BROADCAST, "x");
  writeit(&l);
  SAME(l.out.method, GP_POST);
  TEXT(wiretext_header(&l.out, "Peer_address"), "");
  TEXT(wiretext_body(&l.out),
       "{\"type\":2,\"data\":\"eA==\","
       "\"from\":{\"port\":1,\"address\":\"localhost\"}}");
  end(&l);
  begin(&l, GP_FORM_UNKNOWN, GP_DIRECT, "x");
  writeit(&l);
  TEXT(wiretext_body(&l.out),
       "{\"type\":3,\"data\":\"eA==\","
       "\"from\":{\"port\":1,\"address\":\"localhost\"},"
       "\"to\":[{\"port\":2,\"address\":\"there\"}]}");
  end(&l);
}

TEST(directmethods, "a direct message is a PUT, to a seed a POST") {
  static const gp_form forms[] = {GP_FORM_SEED, GP_FORM_V112,
                                  GP_FORM_HEADERS};
  size_t i;
  for (i = 0; i < 3; i++) {
    letter l;
    begin(&l, forms[i], GP_DIRECT, "x");
    writeit(&l);
    SAME(l.out.method, i == 0 ? GP_POST : GP_PUT);
    TEXT(wiretext_header(&l.out, "Host"), "there:2");
    TEXT(wiretext_body(&l.out), "x");
    SAME(l.out.lists, GP_LISTS_NOTHING);
    end(&l);
  }
}

TEST(encodedonce, "JSON is written once for all receivers, in one name") {
  letter l;
  gp_blob *first;
  begin(&l, GP_FORM_V113, GP_BROADCAST, "x");
  writeit(&l);
  first = gp_blob_ref(l.out.body);
  writeit(&l);
  CHECK(l.out.body == first);
  l.request.from = l.to;
  writeit(&l);
  CHECK(l.out.body != first);
  TEXT(wiretext_header(&l.out, "Host"), "there:2");
  gp_blob_unref(first);
  end(&l);
}

TEST(probes, "a probe is an OPTIONS with the sender as its host") {
  letter l;
  gp_recvreq in;
  const char *text;
  wiretext w;
  begin(&l, GP_FORM_V113, GP_BROADCAST, NULL);
  gp_message_unref(l.request.msg);
  l.request.msg = NULL;
  writeit(&l);
  SAME(l.out.method, GP_OPTIONS);
  SAME(l.out.nheaders, 1);
  TEXT(wiretext_header(&l.out, "Host"), "localhost:1");
  CHECK(l.out.body == NULL);
  SAME(l.out.lists, GP_LISTS_NOTHING);
  wiretext_sent(&w, &l.out);
  SAME(wiretext_readrequest(&in, &text, &w, l.to), 0);
  CHECK(in.msg == NULL && in.ext.topic == GP_TOPIC_NONE);
  gp_recvreq_clear(&in);
  end(&l);
}

TEST(retryafter, "one that is too busy says when to come again") {
  gp_sendresp response;
  gp_scratch scratch;
  gp_httpout out;
  memset(&response, 0, sizeof response);
  response.status = 503;
  response.text = gp_wire_busy;
  SAME(gp_wire_writeresponse(&out, &scratch, &response, GP_FORM_V113), GP_OK);
  TEXT(wiretext_header(&out, "Retry-After"), "1");
  TEXT(wiretext_body(&out), "Too busy, try again\n");
  gp_blob_unref(out.body);
  response.status = 429;
  SAME(gp_wire_writeresponse(&out, &scratch, &response, GP_FORM_V113), GP_OK);
  TEXT(wiretext_header(&out, "Retry-After"), "1");
  gp_blob_unref(out.body);
  response.status = 504;
  SAME(gp_wire_writeresponse(&out, &scratch, &response, GP_FORM_V113), GP_OK);
  TEXT(wiretext_header(&out, "Retry-After"), "");
  TEXT(wiretext_header(&out, "Connection"), "");
  gp_blob_unref(out.body);
  response.closes = true;
  SAME(gp_wire_writeresponse(&out, &scratch, &response, GP_FORM_V113), GP_OK);
  TEXT(wiretext_header(&out, "Connection"), "close");
  gp_blob_unref(out.body);
}

TEST(writememory, "what finds no memory is not written") {
  static const gp_form forms[] = {GP_FORM_UNKNOWN, GP_FORM_V113};
  gp_peerlist nobody = {0, 0, NULL};
  gp_sendresp response;
  letter l;
  size_t i;
  for (i = 0; i < 2; i++) {
    begin(&l, forms[i], GP_CONNECT, NULL);
    memory_fail(1, true);
    SAME(gp_wire_writerequest(&l.out, &l.scratch, &l.request), GP_ENOMEM);
    CHECK(memory_heal());
    CHECK(l.out.body == NULL);
    memset(&response, 0, sizeof response);
    response.text = i == 0 ? gp_wire_notvalid : NULL;
    response.list = &nobody;
    memory_fail(1, true);
    SAME(gp_wire_writeresponse(&l.out, &l.scratch, &response, forms[i]),
         GP_ENOMEM);
    CHECK(memory_heal());
    CHECK(l.out.body == NULL);
    end(&l);
  }
}
