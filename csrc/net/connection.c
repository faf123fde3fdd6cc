/*
** net/connection.c - one connection of a server.
*/
#include "net/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "base/os.h"
#include "net/evhttp.h"
#include "net/socketaddress.h"
#include "wire/page.h"
#include "wire/refusal.h"

static uint64_t limit_ms (const gp_conn *c) {
  const gp_serveropt *o = c->conns->opt;
  if (c->state == GP_CONN_REFUSED)
    return GP_CONN_LINGER_MS;
  return c->state == GP_CONN_IDLE ? o->idle_timeout_ms
                                  : o->receive_timeout_ms;
}

/* An idle one is not looked at before its time is up. Which of them rests
   longest is told by their order: a server that stood still forgives all. */
static void enter (gp_conn *c, gp_connstate state) {
  gp_sweep *w = &c->conns->sweep;
  c->state = state;
  if (state == GP_CONN_IDLE)
    gp_ring_move(&c->conns->live, &c->place);
  if (state == GP_CONN_OWED)
    return;
  c->state_at = gp_sweep_now(w);
  gp_sweep_plan(w, state == GP_CONN_IDLE ? c->state_at + limit_ms(c)
                                         : c->state_at);
}

/* Most that a connection may hold of one request. */
static size_t cap (const gp_conn *c) {
  const gp_serveropt *o = c->conns->opt;
  return o->max_headers + o->max_request + GP_EVHTTP_SLACK;
}

/* Puts 'reading' in place of evhttp's callback; gives what was there. */
static bufferevent_data_cb setreading (gp_conn *c,
                                       bufferevent_data_cb reading) {
  bufferevent_data_cb before, writing;
  bufferevent_event_cb event;
  void *arg;
  bufferevent_getcb(c->bev, &before, &writing, &event, &arg);
  bufferevent_setcb(c->bev, reading, writing, event, arg);
  return before;
}

bool gp_conn_isunfinished (const gp_conn *c) {
  return c->state == GP_CONN_READING && !gp_conn_iswhole(c);
}

bool gp_conn_isknown (gp_conn *c) {
  const gp_serveropt *o = c->conns->opt;
  if (!c->known)
    c->known = o->knows(o->self, gp_conn_remote(c),
                        gp_socketaddress_islocal(bufferevent_getfd(c->bev)));
  return c->known;
}

/* Who sends more than anybody may has to be known. */
static int judgeframe (gp_conn *c, const char *head, size_t len) {
  gp_frame *f = &c->frame;
  int status = gp_frame_judge(f, head, len);
  bool large = status == 413 || f->part == GP_FRAME_SIZE;
  if (large && gp_conn_isknown(c)) {
    f->max_body = c->conns->opt->max_request;
    status = gp_frame_judge(f, head, len);
  }
  return status;
}

/*
** The head is whole, and none of the body is read yet. A page is refused
** whatever else is wrong with its request. Zero, or the status.
*/
static int judge (gp_conn *c, const char *head, size_t len) {
  gp_pagesigns signs;
  int status;
  if (head == NULL)
    return 503;
  gp_page_look(&signs, head, len);
  if (signs.browser)
    return 403;
  status = judgeframe(c, head, len);
  if (status != 0)
    return status;
  return gp_hostcheck_admits(c->conns->opt->hosts, signs.host, signs.host_len)
           ? 0
           : 421;
}

/* The bytes from 'at' on are new. Zero, or the status to refuse them with. */
static int examine (gp_conn *c, struct evbuffer *b, size_t at) {
  gp_frame *f = &c->frame;
  int status = 0;
  while (status == 0 && f->part != GP_FRAME_WHOLE) {
    struct evbuffer_ptr from;
    struct evbuffer_iovec piece;
    size_t used;
    if (evbuffer_ptr_set(b, &from, at, EVBUFFER_PTR_SET) != 0 ||
        evbuffer_peek(b, -1, &from, &piece, 1) < 1 || piece.iov_len == 0)
      break;
    status = gp_frame_feed(f, piece.iov_base, piece.iov_len, &used);
    at += used;
    if (status == 0 && f->part == GP_FRAME_JUDGE) {
      const char *head = (const char *)evbuffer_pullup(b, (ev_ssize_t)at);
      status = judge(c, head, at);
      if (status == 0)
        setreading(c, c->reading); /* evhttp may read on */
    }
  }
  return status;
}

