/*
** net/connection.h - one connection of a server: what comes in on it and
** goes out, and how long either may take.
**
** evhttp owns an accepted connection; its closing is told to the table
** (net/conntable.h), which makes and ends these records. evhttp has no limit
** for a whole request and none for the length of a chunk-size line; its
** timeouts kill connections whose data came while the loop was held up. Nor
** does it choose the right status, and what it writes is HTML. So it does
** not get to see a request before its head is whole and good
** (wire/frame.h): what is not is refused here.
*/
#ifndef gp_net_connection_h
#define gp_net_connection_h

#include <event2/bufferevent.h>

#include "base/ring.h"
#include "net/exchange.h"
#include "net/refusals.h"
#include "net/sweep.h"
#include "value/origin.h"
#include "wire/frame.h"
#pragma GCC visibility push(hidden)

struct evbuffer;
struct event;
struct evhttp_connection;

/*
** Whoever is refused has this long to read why, and so many at once; further
** ones are cut off at once.
*/
#define GP_CONN_LINGER_MS 1000
#define GP_CONN_LINGERERS 64

/* What the connections of one server have in common. */
typedef struct gp_conns gp_conns;
struct gp_conns {
  const gp_serveropt *opt;
  gp_sweep sweep;
  gp_refusals refusals;
  void (*relieve)(gp_conns *all); /* 'held' is too much */
  size_t held; /* bytes of requests that came in, not yet responded to */
  size_t served, refused; /* connections, of those that have begun */
  gp_origins origins;     /* of those that are served */
  gp_ring live;  /* those that have begun; of those that rest, the one that
                    has done so longest comes first */
  gp_ring early; /* those that sent a next request too soon */
  struct event *resume; /* lets them go on */
};

typedef enum gp_connstate {
  GP_CONN_IDLE, /* waits for the first byte of a request */
  GP_CONN_READING,
  GP_CONN_OWED, /* a response is owed: no limit of time */
  GP_CONN_WRITING,
  GP_CONN_REFUSED /* may read why, and what it sends is thrown away */
} gp_connstate;

struct gp_conn {
  gp_ring place, bucket; /* the table's */
  gp_conns *conns;
  struct evhttp_connection *con; /* NULL: has not begun */
  struct bufferevent *bev;
  gp_origin *origin;         /* NULL: it is not served, or no memory */
  gp_httpexchange *exchange; /* that is owed a response */
  gp_connstate state;
  uint64_t state_at;           /* when it began, by gp_sweep_now */
  size_t got;                  /* bytes of a request that are held */
  bool known;                  /* somebody is there, as far as was asked */
  gp_frame frame;              /* of that request */
  bufferevent_data_cb reading; /* evhttp's, while it must not read */
  struct evbuffer *early; /* came before the response was given, or NULL */
  gp_ring waiting;        /* in the 'early' of all */
};

/*
** Borrows loop and options. 'sweep' is called when gp_conn_check is to be
** called for each.
*/
void gp_conns_init (gp_conns *all, gp_loop *l, const gp_serveropt *opt,
                    void (*sweep)(void *arg), void *arg);
gp_err gp_conns_open (gp_conns *all);
void gp_conns_close (gp_conns *all);

/*
** A record with a bufferevent for evhttp, which owns that from then on; the
** record keeps a reference until it begins, as evhttp may free a connection
** that it could not finish without telling. NULL: out of memory.
*/
gp_conn *gp_conn_new (gp_conns *all);

/* Frees one that has not begun. */
void gp_conn_discard (gp_conn *c);

/* evhttp has made 'con' of it: it is served. */
void gp_conn_begin (gp_conn *c, struct evhttp_connection *con);

/* Frees one that evhttp closes; a response that it owes is lost. */
void gp_conn_end (gp_conn *c);

/* Numeric, no port. Lives as long as the connection. */
const char *gp_conn_remote (const gp_conn *c);

/* Address and port of this machine that it came to, to be given back; NULL:
   out of memory, or it is lost. */
gp_peer *gp_conn_endpoint (const gp_conn *c);

/* Whether all that was read of it is one whole request. */
bool gp_conn_iswhole (const gp_conn *c);

/* Whether a request is coming in that is not whole. */
bool gp_conn_isunfinished (const gp_conn *c);

/* Whether somebody is known where it comes from. */
bool gp_conn_isknown (gp_conn *c);

/* Whether bytes came in that nobody has looked at. */
bool gp_conn_hasmore (const gp_conn *c);

/* That request came out, as 'x'. */
void gp_conn_owe (gp_conn *c, gp_httpexchange *x);

/* It is not owed any more. */
void gp_conn_release (gp_conn *c);

/* A response is about to be written. */
void gp_conn_write (gp_conn *c);

/*
** Refuses with 'status', without a body, and closes once the other side has
** had time to read it. Also within a callback of a buffer.
*/
void gp_conn_refuse (gp_conn *c, int status);

/* The same with 503, for want of room; what came of the request is freed. */
void gp_conn_shed (gp_conn *c);

/* The program is to be told of a refusal. */
void gp_conn_note (gp_conn *c, int status);

/* The request that came out has been read: nothing of it is held any more. */
void gp_conn_forget (gp_conn *c);

/* Notices from now on when the other side leaves. */
void gp_conn_watch (gp_conn *c);

/* Writes what waits, as far as that goes without waiting. */
void gp_conn_flush (gp_conn *c);

/* Closes the connection. Not within a callback of its own. */
void gp_conn_close (gp_conn *c);

/* Closes it for having taken too long; whoever was too slow with a request is
   told. Not within a callback of its own. */
void gp_conn_expire (gp_conn *c);

/*
** Refuses or closes it when it was too slow. When it is to be checked again;
** UINT64_MAX: not before something happens.
*/
uint64_t gp_conn_check (gp_conn *c, uint64_t now);

#pragma GCC visibility pop
#endif
