/*
** net/server.c - the HTTP server of a node, on evhttp.
*/
#include "net/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include "net/evhttp.h"
#include "net/connection.h"

#define RETRY 200  /* ms until accepting is tried again */
#define CALM 10000 /* ms without such a failure, and it is over */
#define SHORT 4096 /* bytes of a body that is read in no time */
#define EVERY_METHOD 0xFFFF

void gp_server_gate (gp_server *s) {
  int i;
  for (i = 0; i < GP_LISTEN_MAX; i++) {
    struct evconnlistener *l = s->listeners[i];
    if (l == NULL)
      continue;
    if (s->closed != 0)
      evconnlistener_disable(l);
    else
      evconnlistener_enable(l);
  }
}

void gp_server_pause (gp_server *s, gp_closed why) {
  s->closed |= why;
  gp_server_gate(s);
  gp_timer_set(&s->retry, gp_loop_now(s->loop) + RETRY);
}

static void retry_due (void *arg) {
  gp_server *s = arg;
  s->closed &= ~(unsigned)(GP_CLOSED_STARVED | GP_CLOSED_NOSPARE);
  if (!gp_conn_spare(s))
    gp_server_pause(s, GP_CLOSED_NOSPARE);
  gp_server_gate(s);
}

/*
** The error callback of a listener is given the evhttp, from which no way
** leads to the server. So beside each listener the base holds a marker, an
** event that can not happen (a listening socket is never writable).
*/
typedef struct search {
  struct evconnlistener *listener;
  gp_server *server;
} search;

static void marker_cb (evutil_socket_t fd, short what, void *arg) {
  (void)fd, (void)what, (void)arg;
}

static int marker_is (const struct event_base *base, const struct event *ev,
                      void *arg) {
  search *look = arg;
  (void)base;
  if (event_get_callback(ev) != marker_cb ||
      event_get_fd(ev) != evconnlistener_get_fd(look->listener))
    return 0;
  look->server = event_get_callback_arg(ev);
  return 1;
}

/* Told once: not again before it has gone well for a while. */
static void starve (gp_server *s) {
  uint64_t now = gp_loop_now(s->loop);
  if (s->starvedat == 0 || now > s->starvedat + CALM)
    s->starved = true;
  s->starvedat = now;
}

/* Else the listener would stay readable and keep the processor busy. */
static void accept_failed (struct evconnlistener *listener, void *http) {
  int error = errno;
  search look = {.listener = listener};
  gp_server *s;
  (void)http;
  event_base_foreach_event(evconnlistener_get_base(listener), marker_is,
                           &look);
  s = look.server;
  if (s == NULL) {
    evconnlistener_disable(listener);
    return;
  }
  if (error == EMFILE || error == ENFILE)
    starve(s);
  gp_server_pause(s, GP_CLOSED_STARVED);
}

/* Takes 'fd'. */
static gp_err server_listen (gp_server *s, int i, int fd) {
  struct event_base *base = gp_loop_base(s->loop);
  struct evconnlistener *l = evconnlistener_new(
    base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE, 0, fd);
  if (l == NULL) {
    close(fd);
    return GP_ENOMEM;
  }
  evconnlistener_set_error_cb(l, accept_failed);
  if (evhttp_bind_listener(s->http, l) == NULL) {
    evconnlistener_free(l);
    return GP_ENOMEM;
  }
  s->listeners[i] = l; /* evhttp owns it now */
  s->markers[i] = event_new(base, fd, EV_WRITE | EV_PERSIST, marker_cb, s);
  if (s->markers[i] == NULL || event_add(s->markers[i], NULL) != 0)
    return GP_ENOMEM;
  return GP_OK;
}

static gp_err server_open (gp_server *s, const char *listen, int *port) {
  int fds[GP_LISTEN_MAX], count, i, wanted = *port;
  gp_err e = gp_listen_open(listen, &wanted, fds, &count);
  if (e != GP_OK)
    return e;
  for (i = 0; i < count; i++) {
    if (e == GP_OK)
      e = server_listen(s, i, fds[i]);
    else
      close(fds[i]);
  }
  if (e == GP_OK)
    *port = wanted;
  return e;
}

static void adopt_due (evutil_socket_t fd, short what, void *arg) {
  (void)fd, (void)what;
  gp_conn_adopt(arg);
}

