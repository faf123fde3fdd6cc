/*
** sim/request.c - the way of a request and of its answer.
*/
#include <stdlib.h>
#include <string.h>

#include "sim/host.h"
#include "wire/refusal.h"

typedef enum leg {
  GOING, /* to the one who is asked */
  THERE, /* its answer is owed */
  COMING /* the answer or a failure, to the asker */
} leg;

/* The node knows it as the answer that it owes; here it is all there is. */
struct gp_simrequest {
  gp_turn turn;
  gp_exchange exchange;    /* what the node knows of it */
  gp_ring asking, arrived; /* in the lists of asker and asked */
  gp_sim *sim;
  gp_simhost *asker;    /* NULL: has given up, or is gone */
  gp_simhost *receiver; /* NULL: there is no such station */
  uint64_t id;
  leg leg;
  uint64_t arrival;  /* where it goes now */
  uint64_t deadline; /* then the asker gives up */
  bool wantslist;
  gp_recvreq asked;
  gp_err error;
  gp_recvresp answered;
};

void gp_sim_drop (gp_simrequest *r) {
  gp_ring_remove(&r->asking);
  gp_ring_remove(&r->arrived);
  gp_heap_remove(&r->sim->heap, &r->turn.item);
  r->sim->turns--;
  gp_recvreq_clear(&r->asked);
  gp_recvresp_clear(&r->answered);
  free(r);
}

/*
** When something happens to it next. An asker that stands still neither
** reads an answer nor gives up.
*/
static void schedule (gp_simrequest *r) {
  uint64_t at = GP_NEVER;
  bool awaited = r->asker != NULL && !r->asker->hanging;
  if (r->leg == GOING || (r->leg == COMING && awaited))
    at = r->arrival;
  if (awaited && r->deadline < at)
    at = r->deadline;
  if (at == GP_NEVER)
    gp_heap_remove(&r->sim->heap, &r->turn.item);
  else
    gp_heap_set(&r->sim->heap, &r->turn.item,
                at < r->sim->now ? r->sim->now : at);
}

/* Whether the headers of our own tell the one about the other. */
static bool isextended (const gp_simhost *a, const gp_simhost *b) {
  return !a->plain && b != NULL && !b->plain;
}

/* Whoever receives it may change it, so the message is made anew. */
static gp_err fill (gp_recvreq *asked, const gp_sendreq *asking,
                    const gp_simhost *from, const gp_simhost *to) {
  const gp_message *m = asking->msg;
  gp_err e = GP_OK;
  asked->form = GP_FORM_V113;
  asked->remote = from->remote;
  asked->host = gp_peer_ref(asking->from);
  if (m != NULL)
    e = gp_message_new(&asked->msg, m->type, asking->from, &m->to, m->data);
  if (e == GP_OK && isextended(from, to))
    gp_extension_copy(&asked->ext, &asking->ext);
  return e;
}

/* 'to': NULL: there is no such station. */
static gp_simrequest *newrequest (gp_simhost *from, const gp_sendreq *asking,
                                  gp_simhost *to) {
  gp_simrequest *r = calloc(1, sizeof *r);
  if (r == NULL)
    return NULL;
  r->sim = from->sim;
  r->sim->turns++;
  r->receiver = to;
  gp_ring_init(&r->asking);
  gp_ring_init(&r->arrived);
  if (fill(&r->asked, asking, from, to) != GP_OK ||
      gp_heap_reserve(&r->sim->heap, r->sim->turns) != GP_OK) {
    gp_sim_drop(r);
    return NULL;
  }
  return r;
}

/* The same once more, from nobody. Without memory it does not happen. */
static void copy (gp_simhost *from, const gp_sendreq *asking,
                  gp_simhost *receiver) {
  gp_sim *s = from->sim;
  gp_simrequest *r;
  if (receiver == NULL || !gp_random_chance(&s->random, s->copies))
    return;
  r = newrequest(from, asking, receiver);
  if (r == NULL)
    return;
  r->deadline = GP_NEVER;
  r->arrival = gp_sim_arrival(s, from, receiver);
  if (r->arrival == GP_NEVER) {
    gp_sim_drop(r);
    return;
  }
  r->arrival += gp_random_below(&s->random, 1000);
  schedule(r);
}

gp_err gp_sim_send (void *self, uint64_t id, const gp_peer *dial,
                    const gp_sendreq *asking, uint32_t timeout) {
  gp_simhost *from = self;
  gp_sim *s = from->sim;
  gp_simrequest *r;
  if (from->node == NULL)
    return GP_ECANCELED; /* it is being freed */
  r = newrequest(from, asking, gp_sim_find(s, dial));
  if (r == NULL)
    return GP_ENOMEM;
  r->asker = from;
  r->id = id;
  r->wantslist = gp_sendreq_wantslist(asking);
  r->deadline = s->now + timeout;
  r->arrival = gp_sim_arrival(s, from, r->receiver);
  gp_ring_append(&from->asking, &r->asking);
  schedule(r);
  copy(from, asking, r->receiver);
  s->count.requests++;
  gp_sim_weighrequest(s, asking);
  if (asking->msg != NULL)
    s->count.data += gp_message_len(asking->msg);
  return GP_OK;
}

