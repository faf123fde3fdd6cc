/*
** net/service.c - a node on the network.
*/
#include "net/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/os.h"
#include "net/connection.h"
#include "net/source.h"
#include "value/address.h"
#include "wire/codec.h"
#include "wire/refusal.h"

struct gp_service {
  gp_loop *loop;
  gp_node *node; /* NULL: freed, while its turn is not over yet */
  bool turning;
  gp_server *server;
  gp_client *client;
  gp_hostcheck hosts;
  bool check_source;
  uint64_t process;
  gp_extensiontext shown; /* the same, where the server responds by itself */
  gp_timer timer; /* only ends the loop's wait: the node ticks each turn */
};

void gp_serviceopt_init (gp_serviceopt *opt) {
  memset(opt, 0, sizeof *opt);
  gp_nodeopt_init(&opt->node);
  opt->server.max_headers = (size_t)16 << 10;
  opt->server.receive_bytes = (size_t)64 << 20;
  opt->server.max_connections = 1024;
  opt->server.max_connections_per_address = 64;
  opt->server.receive_timeout_ms = 10000;
  opt->server.idle_timeout_ms = 60000;
  opt->client.connect_timeout_ms = 3000;
  opt->client.rest_timeout_ms = 20000;
  opt->client.max_response = (size_t)1 << 20;
  opt->client.max_text = (size_t)16 << 10;
  opt->client.max_headers = (size_t)16 << 10;
}

static gp_err sendrequest (void *self, uint64_t id, const gp_peer *dial,
                           const gp_sendreq *request, uint32_t timeout_ms) {
  gp_service *s = self;
  gp_dial to = {dial, request->cause, request->claimer, request->anew,
                request->ranges};
  gp_httpout out;
  gp_scratch scratch;
  gp_err e = gp_wire_writerequest(&out, &scratch, request);
  if (e != GP_OK)
    return e;
  e = gp_client_send(s->client, id, &to, &out, timeout_ms);
  gp_blob_unref(out.body);
  return e;
}

static void respond (void *self, gp_exchange *x,
                     const gp_sendresp *response) {
  gp_httpout out;
  gp_scratch scratch;
  (void)self;
  if (gp_wire_writeresponse(&out, &scratch, response, x->form) != GP_OK)
    out.status = 503; /* out of memory: without its text */
  gp_server_respond(gp_httpexchange_of(x), &out);
  gp_blob_unref(out.body);
}

static bool isgone (void *self, const gp_exchange *x) {
  (void)self;
  return gp_httpexchange_of(x)->conn == NULL;
}

static gp_peer *endpoint (void *self, const gp_exchange *x) {
  const gp_conn *c = gp_httpexchange_of(x)->conn;
  (void)self;
  return c == NULL ? NULL : gp_conn_endpoint(c);
}

static const char *whereis (void *self, const gp_peer *dial) {
  return gp_client_whereis(((gp_service *)self)->client, dial);
}

static bool ishere (void *self, const char *address) {
  (void)self;
  return gp_source_ishere(address);
}

/* That the loop stops waiting is all there is to do. */
static void due (void *arg) {
  (void)arg;
}

/*
** What the options mean for the parts. A body is a message's data in base64
** with its envelope; a list of receivers has room in it too. Whoever is no
** member has only to say who it is.
*/
#define ENVELOPE 65536

static void derive (gp_serviceopt *opt, int port) {
  const char *l = opt->listen;
  opt->server.max_request = gp_base64_len(opt->node.max_body) + ENVELOPE;
  opt->server.max_request_unknown = ENVELOPE;
  opt->node.on_loopback =
    (strcmp(l, "*") == 0 || strcmp(l, "localhost") == 0 ||
     strcmp(l, "127.0.0.1") == 0 || strcmp(l, "0.0.0.0") == 0 ||
     strcmp(l, "::") == 0) &&
    (opt->listen_port == 0 || port == 0 || (int)opt->listen_port == port);
}

static gp_err makenode (gp_service *s, const char *address, size_t len,
                        int port, const gp_nodeopt *opt, gp_signal *signals) {
  gp_transport t = {s,        sendrequest, respond, isgone,
                    endpoint, whereis,     ishere};
  gp_peer *self;
  gp_err e = gp_peer_new(&self, address, len, port);
  if (e != GP_OK)
    return e;
  e = gp_node_new(&s->node, self, &t, opt, signals);
  gp_peer_unref(self);
  return e;
}

