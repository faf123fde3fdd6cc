/*
** sim/request.c - see sim/request.h.
*/
#include "sim/request.h"

#include <stdlib.h>
#include <string.h>

#include "sim/state.h"
#include "sim/weigh.h"
#include "wire/refusal.h"

#define COPY_MS 1000 /* a copy comes within it */

typedef enum leg {
  GOING, /* to its receiver */
  THERE, /* its response is owed */
  COMING /* the response or a failure, to the sender */
} leg;

/* The receiver's node knows it as an exchange. */
struct gp_simrequest {
  gp_turn turn;
  gp_exchange exchange;
  gp_ring sent, arrived; /* in the lists of sender and receiver */
  gp_sim *sim;
  gp_simhost *sender;   /* NULL: waits no more, or is gone */
  gp_simhost *receiver; /* NULL: there is no such host */
  uint64_t id;
  int port; /* that was dialled */
  leg leg;
  uint64_t arrives_at; /* where it goes now; GP_NEVER: it is lost */
  uint64_t fails_at;   /* then the sender waits no more */
  gp_listing lists;
  gp_recvreq request;
  gp_err error;
  gp_recvresp response;
};

static void drop (gp_simrequest *r) {
  gp_ring_remove(&r->sent);
  gp_ring_remove(&r->arrived);
  gp_clock_removeturn(&r->sim->clock, &r->turn);
  gp_recvreq_clear(&r->request);
  gp_recvresp_clear(&r->response);
  free(r);
}

void gp_simrequest_free (gp_turn *t) {
  drop((gp_simrequest *)t);
}

/*
** When something happens to it next. A sender that hangs neither reads a
** response nor stops waiting for it.
*/
static void schedule (gp_simrequest *r) {
  uint64_t at = GP_NEVER;
  bool awaited = r->sender != NULL && !r->sender->hanging;
  if (r->leg == GOING || (r->leg == COMING && awaited))
    at = r->arrives_at;
  if (awaited && r->fails_at < at)
    at = r->fails_at;
  gp_clock_set(&r->sim->clock, &r->turn, at);
}

/* When a message that is sent now arrives. NULL is no host. */
static uint64_t arrival (gp_sim *s, const gp_simhost *from,
                         const gp_simhost *to) {
  uint64_t latency_ms;
  return gp_network_latency(&s->network, &s->random,
                            from == NULL ? 0 : from->groups,
                            to == NULL ? 0 : to->groups, &latency_ms)
           ? s->clock.now + latency_ms
           : GP_NEVER;
}

/* The same for a request. */
static uint64_t arrivalto (gp_sim *s, const gp_simhost *from,
                           const gp_simhost *to) {
  return to != NULL && to->shielded ? GP_NEVER : arrival(s, from, to);
}

/* Whether the two tell each other what Go programs do not know. */
static bool areours (const gp_simhost *a, const gp_simhost *b) {
  return !a->plain && b != NULL && !b->plain;
}

/* As 'to' receives it. It may change the message, which is made anew. */
static gp_err receive (gp_recvreq *out, const gp_sendreq *request,
                       const gp_simhost *from, const gp_simhost *to) {
  const gp_message *m = request->msg;
  gp_err e = GP_OK;
  out->form = GP_FORM_V113;
  out->remote = from->remote;
  out->host = gp_peer_ref(request->from);
  if (m != NULL)
    e = gp_message_new(&out->msg, m->type, request->from, &m->to, m->data);
  if (e == GP_OK && areours(from, to))
    gp_extension_copy(&out->ext, &request->ext);
  return e;
}

/* From nobody yet. NULL: out of memory. */
static gp_simrequest *newrequest (const gp_simhost *from,
                                  const gp_sendreq *request, gp_simhost *to) {
  gp_simrequest *r = calloc(1, sizeof *r);
  if (r == NULL || gp_clock_addturn(&from->sim->clock) != GP_OK) {
    free(r);
    return NULL;
  }
  r->sim = from->sim;
  r->receiver = to;
  r->port = gp_peer_port(request->to);
  r->fails_at = GP_NEVER;
  gp_ring_init(&r->sent);
  gp_ring_init(&r->arrived);
  if (receive(&r->request, request, from, to) != GP_OK) {
    drop(r);
    return NULL;
  }
  return r;
}

/* The same once more, from nobody. Without memory it does not happen. */
static void copy (const gp_simhost *from, const gp_sendreq *request,
                  gp_simhost *to) {
  gp_sim *s = from->sim;
  gp_simrequest *r;
  if (to == NULL || !gp_random_chance(&s->random, s->network.copies))
    return;
  r = newrequest(from, request, to);
  if (r == NULL)
    return;
  r->arrives_at = arrivalto(s, from, to);
  if (r->arrives_at == GP_NEVER) {
    drop(r);
    return;
  }
  r->arrives_at += gp_random_below(&s->random, COPY_MS);
  schedule(r);
}