const char *gp_conn_remote (const gp_conn *c) {
  return gp_evhttp_remote(c->con);
}

gp_peer *gp_conn_endpoint (const gp_conn *c) {
  gp_socketaddress here;
  socklen_t size = sizeof here;
  char text[INET6_ADDRSTRLEN];
  gp_peer *p;
  memset(&here, 0, sizeof here);
  if (getsockname(bufferevent_getfd(c->bev), &here.any, &size) != 0)
    return NULL;
  gp_socketaddress_write(&here, text);
  return gp_peer_new(&p, text, strlen(text), gp_socketaddress_port(&here)) ==
             GP_OK
           ? p
           : NULL;
}

void gp_conn_note (gp_conn *c, int status) {
  gp_refusals_add(&c->conns->refusals, status, gp_conn_remote(c));
}

/* Headers that go with a status. */
static const char *headersof (int status) {
  switch (status) {
    case 403:
    case 421:
      return "Content-Type: text/plain; charset=utf-8\r\n"
             "X-Content-Type-Options: nosniff\r\n";
    case 405: return "Allow: DELETE, GET, OPTIONS, POST, PUT\r\n";
    case 503: return "Retry-After: 1\r\n";
    default: return "";
  }
}

static const char *bodyof (int status) {
  return status == 403   ? gp_wire_browser
         : status == 421 ? gp_wire_otherhost
                         : "";
}

/*
** What was refused without evhttp: it fits into the socket, or else nobody
** reads it anyway. A page learns nothing, not even which process it is; and
** without the headers of v1.1.3 its browser keeps the rest from it.
*/
static void say (gp_conn *c, int status) {
  char text[512];
  const gp_header *shown = &c->conns->opt->shown;
  const char *body = bodyof(status);
  bool page = status == 403;
  int len = snprintf(text, sizeof text,
                     "HTTP/1.1 %d %s\r\n%s%s%s%s%s"
                     "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
                     status, gp_frame_reason(status), page ? "" : shown->name,
                     page ? "" : ": ", page ? "" : shown->value,
                     page ? "" : "\r\n", headersof(status), strlen(body),
                     body);
  if (evbuffer_get_length(bufferevent_get_output(c->bev)) == 0)
    gp_os_send(bufferevent_getfd(c->bev), text, (size_t)len);
}

void gp_conn_forget (gp_conn *c) {
  c->conns->held -= c->got;
  c->got = 0;
}

static void unserve (gp_conn *c) {
  gp_conns *all = c->conns;
  all->served--;
  gp_origins_leave(&all->origins, c->origin);
  c->origin = NULL;
}

/*
** The connection stays until the other side closes it, for a while: a close
** with bytes unread would reset it and take the response away (RFC 9112,
** 9.6). evhttp learns of the end alone.
*/
void gp_conn_refuse (gp_conn *c, int status) {
  gp_conns *all = c->conns;
  struct evbuffer *in = bufferevent_get_input(c->bev);
  bufferevent_event_cb event;
  void *arg;
  gp_conn_note(c, status);
  say(c, status);
  bufferevent_getcb(c->bev, NULL, NULL, &event, &arg);
  bufferevent_setcb(c->bev, NULL, NULL, event, arg);
  unserve(c);
  gp_conn_forget(c);
  all->refused++;
  enter(c, GP_CONN_REFUSED);
  evbuffer_drain(in, evbuffer_get_length(in));
  shutdown(bufferevent_getfd(c->bev),
           all->refused > GP_CONN_LINGERERS ? SHUT_RDWR : SHUT_WR);
}

/* evhttp keeps the chunks that came until the connection goes; of another
   body it has nothing before it is whole. */
void gp_conn_shed (gp_conn *c) {
  bool chunked = c->frame.chunks > 0;
  gp_conn_refuse(c, 503);
  if (chunked)
    shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
}

static void request_begins (gp_conn *c) {
  const gp_serveropt *o = c->conns->opt;
  c->known = false;
  gp_frame_init(&c->frame, o->max_headers, o->max_request_unknown);
  c->reading = setreading(c, NULL);
  enter(c, GP_CONN_READING);
}

