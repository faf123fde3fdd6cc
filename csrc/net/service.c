/*
** net/service.c - a node on the network.
*/
#include "net/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/os.h"

struct gp_service {
  gp_loop *loop;
  gp_node *node; /* NULL: freed, while its turn is not over yet */
  bool turning;
  gp_server *server;
  gp_client *client;
  char *cors;
  gp_timer timer; /* only ends the loop's wait: the node ticks each turn */
};

void gp_serviceopt_init (gp_serviceopt *opt) {
  memset(opt, 0, sizeof *opt);
  gp_nodeopt_init(&opt->node);
  opt->server.max_headers = (size_t)16 << 10;
  opt->server.max_connections = 1024;
  opt->server.max_connections_per_address = 64;
  opt->server.receive_timeout_ms = 10000;
  opt->server.idle_timeout_ms = 60000;
  opt->client.connect_timeout_ms = 3000;
  opt->client.rest_timeout_ms = 20000;
  opt->client.max_response = (size_t)1 << 20;
  opt->client.max_headers = (size_t)16 << 10;
}

static gp_err send (void *self, uint64_t id, const gp_peer *dial,
                    const gp_sendreq *asking, uint32_t timeout) {
  gp_service *h = self;
  gp_httpout out;
  gp_scratch scratch;
  gp_err e = gp_wire_writerequest(&out, &scratch, asking);
  if (e != GP_OK)
    return e;
  e = gp_client_send(h->client, id, dial, &out, timeout);
  gp_blob_unref(out.body);
  return e;
}

static void respond (void *self, gp_exchange *x, const gp_sendresp *a) {
  gp_httpout out;
  gp_scratch scratch;
  (void)self;
  if (gp_wire_writeresponse(&out, &scratch, a, x->form) != GP_OK)
    out.status = 503; /* out of memory: without its text */
  gp_httpexchange_respond(gp_httpexchange_of(x), &out);
  gp_blob_unref(out.body);
}