static void countrequest (gp_sim *s, const gp_sendreq *request) {
  s->count.requests++;
  if (s->weighs)
    s->count.bytes += gp_weigh_request(request);
  if (request->msg != NULL)
    s->count.data += gp_message_len(request->msg);
}

gp_err gp_simhost_forge (gp_simhost *h, const gp_peer *dial,
                         const gp_sendreq *request) {
  gp_simrequest *r = newrequest(h, request, gp_sim_find(h->sim, dial));
  if (r == NULL)
    return GP_ENOMEM;
  r->arrives_at = arrival(h->sim, h, r->receiver);
  if (r->arrives_at == GP_NEVER)
    drop(r);
  else
    schedule(r);
  return GP_OK;
}

/* The calls of gp_transport; 'self' is a host. */

static gp_err send (void *self, uint64_t id, const gp_peer *dial,
                    const gp_sendreq *request, uint32_t timeout_ms) {
  gp_simhost *from = self;
  gp_sim *s = from->sim;
  gp_simrequest *r;
  if (from->node == NULL)
    return GP_ECANCELED; /* it is being freed */
  r = newrequest(from, request, gp_sim_find(s, dial));
  if (r == NULL)
    return GP_ENOMEM;
  r->sender = from;
  r->id = id;
  r->lists = gp_sendreq_lists(request);
  r->fails_at = s->clock.now + timeout_ms;
  r->arrives_at = arrivalto(s, from, r->receiver);
  gp_ring_append(&from->sent, &r->sent);
  schedule(r);
  copy(from, request, r->receiver);
  countrequest(s, request);
  return GP_OK;
}

/* Sends back what stands in it, if anybody waits for it. */
static void sendback (gp_simrequest *r) {
  if (r->sender == NULL) {
    drop(r);
    return;
  }
  r->leg = COMING;
  r->arrives_at = arrival(r->sim, r->receiver, r->sender);
  schedule(r);
}

static void fail (gp_simrequest *r, gp_err e) {
  r->error = e;
  sendback(r);
}

/* As the sender receives it. */
static void fillresponse (gp_simrequest *r, const gp_sendresp *response) {
  gp_recvresp *out = &r->response;
  out->status = response->status;
  out->form = GP_FORM_V113;
  out->remote = r->receiver->remote;
  if (areours(r->receiver, r->sender))
    gp_extension_copy(&out->ext, &response->ext);
  out->ext.has_list = out->ext.has_list && r->lists != GP_LISTS_NOTHING;
  if (!(r->lists == GP_LISTS_MEMBERS || out->ext.has_list) ||
      response->status != 200)
    return;
  if (response->list != NULL &&
      gp_peerlist_copy(&out->list, response->list) != GP_OK)
    out->status = 503;
  r->sim->count.names += out->list.n;
}

static void respond (void *self, gp_exchange *x,
                     const gp_sendresp *response) {
  gp_simhost *h = self;
  gp_sim *s = h->sim;
  gp_simrequest *r = gp_ring_of(gp_simrequest, exchange, x);
  if (s->weighs)
    s->count.bytes += gp_weigh_response(response, x->form);
  if (h->crashing || gp_random_chance(&s->random, s->network.breaks)) {
    fail(r, GP_ECONNRESET);
    return;
  }
  fillresponse(r, response);
  sendback(r);
}

static bool isgone (void *self, const gp_exchange *x) {
  (void)self;
  return gp_ring_of(gp_simrequest, exchange, x)->sender == NULL;
}

static gp_peer *endpoint (void *self, const gp_exchange *x) {
  const gp_simrequest *r = gp_ring_of(const gp_simrequest, exchange, x);
  const char *remote = ((gp_simhost *)self)->remote;
  gp_peer *p;
  return gp_peer_new(&p, remote, strlen(remote), r->port) == GP_OK ? p : NULL;
}

static const char *whereis (void *self, const gp_peer *dial) {
  const gp_simhost *h = self, *to = gp_sim_find(h->sim, dial);
  return to == NULL ? NULL : to->remote;
}

/* Each host is a machine of its own, but for those that are all on one: of
   these each is there. */
static bool ishere (void *self, const char *address) {
  const gp_simhost *h = self;
  return strcmp(h->remote, address) == 0;
}

gp_transport gp_simhost_transport (gp_simhost *h) {
  gp_transport t = {h, send, respond, isgone, endpoint, whereis, ishere};
  return t;
}