/* What it calls itself is a name of its machine. */
static gp_err makehosts (gp_service *s, const char *address,
                         gp_serviceopt *opt) {
  gp_err e;
  size_t i;
  opt->server.hosts = &s->hosts;
  gp_hostcheck_init(&s->hosts, opt->listen);
  e = gp_hostcheck_add(&s->hosts, address);
  for (i = 0; i < opt->nhosts && e == GP_OK; i++)
    e = gp_hostcheck_add(&s->hosts, opt->hosts[i]);
  return e;
}

/* Its connections come from the address that it is called by. */
static gp_err makeclient (gp_service *s, const char *address,
                          gp_clientopt *opt) {
  opt->own = address;
  return gp_client_new(&s->client, s->loop, opt);
}

typedef struct asked {
  const gp_node *node;
  bool known;
} asked;

static bool visit (void *self, const char *address) {
  asked *a = self;
  a->known = gp_node_knows(a->node, address);
  return !a->known;
}

/*
** Whether so large a request may come from there: its sender is not known
** before it is read. Who is known on this machine may come from any address
** of it.
*/
static bool knows (void *self, const char *remote, bool local) {
  const gp_service *s = self;
  asked a = {s->node, false};
  if (s->node == NULL)
    return false;
  if (!s->check_source || gp_node_knows(s->node, remote))
    return true;
  if (local && visit(&a, "127.0.0.1"))
    gp_os_eachaddress(visit, &a);
  return a.known;
}

static bool makeroom (void *self, size_t missing) {
  return gp_client_makeroom(((gp_service *)self)->client, missing);
}

static gp_err open (gp_service *s, const char *address, size_t len, int port,
                    const gp_serviceopt *given, gp_signal *signals) {
  gp_serviceopt opt = *given;
  gp_peer *probe;
  int at = given->listen_port != 0 ? (int)given->listen_port : port;
  /* The address is judged before a port is taken. */
  gp_err e = gp_peer_new(&probe, address, len, port == 0 ? 1 : port);
  if (e != GP_OK)
    return e;
  derive(&opt, port);
  opt.node.only_here = gp_address_isinternal(gp_peer_address(probe));
  e = makehosts(s, gp_peer_address(probe), &opt);
  if (e == GP_OK)
    e = makeclient(s, gp_peer_address(probe), &opt.client);
  gp_peer_unref(probe);
  if (e != GP_OK)
    return e;
  gp_crypto_random(&opt.node.nonce, sizeof opt.node.nonce);
  gp_crypto_random(&opt.node.secret, sizeof opt.node.secret);
  gp_crypto_random(opt.node.cookie_key, sizeof opt.node.cookie_key);
  gp_crypto_random(&opt.node.first_number, sizeof opt.node.first_number);
  opt.node.first_number >>= 2; /* so that it can be counted up from there */
  s->process = opt.node.nonce;
  opt.server.knows = knows;
  opt.server.makeroom = makeroom;
  s->check_source = opt.node.check_source;
  opt.server.self = s;
  opt.server.shown = gp_extension_process(&s->shown, s->process);
  e = gp_server_new(&s->server, s->loop, opt.listen, &at, &opt.server);
  if (e == GP_OK)
    e = makenode(s, address, len, port == 0 ? at : port, &opt.node, signals);
  return e;
}

gp_err gp_service_new (gp_service **out, gp_loop *l, const char *address,
                       size_t len, int port, const gp_serviceopt *opt,
                       gp_signal *signals) {
  gp_service *s = calloc(1, sizeof *s);
  gp_err e;
  if (s == NULL)
    return GP_ENOMEM;
  s->loop = gp_loop_ref(l);
  gp_timer_init(&s->timer, gp_loop_timers(l), due, s);
  e = open(s, address, len, port, opt, signals);
  if (e != GP_OK) {
    gp_service_free(s);
    return e;
  }
  *out = s;
  return GP_OK;
}

/* The node goes first: it responds to what it still owes. */
void gp_service_free (gp_service *s) {
  if (s == NULL)
    return;
  gp_timer_stop(&s->timer);
  gp_node_free(s->node);
  s->node = NULL;
  if (s->turning)
    return;
  gp_client_free(s->client);
  gp_server_free(s->server);
  gp_loop_unref(s->loop);
  gp_hostcheck_clear(&s->hosts);
  free(s);
}

