/*
** net/link.c - the keep-alive connections of a client.
*/
#include "net/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "base/os.h"
#include "net/evhttp.h"
#include "net/socketaddress.h"
#include "net/source.h"
#include "value/address.h"

#define NEVER_S 86400 /* out of the way of our own timers */

static gp_ring *bucket (gp_pool *p, const gp_peer *peer) {
  return &p->table[gp_peer_hash(peer) % GP_LINK_BUCKETS];
}

static void pool_due (void *arg) {
  gp_pool *p = arg;
  uint64_t now = gp_loop_now(p->loop);
  if (p->freed) /* a turn ago: libevent has closed them since */
    p->leaving = 0;
  while (!gp_ring_empty(&p->dropped))
    gp_link_free(gp_ring_of(gp_link, place, p->dropped.next));
  p->freed = p->leaving > 0;
  if (p->freed)
    gp_timer_setby(&p->timer, now);
  while (!gp_ring_empty(&p->resting)) {
    gp_link *k = gp_ring_of(gp_link, place, p->resting.next);
    if (k->rested_at + p->opt.rest_timeout_ms > now) {
      gp_timer_setby(&p->timer, k->rested_at + p->opt.rest_timeout_ms);
      break;
    }
    gp_link_free(k);
  }
}

/* 0.0.0.0 and :: are no address of its own, but any; and from 127.0.0.1 and
   ::1 it comes anyway. A socket that is bound has its port alone. */
static void setown (gp_pool *p, const char *own) {
  gp_socketaddress a;
  bool isone = own != NULL && gp_socketaddress_parse(&a, own, 0) &&
               !gp_address_isthishost(own);
  snprintf(p->own, sizeof p->own, "%s", isone ? own : "");
}

void gp_pool_init (gp_pool *p, gp_loop *l, const gp_clientopt *opt) {
  int i;
  p->loop = l;
  p->opt = *opt;
  p->opt.own = NULL;
  setown(p, opt->own);
  for (i = 0; i < GP_LINK_BUCKETS; i++)
    gp_ring_init(&p->table[i]);
  gp_ring_init(&p->resting);
  gp_ring_init(&p->dropped);
  p->leaving = 0;
  p->freed = false;
  gp_timer_init(&p->timer, gp_loop_timers(l), pool_due, p);
}

void gp_pool_close (gp_pool *p) {
  while (!gp_ring_empty(&p->dropped))
    gp_link_free(gp_ring_of(gp_link, place, p->dropped.next));
  while (!gp_ring_empty(&p->resting))
    gp_link_free(gp_ring_of(gp_link, place, p->resting.next));
  gp_timer_stop(&p->timer);
}

/* Most bytes that the present response may have, however it is framed. */
static size_t most (const gp_link *k) {
  return k->pool->opt.max_headers + k->max_body + GP_EVHTTP_SLACK;
}

static void input_changed (struct evbuffer *b,
                           const struct evbuffer_cb_info *info, void *arg) {
  gp_link *k = arg;
  k->got += info->n_added;
  if (info->n_added > 0 && evbuffer_get_length(b) > most(k)) {
    k->toolong = true;
    shutdown(bufferevent_getfd(k->bev), SHUT_RDWR);
  }
}

/* The first that is written is written by evhttp once it is connected. */
static void output_changed (struct evbuffer *b,
                            const struct evbuffer_cb_info *info, void *arg) {
  gp_link *k = arg;
  bool first = info->n_added > 0 && !k->sent;
  (void)b;
  k->sent = k->sent || first;
  if (first && k->connected != NULL)
    k->connected(k->arg);
}

/*
** The head of a response that evhttp does not see: a server that refuses a
** large request early closes while we write, and evhttp then forgets what
** came (413 most of all). The socket never waits.
*/
static void readearly (gp_link *k) {
  struct evbuffer *b = bufferevent_get_input(k->bev);
  ev_ssize_t n = evbuffer_copyout(b, k->early, sizeof k->early - 1);
  if (n <= 0)
    n = recv(bufferevent_getfd(k->bev), k->early, sizeof k->early - 1, 0);
  k->early[n < 0 ? 0 : n] = '\0';
}

/* The connection ends, but for the one case that we free it ourselves. */
static void link_closed (struct evhttp_connection *con, void *arg) {
  gp_link *k = arg;
  (void)con;
  k->closed = true;
  if (!gp_ring_empty(&k->place)) /* at rest? */
    gp_link_drop(k);
  else if (k->sent)
    readearly(k);
}

/* Loopback leads to loopback alone, and from there nothing comes back to
   another address. Which addresses the machine has may change. */
static bool comesfromown (const gp_pool *p, const char *address) {
  return p->own[0] != '\0' &&
         (strchr(p->own, ':') == NULL) == (strchr(address, ':') == NULL) &&
         gp_address_isinternal(p->own) == gp_address_isinternal(address) &&
         gp_source_ishere(p->own);
}