static void hold (gp_conn *c, size_t len) {
  c->got += len;
  c->conns->held += len;
}

/*
** Bytes came in. Those of a next request while a response is owed stay
** below the slack by leaving the rest to the kernel; evhttp reads on with
** the response.
*/
static void input_changed (struct evbuffer *b,
                           const struct evbuffer_cb_info *info, void *arg) {
  gp_conn *c = arg;
  size_t len = evbuffer_get_length(b);
  int status;
  if (info->n_added == 0)
    return;
  if (c->state == GP_CONN_REFUSED)
    evbuffer_drain(b, len);
  else if (c->early != NULL)
    evbuffer_add_buffer(c->early, b);
  else if (c->state <= GP_CONN_READING) {
    if (c->state == GP_CONN_IDLE)
      request_begins(c);
    hold(c, info->n_added);
    status = examine(c, b, len - info->n_added);
    if (status != 0)
      gp_conn_refuse(c, status);
    else if (len > cap(c))
      shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
    else if (c->conns->held > c->conns->opt->receive_bytes)
      c->conns->relieve(c->conns);
  }
  else if (len >= GP_EVHTTP_SLACK)
    bufferevent_disable(c->bev, EV_READ);
}

/*
** What came before the response was given is a next request: it is taken
** away from evhttp, which would read it unseen, and given back a little
** later.
*/
static void setaside (gp_conn *c) {
  gp_conns *all = c->conns;
  struct evbuffer *in = bufferevent_get_input(c->bev);
  if (evbuffer_get_length(in) == 0)
    return;
  c->early = evbuffer_new();
  if (c->early == NULL || evbuffer_add_buffer(c->early, in) != 0) {
    shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
    return;
  }
  gp_ring_append(&all->early, &c->waiting);
  event_active(all->resume, EV_TIMEOUT, 0);
}

/* Bytes went out: with the last of a response the next request may begin. */
static void output_changed (struct evbuffer *b,
                            const struct evbuffer_cb_info *info, void *arg) {
  gp_conn *c = arg;
  if (info->n_deleted == 0 || c->state != GP_CONN_WRITING ||
      evbuffer_get_length(b) > 0)
    return;
  enter(c, GP_CONN_IDLE);
  setaside(c);
}

/* evhttp may close a connection while it reads. */
static void resume_due (evutil_socket_t fd, short what, void *arg) {
  gp_conns *all = arg;
  (void)fd, (void)what;
  while (!gp_ring_empty(&all->early)) {
    gp_conn *c = gp_ring_of(gp_conn, waiting, all->early.next);
    struct evbuffer *early = c->early;
    gp_ring_remove(&c->waiting);
    c->early = NULL;
    if (evbuffer_prepend_buffer(bufferevent_get_input(c->bev), early) != 0)
      shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
    evbuffer_free(early);
    bufferevent_trigger(c->bev, EV_READ, 0);
  }
}

void gp_conns_init (gp_conns *all, gp_loop *l, const gp_serveropt *opt,
                    void (*sweep)(void *arg), void *arg) {
  memset(all, 0, sizeof *all);
  all->opt = opt;
  gp_sweep_init(&all->sweep, l, opt, sweep, arg);
  gp_ring_init(&all->live);
  gp_ring_init(&all->early);
}

gp_err gp_conns_open (gp_conns *all) {
  all->resume = event_new(gp_loop_base(all->sweep.loop), -1, 0, resume_due,
                          all);
  return all->resume != NULL ? GP_OK : GP_ENOMEM;
}

void gp_conns_close (gp_conns *all) {
  if (all->resume != NULL)
    event_free(all->resume);
  gp_sweep_stop(&all->sweep);
  gp_origins_clear(&all->origins);
}

/* The buffers may outlive the record: libevent frees them a turn later. */
static void unhook (gp_conn *c) {
  evbuffer_remove_cb(bufferevent_get_input(c->bev), input_changed, c);
  evbuffer_remove_cb(bufferevent_get_output(c->bev), output_changed, c);
}

static bool hook (gp_conn *c) {
  return evbuffer_add_cb(bufferevent_get_input(c->bev), input_changed, c) !=
           NULL &&
         evbuffer_add_cb(bufferevent_get_output(c->bev), output_changed, c) !=
           NULL;
}

