/*
** net/client.c - the outbound requests of a node, on evhttp.
**
** What libevent calls only writes down how a try went; the 'work' timer,
** which runs in the same turn, decides what comes of it. So nothing is
** freed, and nothing started, within a callback of libevent.
*/
#include "net/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>

#include "net/descriptors.h"
#include "net/evhttp.h"
#include "net/link.h"
#include "net/lookup.h"
#include "net/ration.h"

#define LATE_MS 50        /* behind its time that a turn may come */
#define EXTENSION_MS 1000 /* at most, once, for a turn that came later */

/*
** One of the proven that does not respond gives its place to the next after
** this time and goes on without: or a part of a large network that is cut off
** would keep us from the other. The unproven have no longer than that time to
** be connected, so that invented ones soon make room.
*/
#define YIELD_MS 100
#define UNPROVEN_MS 1000

#define SCARCE_MS 200 /* until it is seen again whether there are some */

struct gp_client {
  gp_loop *loop;
  gp_pool pool;
  gp_ration ration;
  gp_ring underway; /* calls whose try goes on */
  gp_ring tried;    /* those whose try is over */
  gp_ring results;  /* those that are over */
  gp_timer work;    /* when there are 'tried' ones, or places */
};

/* How a try went. */
typedef enum outcome {
  UNDERWAY,
  UNCONNECTED, /* the next address is to be tried */
  STALE,       /* the link had been closed: a fresh one is */
  UNBOUND,     /* likewise: no port is left at the node's own address */
  OVER         /* so is the call, with 'why' */
} outcome;

/* One request, by one try after the other. */
typedef struct call {
  gp_result result; /* first: this is what the caller gets */
  gp_ring place;
  gp_client *client;
  const gp_peer *peer;
  gp_link *link;
  struct evhttp_request *req;
  gp_lookup *lookup;
  gp_timer timer;
  gp_rationed place_to_connect;
  unsigned ranges; /* of gp_range; 0: any */
  uint64_t connect_by;
  uint64_t deadline_at;
  outcome outcome;         /* of the present try */
  gp_err why, first;       /* so, and how the first address did */
  bool replaced, extended; /* a stale link was, the time was: once each */
  bool anywhere;           /* its connection may come from any address */
  int next;                /* address to try */
  gp_addresses addresses;
  char remote[INET6_ADDRSTRLEN];
  char early[GP_LINK_EARLY]; /* the head of a response that broke off */
  gp_httpout out;            /* its texts are 'texts' */
  char texts[];
} call;

static bool isproven (const call *k) {
  return k->place_to_connect.cause == GP_CAUSE_PROVEN;
}

static void setwork (gp_client *c) {
  gp_timer_setby(&c->work, gp_loop_now(c->loop));
}

/* Others may take the place of a call. Legal in callbacks. */
static void call_yield (void *arg) {
  call *k = arg;
  if (k->place_to_connect.begun)
    setwork(k->client);
  gp_ration_end(&k->client->ration, &k->place_to_connect);
}

/* The try is over. Legal in callbacks. */
static void call_tried (call *k, outcome outcome, gp_err why) {
  gp_client *c = k->client;
  k->outcome = outcome;
  k->why = why;
  gp_timer_stop(&k->timer);
  gp_ring_move(&c->tried, &k->place);
  setwork(c);
}

static void call_end (call *k, gp_err e) {
  gp_timer_stop(&k->timer);
  gp_peer_unref(k->peer);
  k->peer = NULL;
  gp_blob_unref(k->out.body);
  k->out.body = NULL;
  k->result.error = e;
  gp_ring_move(&k->client->results, &k->place);
}

/* Ends the try whatever it is at. Not within callbacks of libevent. */
static void call_clear (call *k) {
  if (k->link != NULL && k->link->sent)
    k->result.unsent = false;
  call_yield(k);
  gp_lookup_cancel(k->lookup);
  gp_link_free(k->link);
  if (k->req != NULL)
    evhttp_request_free(k->req);
  k->lookup = NULL;
  k->link = NULL;
  k->req = NULL;
}

static void call_free (call *k) {
  call_clear(k);
  gp_timer_stop(&k->timer);
  gp_ring_remove(&k->place);
  if (k->peer != NULL)
    gp_peer_unref(k->peer);
  gp_blob_unref(k->out.body);
  free(k);
}

