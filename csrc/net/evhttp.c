/*
** net/evhttp.c - what the server and the client share of evhttp.
*/
#include "net/evhttp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "base/ascii.h"

#define COPIED 4096 /* bodies below this are copied: cheaper than a chain */

bool gp_evhttp_token (const char *value, const char *token) {
  while (value != NULL && *value != '\0') {
    size_t n;
    value += strspn(value, " \t,");
    n = strcspn(value, " \t,;");
    if (gp_ascii_isword(value, n, token))
      return true;
    value += strcspn(value, ",");
  }
  return false;
}

static void readheaders (gp_httpin *in, const struct evkeyvalq *headers) {
  const struct evkeyval *h;
  gp_httpin_noheaders(in);
  for (h = TAILQ_FIRST(headers); h != NULL; h = TAILQ_NEXT(h, next))
    gp_httpin_addheader(in, h->key, h->value);
}

bool gp_evhttp_goeson (const struct evhttp_request *req,
                       const gp_httpin *in) {
  const char *connection = gp_httpin_header(in, GP_HEADER_CONNECTION);
  if (req->major != 1 || req->minor < 1 ||
      gp_evhttp_token(connection, "close"))
    return false;
  return in->status == 204 || in->status == 304 ||
         gp_httpin_header(in, GP_HEADER_CONTENT_LENGTH) != NULL ||
         gp_httpin_header(in, GP_HEADER_TRANSFER_ENCODING) != NULL;
}

bool gp_evhttp_view (struct evhttp_request *req, gp_httpin *in) {
  struct evbuffer *b = evhttp_request_get_input_buffer(req);
  readheaders(in, evhttp_request_get_input_headers(req));
  in->len = evbuffer_get_length(b);
  in->body = NULL;
  if (in->len > 0)
    in->body = (const char *)evbuffer_pullup(b, -1);
  return in->len == 0 || in->body != NULL;
}

static void body_done (const void *bytes, size_t len, void *blob) {
  (void)bytes, (void)len;
  gp_blob_unref(blob);
}

static bool addbody (struct evbuffer *b, gp_blob *body) {
  if (body->len < COPIED)
    return evbuffer_add(b, body->bytes, body->len) == 0;
  if (evbuffer_add_reference(b, body->bytes, body->len, body_done,
                             gp_blob_ref(body)) == 0)
    return true;
  gp_blob_unref(body);
  return false;
}

bool gp_evhttp_fill (struct evhttp_request *req, const gp_httpout *out,
                     gp_blob *body) {
  struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
  size_t i;
  for (i = 0; i < out->nheaders; i++) {
    const gp_header *h = &out->headers[i];
    if (evhttp_add_header(headers, h->name, h->value) != 0)
      return false;
  }
  return body == NULL || body->len == 0 ||
         addbody(evhttp_request_get_output_buffer(req), body);
}

bool gp_evhttp_addlength (struct evkeyvalq *headers, size_t len) {
  char text[24];
  snprintf(text, sizeof text, "%zu", len);
  return evhttp_add_header(headers, "Content-Length", text) == 0;
}

bool gp_evhttp_fillrequest (struct evhttp_request *req,
                            const gp_httpout *out) {
  if (!gp_evhttp_fill(req, out, out->body))
    return false;
  return (out->body == NULL && out->method != GP_POST &&
          out->method != GP_PUT) ||
         gp_evhttp_addlength(evhttp_request_get_output_headers(req),
                             out->body != NULL ? out->body->len : 0);
}

static enum evhttp_cmd_type command (gp_method m) {
  switch (m) {
    case GP_POST: return EVHTTP_REQ_POST;
    case GP_PUT: return EVHTTP_REQ_PUT;
    case GP_DELETE: return EVHTTP_REQ_DELETE;
    case GP_OPTIONS: return EVHTTP_REQ_OPTIONS;
    default: return EVHTTP_REQ_GET;
  }
}

int gp_evhttp_send (struct evhttp_connection *con, struct evhttp_request *req,
                    gp_method method) {
  return evhttp_make_request(con, req, command(method), "/");
}

const char *gp_evhttp_remote (struct evhttp_connection *con) {
  static const char mapped[] = "::ffff:";
  char *text = NULL;
  uint16_t port;
  evhttp_connection_get_peer(con, &text, &port);
  if (strncmp(text, mapped, sizeof mapped - 1) == 0 && strchr(text, '.'))
    text += sizeof mapped - 1;
  return text;
}

void gp_evhttp_nodelay (int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}
