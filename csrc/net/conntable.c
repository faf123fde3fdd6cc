/*
** net/conntable.c - the connections of a server.
*/
#include "net/conntable.h"

#include <string.h>

#include <event2/event.h>
#include <event2/http.h>

#include "net/crowd.h"
#include "net/socketaddress.h"
#include "value/origin.h"

bool gp_conntable_makespare (gp_conntable *t) {
  if (t->spare == NULL)
    t->spare = gp_conn_new(&t->conns);
  return t->spare != NULL;
}

/*
** Must not fail: evhttp would then serve the socket all the same, uncounted.
** So it gives the spare one, and no next one is accepted until there is a
** spare again.
*/
struct bufferevent *gp_conntable_accept (struct event_base *base,
                                         void *table) {
  gp_conntable *t = table;
  gp_conn *c = t->spare;
  (void)base;
  if (c == NULL)
    return NULL;
  t->spare = NULL;
  gp_ring_append(&t->fresh, &c->place);
  if (++t->count >= t->conns.opt->max_connections + GP_CONN_LINGERERS)
    gp_acceptor_forbid(t->acceptor, GP_CLOSED_FULL);
  if (!gp_conntable_makespare(t))
    gp_acceptor_forbid(t->acceptor, GP_CLOSED_MEMORY);
  gp_acceptor_spare(t->acceptor);
  event_active(t->adopt, EV_TIMEOUT, 0);
  return c->bev;
}

static void uncount (gp_conntable *t) {
  t->count--;
  gp_acceptor_allow(t->acceptor, GP_CLOSED_FULL);
}

/* evhttp closes the connection. */
static void conn_gone (struct evhttp_connection *con, void *arg) {
  gp_conn *c = arg;
  gp_conntable *t = gp_ring_of(gp_conntable, conns, c->conns);
  (void)con;
  gp_ring_remove(&c->place);
  gp_ring_remove(&c->bucket);
  gp_conn_end(c);
  uncount(t);
}

static gp_ring *bucket (gp_conntable *t,
                        const struct evhttp_connection *con) {
  uintptr_t n = (uintptr_t)con >> 4;
  return &t->buckets[(n ^ n >> 8 ^ n >> 16) % GP_CONN_BUCKETS];
}

/* Whether more are served from where 'c' comes from than may be. */
static bool istoomanyfrom (const gp_conntable *t, const gp_conn *c) {
  size_t max = t->conns.opt->max_connections_per_address;
  return t->conns.served > max &&
         !gp_socketaddress_islocal(bufferevent_getfd(c->bev)) &&
         (c->origin == NULL || c->origin->count > max);
}

/* Whether 'c', which has begun, can be served; one that rests may have to go
   for it. */
static bool hasroom (gp_conntable *t, const gp_conn *c) {
  gp_conn *spare;
  if (istoomanyfrom(t, c))
    return false;
  if (t->conns.served <= t->conns.opt->max_connections)
    return true;
  spare = gp_crowd_idlest(&t->conns.live, c);
  if (spare != NULL)
    gp_conn_expire(spare);
  return spare != NULL;
}

/* Takes over what was accepted, once evhttp has made it a connection. */
static void adopt (gp_conntable *t) {
  while (!gp_ring_empty(&t->fresh)) {
    gp_conn *c = gp_ring_of(gp_conn, place, t->fresh.next);
    void *con = NULL;
    bufferevent_getcb(c->bev, NULL, NULL, NULL, &con);
    if (con == NULL) { /* out of memory in evhttp? */
      gp_ring_remove(&c->place);
      gp_conn_discard(c);
      uncount(t);
      continue;
    }
    evhttp_connection_set_closecb(con, conn_gone, c);
    gp_ring_move(&t->conns.live, &c->place);
    gp_ring_append(bucket(t, con), &c->bucket);
    gp_conn_begin(c, con);
    if (!hasroom(t, c))
      gp_conn_refuse(c, 503);
  }
}

static void adopt_due (evutil_socket_t fd, short what, void *arg) {
  (void)fd, (void)what;
  adopt(arg);
}

static void sweep_due (void *arg) {
  gp_conntable *t = arg;
  uint64_t now = gp_sweep_begin(&t->conns.sweep), next_at = UINT64_MAX;
  gp_ring *r, *after;
  for (r = t->conns.live.next; r != &t->conns.live; r = after) {
    uint64_t due_at;
    after = r->next; /* it may go */
    due_at = gp_conn_check(gp_ring_of(gp_conn, place, r), now);
    if (due_at < next_at)
      next_at = due_at;
  }
  if (next_at != UINT64_MAX)
    gp_sweep_plan(&t->conns.sweep, next_at);
}

/* Whoever holds much of what is unfinished goes, until it is little again. */
static void relieve (gp_conns *all) {
  gp_conntable *t = gp_ring_of(gp_conntable, conns, all);
  gp_conn *c;
  while (all->held > all->opt->receive_bytes &&
         (c = gp_crowd_largest(&t->conns.live)) != NULL)
    gp_conn_shed(c);
}

gp_conn *gp_conntable_find (gp_conntable *t,
                            const struct evhttp_connection *con) {
  gp_ring *head = bucket(t, con), *r;
  for (r = head->next; r != head; r = r->next) {
    gp_conn *c = gp_ring_of(gp_conn, bucket, r);
    if (c->con == con)
      return c;
  }
  return NULL;
}

void gp_conntable_init (gp_conntable *t, gp_loop *l, gp_acceptor *acceptor,
                        const gp_serveropt *opt) {
  int i;
  memset(t, 0, sizeof *t);
  gp_conns_init(&t->conns, l, opt, sweep_due, t);
  t->conns.relieve = relieve;
  t->acceptor = acceptor;
  gp_ring_init(&t->fresh);
  for (i = 0; i < GP_CONN_BUCKETS; i++)
    gp_ring_init(&t->buckets[i]);
}

gp_err gp_conntable_open (gp_conntable *t) {
  struct event_base *base = gp_loop_base(t->conns.sweep.loop);
  gp_err e = gp_conns_open(&t->conns);
  if (e != GP_OK)
    return e;
  t->adopt = event_new(base, -1, 0, adopt_due, t);
  return t->adopt != NULL && gp_conntable_makespare(t) ? GP_OK : GP_ENOMEM;
}

void gp_conntable_close (gp_conntable *t) {
  if (t->spare != NULL)
    gp_conn_discard(t->spare);
  if (t->adopt != NULL)
    event_free(t->adopt);
  gp_conns_close(&t->conns);
}

void gp_conntable_flush (gp_conntable *t) {
  gp_ring *r;
  adopt(t);
  for (r = t->conns.live.next; r != &t->conns.live; r = r->next)
    gp_conn_flush(gp_ring_of(gp_conn, place, r));
}
