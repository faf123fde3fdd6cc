/*
** net/link.h - the keep-alive connections of a client.
**
** A link is one connection to one numeric address for one peer. It serves
** one request at a time, or rests in the pool until the next one, until it
** rested too long, or until the other side closes it. Knows no requests:
** its user sends through 'con' and is called back by evhttp itself.
*/
#ifndef gp_net_link_h
#define gp_net_link_h

#include <netinet/in.h>

#include "base/ring.h"
#include "net/loop.h"
#include "net/options.h"
#include "value/peer.h"
#pragma GCC visibility push(hidden)

struct bufferevent;
struct evhttp_connection;

#define GP_LINK_BUCKETS 64
#define GP_LINK_LEAVING 32 /* so many are closed at once to make room */
#define GP_LINK_EARLY 256  /* bytes of a head, with its end; "": nothing */

typedef struct gp_pool {
  gp_loop *loop;
  gp_clientopt opt;
  char own[INET6_ADDRSTRLEN];     /* the node's own address, numeric; or "" */
  gp_ring table[GP_LINK_BUCKETS]; /* resting links, by peer */
  gp_ring resting;                /* the same, the oldest first */
  gp_ring dropped;                /* to be freed by the timer */
  size_t leaving; /* descriptors that gp_pool_makeroom has given up, which
                     are free a turn after their links, */
  bool freed;     /* and whether those are */
  gp_timer timer;
} gp_pool;

typedef struct gp_link {
  gp_ring bucket;
  gp_ring place; /* in 'resting' or 'dropped', else alone */
  gp_pool *pool;
  const gp_peer *peer;
  struct evhttp_connection *con;
  struct bufferevent *bev;
  char address[INET6_ADDRSTRLEN];
  bool bound;                   /* it comes from the node's own address */
  uint64_t rested_at;           /* when it began to rest */
  unsigned served;              /* responses so far */
  size_t got;                   /* bytes of the present response, */
  size_t max_body;              /* and most that its body may have */
  bool sent;                    /* was connected: a request was written */
  void (*connected)(void *arg); /* called then, in a callback, or NULL */
  void *arg;
  bool closed;               /* by either side */
  bool toolong;              /* the response was: cut off */
  char early[GP_LINK_EARLY]; /* what came before the connection broke */
} gp_link;

/* Copies 'opt' and its text, borrows the loop. */
void gp_pool_init (gp_pool *p, gp_loop *l, const gp_clientopt *opt);

/* Frees every link that rests. The rest must have been freed before. */
void gp_pool_close (gp_pool *p);

/*
** A new link that is not connected yet; NULL when out of memory. Where its
** node is called by an address that this machine has, and where it leads to
** others, the connection comes from that address: of several that the machine
** has, it is the one that the peer knows. 'anywhere': from any address.
*/
gp_link *gp_link_new (gp_pool *p, const gp_peer *peer, const char *address,
                      bool anywhere);

/* Takes a link to 'peer' that rests; NULL when there is none. */
gp_link *gp_pool_take (gp_pool *p, const gp_peer *peer);

/* Drops those that rest: its name may lead elsewhere by now. */
void gp_pool_forget (gp_pool *p, const gp_peer *peer);

/*
** Descriptors are scarce, so many are missing: closes the links that have
** rested longest, some more than that at a time. False: too few are free
** soon.
** Legal in callbacks.
*/
bool gp_pool_makeroom (gp_pool *p, size_t missing);

/* After a request was started, whose response is a list or not: sets up a
   socket that was just made. */
void gp_link_started (gp_link *k, bool may_list);

/* Gives it back. Legal in callbacks, like gp_link_drop. */
void gp_link_rest (gp_link *k);

/* Lets it be freed by the timer: what libevent calls cannot free it. */
void gp_link_drop (gp_link *k);

/* NULL is allowed. Not within callbacks of libevent. */
void gp_link_free (gp_link *k);

/* Why it could not be connected, where the system said so (0: nothing). */
gp_err gp_link_why (const gp_link *k, int number);

/* Whether bytes wait to be read, of a response that is not too long. */
bool gp_link_waiting (const gp_link *k);

#pragma GCC visibility pop
#endif
