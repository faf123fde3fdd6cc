/*
** net/server.c - the HTTP server of a node, on evhttp.
*/
#include "net/server.h"

#include <stdlib.h>

#include <event2/http.h>

#include "net/acceptor.h"
#include "net/conntable.h"

#define SHORT 4096 /* bytes of a body that is read in no time */
#define EVERY_METHOD 0xFFFF

struct gp_server {
  gp_loop *loop;
  gp_serveropt opt;
  struct evhttp *http;
  gp_acceptor acceptor;
  gp_conntable table;
  gp_ring quick; /* exchanges that nobody has taken: short requests, */
  gp_ring large; /* and others, which may take long to read */
};

/* What kept it from accepting may have passed. */
static void retry_due (void *arg) {
  gp_server *s = arg;
  bool spare = gp_conntable_makespare(&s->table);
  gp_acceptor_allow(&s->acceptor, GP_CLOSED_FOR_NOW);
  gp_acceptor_spare(&s->acceptor);
  if (!spare)
    gp_acceptor_forbid(&s->acceptor, GP_CLOSED_MEMORY);
}

/*
** Responds without asking anybody, and closes. What the frame has let pass
** is refused for want of memory alone.
*/
static void refuse (const gp_server *s, gp_conn *c,
                    struct evhttp_request *req) {
  struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
  if (c != NULL) {
    gp_conn_note(c, 503);
    gp_conn_write(c);
  }
  evhttp_add_header(headers, s->opt.shown.name, s->opt.shown.value);
  evhttp_add_header(headers, "Connection", "close");
  evhttp_send_reply(req, HTTP_SERVUNAVAIL, NULL, NULL);
}

/* evhttp has read a whole request. */
static void request_came (struct evhttp_request *req, void *arg) {
  gp_server *s = arg;
  gp_conn *c = gp_conntable_find(&s->table,
                                 evhttp_request_get_connection(req));
  gp_httpexchange *x = NULL;
  if (c != NULL && gp_conn_iswhole(c))
    x = gp_httpexchange_new(req, c, gp_conn_remote(c));
  if (x == NULL) {
    refuse(s, c, req);
    return;
  }
  gp_conn_owe(c, x);
  gp_ring_append(x->request.len > SHORT ? &s->large : &s->quick, &x->queue);
}

static gp_err openhttp (gp_server *s) {
  struct evhttp *http = evhttp_new(gp_loop_base(s->loop));
  if (http == NULL)
    return GP_ENOMEM;
  s->http = http;
  evhttp_set_allowed_methods(http, EVERY_METHOD);
  evhttp_set_default_content_type(http, NULL);
  evhttp_set_max_headers_size(http, (ev_ssize_t)s->opt.max_headers);
  evhttp_set_max_body_size(http, (ev_ssize_t)s->opt.max_request);
  evhttp_set_bevcb(http, gp_conntable_accept, &s->table);
  evhttp_set_gencb(http, request_came, s);
  return GP_OK;
}

gp_err gp_server_new (gp_server **out, gp_loop *l, const char *listen,
                      int *port, const gp_serveropt *opt) {
  gp_server *s = calloc(1, sizeof *s);
  gp_err e;
  if (s == NULL)
    return GP_ENOMEM;
  s->loop = gp_loop_ref(l);
  s->opt = *opt;
  gp_ring_init(&s->quick);
  gp_ring_init(&s->large);
  gp_acceptor_init(&s->acceptor, l, &s->opt, retry_due, s);
  gp_conntable_init(&s->table, l, &s->acceptor, &s->opt);
  e = openhttp(s);
  if (e == GP_OK)
    e = gp_conntable_open(&s->table);
  if (e == GP_OK)
    e = gp_acceptor_open(&s->acceptor, s->http, listen, port);
  if (e != GP_OK)
    gp_server_free(s);
  else
    *out = s;
  return e;
}

/* Exchanges that nobody took are nobody's. */
static void forget (gp_ring *queue) {
  while (!gp_ring_empty(queue)) {
    gp_httpexchange *x = gp_ring_of(gp_httpexchange, queue, queue->next);
    gp_ring_remove(&x->queue);
    free(x);
  }
}

/* Responses that were given are sent on their way before all is closed. */
void gp_server_free (gp_server *s) {
  if (s == NULL || gp_loop_foreign(s->loop))
    return;
  gp_acceptor_close(&s->acceptor);
  gp_conntable_flush(&s->table);
  if (s->http != NULL)
    evhttp_free(s->http);
  forget(&s->quick);
  forget(&s->large);
  gp_conntable_close(&s->table);
  gp_loop_unref(s->loop);
  free(s);
}

/* Those whose sender has left meanwhile are passed over. */
static gp_httpexchange *firstof (gp_ring *queue) {
  while (!gp_ring_empty(queue)) {
    gp_httpexchange *x = gp_ring_of(gp_httpexchange, queue, queue->next);
    gp_ring_remove(&x->queue);
    if (x->conn != NULL)
      return x;
    free(x);
  }
  return NULL;
}

gp_httpexchange *gp_server_next (gp_server *s) {
  gp_httpexchange *x = firstof(&s->quick);
  return x != NULL ? x : firstof(&s->large);
}

bool gp_server_haswork (const gp_server *s) {
  return !gp_ring_empty(&s->quick) || !gp_ring_empty(&s->large);
}

void gp_server_hold (gp_httpexchange *x) {
  if (x->conn == NULL)
    return;
  gp_httpexchange_drain(x);
  gp_conn_forget(x->conn);
  gp_conn_watch(x->conn);
}

bool gp_server_respond (gp_httpexchange *x, const gp_httpout *out) {
  gp_conn *c = x->conn;
  bool given = false;
  if (c != NULL) {
    gp_conn_release(c);
    given = gp_httpexchange_fill(x, out);
    if (given) {
      gp_conn_write(c);
      evhttp_send_reply(x->req, out->status, NULL, NULL);
    }
    else
      gp_conn_close(c); /* frees the request too */
  }
  free(x);
  return given;
}

gp_refusals *gp_server_refusals (gp_server *s) {
  return &s->table.conns.refusals;
}

bool gp_server_starved (gp_server *s) {
  return gp_acceptor_starved(&s->acceptor);
}