gp_conn *gp_conn_new (gp_conns *all) {
  gp_conn *c = calloc(1, sizeof *c);
  if (c == NULL)
    return NULL;
  c->bev = bufferevent_socket_new(gp_loop_base(all->sweep.loop), -1,
                                  BEV_OPT_CLOSE_ON_FREE);
  if (c->bev == NULL) {
    free(c);
    return NULL;
  }
  bufferevent_incref(c->bev);
  gp_ring_init(&c->place);
  gp_ring_init(&c->bucket);
  gp_ring_init(&c->waiting);
  c->conns = all;
  if (hook(c))
    return c;
  gp_conn_discard(c);
  return NULL;
}

void gp_conn_discard (gp_conn *c) {
  unhook(c);
  if (bufferevent_getfd(c->bev) < 0) /* evhttp never had it? */
    bufferevent_free(c->bev);
  bufferevent_decref(c->bev);
  free(c);
}

void gp_conn_begin (gp_conn *c, struct evhttp_connection *con) {
  c->con = con;
  bufferevent_decref(c->bev);
  gp_evhttp_nodelay(bufferevent_getfd(c->bev));
  c->conns->served++;
  c->origin = gp_origins_enter(&c->conns->origins, gp_conn_remote(c));
  enter(c, GP_CONN_IDLE);
}

void gp_conn_end (gp_conn *c) {
  if (c->exchange != NULL)
    gp_httpexchange_lose(c->exchange);
  unhook(c);
  gp_ring_remove(&c->waiting);
  gp_conn_forget(c);
  if (c->early != NULL)
    evbuffer_free(c->early);
  if (c->state == GP_CONN_REFUSED)
    c->conns->refused--;
  else
    unserve(c);
  free(c);
}

bool gp_conn_iswhole (const gp_conn *c) {
  return c->frame.part == GP_FRAME_WHOLE;
}

bool gp_conn_hasmore (const gp_conn *c) {
  return c->early != NULL || gp_os_unread(bufferevent_getfd(c->bev)) > 0;
}

void gp_conn_owe (gp_conn *c, gp_httpexchange *x) {
  c->exchange = x;
  enter(c, GP_CONN_OWED);
}

void gp_conn_release (gp_conn *c) {
  c->exchange = NULL;
}

void gp_conn_write (gp_conn *c) {
  gp_conn_forget(c);
  enter(c, GP_CONN_WRITING);
}

void gp_conn_close (gp_conn *c) {
  evhttp_connection_free(c->con);
}

/*
** The read callback goes first: evhttp ends the process when bytes come to
** its own in this state.
*/
void gp_conn_watch (gp_conn *c) {
  setreading(c, NULL);
  if (evbuffer_get_length(bufferevent_get_input(c->bev)) < GP_EVHTTP_SLACK)
    bufferevent_enable(c->bev, EV_READ);
}

void gp_conn_flush (gp_conn *c) {
  struct evbuffer *b = bufferevent_get_output(c->bev);
  if (evbuffer_get_length(b) == 0)
    return;
  evbuffer_unfreeze(b, 1);
  evbuffer_write(b, bufferevent_getfd(c->bev));
  evbuffer_freeze(b, 1);
}

/*
** Bytes that are there but not read are no fault of the sender. Not for
** whoever sent more than a request can have.
*/
static bool isforgiven (const gp_conn *c) {
  return c->state < GP_CONN_OWED && c->got <= cap(c) &&
         gp_os_unread(bufferevent_getfd(c->bev)) > 0;
}

void gp_conn_expire (gp_conn *c) {
  if (c->state == GP_CONN_READING)
    gp_conn_refuse(c, 408);
  else
    gp_conn_close(c);
}

uint64_t gp_conn_check (gp_conn *c, uint64_t now) {
  uint64_t due_at;
  if (c->state == GP_CONN_OWED)
    return UINT64_MAX;
  if (c->state_at > now)
    c->state_at = now;
  due_at = c->state_at + limit_ms(c);
  if (due_at <= now && !isforgiven(c)) {
    gp_conn_expire(c);
    return UINT64_MAX;
  }
  return c->state == GP_CONN_IDLE && due_at > now ? due_at : now;
}
