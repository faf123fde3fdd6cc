/*
** net/service.c - a node on the network.
*/
#include "net/service.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/base64.h"

struct gp_host {
  gp_loop *loop;
  gp_node *node; /* NULL: freed, while its turn is not over yet */
  bool turning;
  gp_server *server;
  gp_client *client;
  char *cors;
  gp_timer timer; /* only ends the loop's wait: the node ticks each turn */
};

void gp_hostopt_init (gp_hostopt *opt) {
  memset(opt, 0, sizeof *opt);
  gp_nodeopt_init(&opt->node);
  opt->server.maxheaders = (size_t)16 << 10;
  opt->server.maxconnections = 1024;
  opt->server.maxperaddress = 64;
  opt->server.requesttime = 10000;
  opt->server.idletime = 60000;
  opt->client.connecttime = 3000;
  opt->client.resttime = 20000;
  opt->client.maxanswer = (size_t)1 << 20;
  opt->client.maxheaders = (size_t)16 << 10;
}

static gp_err ask (void *self, uint64_t id, const gp_peer *dial,
                   const gp_asking *asking, uint32_t timeout) {
  gp_host *h = self;
  gp_httpout out;
  gp_scratch scratch;
  gp_err e = gp_wire_ask(&out, &scratch, asking);
  if (e != GP_OK)
    return e;
  e = gp_client_ask(h->client, id, dial, &out, timeout);
  gp_blob_unref(out.body);
  return e;
}

static void answer (void *self, gp_reply *r, const gp_answer *a,
                    gp_form form) {
  gp_httpout out;
  gp_scratch scratch;
  (void)self;
  if (gp_wire_answer(&out, &scratch, a, form) != GP_OK)
    out.status = 503; /* out of memory: without its text */
  gp_reply_answer(r, &out);
  gp_blob_unref(out.body);
}

static bool gone (void *self, const gp_reply *r) {
  (void)self;
  return gp_reply_gone(r);
}

/* The wait is over: that is all there is to do. */
static void due (void *arg) {
  (void)arg;
}

/*
** What the options mean for the parts. A body is a message's data in base64
** with its envelope; a list of receivers has room in it too.
*/
#define ENVELOPE 65536

static void derive (gp_hostopt *opt) {
  const char *l = opt->listen;
  opt->server.maxbody = gp_base64_len(opt->node.maxdata) + ENVELOPE;
  opt->node.onloopback = strcmp(l, "*") == 0 || strcmp(l, "localhost") == 0 ||
                         strcmp(l, "127.0.0.1") == 0 ||
                         strcmp(l, "0.0.0.0") == 0 || strcmp(l, "::") == 0;
}

static gp_err makenode (gp_host *h, const char *address, size_t len, int port,
                        const gp_nodeopt *opt, gp_signal *signals) {
  gp_transport t = {h, ask, answer, gone};
  gp_peer *self;
  gp_err e = gp_peer_new(&self, address, len, port);
  if (e != GP_OK)
    return e;
  e = gp_node_new(&h->node, self, &t, opt, signals);
  gp_peer_unref(self);
  return e;
}

static gp_err copycors (gp_host *h, const char *cors) {
  if (cors == NULL)
    return GP_OK;
  h->cors = strdup(cors);
  return h->cors == NULL ? GP_ENOMEM : GP_OK;
}

static gp_err open (gp_host *h, const char *address, size_t len, int port,
                    const gp_hostopt *given, gp_signal *signals) {
  gp_hostopt opt = *given;
  gp_peer *probe;
  /* The address is judged before a port is taken. */
  gp_err e = gp_peer_new(&probe, address, len, port == 0 ? 1 : port);
  if (e != GP_OK)
    return e;
  gp_peer_unref(probe);
  derive(&opt);
  if (getrandom(&opt.node.nonce, sizeof opt.node.nonce, 0) < 0)
    return GP_EIO;
  e = copycors(h, opt.cors);
  if (e == GP_OK)
    e = gp_server_new(&h->server, h->loop, opt.listen, &port, &opt.server);
  if (e == GP_OK)
    e = gp_client_new(&h->client, h->loop, &opt.client);
  if (e == GP_OK)
    e = makenode(h, address, len, port, &opt.node, signals);
  return e;
}

gp_err gp_host_new (gp_host **out, gp_loop *l, const char *address,
                    size_t len, int port, const gp_hostopt *opt,
                    gp_signal *signals) {
  gp_host *h = calloc(1, sizeof *h);
  gp_err e;
  if (h == NULL)
    return GP_ENOMEM;
  h->loop = gp_loop_ref(l);
  gp_timer_init(&h->timer, l, due, h);
  e = open(h, address, len, port, opt, signals);
  if (e != GP_OK) {
    gp_host_free(h);
    return e;
  }
  *out = h;
  return GP_OK;
}

/* The node goes first: it answers what it still owes. */
void gp_host_free (gp_host *h) {
  if (h == NULL)
    return;
  gp_timer_stop(&h->timer);
  gp_node_free(h->node);
  h->node = NULL;
  if (h->turning)
    return;
  gp_client_free(h->client);
  gp_server_free(h->server);
  gp_loop_unref(h->loop);
  free(h->cors);
  free(h);
}