gp_node *gp_service_node (gp_service *s) {
  return s->node;
}

static void refuse (gp_service *s, gp_httpexchange *x, int status,
                    const char *text) {
  gp_sendresp response = {.status = status, .text = text};
  response.ext.who.process = s->process;
  respond(s, &x->exchange, &response);
}

/* Reading may run Lua's finalizers, and with them gp_service_free. */
static void serve (gp_service *s, gp_httpexchange *x, const gp_json *json,
                   uint64_t now) {
  gp_recvreq request;
  const char *text;
  const gp_httpin *in = &x->request;
  gp_peer *self;
  int status;
  self = gp_peer_ref(gp_node_self(s->node));
  status = gp_wire_readrequest(&request, &text, in, json, self);
  gp_peer_unref(self);
  if (s->node == NULL)
    refuse(s, x, 503, gp_wire_busy);
  else if (status != 0) {
    gp_node_refused(s->node, status == 503 ? GP_ENOMEM : GP_EBADMSG, status,
                    in->remote, now);
    refuse(s, x, status, text);
  }
  else if (!gp_node_received(s->node, &request, &x->exchange, now))
    gp_server_hold(x);
  gp_recvreq_clear(&request);
}

/* What stands behind a status that the server gives by itself. */
static gp_err errorof (int status) {
  switch (status) {
    case 403: return GP_EBROWSER;
    case 421: return GP_EHOST;
    case 408:
    case 413:
    case 431:
    case 503: return GP_ELIMIT;
    default: return GP_EBADMSG;
  }
}

static void conclude (gp_service *s, gp_result *r, const gp_json *json,
                      uint64_t now) {
  gp_recvresp response;
  gp_err e = r->error;
  memset(&response, 0, sizeof response);
  if (e == GP_OK)
    e = gp_wire_readresponse(&response, &r->response, json, r->lists);
  response.remote = r->remote;
  response.unsent = e != GP_OK && r->unsent;
  if (s->node != NULL)
    gp_node_responded(s->node, r->id, e, &response, now);
  gp_recvresp_clear(&response);
  gp_result_free(r);
}

/* The program learns what the server has refused by itself. */
static void tellrefusals (gp_service *s, uint64_t now) {
  gp_refusals *refusals = gp_server_refusals(s->server);
  uint64_t overlooked = gp_refusals_overlooked(refusals);
  gp_refusal r;
  if (gp_server_starved(s->server))
    gp_node_refused(s->node, GP_EMFILE, 0, NULL, now);
  while (gp_refusals_next(refusals, &r))
    gp_node_refused(s->node, errorof(r.status), r.status, r.origin, now);
  if (overlooked > 0)
    gp_node_overlooked(s->node, overlooked);
}

/*
** Reading what the largest requests hold can take a tenth of a second each.
** What is left when the time is up is served in the next turn: the network
** and the program come first, or many of them would make the node look as if
** it hung.
*/
#define SERVING_MS 20 /* of one turn */

static void serveall (gp_service *s, const gp_json *json, uint64_t now) {
  gp_httpexchange *x;
  while (s->node != NULL && gp_loop_now(s->loop) <= now + SERVING_MS &&
         (x = gp_server_next(s->server)) != NULL)
    serve(s, x, json, now);
}

void gp_service_turn (gp_service *s, const gp_json *json) {
  uint64_t now = gp_loop_now(s->loop);
  gp_result *r;
  s->turning = true;
  tellrefusals(s, now);
  gp_node_tick(s->node, now);
  serveall(s, json, now);
  while (s->node != NULL && (r = gp_client_next(s->client)) != NULL)
    conclude(s, r, json, now);
  s->turning = false;
  if (s->node == NULL)
    gp_service_free(s);
  else
    gp_service_rearm(s);
}

void gp_service_rearm (gp_service *s) {
  uint64_t due_at = gp_server_haswork(s->server) ? gp_loop_now(s->loop)
                                                 : gp_node_due(s->node);
  if (due_at == UINT64_MAX)
    gp_timer_stop(&s->timer);
  else
    gp_timer_set(&s->timer, due_at);
}