/* evhttp would use it again in any case. */
static bool reusable (const gp_link *link, const struct evhttp_request *req,
                      const gp_httpin *in) {
  return !link->closed &&
         evbuffer_get_length(bufferevent_get_input(link->bev)) == 0 &&
         gp_evhttp_goeson(req, in);
}

/* A status that ends a request; 1xx would be followed by another one. */
static bool isfinal (int status) {
  return status >= 200 && status <= 599;
}

/* A response came: the call is over, and the link free for the next. */
static void call_responded (call *k) {
  gp_httpin *in = &k->result.response;
  gp_link *link = k->link;
  gp_err e = GP_OK;
  in->status = evhttp_request_get_response_code(k->req);
  if (!gp_evhttp_view(k->req, in))
    e = GP_ENOMEM;
  else if (link->toolong || !isfinal(in->status))
    e = GP_EPROTO;
  k->link = NULL;
  if (e == GP_OK && reusable(link, k->req, in))
    gp_link_rest(link);
  else
    gp_link_drop(link);
  call_end(k, e);
}

/*
** Called by evhttp: with NULL when request_failed was called before, with
** status zero when the connection was refused.
*/
static void response_came (struct evhttp_request *req, void *arg) {
  call *k = arg;
  if (req == NULL || k->outcome != UNDERWAY)
    return;
  if (evhttp_request_get_response_code(req) == 0)
    call_tried(k, UNCONNECTED, GP_ECONNREFUSED);
  else
    call_responded(k);
}

/* Whether it is a server that did not wait for all of the request: its
   refusal counts. */
static bool call_early (call *k) {
  gp_httpin *in = &k->result.response;
  memcpy(k->early, k->link->early, sizeof k->early);
  return gp_httpin_cut(in, k->early) && in->status >= 400 &&
         isfinal(in->status);
}

/* Called by evhttp, which leaves the errno of a connect as it was. */
static void request_failed (enum evhttp_request_error error, void *arg) {
  int number = errno;
  call *k = arg;
  gp_link *link = k->link;
  if (k->outcome != UNDERWAY)
    return;
  if (error == EVREQ_HTTP_INVALID_HEADER ||
      error == EVREQ_HTTP_DATA_TOO_LONG || link->toolong)
    call_tried(k, OVER, GP_EPROTO);
  else if (!link->sent)
    call_tried(k, UNCONNECTED, gp_link_why(link, number));
  else if (call_early(k))
    call_tried(k, OVER, GP_OK);
  else if (link->served > 0 && link->got == 0 && !k->replaced)
    call_tried(k, STALE, GP_ECONNRESET);
  else
    call_tried(k, OVER, GP_ECONNRESET);
}

/*
** The request as evhttp wants it. We own it from the start: evhttp then
** frees it in no case, and the response lives in it.
*/
static bool call_request (call *k) {
  k->req = evhttp_request_new(response_came, k);
  if (k->req == NULL)
    return false;
  evhttp_request_own(k->req);
  evhttp_request_set_error_cb(k->req, request_failed);
  return gp_evhttp_fillrequest(k->req, &k->out);
}

/* When its present try is looked at next. */
static void settimer (call *k) {
  uint64_t at = k->link != NULL && k->link->sent ? k->deadline_at
                                                 : k->connect_by;
  if (k->place_to_connect.begun && isproven(k))
    at = gp_loop_now(k->client->loop) + YIELD_MS;
  gp_timer_set(&k->timer, at < k->deadline_at ? at : k->deadline_at);
}

/* Sends on 'link', which it takes; NULL stands for want of memory. */
static void call_send (call *k, gp_link *link) {
  gp_client *c = k->client;
  uint32_t most_ms = c->pool.opt.connect_timeout_ms;
  int e;
  k->link = link;
  k->outcome = UNDERWAY;
  gp_ring_move(&c->underway, &k->place);
  if (link == NULL || !call_request(k)) {
    call_tried(k, OVER, GP_ENOMEM);
    return;
  }
  memcpy(k->remote, link->address, sizeof k->remote);
  k->result.remote = k->remote;
  e = gp_evhttp_send(link->con, k->req, k->out.method);
  if (e != 0 && k->outcome == UNDERWAY)
    call_tried(k, link->bound ? UNBOUND : OVER, GP_ENOMEM);
  if (k->outcome != UNDERWAY)
    return;
  gp_link_started(link, k->out.lists != GP_LISTS_NOTHING);
  if (!isproven(k) && most_ms > UNPROVEN_MS)
    most_ms = UNPROVEN_MS;
  k->connect_by = gp_loop_now(c->loop) + most_ms;
  settimer(k);
}