gp_node *gp_host_node (gp_host *h) {
  return h->node;
}

static void refuse (gp_reply *r, int status, const char *text) {
  gp_answer a = {status, NULL, text, NULL, NULL};
  answer(NULL, r, &a, GP_FORM_UNKNOWN);
}

/* Whether the word 'origin' stands in the list of the option. */
static bool isallowed (const gp_host *h, const char *origin) {
  size_t len = strlen(origin);
  const char *at = h->cors;
  if (at == NULL)
    return false;
  while (*at != '\0') {
    size_t word = strcspn(at, " ");
    if ((word == 1 && *at == '*') ||
        (word == len && strncmp(at, origin, len) == 0))
      return true;
    at += word + strspn(at + word, " ");
  }
  return false;
}

/*
** A page in somebody's browser must not be able to write to a node on his
** machine. Browsers name the page's origin with what can change something
** (Fetch standard, "Origin" header), and whence a request comes with all
** the rest (Fetch Metadata, "Sec-Fetch-Site"); Go programs and ours send
** neither.
*/
static bool isforeignpage (const gp_host *h, const gp_httpin *in) {
  const char *origin = in->find(in->headers, "Origin");
  const char *site = in->find(in->headers, "Sec-Fetch-Site");
  if (origin != NULL)
    return !isallowed(h, origin);
  return site != NULL && strcmp(site, "none") != 0 && !isallowed(h, "*");
}

/* Reading may run Lua's finalizers, and with them gp_host_free. */
static void serve (gp_host *h, gp_reply *r, const gp_json *json,
                   uint64_t now) {
  gp_asked asked;
  const char *text;
  const gp_httpin *in = gp_reply_request(r);
  gp_peer *self;
  int status;
  if (isforeignpage(h, in)) {
    gp_node_misasked(h->node, GP_ECORS, 403, in->remote, now);
    refuse(r, 403, gp_wire_foreign);
    return;
  }
  self = gp_peer_ref(gp_node_self(h->node));
  status = gp_wire_read(&asked, &text, in, json, self);
  gp_peer_unref(self);
  if (h->node == NULL)
    refuse(r, 503, gp_wire_busy);
  else if (status != 0) {
    gp_node_misasked(h->node, status == 503 ? GP_ENOMEM : GP_EBADMSG, status,
                     in->remote, now);
    refuse(r, status, text);
  }
  else if (!gp_node_requested(h->node, &asked, r, now))
    gp_reply_hold(r);
  gp_asked_clear(&asked);
}

/* What stands behind a status that the server gives by itself. */
static gp_err refusedfor (int status) {
  switch (status) {
    case 408:
    case 413:
    case 431:
    case 503: return GP_ELIMIT;
    default: return GP_EBADMSG;
  }
}

static void conclude (gp_host *h, gp_result *res, const gp_json *json,
                      uint64_t now) {
  gp_answered a;
  gp_err e = res->error;
  memset(&a, 0, sizeof a);
  if (e == GP_OK)
    e = gp_wire_readanswer(&a, &res->answer, json,
                           gp_node_wantslist(h->node, res->id));
  a.remote = res->remote;
  if (h->node != NULL)
    gp_node_answered(h->node, res->id, e, &a, now);
  gp_answered_clear(&a);
  gp_result_free(res);
}

/* The program learns what the server has refused by itself. */
static void tellrefusals (gp_host *h, uint64_t now) {
  gp_refusal r;
  if (gp_server_starved(h->server))
    gp_node_misasked(h->node, GP_EMFILE, 0, NULL, now);
  while (gp_server_refusal(h->server, &r))
    gp_node_misasked(h->node, refusedfor(r.status), r.status, r.origin, now);
  gp_node_misasks(h->node, gp_server_overlooked(h->server));
}

/*
** Reading what the largest requests hold can take a tenth of a second each.
** What is left when the time is up has its turn in the next one: the network
** and the program come first, or many of them would make the node look as if
** it hung.
*/
#define SERVING 20 /* ms of one turn */

static void serveall (gp_host *h, const gp_json *json, uint64_t now) {
  gp_reply *r;
  while (h->node != NULL && gp_loop_now(h->loop) <= now + SERVING &&
         (r = gp_server_next(h->server)) != NULL)
    serve(h, r, json, now);
}

void gp_host_turn (gp_host *h, const gp_json *json) {
  uint64_t now = gp_loop_now(h->loop);
  gp_result *res;
  h->turning = true;
  tellrefusals(h, now);
  gp_node_tick(h->node, now);
  serveall(h, json, now);
  while (h->node != NULL && (res = gp_client_next(h->client)) != NULL)
    conclude(h, res, json, now);
  h->turning = false;
  if (h->node == NULL)
    gp_host_free(h);
  else
    gp_host_rearm(h);
}

void gp_host_rearm (gp_host *h) {
  uint64_t at = gp_server_isasked(h->server) ? gp_loop_now(h->loop)
                                             : gp_node_due(h->node);
  if (at == UINT64_MAX)
    gp_timer_stop(&h->timer);
  else
    gp_timer_set(&h->timer, at);
}