/* Sends back what stands in it, if anybody waits for it. */
static void sendback (gp_simrequest *r) {
  if (r->asker == NULL) {
    gp_sim_drop(r);
    return;
  }
  r->leg = COMING;
  r->arrival = gp_sim_arrival(r->sim, r->receiver, r->asker);
  schedule(r);
}

static void fail (gp_simrequest *r, gp_err e) {
  r->error = e;
  sendback(r);
}

void gp_sim_respond (void *self, gp_exchange *x, const gp_sendresp *a) {
  gp_simhost *st = self;
  gp_simrequest *r = gp_ring_of(gp_simrequest, exchange, x);
  gp_sim_weighresponse(st->sim, a, x->form);
  if (st->crashing || gp_random_chance(&st->sim->random, st->sim->breaks)) {
    fail(r, GP_ECONNRESET);
    return;
  }
  r->answered.status = a->status;
  r->answered.form = GP_FORM_V113;
  r->answered.remote = st->remote;
  if (isextended(st, r->asker))
    gp_extension_copy(&r->answered.ext, &a->ext);
  if (r->wantslist && a->status == 200) {
    if (a->list != NULL &&
        gp_peerlist_copy(&r->answered.list, a->list) != GP_OK)
      r->answered.status = 503;
    r->sim->count.names += r->answered.list.n;
  }
  sendback(r);
}

bool gp_sim_isgone (void *self, const gp_exchange *x) {
  (void)self;
  return gp_ring_of(gp_simrequest, exchange, x)->asker == NULL;
}

/* As the wire does, its own name is refused before the node hears of it. */
static void serve (gp_simhost *st, gp_simrequest *r) {
  gp_recvreq asked = r->asked;
  gp_sendresp no = {.status = 400, .text = gp_wire_yourself};
  memset(&r->asked, 0, sizeof r->asked);
  if (asked.msg != NULL && gp_peer_equal(asked.msg->from, st->self)) {
    gp_node_refused(st->node, GP_EBADMSG, 400, asked.remote, st->sim->now);
    r->exchange.form = asked.form;
    gp_sim_respond(st, &r->exchange, &no);
  }
  else
    (void)gp_node_received(st->node, &asked, &r->exchange, st->sim->now);
  gp_recvreq_clear(&asked);
  gp_simhost_touch(st);
}

static gp_simhost *arrive (gp_simrequest *r) {
  gp_simhost *st = r->receiver, *asker = r->asker;
  gp_sim_note(r->sim, GP_TRACE_ARRIVED, st, r->id, 0);
  r->leg = THERE;
  r->arrival = GP_NEVER;
  schedule(r);
  if (st == NULL || st->node == NULL) {
    fail(r, GP_ECONNREFUSED);
    return st == NULL ? asker : st;
  }
  if (st->hanging || !gp_ring_empty(&st->arrived))
    gp_ring_append(&st->arrived, &r->arrived);
  else
    serve(st, r);
  return st;
}

void gp_sim_servenext (gp_simhost *st) {
  gp_simrequest *r = gp_ring_of(gp_simrequest, arrived, st->arrived.next);
  gp_ring_remove(&r->arrived);
  serve(st, r);
}

/* Tells the asker the end, and forgets him. */
static gp_simhost *tell (gp_simrequest *r, gp_err e, const gp_recvresp *a) {
  gp_simhost *st = r->asker;
  gp_sim *s = r->sim;
  r->asker = NULL;
  gp_ring_remove(&r->asking);
  gp_sim_note(s, GP_TRACE_ENDED, st, r->id,
              e == GP_OK ? (unsigned)a->status : (unsigned)e);
  if (e != GP_OK)
    s->count.failures++;
  gp_node_responded(st->node, r->id, e, a, s->now);
  gp_simhost_touch(st);
  return st;
}

static gp_simhost *giveup (gp_simrequest *r) {
  gp_simhost *st = tell(r, GP_ETIMEDOUT, NULL);
  if (r->leg == COMING || (r->leg == GOING && r->arrival == GP_NEVER))
    gp_sim_drop(r);
  else
    schedule(r);
  return st;
}

gp_simhost *gp_sim_proceed (gp_simrequest *r) {
  gp_simhost *st;
  if (r->arrival > r->sim->now)
    return giveup(r);
  if (r->leg == GOING)
    return arrive(r);
  st = tell(r, r->error, r->error == GP_OK ? &r->answered : NULL);
  gp_sim_drop(r);
  return st;
}

void gp_sim_reschedule (gp_simhost *st) {
  gp_ring *at;
  for (at = st->asking.next; at != &st->asking; at = at->next)
    schedule(gp_ring_of(gp_simrequest, asking, at));
}

void gp_sim_orphan (gp_simhost *st) {
  while (!gp_ring_empty(&st->asking)) {
    gp_simrequest *r = gp_ring_of(gp_simrequest, asking, st->asking.next);
    r->asker = NULL;
    gp_ring_remove(&r->asking);
    if (r->leg == COMING || (r->leg == GOING && r->arrival == GP_NEVER))
      gp_sim_drop(r);
    else
      schedule(r);
  }
  while (!gp_ring_empty(&st->arrived)) {
    gp_simrequest *r = gp_ring_of(gp_simrequest, arrived, st->arrived.next);
    gp_ring_remove(&r->arrived);
    fail(r, GP_ECONNRESET);
  }
}
