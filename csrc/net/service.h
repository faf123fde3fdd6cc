/*
** net/service.h - a node on the network: node, server and client together.
**
** The transport of a real node: carries what the wire forms read and write
** between the three, in phase two of the pump. Owns all three; stands on the
** loop. Knows no Lua; the JSON reader is handed in at each turn.
*/
#ifndef gp_net_service_h
#define gp_net_service_h

#include "net/client.h"
#include "net/loop.h"
#include "net/server.h"
#include "node/node.h"
#include "wire/json.h"
#pragma GCC visibility push(hidden)

typedef struct gp_service gp_service;

typedef struct gp_serviceopt {
  gp_nodeopt node;
  gp_serveropt server;
  gp_clientopt client;
  const char *listen; /* as gp_server_new takes it */
  size_t listen_port; /* apart from the port that it is known at; 0: not */
  const char *hosts[GP_HOSTS_MAX]; /* see net/hostcheck.h */
  size_t nhosts;
} gp_serviceopt;

/* The defaults of every limit; 'listen' is NULL. */
void gp_serviceopt_init (gp_serviceopt *opt);

/*
** A node that serves. 'port' 0 takes that of 'listen_port', or a free one.
** Copies 'opt'; borrows 'signals' as gp_node_new does. GP_EINVAL: 'address',
** 'port' or 'listen' is none.
*/
gp_err gp_service_new (gp_service **out, gp_loop *l, const char *address,
                       size_t len, int port, const gp_serviceopt *opt,
                       gp_signal *signals);

/*
** NULL is allowed. May be called from within the JSON reader of a turn of
** this service: then the node goes at once, and the rest when the turn ends.
*/
void gp_service_free (gp_service *s);

/* Lives as long as the service. */
gp_node *gp_service_node (gp_service *s);

/* Phase two: what arrived is read, decided and responded to. */
void gp_service_turn (gp_service *s, const gp_json *json);

/*
** After calls of the node: sets the loop's timer to what the node wants
** next. gp_service_turn does it too.
*/
void gp_service_rearm (gp_service *s);

#pragma GCC visibility pop
#endif