/* Dials the next address. */
static void call_dial (call *k) {
  const char *address = k->addresses.text[k->next++];
  gp_link *link = gp_link_new(&k->client->pool, k->peer, address,
                              k->anywhere);
  if (link != NULL) {
    link->connected = call_yield;
    link->arg = k;
  }
  call_send(k, link);
}

static void lookup_ended (void *arg, gp_err e) {
  call *k = arg;
  k->lookup = NULL;
  if (e == GP_OK)
    e = gp_addresses_permit(&k->addresses, k->ranges);
  call_tried(k, e == GP_OK ? UNCONNECTED : OVER, e);
}

static void call_lookup (call *k) {
  gp_err e;
  if (isproven(k))
    call_yield(k); /* it needs none for that */
  e = gp_lookup_new(&k->lookup, k->client->loop, gp_peer_address(k->peer),
                    &k->addresses, lookup_ended, k);
  if (e != GP_OK)
    call_tried(k, OVER, e);
}

/* Stands in line to look the name up, or to dial the next address. */
static void call_wait (call *k) {
  gp_client *c = k->client;
  const char *to = k->next < k->addresses.count ? k->addresses.text[k->next]
                                                : gp_peer_address(k->peer);
  k->outcome = UNDERWAY;
  gp_ring_move(&c->underway, &k->place);
  gp_timer_set(&k->timer, k->deadline_at);
  gp_ration_wait(&c->ration, &k->place_to_connect, to,
                 k->addresses.count > 0 && k->next > 0);
}

bool gp_client_makeroom (gp_client *c, size_t missing) {
  return gp_pool_makeroom(&c->pool, missing);
}

/* Only descriptors that are kept back are left. What rests gives some back,
   but only after this turn. */
static bool arescarce (gp_client *c) {
  size_t missing = gp_descriptors_missing();
  return missing > 0 && !gp_client_makeroom(c, missing);
}

/* Those whose turn it is go on. */
static void admit (gp_client *c) {
  while (gp_ration_isready(&c->ration, false)) {
    bool scarce = arescarce(c);
    gp_rationed *x = gp_ration_next(&c->ration, scarce);
    call *k;
    if (x == NULL) {
      gp_timer_setby(&c->work, gp_loop_now(c->loop) + SCARCE_MS);
      return;
    }
    k = gp_ring_of(call, place_to_connect, x);
    if (k->addresses.count > 0)
      call_dial(k);
    else
      call_lookup(k);
  }
}

/* Begins with the name of the peer. */
static void call_begin (call *k) {
  gp_err e = GP_OK;
  k->next = 0;
  k->first = GP_OK;
  if (gp_addresses_known(&k->addresses, gp_peer_address(k->peer)))
    e = gp_addresses_permit(&k->addresses, k->ranges);
  if (e == GP_OK)
    call_wait(k);
  else
    call_tried(k, OVER, e);
}

/* Goes on with a call whose try is over. */
static void call_proceed (call *k) {
  call_clear(k);
  if (k->first == GP_OK)
    k->first = k->why;
  k->replaced = k->replaced || k->outcome == STALE;
  k->anywhere = k->anywhere || k->outcome == UNBOUND;
  if (k->outcome == STALE || k->outcome == UNBOUND)
    call_begin(k);
  else if (k->outcome == UNCONNECTED && k->next < k->addresses.count)
    call_wait(k);
  else
    call_end(k, k->outcome == UNCONNECTED ? k->first : k->why);
}

/* Those whose try ends meanwhile are for the next turn. */
static void work_due (void *arg) {
  gp_client *c = arg;
  gp_ring now;
  gp_ring_init(&now);
  while (!gp_ring_empty(&c->tried))
    gp_ring_move(&now, c->tried.next);
  while (!gp_ring_empty(&now))
    call_proceed(gp_ring_of(call, place, now.next));
  admit(c);
}

