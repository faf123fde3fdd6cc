/*
** net/exchange.c - one request that came, and the response owed to it.
*/
#include "net/exchange.h"

#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "net/evhttp.h"

static gp_method method (struct evhttp_request *req) {
  switch (evhttp_request_get_command(req)) {
    case EVHTTP_REQ_GET: return GP_GET;
    case EVHTTP_REQ_POST: return GP_POST;
    case EVHTTP_REQ_PUT: return GP_PUT;
    case EVHTTP_REQ_DELETE: return GP_DELETE;
    case EVHTTP_REQ_OPTIONS: return GP_OPTIONS;
    default: return GP_OTHER;
  }
}

static bool saysclose (const struct evkeyvalq *headers) {
  return gp_evhttp_token(evhttp_find_header(headers, "Connection"), "close");
}

gp_httpexchange *gp_httpexchange_new (struct evhttp_request *req,
                                      gp_conn *conn, const char *remote) {
  gp_httpexchange *x = calloc(1, sizeof *x);
  if (x == NULL || !gp_evhttp_view(req, &x->request)) {
    free(x);
    return NULL;
  }
  x->req = req;
  x->conn = conn;
  x->request.method = method(req);
  x->request.remote = remote;
  x->last = gp_evhttp_token(
    gp_httpin_header(&x->request, GP_HEADER_CONNECTION), "close");
  return x;
}

gp_httpexchange *gp_httpexchange_of (const gp_exchange *x) {
  return gp_ring_of(gp_httpexchange, exchange, x);
}

/* The request goes with its connection, unless evhttp has let go of it
   before: then it is ours. */
void gp_httpexchange_lose (gp_httpexchange *x) {
  if (evhttp_request_get_connection(x->req) == NULL)
    evhttp_request_free(x->req);
  x->conn = NULL;
  x->req = NULL;
  x->request.remote = "";
  x->request.body = NULL;
  x->request.len = 0;
  gp_httpin_noheaders(&x->request);
}

void gp_httpexchange_drain (gp_httpexchange *x) {
  struct evbuffer *b = evhttp_request_get_input_buffer(x->req);
  evbuffer_drain(b, evbuffer_get_length(b));
  x->request.body = NULL;
  x->request.len = 0;
}

/* 204 and 304 have no body, and evhttp would send one all the same. */
bool gp_httpexchange_fill (gp_httpexchange *x, const gp_httpout *out) {
  struct evkeyvalq *headers = evhttp_request_get_output_headers(x->req);
  bool bare = out->status == 204 || out->status == 304;
  if (!gp_evhttp_fill(x->req, out, bare ? NULL : out->body))
    return false;
  return !x->last || saysclose(headers) ||
         evhttp_add_header(headers, "Connection", "close") == 0;
}
