/*
** net/connection.c - the connections of a server and their times.
**
** evhttp has no limit of connections, none for a whole request and none for
** the length of a chunk-size line; its timeouts kill connections whose data
** came while the loop was held up. So the limits are ours: callbacks of the
** buffers say what state a connection is in, and a sweep closes those that
** are too long in one. Nor does evhttp choose the right status, and what it
** writes is HTML; so it does not get to see a request before its head is
** whole and good (gp_frame): what is not is refused here.
*/
#include "net/connection.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "net/evhttp.h"

uint64_t gp_conn_now (const gp_server *s) {
  return gp_loop_now(s->loop) - s->lag;
}

/* Lets the sweep come at 'at' or sooner. */
static void plan (gp_server *s, uint64_t at) {
  if (!s->sweep.armed || at < s->sweep.at)
    gp_timer_set(&s->sweep, at);
}

static uint64_t limit (const gp_conn *c) {
  const gp_serveropt *o = &c->server->opt;
  if (c->state == GP_CONN_REFUSED)
    return GP_CONN_LINGER;
  return c->state == GP_CONN_IDLE ? o->idle_timeout_ms
                                  : o->receive_timeout_ms;
}

void gp_conn_enter (gp_conn *c, gp_connstate state) {
  gp_server *s = c->server;
  c->state = state;
  if (state == GP_CONN_OWED)
    return;
  c->since = gp_conn_now(s);
  plan(s, gp_loop_now(s->loop) +
            (state == GP_CONN_IDLE ? limit(c) + s->period : s->period));
}

/* Most that a connection may hold of one request. */
static size_t cap (const gp_server *s) {
  return s->opt.max_headers + s->opt.maxbody + GP_EVHTTP_SLACK;
}

/* Whether evhttp gets to see what comes in. */
static void gate (gp_conn *c, bool open) {
  bufferevent_data_cb reading, writing;
  bufferevent_event_cb event;
  void *arg;
  bufferevent_getcb(c->bev, &reading, &writing, &event, &arg);
  if (!open)
    c->reading = reading;
  bufferevent_setcb(c->bev, open ? c->reading : NULL, writing, event, arg);
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
      status = head == NULL ? 503 : gp_frame_judge(f, head, at);
      if (status == 0)
        gate(c, true);
    }
  }
  return status;
}

static void request_begins (gp_conn *c) {
  const gp_serveropt *o = &c->server->opt;
  c->got = 0;
  gp_frame_init(&c->frame, o->max_headers, o->maxbody);
  gate(c, false);
  gp_conn_enter(c, GP_CONN_READING);
}

/*
** Bytes came in. Those of a next request while an answer is owed stay
** below the slack by leaving the rest to the kernel; evhttp reads on with
** the answer.
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
    c->got += info->n_added;
    status = examine(c, b, len - info->n_added);
    if (status != 0)
      gp_conn_refuse(c, status);
    else if (len > cap(c->server))
      shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
  }
  else if (len >= GP_EVHTTP_SLACK)
    bufferevent_disable(c->bev, EV_READ);
}

/*
** What came before the answer was given is a next request: it is taken away
** from evhttp, which would read it unseen, and given back a little later.
*/
static void setaside (gp_conn *c) {
  gp_server *s = c->server;
  struct evbuffer *in = bufferevent_get_input(c->bev);
  if (evbuffer_get_length(in) == 0)
    return;
  c->early = evbuffer_new();
  if (c->early == NULL || evbuffer_add_buffer(c->early, in) != 0) {
    shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
    return;
  }
  gp_ring_append(&s->early, &c->waiting);
  event_active(s->resume, EV_TIMEOUT, 0);
}

/* evhttp may close a connection while it reads. */
void gp_conn_resume (gp_server *s) {
  while (!gp_ring_empty(&s->early)) {
    gp_conn *c = gp_ring_of(gp_conn, waiting, s->early.next);
    struct evbuffer *early = c->early;
    gp_ring_remove(&c->waiting);
    c->early = NULL;
    if (evbuffer_prepend_buffer(bufferevent_get_input(c->bev), early) != 0)
      shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
    evbuffer_free(early);
    bufferevent_trigger(c->bev, EV_READ, 0);
  }
}