/* One that is not responded to ends when nobody waits for it any more. */
static void servescripted (gp_simhost *h, gp_simrequest *r) {
  gp_sendresp response = {.status = 200};
  if (h->script(h->script_self, &r->request, &response))
    respond(h, &r->exchange, &response);
  else if (r->sender == NULL)
    drop(r);
}

/* As the wire does, its own name is refused before the node hears of it. */
static void servenode (gp_simhost *h, gp_simrequest *r) {
  gp_recvreq request = r->request;
  gp_sendresp no = {.status = 400, .text = gp_wire_yourself};
  uint64_t now = h->sim->clock.now;
  memset(&r->request, 0, sizeof r->request);
  if (request.msg != NULL && gp_recvreq_isown(&request, h->self)) {
    gp_node_refused(h->node, GP_EBADMSG, 400, request.remote, now);
    r->exchange.form = request.form;
    respond(h, &r->exchange, &no);
  }
  else
    (void)gp_node_received(h->node, &request, &r->exchange, now);
  gp_recvreq_clear(&request);
  gp_simhost_touch(h);
}

static void serve (gp_simhost *h, gp_simrequest *r) {
  if (h->node != NULL)
    servenode(h, r);
  else
    servescripted(h, r);
}

void gp_simhost_serveoldest (gp_simhost *h) {
  gp_simrequest *r = gp_ring_of(gp_simrequest, arrived, h->arrived.next);
  gp_ring_remove(&r->arrived);
  serve(h, r);
}

static gp_simhost *arrive (gp_simrequest *r) {
  gp_simhost *h = r->receiver, *sender = r->sender;
  gp_clock_note(&r->sim->clock, GP_TRACE_ARRIVED, h == NULL ? 0 : h->number,
                r->id, 0);
  r->leg = THERE;
  r->arrives_at = GP_NEVER;
  schedule(r);
  if (h == NULL || (h->node == NULL && h->script == NULL)) {
    fail(r, GP_ECONNREFUSED);
    return h == NULL ? sender : h;
  }
  if (h->hanging || !gp_ring_empty(&h->arrived))
    gp_ring_append(&h->arrived, &r->arrived);
  else
    serve(h, r);
  return h;
}

/* Its sender waits no more. */
static void unawait (gp_simrequest *r) {
  r->sender = NULL;
  gp_ring_remove(&r->sent);
}

/* What nobody waits for still arrives and has its response, but is not lost
   or sent back any more: then this is its end. */
static void keepgoing (gp_simrequest *r) {
  bool silent = r->leg == THERE && r->receiver->node == NULL;
  if (silent || r->leg == COMING ||
      (r->leg == GOING && r->arrives_at == GP_NEVER))
    drop(r);
  else
    schedule(r);
}

/* Tells the sender the end, which waits no more. */
static gp_simhost *tell (gp_simrequest *r, gp_err e,
                         const gp_recvresp *response) {
  gp_simhost *h = r->sender;
  gp_sim *s = r->sim;
  unawait(r);
  gp_clock_note(&s->clock, GP_TRACE_ENDED, h->number, r->id,
                e == GP_OK ? (unsigned)response->status : (unsigned)e);
  if (e != GP_OK)
    s->count.failures++;
  gp_node_responded(h->node, r->id, e, response, s->clock.now);
  gp_simhost_touch(h);
  return h;
}

gp_simhost *gp_simrequest_turn (gp_turn *t) {
  gp_simrequest *r = (gp_simrequest *)t;
  gp_simhost *h;
  if (r->arrives_at > r->sim->clock.now) {
    h = tell(r, GP_ETIMEDOUT, NULL);
    keepgoing(r);
    return h;
  }
  if (r->leg == GOING)
    return arrive(r);
  h = tell(r, r->error, r->error == GP_OK ? &r->response : NULL);
  drop(r);
  return h;
}

void gp_simhost_reschedule (gp_simhost *h) {
  gp_ring *at;
  for (at = h->sent.next; at != &h->sent; at = at->next)
    schedule(gp_ring_of(gp_simrequest, sent, at));
}

void gp_simhost_orphan (gp_simhost *h) {
  while (!gp_ring_empty(&h->sent)) {
    gp_simrequest *r = gp_ring_of(gp_simrequest, sent, h->sent.next);
    unawait(r);
    keepgoing(r);
  }
  while (!gp_ring_empty(&h->arrived)) {
    gp_simrequest *r = gp_ring_of(gp_simrequest, arrived, h->arrived.next);
    gp_ring_remove(&r->arrived);
    fail(r, GP_ECONNRESET);
  }
}
