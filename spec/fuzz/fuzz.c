/*
** fuzz.c - see fuzz.h.
*/
#include "fuzz.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lua/core.h"
#include "lua/json.h"
#include "wire/codec.h"

void fuzz_fail (const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
  abort();
}

static gp_method method (const char *line) {
  static const char *const names[] = {"GET ", "POST ", "PUT ", "DELETE ",
                                      "OPTIONS "};
  int i;
  for (i = GP_GET; i < GP_OTHER; i++)
    if (strncmp(line, names[i], strlen(names[i])) == 0)
      return (gp_method)i;
  return GP_OTHER;
}

/* Its end becomes a zero byte; returns where the next one begins. */
static char *endline (char *line) {
  char *end = strchr(line, '\n');
  if (end == NULL)
    return NULL;
  if (end > line && end[-1] == '\r')
    end[-1] = '\0';
  *end = '\0';
  return end + 1;
}

static void addheaders (fuzz_http *h) {
  size_t i;
  for (i = 0; i < h->n; i++)
    gp_httpin_addheader(&h->in, h->headers[i].name, h->headers[i].value);
}

static void readhead (fuzz_http *h) {
  char *next = endline(h->head);
  h->in.method = method(h->head);
  if (strncmp(h->head, "HTTP/1.1 ", 9) == 0)
    h->in.status = atoi(h->head + 9);
  while (next != NULL && h->n < FUZZ_HEADERS) {
    char *line = next, *colon;
    next = endline(line);
    colon = strchr(line, ':');
    if (colon == NULL)
      continue;
    *colon = '\0';
    h->headers[h->n].name = line;
    h->headers[h->n++].value = colon + 1 + strspn(colon + 1, " \t");
  }
  addheaders(h);
}

static char *copy (const uint8_t *data, size_t len, size_t extra) {
  char *text = malloc(len + extra);
  fuzz_check(text != NULL || len + extra == 0);
  if (len > 0)
    memcpy(text, data, len);
  return text;
}

void fuzz_http_read (fuzz_http *h, const uint8_t *data, size_t len) {
  size_t head = len;
  const uint8_t *gap = memmem(data, len, "\r\n\r\n", 4);
  memset(h, 0, sizeof *h);
  if (gap != NULL)
    head = (size_t)(gap - data) + 4;
  h->head = copy(data, head, 1);
  h->head[head] = '\0';
  h->in.len = len - head;
  h->body = copy(data + head, h->in.len, 0);
  h->in.body = h->in.len > 0 ? h->body : NULL;
  h->in.remote = "127.0.0.1";
  readhead(h);
}

void fuzz_http_clear (fuzz_http *h) {
  free(h->head);
  free(h->body);
}

gp_json fuzz_json (void) {
  static lua_State *L;
  if (L == NULL) {
    L = luaL_newstate();
    fuzz_check(L != NULL);
    luaL_openlibs(L);
    lgp_open_json(L);
  }
  return lgp_json_reader(L);
}

void fuzz_json_done (const gp_json *json) {
  fuzz_check(lua_gettop(json->self) == 0);
  lua_gc(json->self, LUA_GCCOLLECT);
}

bool fuzz_samelist (const gp_peerlist *a, const gp_peerlist *b) {
  size_t i;
  for (i = 0; i < a->n && i < b->n; i++)
    if (!gp_peer_equal(a->at[i], b->at[i]))
      return false;
  return a->n == b->n;
}

static bool samedata (const gp_message *a, const gp_message *b) {
  size_t len = gp_message_len(a);
  return len == gp_message_len(b) &&
         (len == 0 || memcmp(a->data->bytes, b->data->bytes, len) == 0);
}

