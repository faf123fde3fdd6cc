/*
** script.c - see script.h.
*/
#include "script.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "node/state.h"

static const actor *asker; /* has sent the request that was made last */

static const char *const forms[] = {"any", "headers", "seed", "v112", "v113"};

static gp_peer *peerof (const char *text) {
  gp_peer *p;
  SAME(gp_peer_parse(&p, text, strlen(text)), GP_OK);
  return p;
}

static void add (char *text, const char *format, ...)
  __attribute__((format(printf, 2, 3)));

static void add (char *text, const char *format, ...) {
  size_t len = strlen(text);
  va_list args;
  va_start(args, format);
  CHECK(vsnprintf(text + len, SCRIPT_TEXT - len, format, args) <
        (int)(SCRIPT_TEXT - len));
  va_end(args);
}

static void addextension (const script *s, char *text, bool isconnect,
                          const gp_extension *x) {
  const char *about = x->about == NULL ? "" : gp_peer_text(x->about);
  if (isconnect &&
      (x->who.peer == NULL || !gp_peer_equal(x->who.peer, s->self)))
    add(text, " anonymous");
  switch (x->topic) {
    case GP_TOPIC_PROBE: add(text, " help %s", about); break;
    case GP_TOPIC_SUSPECT: add(text, " suspect %s", about); break;
    case GP_TOPIC_DIGEST: add(text, " digest"); break;
    case GP_TOPIC_LIST: add(text, " list of %s", about); break;
    case GP_TOPIC_RECONNECT:
      add(text, " reconnect%s", x->alone ? " alone" : "");
      break;
    default: break;
  }
  if (isconnect && x->brief)
    add(text, " brief");
  if (x->visit)
    add(text, " visit");
  if (x->nonce != 0 && x->number != 0)
    add(text, " #%d%s", (int)x->number,
        x->nonce == s->opt.nonce ? "" : " otherwise");
}

static void describe (const script *s, char *text, const gp_peer *dial,
                      const gp_sendreq *r) {
  static const char *const types[] = {"connect", "disconnect", "broadcast",
                                      "direct"};
  const gp_message *m = r->msg;
  text[0] = '\0';
  add(text, "%s %s %s", m == NULL ? "probe" : types[m->type],
      gp_peer_text(dial), forms[r->form]);
  if (!gp_peer_equal(r->from, s->self))
    add(text, " as %s", gp_peer_text(r->from));
  if (m != NULL && m->data != NULL)
    add(text, " \"%.*s\"", (int)gp_message_len(m), m->data->bytes);
  addextension(s, text, m != NULL && m->type == GP_CONNECT, &r->ext);
}

static gp_err takesend (void *self, uint64_t id, const gp_peer *dial,
                        const gp_sendreq *request, uint32_t timeout_ms) {
  script *s = self;
  script_request *sent = &s->sent[s->sent_count];
  if (s->refuse != GP_OK) {
    CHECK(++s->refused_count < SCRIPT_MAX);
    return s->refuse;
  }
  CHECK(s->sent_count < SCRIPT_MAX);
  CHECK(gp_peer_equal(dial, request->to));
  memset(sent, 0, sizeof *sent);
  sent->id = id;
  sent->timeout_ms = timeout_ms;
  sent->proven = request->cause == GP_CAUSE_PROVEN;
  sent->claim = request->cause == GP_CAUSE_CLAIM;
  sent->anew = request->anew;
  strncpy(sent->claimer, request->claimer == NULL ? "" : request->claimer,
          sizeof sent->claimer - 1);
  sent->ranges = request->ranges;
  sent->over = id == GP_FIRE_AND_FORGET;
  gp_extension_copy(&sent->ext, &request->ext);
  describe(s, sent->text, dial, request);
  s->sent_count++;
  return GP_OK;
}

static void addlist (char *text, const gp_peerlist *list) {
  size_t i;
  add(text, " [");
  for (i = 0; i < list->n; i++)
    add(text, "%s%s", i == 0 ? "" : " ", gp_peer_text(list->at[i]));
  add(text, "]");
}