/*
** The time for a place, to connect, or all of it is over. A turn that Lua
** held up is not held against the peer: what it sent may not have been read.
*/
static void time_over (void *arg) {
  call *k = arg;
  uint64_t now = gp_loop_now(k->client->loop);
  uint64_t behind_ms = now - k->timer.due_at;
  bool sent = k->link != NULL && k->link->sent;
  bool waits = k->link != NULL && now < k->deadline_at &&
               (sent || (k->place_to_connect.begun && isproven(k) &&
                         now < k->connect_by));
  if (waits) {
    call_yield(k);
    settimer(k);
  }
  else if (behind_ms > LATE_MS && !k->extended) {
    k->extended = true;
    gp_timer_set(&k->timer,
                 now + (behind_ms < EXTENSION_MS ? behind_ms : EXTENSION_MS));
  }
  else if (sent && gp_link_waiting(k->link))
    gp_timer_set(&k->timer, now + 1);
  else {
    bool more = now < k->deadline_at && !sent && k->lookup == NULL;
    call_tried(k, more ? UNCONNECTED : OVER, GP_ETIMEDOUT);
  }
}

static call *call_new (gp_client *c, const gp_dial *dial,
                       const gp_httpout *out, size_t size) {
  call *k = calloc(1, sizeof *k + size);
  if (k == NULL)
    return NULL;
  k->client = c;
  k->peer = gp_peer_ref(dial->peer);
  k->ranges = dial->ranges;
  gp_httpout_copy(&k->out, out, k->texts);
  gp_ring_init(&k->place);
  gp_rationed_init(&k->place_to_connect, dial->cause, dial->claimer);
  gp_timer_init(&k->timer, gp_loop_timers(c->loop), time_over, k);
  return k;
}

gp_err gp_client_send (gp_client *c, uint64_t id, const gp_dial *dial,
                       const gp_httpout *out, uint32_t timeout_ms) {
  size_t size = gp_httpout_size(out);
  gp_link *link;
  call *k;
  if (size == 0)
    return GP_EINVAL;
  k = call_new(c, dial, out, size);
  if (k == NULL)
    return GP_ENOMEM;
  k->result.id = id;
  k->result.lists = out->lists;
  k->result.unsent = true;
  k->deadline_at = gp_loop_now(c->loop) + timeout_ms;
  if (dial->anew)
    gp_pool_forget(&c->pool, dial->peer);
  link = gp_pool_take(&c->pool, dial->peer);
  if (link != NULL)
    call_send(k, link);
  else
    call_begin(k);
  admit(c);
  return GP_OK;
}

gp_err gp_client_new (gp_client **out, gp_loop *l, const gp_clientopt *opt) {
  gp_client *c = calloc(1, sizeof *c);
  if (c == NULL)
    return GP_ENOMEM;
  c->loop = gp_loop_ref(l);
  gp_pool_init(&c->pool, l, opt);
  gp_ration_init(&c->ration);
  gp_ring_init(&c->underway);
  gp_ring_init(&c->tried);
  gp_ring_init(&c->results);
  gp_timer_init(&c->work, gp_loop_timers(l), work_due, c);
  *out = c;
  return GP_OK;
}

static void free_calls (gp_ring *head) {
  while (!gp_ring_empty(head))
    call_free(gp_ring_of(call, place, head->next));
}

void gp_client_free (gp_client *c) {
  if (c == NULL || gp_loop_foreign(c->loop))
    return;
  free_calls(&c->underway);
  free_calls(&c->tried);
  free_calls(&c->results);
  gp_pool_close(&c->pool);
  gp_ration_clear(&c->ration);
  gp_timer_stop(&c->work);
  gp_loop_unref(c->loop);
  free(c);
}

gp_result *gp_client_next (gp_client *c) {
  call *k;
  if (gp_ring_empty(&c->results))
    return NULL;
  k = gp_ring_of(call, place, c->results.next);
  gp_ring_remove(&k->place);
  return &k->result;
}

void gp_result_free (gp_result *r) {
  if (r != NULL)
    call_free((call *)(void *)r);
}

const char *gp_client_whereis (const gp_client *c, const gp_peer *peer) {
  const gp_ring *r;
  for (r = c->underway.next; r != &c->underway; r = r->next) {
    const call *k = gp_ring_of(const call, place, r);
    if (k->link != NULL && k->link->sent && gp_peer_equal(k->peer, peer))
      return k->link->address;
  }
  return NULL;
}