static bool isgone (void *self, const gp_exchange *x) {
  (void)self;
  return gp_httpexchange_isgone(gp_httpexchange_of(x));
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

static void derive (gp_serviceopt *opt) {
  const char *l = opt->listen;
  opt->server.maxbody = gp_base64_len(opt->node.max_body) + ENVELOPE;
  opt->node.on_loopback = strcmp(l, "*") == 0 ||
                          strcmp(l, "localhost") == 0 ||
                          strcmp(l, "127.0.0.1") == 0 ||
                          strcmp(l, "0.0.0.0") == 0 || strcmp(l, "::") == 0;
}

static gp_err makenode (gp_service *h, const char *address, size_t len,
                        int port, const gp_nodeopt *opt, gp_signal *signals) {
  gp_transport t = {h, send, respond, isgone};
  gp_peer *self;
  gp_err e = gp_peer_new(&self, address, len, port);
  if (e != GP_OK)
    return e;
  e = gp_node_new(&h->node, self, &t, opt, signals);
  gp_peer_unref(self);
  return e;
}

static gp_err copycors (gp_service *h, const char *cors) {
  if (cors == NULL)
    return GP_OK;
  h->cors = strdup(cors);
  return h->cors == NULL ? GP_ENOMEM : GP_OK;
}

static gp_err open (gp_service *h, const char *address, size_t len, int port,
                    const gp_serviceopt *given, gp_signal *signals) {
  gp_serviceopt opt = *given;
  gp_peer *probe;
  /* The address is judged before a port is taken. */
  gp_err e = gp_peer_new(&probe, address, len, port == 0 ? 1 : port);
  if (e != GP_OK)
    return e;
  gp_peer_unref(probe);
  derive(&opt);
  if (!gp_os_random(&opt.node.nonce, sizeof opt.node.nonce))
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

gp_err gp_service_new (gp_service **out, gp_loop *l, const char *address,
                       size_t len, int port, const gp_serviceopt *opt,
                       gp_signal *signals) {
  gp_service *h = calloc(1, sizeof *h);
  gp_err e;
  if (h == NULL)
    return GP_ENOMEM;
  h->loop = gp_loop_ref(l);
  gp_timer_init(&h->timer, l, due, h);
  e = open(h, address, len, port, opt, signals);
  if (e != GP_OK) {
    gp_service_free(h);
    return e;
  }
  *out = h;
  return GP_OK;
}

/* The node goes first: it answers what it still owes. */
void gp_service_free (gp_service *h) {
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

gp_node *gp_service_node (gp_service *h) {
  return h->node;
}

static void refuse (gp_httpexchange *r, int status, const char *text) {
  gp_sendresp a = {status, NULL, text, NULL, NULL};
  respond(NULL, gp_httpexchange_head(r), &a);
}

/* Whether the word 'origin' stands in the list of the option. */
static bool isallowed (const gp_service *h, const char *origin) {
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
static bool isforeignpage (const gp_service *h, const gp_httpin *in) {
  const char *origin = in->find(in->headers, "Origin");
  const char *site = in->find(in->headers, "Sec-Fetch-Site");
  if (origin != NULL)
    return !isallowed(h, origin);
  return site != NULL && strcmp(site, "none") != 0 && !isallowed(h, "*");
}

/* Reading may run Lua's finalizers, and with them gp_service_free. */
static void serve (gp_service *h, gp_httpexchange *r, const gp_json *json,
                   uint64_t now) {
  gp_recvreq asked;
  const char *text;
  const gp_httpin *in = gp_httpexchange_request(r);
  gp_peer *self;
  int status;
  if (isforeignpage(h, in)) {
    gp_node_refused(h->node, GP_ECORS, 403, in->remote, now);
    refuse(r, 403, gp_wire_foreign);
    return;
  }
  self = gp_peer_ref(gp_node_self(h->node));
  status = gp_wire_readrequest(&asked, &text, in, json, self);
  gp_peer_unref(self);
  if (h->node == NULL)
    refuse(r, 503, gp_wire_busy);
  else if (status != 0) {
    gp_node_refused(h->node, status == 503 ? GP_ENOMEM : GP_EBADMSG, status,
                    in->remote, now);
    refuse(r, status, text);
  }
  else if (!gp_node_received(h->node, &asked, gp_httpexchange_head(r), now))
    gp_httpexchange_hold(r);
  gp_recvreq_clear(&asked);
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

static void conclude (gp_service *h, gp_result *res, const gp_json *json,
                      uint64_t now) {
  gp_recvresp a;
  gp_err e = res->error;
  memset(&a, 0, sizeof a);
  if (e == GP_OK)
    e = gp_wire_readresponse(&a, &res->answer, json, res->wants_list);
  a.remote = res->remote;
  if (h->node != NULL)
    gp_node_responded(h->node, res->id, e, &a, now);
  gp_recvresp_clear(&a);
  gp_result_free(res);
}

/* The program learns what the server has refused by itself. */
static void tellrefusals (gp_service *h, uint64_t now) {
  gp_refusal r;
  if (gp_server_starved(h->server))
    gp_node_refused(h->node, GP_EMFILE, 0, NULL, now);
  while (gp_server_refusal(h->server, &r))
    gp_node_refused(h->node, refusedfor(r.status), r.status, r.origin, now);
  gp_node_overlooked(h->node, gp_server_overlooked(h->server));
}

/*
** Reading what the largest requests hold can take a tenth of a second each.
** What is left when the time is up has its turn in the next one: the network
** and the program come first, or many of them would make the node look as if
** it hung.
*/
#define SERVING 20 /* ms of one turn */

static void serveall (gp_service *h, const gp_json *json, uint64_t now) {
  gp_httpexchange *r;
  while (h->node != NULL && gp_loop_now(h->loop) <= now + SERVING &&
         (r = gp_server_next(h->server)) != NULL)
    serve(h, r, json, now);
}

void gp_service_turn (gp_service *h, const gp_json *json) {
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
    gp_service_free(h);
  else
    gp_service_rearm(h);
}

void gp_service_rearm (gp_service *h) {
  uint64_t at = gp_server_haswork(h->server) ? gp_loop_now(h->loop)
                                             : gp_node_due(h->node);
  if (at == UINT64_MAX)
    gp_timer_stop(&h->timer);
  else
    gp_timer_set(&h->timer, at);
}