static void takeresponse (void *self, gp_exchange *x,
                          const gp_sendresp *response) {
  const script *s = self;
  script_exchange *exchange = (script_exchange *)x;
  char *text = exchange->text;
  const char *why = response->text;
  const gp_peer *who = response->ext.who.peer;
  TEXT(text, ""); /* responded to once */
  exchange->digest = response->ext.digest;
  exchange->process = response->ext.who.process;
  exchange->confirmed = response->ext.confirmed;
  exchange->closed = response->closes;
  exchange->shown = response->ext.has_cookie;
  add(text, "%d %s", response->status, forms[x->form]);
  if (why != NULL)
    add(text, " %.*s", (int)strcspn(why, "\n"), why);
  if (response->list != NULL)
    addlist(text, response->list);
  add(text, "%s%s", response->ext.has_list ? " as asked" : "",
      response->ext.has_digest ? " digest" : "");
  if (response->ext.unreached != NULL)
    add(text, " unreached %s", gp_peer_text(response->ext.unreached));
  if ((response->status == 204 || response->list != NULL) &&
      (who == NULL || !gp_peer_equal(who, s->self)))
    add(text, " anonymous");
}

static bool isgone (void *self, const gp_exchange *x) {
  (void)self;
  return ((const script_exchange *)x)->gone;
}

static gp_peer *endpoint (void *self, const gp_exchange *x) {
  gp_peer *p;
  return gp_peer_new(&p, "10.0.0.1", 8, 1) == GP_OK && self != x ? p : NULL;
}

static const char *whereis (void *self, const gp_peer *dial) {
  static char at[32];
  (void)self;
  return gp_peer_isnumeric(dial) ? gp_peer_address(dial)
                                 : actor_place(at, gp_peer_address(dial));
}

static bool ishere (void *self, const char *address) {
  (void)self; /* "a:1" is at 10.0.0.1 */
  return strcmp(address, "10.0.0.1") == 0;
}

void script_init (script *s) {
  memset(s, 0, sizeof *s);
  gp_nodeopt_init(&s->opt);
  s->opt.probe_interval_ms = 0;
  s->opt.nonce = 7;
  s->now = 1000000;
}

void script_start (script *s) {
  gp_transport t = {s,        takesend, takeresponse, isgone,
                    endpoint, whereis,  ishere};
  size_t i;
  for (i = 0; i < GP_SIGNALS; i++)
    gp_signal_init(&s->signals[i], &s->ready);
  s->self = peerof("a:1");
  SAME(gp_node_new(&s->node, s->self, &t, &s->opt, s->signals), GP_OK);
}

void script_open (script *s) {
  script_init(s);
  script_start(s);
}

void script_close (script *s) {
  size_t i;
  gp_node_free(s->node);
  gp_peer_unref(s->self);
  for (i = 0; i < s->sent_count; i++)
    gp_extension_clear(&s->sent[i].ext);
  for (i = 0; i < s->received_count; i++)
    CHECK(*s->received[i].text != '\0');
}

void script_pass (script *s, uint64_t ms) {
  uint64_t end = s->now + ms;
  unsigned ticks = 0;
  while (gp_node_due(s->node) <= end) {
    CHECK(++ticks < 100000);
    if (gp_node_due(s->node) > s->now)
      s->now = gp_node_due(s->node);
    gp_node_tick(s->node, s->now);
  }
  s->now = end;
}

uint64_t script_untilsent (script *s) {
  uint64_t since = s->now;
  while (s->seen_count == s->sent_count) {
    CHECK(gp_node_due(s->node) != UINT64_MAX);
    script_pass(s, gp_node_due(s->node) - s->now);
  }
  return s->now - since;
}

void script_stall (script *s, uint64_t ms) {
  s->now += ms;
  gp_node_tick(s->node, s->now);
}

bool script_raised (script *s, gp_nodesignal signal) {
  bool raised = s->signals[signal].raised;
  gp_signal_clear(&s->signals[signal]);
  return raised;
}

gp_record *script_record (const script *s, const char *name) {
  gp_peer *p = peerof(name);
  gp_record *peer = gp_peers_find(&s->node->peers, p);
  gp_peer_unref(p);
  return peer;
}

gp_record *script_of (const script *s, const actor *a) {
  return script_record(s, a->name);
}

const char *script_sent (script *s) {
  static char text[16 * SCRIPT_TEXT];
  size_t len = 0;
  text[0] = '\0';
  for (; s->seen_count < s->sent_count; s->seen_count++) {
    if (s->sent[s->seen_count].hidden)
      continue;
    len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                            len == 0 ? "" : "; ",
                            s->sent[s->seen_count].text);
    CHECK(len < sizeof text);
  }
  return text;
}

static bool ison (const script_request *r, const char *text) {
  return !r->over && strncmp(r->text, text, strlen(text)) == 0;
}