static bool link_open (gp_link *k, const char *address) {
  struct event_base *base = gp_loop_base(k->pool->loop);
  const gp_clientopt *o = &k->pool->opt;
  k->bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
  if (k->bev == NULL)
    return false;
  if (evbuffer_add_cb(bufferevent_get_input(k->bev), input_changed, k) &&
      evbuffer_add_cb(bufferevent_get_output(k->bev), output_changed, k))
    k->con = evhttp_connection_base_bufferevent_new(
      base, NULL, k->bev, address, (unsigned short)gp_peer_port(k->peer));
  if (k->con == NULL) {
    bufferevent_free(k->bev);
    return false;
  }
  evhttp_connection_set_timeout(k->con, NEVER_S);
  evhttp_connection_set_max_headers_size(k->con, (ev_ssize_t)o->max_headers);
  evhttp_connection_set_closecb(k->con, link_closed, k);
  if (k->bound)
    evhttp_connection_set_local_address(k->con, k->pool->own);
  return true;
}

gp_link *gp_link_new (gp_pool *p, const gp_peer *peer, const char *address,
                      bool anywhere) {
  gp_link *k = calloc(1, sizeof *k);
  if (k == NULL)
    return NULL;
  gp_ring_init(&k->bucket);
  gp_ring_init(&k->place);
  k->pool = p;
  k->peer = gp_peer_ref(peer);
  snprintf(k->address, sizeof k->address, "%s", address);
  k->bound = !anywhere && comesfromown(p, address);
  if (link_open(k, address))
    return k;
  gp_peer_unref(k->peer);
  free(k);
  return NULL;
}

/* The one that rested last: so that those not needed any more get old. */
gp_link *gp_pool_take (gp_pool *p, const gp_peer *peer) {
  gp_ring *head = bucket(p, peer), *r;
  for (r = head->prev; r != head; r = r->prev) {
    gp_link *k = gp_ring_of(gp_link, bucket, r);
    if (!gp_peer_equal(k->peer, peer))
      continue;
    gp_ring_remove(&k->bucket);
    gp_ring_remove(&k->place);
    k->got = 0;
    k->early[0] = '\0';
    return k;
  }
  return NULL;
}

void gp_pool_forget (gp_pool *p, const gp_peer *peer) {
  gp_link *k;
  while ((k = gp_pool_take(p, peer)) != NULL)
    gp_link_drop(k);
}

bool gp_pool_makeroom (gp_pool *p, size_t missing) {
  if (p->leaving == 0)
    while (p->leaving < GP_LINK_LEAVING && !gp_ring_empty(&p->resting)) {
      gp_link_drop(gp_ring_of(gp_link, place, p->resting.next));
      p->leaving++;
    }
  return p->leaving >= missing;
}

static size_t maxbody (const gp_clientopt *o, bool may_list) {
  return may_list || o->max_response < o->max_text ? o->max_response
                                                   : o->max_text;
}

void gp_link_started (gp_link *k, bool may_list) {
  int fd = bufferevent_getfd(k->bev);
  k->max_body = maxbody(&k->pool->opt, may_list);
  evhttp_connection_set_max_body_size(k->con, (ev_ssize_t)k->max_body);
  if (k->served > 0 || fd < 0)
    return;
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  gp_evhttp_nodelay(fd);
}

void gp_link_rest (gp_link *k) {
  gp_pool *p = k->pool;
  k->served++;
  k->connected = NULL;
  k->rested_at = gp_loop_now(p->loop);
  gp_ring_append(bucket(p, k->peer), &k->bucket);
  gp_ring_append(&p->resting, &k->place);
  gp_timer_setby(&p->timer, k->rested_at + p->opt.rest_timeout_ms);
}

void gp_link_drop (gp_link *k) {
  gp_ring_remove(&k->bucket);
  gp_ring_move(&k->pool->dropped, &k->place);
  gp_timer_setby(&k->pool->timer, gp_loop_now(k->pool->loop));
}

/* The buffers outlive the link: libevent frees them a turn later. */
void gp_link_free (gp_link *k) {
  if (k == NULL)
    return;
  evbuffer_remove_cb(bufferevent_get_input(k->bev), input_changed, k);
  evbuffer_remove_cb(bufferevent_get_output(k->bev), output_changed, k);
  evhttp_connection_set_closecb(k->con, NULL, NULL);
  evhttp_connection_free(k->con);
  gp_ring_remove(&k->bucket);
  gp_ring_remove(&k->place);
  gp_peer_unref(k->peer);
  free(k);
}

bool gp_link_waiting (const gp_link *k) {
  return k->sent && k->got <= most(k) &&
         gp_os_unread(bufferevent_getfd(k->bev)) > 0;
}

/* No address of ours to call from means that this machine has no IPv6. */
gp_err gp_link_why (const gp_link *k, int number) {
  if (number == EADDRNOTAVAIL && strchr(k->address, ':') != NULL)
    return GP_ENETUNREACH;
  return number != 0 ? gp_err_fromerrno(number) : GP_ECONNREFUSED;
}