/* Bytes went out: with the last of an answer the next request may begin. */
static void output_changed (struct evbuffer *b,
                            const struct evbuffer_cb_info *info, void *arg) {
  gp_conn *c = arg;
  if (info->n_deleted == 0 || c->state != GP_CONN_WRITING ||
      evbuffer_get_length(b) > 0)
    return;
  gp_conn_enter(c, GP_CONN_IDLE);
  setaside(c);
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

/*
** The record holds a reference of the bufferevent until it is adopted:
** evhttp may free a connection it could not finish without telling.
*/
bool gp_conn_spare (gp_server *s) {
  gp_conn *c;
  if (s->spare != NULL)
    return true;
  c = calloc(1, sizeof *c);
  if (c == NULL)
    return false;
  c->bev = bufferevent_socket_new(gp_loop_base(s->loop), -1,
                                  BEV_OPT_CLOSE_ON_FREE);
  if (c->bev == NULL) {
    free(c);
    return false;
  }
  bufferevent_incref(c->bev);
  gp_ring_init(&c->place);
  gp_ring_init(&c->bucket);
  gp_ring_init(&c->waiting);
  c->server = s;
  s->spare = c;
  if (hook(c))
    return true;
  gp_conn_freespare(s);
  return false;
}

/* Frees a record that evhttp has no connection for. */
static void conn_discard (gp_conn *c) {
  unhook(c);
  gp_ring_remove(&c->place);
  if (bufferevent_getfd(c->bev) < 0) /* evhttp never had it? */
    bufferevent_free(c->bev);
  bufferevent_decref(c->bev);
  free(c);
}

void gp_conn_freespare (gp_server *s) {
  if (s->spare != NULL)
    conn_discard(s->spare);
  s->spare = NULL;
}

/*
** Must not fail: evhttp would then serve the socket all the same, uncounted.
** So it gives the spare one, and no next one is accepted until there is a
** spare again.
*/
struct bufferevent *gp_conn_accept (struct event_base *base, void *arg) {
  gp_server *s = arg;
  gp_conn *c = s->spare;
  (void)base;
  if (c == NULL)
    return NULL;
  s->spare = NULL;
  gp_ring_append(&s->fresh, &c->place);
  if (++s->count >= s->opt.max_connections + GP_CONN_LINGERERS)
    s->closed |= GP_CLOSED_FULL;
  if (!gp_conn_spare(s))
    gp_server_pause(s, GP_CLOSED_NOSPARE);
  gp_server_gate(s);
  event_active(s->adopt, EV_TIMEOUT, 0);
  return c->bev;
}

static void conn_uncount (gp_server *s) {
  s->count--;
  if (s->closed & GP_CLOSED_FULL) {
    s->closed &= ~(unsigned)GP_CLOSED_FULL;
    gp_server_gate(s);
  }
}

/*
** evhttp closes the connection. A request that is owed an answer goes with
** it, unless evhttp has let go of it before: then it is ours.
*/
static void conn_gone (struct evhttp_connection *con, void *arg) {
  gp_conn *c = arg;
  gp_server *s = c->server;
  (void)con;
  if (c->reply != NULL) {
    if (evhttp_request_get_connection(c->reply->req) == NULL)
      evhttp_request_free(c->reply->req);
    gp_httpexchange_lost(c->reply);
  }
  unhook(c);
  gp_ring_remove(&c->place);
  gp_ring_remove(&c->bucket);
  gp_ring_remove(&c->waiting);
  if (c->early != NULL)
    evbuffer_free(c->early);
  if (c->state == GP_CONN_REFUSED)
    s->refused--;
  else
    s->served--;
  free(c);
  conn_uncount(s);
}

static gp_ring *bucket (gp_server *s, const struct evhttp_connection *con) {
  uintptr_t n = (uintptr_t)con >> 4;
  return &s->table[(n ^ n >> 8 ^ n >> 16) % GP_CONN_BUCKETS];
}

void gp_conn_adopt (gp_server *s) {
  while (!gp_ring_empty(&s->fresh)) {
    gp_conn *c = gp_ring_of(gp_conn, place, s->fresh.next);
    void *con = NULL;
    bufferevent_getcb(c->bev, NULL, NULL, NULL, &con);
    if (con == NULL) { /* out of memory in evhttp? */
      conn_discard(c);
      conn_uncount(s);
      continue;
    }
    c->con = con;
    evhttp_connection_set_closecb(c->con, conn_gone, c);
    bufferevent_decref(c->bev);
    gp_evhttp_nodelay(bufferevent_getfd(c->bev));
    gp_ring_move(&s->live, &c->place);
    gp_ring_append(bucket(s, con), &c->bucket);
    gp_conn_admit(s, c);
  }
}

gp_conn *gp_conn_find (gp_server *s, const struct evhttp_connection *con) {
  gp_ring *head = bucket(s, con), *r;
  for (r = head->next; r != head; r = r->next) {
    gp_conn *c = gp_ring_of(gp_conn, bucket, r);
    if (c->con == con)
      return c;
  }
  return NULL;
}

void gp_conn_close (gp_conn *c) {
  evhttp_connection_free(c->con);
}

/*
** The read callback goes first: evhttp ends the process when bytes come to
** its own in this state.
*/
void gp_conn_watch (gp_conn *c) {
  bufferevent_data_cb reading, writing;
  bufferevent_event_cb event;
  void *arg;
  bufferevent_getcb(c->bev, &reading, &writing, &event, &arg);
  bufferevent_setcb(c->bev, NULL, writing, event, arg);
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

/* Whoever was too slow with a request is told. */
static void conn_expire (gp_conn *c) {
  if (c->state == GP_CONN_READING)
    gp_conn_refuse(c, 408);
  else
    gp_conn_close(c);
}

/*
** Whether it is our turn: bytes that are there but not read are no fault of
** the sender. Not for whoever sent more than a request can have.
*/
static bool pardoned (const gp_conn *c) {
  return c->state < GP_CONN_OWED && c->got <= cap(c->server) &&
         gp_evhttp_waiting(bufferevent_getfd(c->bev));
}

/*
** A turn that comes late was held up by Lua: that time counts for nobody.
** What came in meanwhile has been read in this turn already.
*/
void gp_conn_sweep (void *arg) {
  gp_server *s = arg;
  uint64_t real = gp_loop_now(s->loop), next = UINT64_MAX, now;
  gp_ring *r, *after;
  if (real - s->sweep.at > s->period)
    s->lag += real - s->sweep.at;
  now = real - s->lag;
  for (r = s->live.next; r != &s->live; r = after) {
    gp_conn *c = gp_ring_of(gp_conn, place, r);
    uint64_t due;
    after = r->next;
    if (c->state == GP_CONN_OWED)
      continue;
    if (c->since > now)
      c->since = now;
    due = c->since + limit(c);
    if (due <= now && !pardoned(c)) {
      conn_expire(c);
      continue;
    }
    if (c->state != GP_CONN_IDLE || due < now)
      due = now;
    if (due < next)
      next = due;
  }
  if (next != UINT64_MAX)
    plan(s, (next > now ? next + s->lag : real) + s->period);
}