static script_request *find (script *s, const char *text) {
  size_t i;
  for (i = 0; i < s->sent_count; i++)
    if (ison(&s->sent[i], text))
      return &s->sent[i];
  test_note("not on its way: %s", text);
  CHECK(!"found");
  return NULL;
}

const script_request *script_find (script *s, const char *text) {
  return find(s, text);
}

size_t script_count (const script *s, const char *text) {
  size_t i, count = 0;
  for (i = 0; i < s->sent_count; i++)
    count += ison(&s->sent[i], text);
  return count;
}

gp_recvresp script_response (script *s, const char *text, const actor *by,
                             const char *list) {
  gp_recvresp response = {.status = 200, .remote = actor_remote(by)};
  const char *what = find(s, text)->text;
  bool isconnect = strncmp(what, "connect", 7) == 0;
  bool isprobe = strncmp(what, "probe", 5) == 0;
  if (list != NULL)
    actor_parselist(&response.list, list);
  response.form = actor_form(by, response.list.n > 0);
  response.toprobe = isprobe;
  response.ext.has_list = isprobe && list != NULL;
  if (isprobe && list == NULL && !actor_hasheaders(by))
    response.status = 204;
  if (isprobe || isconnect)
    actor_identify(&response.ext.who, by);
  if (isconnect)
    actor_showcookie(&response.ext, by);
  response.ext.confirmed = isprobe && by->program == ACTOR_OURS;
  if (!isprobe && !isconnect)
    actor_show(&response.ext.who, by);
  return response;
}

void script_end (script *s, const char *text, gp_err error,
                 const gp_recvresp *response) {
  script_request *r = find(s, text);
  r->over = true;
  gp_node_responded(s->node, r->id, error, response, s->now);
}

void script_fail (script *s, const char *text, gp_err error) {
  script_end(s, text, error, NULL);
}

void script_respond (script *s, const char *text, const actor *by,
                     const char *list) {
  gp_recvresp response = script_response(s, text, by, list);
  script_end(s, text, GP_OK, &response);
  gp_recvresp_clear(&response);
}

void script_refuse (script *s, const char *text, const actor *by,
                    int status) {
  gp_recvresp response = {.status = status, .remote = actor_remote(by)};
  response.form = actor_form(by, false);
  response.toprobe = strncmp(text, "probe", 5) == 0;
  actor_show(&response.ext.who, by);
  script_end(s, text, GP_OK, &response);
}

static gp_blob *blobof (const char *text) {
  gp_blob *b = gp_blob_new(strlen(text));
  CHECK(b != NULL);
  memcpy(b->bytes, text, strlen(text));
  return b;
}

gp_recvreq script_ask (const script *s, const actor *by, gp_msgtype type,
                       const char *text) {
  gp_recvreq request = {.form = actor_form(by, false),
                        .remote = actor_remote(by)};
  gp_peer *from = peerof(by->name);
  gp_blob *data = text == NULL ? NULL : blobof(text);
  asker = by;
  SAME(gp_message_new(&request.msg, type, from, NULL, data), GP_OK);
  gp_blob_unref(data);
  gp_peer_unref(from);
  if (by->calls_us != NULL)
    request.host = peerof(by->calls_us);
  else if (actor_hasheaders(by))
    request.host = gp_peer_ref(s->self);
  if (type == GP_CONNECT)
    actor_identify(&request.ext.who, by);
  actor_showcookie(&request.ext, by);
  return request;
}

gp_recvreq script_probe (const actor *by, gp_topic topic, const char *about) {
  gp_recvreq request = {.form = actor_form(by, false),
                        .remote = actor_remote(by)};
  asker = by;
  request.ext.topic = topic;
  request.ext.about = about == NULL ? NULL : peerof(about);
  if (topic != GP_TOPIC_NONE)
    actor_identify(&request.ext.who, by);
  if (topic != GP_TOPIC_NONE && topic != GP_TOPIC_LIST)
    actor_showcookie(&request.ext, by);
  return request;
}

/* The actor that the request comes from is asked whether it has sent it. */
static void confirm (script *s, script_request *question) {
  gp_recvresp response = {.status = actor_hasheaders(asker) ? 200 : 204,
                          .form = actor_form(asker, false),
                          .toprobe = true,
                          .remote = actor_remote(asker)};
  actor_identify(&response.ext.who, asker);
  response.ext.confirmed = asker->program == ACTOR_OURS;
  question->over = question->hidden = true;
  gp_node_responded(s->node, question->id, GP_OK, &response, s->now);
  gp_recvresp_clear(&response);
}

