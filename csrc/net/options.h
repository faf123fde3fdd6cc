/*
** net/options.h - the limits of a node's server and of its client.
**
** Plain data, but for texts and the hosts, which are borrowed. Sizes are in
** bytes; all numbers are above zero.
*/
#ifndef gp_net_options_h
#define gp_net_options_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/hostcheck.h"
#include "wire/http.h"

typedef struct gp_serveropt {
  size_t max_request;         /* body of a request, as it comes in */
  size_t max_request_unknown; /* the same, of whoever 'knows' denies */
  size_t receive_bytes; /* of requests that are coming in, of all together */
  size_t max_headers;   /* of a request */
  size_t max_connections;
  size_t max_connections_per_address; /* of them, from one other machine */
  uint32_t receive_timeout_ms; /* from a request's first byte to its last */
  uint32_t idle_timeout_ms;    /* between two requests of one connection */
  gp_header shown; /* in what it refuses by itself: whose server it is */
  const gp_hostcheck *hosts;
  /*
  ** Whether somebody is known at a numeric address; 'local': on this machine.
  ** Called within callbacks of libevent: it changes nothing.
  */
  bool (*knows)(void *self, const char *remote, bool local);
  /*
  ** So many descriptors are missing: whether others are closed for them, and
  ** none has to be refused. Likewise within callbacks; NULL: none are.
  */
  bool (*makeroom)(void *self, size_t missing);
  void *self;
} gp_serveropt;

typedef struct gp_clientopt {
  uint32_t connect_timeout_ms; /* to set up a connection */
  uint32_t rest_timeout_ms;    /* an unused connection is closed after this */
  size_t max_response;         /* body of a response that may be a list, */
  size_t max_text;             /* and of any other */
  size_t max_headers;          /* of a response */
  const char *own; /* what its node is called: numeric, or NULL or a name,
                      which stand for no address */
} gp_clientopt;

#endif