static void resume_due (evutil_socket_t fd, short what, void *arg) {
  (void)fd, (void)what;
  gp_conn_resume(arg);
}

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

/*
** Answers without asking anybody, and closes. What the frame has let pass is
** refused for want of memory alone.
*/
static void refuse (gp_conn *c, struct evhttp_request *req) {
  if (c != NULL) {
    gp_conn_note(c, 503);
    gp_conn_enter(c, GP_CONN_WRITING);
  }
  evhttp_add_header(evhttp_request_get_output_headers(req), "Connection",
                    "close");
  evhttp_send_reply(req, HTTP_SERVUNAVAIL, NULL, NULL);
}

/* evhttp has read a whole request. */
static void request_came (struct evhttp_request *req, void *arg) {
  gp_server *s = arg;
  struct evhttp_connection *con = evhttp_request_get_connection(req);
  gp_conn *c = gp_conn_find(s, con);
  const void *headers = evhttp_request_get_input_headers(req);
  gp_httpexchange *r;
  r = calloc(1, sizeof *r);
  if (c == NULL || c->frame.part != GP_FRAME_WHOLE || r == NULL ||
      !gp_evhttp_view(req, &r->in)) {
    free(r);
    refuse(c, req);
    return;
  }
  r->req = req;
  r->conn = c;
  r->in.method = method(req);
  r->in.remote = gp_conn_remote(c);
  r->last = gp_evhttp_token(gp_evhttp_find(headers, "Connection"), "close");
  c->reply = r;
  gp_conn_enter(c, GP_CONN_OWED);
  gp_ring_append(r->in.len > SHORT ? &s->large : &s->requests, &r->queue);
}

static gp_err server_http (gp_server *s) {
  struct evhttp *http = evhttp_new(gp_loop_base(s->loop));
  if (http == NULL)
    return GP_ENOMEM;
  s->http = http;
  evhttp_set_allowed_methods(http, EVERY_METHOD);
  evhttp_set_default_content_type(http, NULL);
  evhttp_set_max_headers_size(http, (ev_ssize_t)s->opt.max_headers);
  evhttp_set_max_body_size(http, (ev_ssize_t)s->opt.maxbody);
  evhttp_set_bevcb(http, gp_conn_accept, s);
  evhttp_set_gencb(http, request_came, s);
  s->adopt = event_new(gp_loop_base(s->loop), -1, 0, adopt_due, s);
  s->resume = event_new(gp_loop_base(s->loop), -1, 0, resume_due, s);
  return s->adopt != NULL && s->resume != NULL && gp_conn_spare(s)
           ? GP_OK
           : GP_ENOMEM;
}

/* A tenth of the shorter limit: so exact are they. */
static uint64_t sweepperiod (const gp_serveropt *o) {
  uint64_t t = (o->receive_timeout_ms < o->idle_timeout_ms
                  ? o->receive_timeout_ms
                  : o->idle_timeout_ms) /
               10;
  return t < 10 ? 10 : t > 1000 ? 1000 : t;
}

gp_err gp_server_new (gp_server **out, gp_loop *l, const char *listen,
                      int *port, const gp_serveropt *opt) {
  gp_server *s = calloc(1, sizeof *s);
  gp_err e;
  int i;
  if (s == NULL)
    return GP_ENOMEM;
  s->loop = gp_loop_ref(l);
  s->opt = *opt;
  s->period = sweepperiod(opt);
  gp_ring_init(&s->requests);
  gp_ring_init(&s->large);
  gp_ring_init(&s->fresh);
  gp_ring_init(&s->live);
  gp_ring_init(&s->early);
  for (i = 0; i < GP_CONN_BUCKETS; i++)
    gp_ring_init(&s->table[i]);
  gp_timer_init(&s->retry, l, retry_due, s);
  gp_timer_init(&s->sweep, l, gp_conn_sweep, s);
  e = server_http(s);
  if (e == GP_OK)
    e = server_open(s, listen, port);
  if (e != GP_OK)
    gp_server_free(s);
  else
    *out = s;
  return e;
}

/* Replies that nobody took are nobody's. */
static void server_forget (gp_ring *queue) {
  while (!gp_ring_empty(queue)) {
    gp_httpexchange *r = gp_ring_of(gp_httpexchange, queue, queue->next);
    gp_ring_remove(&r->queue);
    free(r);
  }
}