/* As it would come in on the other side. */
static void deliver (fuzz_http *h, const gp_httpout *out) {
  memset(h, 0, sizeof *h);
  for (; h->n < out->nheaders; h->n++)
    h->headers[h->n] = out->headers[h->n];
  h->in.method = out->method;
  h->in.len = out->body == NULL ? 0 : out->body->len;
  h->in.body = h->in.len == 0 ? NULL : out->body->bytes;
  h->in.remote = "127.0.0.1";
  addheaders(h);
}

/* The header forms have data in messages alone, and name no receivers; the
   seed has no direct messages. */
static void compare (const gp_message *is, const gp_message *was,
                     gp_form form) {
  bool json = form == GP_FORM_V113;
  bool message = was->type == GP_BROADCAST || was->type == GP_DIRECT;
  if (form == GP_FORM_SEED && was->type == GP_DIRECT)
    fuzz_check(is->type == GP_BROADCAST);
  else
    fuzz_check(is->type == was->type);
  fuzz_check(gp_peer_equal(is->from, was->from));
  if (json || message)
    fuzz_check(samedata(is, was));
  if (json && was->type == GP_DIRECT)
    fuzz_check(fuzz_samelist(&is->to, &was->to));
}

static bool samepeer (const gp_peer *a, const gp_peer *b) {
  return a == NULL || b == NULL ? a == b : gp_peer_equal(a, b);
}

/* Only who is named is told, with the rest of what it is. */
static bool samewho (const gp_identity *is, const gp_identity *was) {
  return samepeer(is->peer, was->peer) &&
         (was->peer == NULL ||
          (is->process == was->process && is->version == was->version &&
           strcmp(is->nick, was->nick) == 0));
}

static void compareext (const gp_extension *is, const gp_extension *was) {
  fuzz_check(samewho(&is->who, &was->who));
  fuzz_check(is->topic == was->topic && samepeer(is->about, was->about));
  if (was->topic == GP_TOPIC_DIGEST)
    fuzz_check(gp_digest_equal(is->digest, was->digest));
  fuzz_check(is->alone == was->alone && is->brief == was->brief &&
             is->visit == was->visit && is->notice == was->notice);
  if (was->nonce != 0 && was->number != 0)
    fuzz_check(is->nonce == was->nonce && is->number == was->number);
}

static void again (const gp_recvreq *was, gp_form form, const gp_json *json,
                   const gp_peer *self) {
  gp_sendreq request = {.form = form,
                        .msg = was->msg,
                        .from = was->msg == NULL ? self : was->msg->from,
                        .to = self,
                        .ext = was->ext};
  gp_scratch scratch;
  gp_httpout out;
  gp_recvreq is;
  const char *text;
  fuzz_http h;
  fuzz_check(gp_wire_writerequest(&out, &scratch, &request) == GP_OK);
  deliver(&h, &out);
  fuzz_check(gp_wire_readrequest(&is, &text, &h.in, json, self) == 0);
  if (was->msg != NULL)
    compare(is.msg, was->msg, form);
  compareext(&is.ext, &was->ext);
  gp_recvreq_clear(&is);
  gp_blob_unref(out.body);
}

/* Without a name a list can be asked for, to be refused; no sender does. */
static bool issent (const gp_recvreq *r) {
  return r->ext.topic != GP_TOPIC_LIST || r->ext.about != NULL;
}

void fuzz_request (const gp_httpin *in) {
  gp_json json = fuzz_json();
  const char *text = NULL;
  gp_peer *self;
  gp_recvreq request;
  int status, form;
  fuzz_check(gp_peer_new(&self, "localhost", 9, 7301) == GP_OK);
  status = gp_wire_readrequest(&request, &text, in, &json, self);
  fuzz_check(status == 0 || status == 400 || status == 405);
  fuzz_check(status == 0 || text != NULL);
  if (status == 0 && issent(&request))
    for (form = GP_FORM_SEED; form <= GP_FORM_V113; form++)
      again(&request, (gp_form)form, &json, self);
  gp_recvreq_clear(&request);
  gp_peer_unref(self);
  fuzz_json_done(&json);
}