size_t script_receive (script *s, gp_recvreq *request) {
  script_exchange *x = &s->received[s->received_count];
  size_t since = s->sent_count, asked = s->node->admission.proofs.count;
  bool responded;
  CHECK(s->received_count < SCRIPT_MAX);
  responded = gp_node_received(s->node, request, &x->head, s->now);
  CHECK(responded == (*x->text != '\0'));
  gp_recvreq_clear(request);
  if (!s->silent && s->node->admission.proofs.count > asked &&
      s->sent_count > since)
    confirm(s, &s->sent[s->sent_count - 1]);
  return s->received_count++;
}

size_t script_connect (script *s, const actor *by) {
  gp_recvreq request = script_ask(s, by, GP_CONNECT, NULL);
  return script_receive(s, &request);
}

size_t script_disconnect (script *s, const actor *by) {
  gp_recvreq request = script_ask(s, by, GP_DISCONNECT, NULL);
  return script_receive(s, &request);
}

/* Of one of ours its number counts, from its own process. */
size_t script_say (script *s, const actor *by, const char *text,
                   uint64_t number) {
  gp_recvreq request = script_ask(s, by, GP_BROADCAST, text);
  request.ext.number = number;
  request.ext.nonce = number == 0 ? 0 : actor_process(by);
  return script_receive(s, &request);
}

const char *script_given (const script *s, size_t exchange) {
  CHECK(exchange < s->received_count);
  return s->received[exchange].text;
}

void script_giveup (script *s, size_t exchange) {
  s->received[exchange].gone = true;
}

/* Nothing that has happened is left to be read. */
static void ignore (script *s) {
  size_t i;
  (void)script_sent(s);
  while (*told_event(s->node) != '\0')
    continue;
  for (i = 0; i < GP_SIGNALS; i++)
    (void)script_raised(s, (gp_nodesignal)i);
}

void script_suspect (script *s, const actor *about) {
  gp_record *peer = script_of(s, about);
  s->node->now = s->now;
  if (peer != NULL)
    gp_detector_told(s->node, peer);
}

void script_detect (script *s, const actor *a) {
  s->node->now = s->now;
  gp_detector_probe(s->node, script_of(s, a), false);
}

void script_prove (script *s, const actor *a) {
  gp_hearsay_setproven(s->node, script_of(s, a), true);
}

void script_member (script *s, const actor *a) {
  char connect[SCRIPT_TEXT] = "";
  size_t x = script_connect(s, a);
  if (*script_given(s, x) == '\0') {
    add(connect, "connect %s headers", a->name);
    script_respond(s, connect, a, "a:1");
  }
  SAME(strncmp(script_given(s, x), "200", 3), 0);
  ignore(s);
}

void script_join (script *s, const actor *entry, const char *list) {
  char connect[SCRIPT_TEXT] = "";
  gp_receipt *r = script_dial(s, entry->name);
  add(connect, "connect %s any", entry->name);
  script_respond(s, connect, entry, list);
  SAME(script_result(r), GP_OK);
  ignore(s);
}

gp_receipt *script_dial (script *s, const char *entry) {
  gp_peer *p = peerof(entry);
  gp_receipt *r;
  SAME(gp_node_connect(s->node, p, 5000, s->now, &r), GP_OK);
  gp_peer_unref(p);
  r->claimed = true;
  return r;
}

gp_receipt *script_post (script *s, const char *to, const char *text) {
  gp_peerlist list = {0, 0, NULL};
  gp_blob *data = blobof(text);
  gp_receipt *r;
  if (to != NULL)
    actor_parselist(&list, to);
  SAME(gp_node_post(s->node, data, &list, false, s->now, &r), GP_OK);
  gp_blob_unref(data);
  gp_peerlist_clear(&list);
  r->claimed = true;
  return r;
}

gp_receipt *script_leave (script *s) {
  gp_receipt *r;
  SAME(gp_node_leave(s->node, s->now, &r), GP_OK);
  r->claimed = true;
  return r;
}

gp_err script_result (gp_receipt *r) {
  const gp_failure *f = gp_receipt_nextfailure(r, NULL);
  gp_err e = f == NULL ? GP_OK : f->error;
  CHECK(gp_receipt_issettled(r));
  gp_receipt_unref(r);
  return e;
}