/* Answers that were given are sent on their way before all is closed. */
static void server_flush (gp_server *s) {
  gp_ring *r;
  gp_conn_adopt(s);
  for (r = s->live.next; r != &s->live; r = r->next)
    gp_conn_flush(gp_ring_of(gp_conn, place, r));
}

void gp_server_free (gp_server *s) {
  int i;
  if (s == NULL || gp_loop_foreign(s->loop))
    return;
  s->closed |= GP_CLOSED_ENDING;
  server_flush(s);
  for (i = 0; i < GP_LISTEN_MAX; i++) {
    if (s->markers[i] != NULL)
      event_free(s->markers[i]);
  }
  if (s->http != NULL) {
    memset(s->listeners, 0, sizeof s->listeners);
    evhttp_free(s->http);
  }
  server_forget(&s->requests);
  server_forget(&s->large);
  gp_conn_freespare(s);
  if (s->adopt != NULL)
    event_free(s->adopt);
  if (s->resume != NULL)
    event_free(s->resume);
  gp_timer_stop(&s->retry);
  gp_timer_stop(&s->sweep);
  gp_loop_unref(s->loop);
  free(s);
}

static gp_httpexchange *firstof (gp_ring *queue) {
  while (!gp_ring_empty(queue)) {
    gp_httpexchange *r = gp_ring_of(gp_httpexchange, queue, queue->next);
    gp_ring_remove(&r->queue);
    if (r->conn != NULL)
      return r;
    free(r);
  }
  return NULL;
}

gp_httpexchange *gp_server_next (gp_server *s) {
  gp_httpexchange *r = firstof(&s->requests);
  return r != NULL ? r : firstof(&s->large);
}

bool gp_server_haswork (const gp_server *s) {
  return !gp_ring_empty(&s->requests) || !gp_ring_empty(&s->large);
}

gp_exchange *gp_httpexchange_head (gp_httpexchange *r) {
  return &r->exchange;
}

gp_httpexchange *gp_httpexchange_of (const gp_exchange *x) {
  return gp_ring_of(gp_httpexchange, exchange, x);
}

const gp_httpin *gp_httpexchange_request (const gp_httpexchange *r) {
  return &r->in;
}

void gp_httpexchange_lost (gp_httpexchange *r) {
  r->conn = NULL;
  r->req = NULL;
  r->in.remote = "";
  r->in.body = NULL;
  r->in.len = 0;
  r->in.headers = NULL;
}

void gp_httpexchange_hold (gp_httpexchange *r) {
  if (r->conn != NULL)
    gp_conn_watch(r->conn);
}

bool gp_httpexchange_isgone (const gp_httpexchange *r) {
  return r->conn == NULL;
}

/* 204 and 304 have no body, and evhttp would send one all the same. */
static bool reply_fill (gp_httpexchange *r, const gp_httpout *out) {
  struct evkeyvalq *headers = evhttp_request_get_output_headers(r->req);
  bool bare = out->status == 204 || out->status == 304;
  if (!gp_evhttp_fill(r->req, out, bare ? NULL : out->body))
    return false;
  return !r->last ||
         gp_evhttp_token(gp_evhttp_find(headers, "Connection"), "close") ||
         evhttp_add_header(headers, "Connection", "close") == 0;
}

bool gp_httpexchange_respond (gp_httpexchange *r, const gp_httpout *out) {
  gp_conn *c = r->conn;
  bool given = false;
  if (c != NULL) {
    c->reply = NULL;
    given = reply_fill(r, out);
    if (given) {
      gp_conn_enter(c, GP_CONN_WRITING);
      evhttp_send_reply(r->req, out->status, NULL, NULL);
    }
    else
      gp_conn_close(c); /* frees the request too */
  }
  free(r);
  return given;
}

size_t gp_server_connections (const gp_server *s) {
  return s->count;
}

bool gp_server_starved (gp_server *s) {
  bool starved = s->starved;
  s->starved = false;
  return starved;
}

bool gp_server_refusal (gp_server *s, gp_refusal *out) {
  if (s->nrefusals == 0)
    return false;
  *out = s->refusals[0];
  s->nrefusals--;
  memmove(s->refusals, s->refusals + 1, s->nrefusals * sizeof *s->refusals);
  return true;
}

uint64_t gp_server_overlooked (gp_server *s) {
  uint64_t n = s->overlooked;
  s->overlooked = 0;
  return n;
}
