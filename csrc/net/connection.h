/*
** net/connection.h - the insides of a server, for its own files.
**
** net/server.c has the server, its listeners and its replies;
** net/connection.c the connections, from accepting to closing, and their
** times; net/refuse.c those that are refused. evhttp owns an accepted
** connection and tells when it goes.
*/
#ifndef gp_net_connection_h
#define gp_net_connection_h

#include <event2/bufferevent.h>

#include "wire/frame.h"
#include "base/ring.h"
#include "net/server.h"
#include "net/listener.h"
#pragma GCC visibility push(hidden)

struct evbuffer;
struct evhttp_connection;
struct evhttp_request;

#define GP_CONN_BUCKETS 256

/*
** Whoever is refused has this long (ms) to read why, and so many at once;
** further ones are cut off at once.
*/
#define GP_CONN_LINGER 1000
#define GP_CONN_LINGERERS 64

typedef struct gp_conn gp_conn;

/* Why the server does not accept at present: bits. */
typedef enum gp_closed {
  GP_CLOSED_STARVED = 1, /* no descriptors */
  GP_CLOSED_NOSPARE = 2, /* no memory for the next connection */
  GP_CLOSED_FULL = 4,    /* even too many that are being refused */
  GP_CLOSED_ENDING = 8
} gp_closed;

struct gp_server {
  gp_loop *loop;
  gp_serveropt opt;
  struct evhttp *http;
  struct evconnlistener *listeners[GP_LISTEN_MAX];
  struct event *markers[GP_LISTEN_MAX];
  unsigned closed;    /* of gp_closed */
  bool starved;       /* of descriptors, and not yet told */
  uint64_t starvedat; /* when that was last so, or 0 */
  gp_timer retry;     /* accept again */
  gp_ring requests;   /* replies that nobody has taken: to short requests, */
  gp_ring large;      /* and to others, which may take long to read */
  struct event *adopt, *resume;
  gp_conn *spare; /* the next one to be accepted */
  gp_ring fresh;  /* accepted, not yet adopted */
  gp_ring live;
  gp_ring early; /* those that have sent more than was asked for */
  gp_ring table[GP_CONN_BUCKETS]; /* the live ones by connection */
  size_t count; /* of connections: served, refused, and 'fresh' */
  size_t served, refused;
  gp_refusal refusals[GP_REFUSALS]; /* that nobody has taken, oldest first */
  size_t nrefusals;
  uint64_t overlooked; /* for which there was no room */
  gp_timer sweep;
  uint64_t period; /* ms between two sweeps while requests come in */
  uint64_t lag;    /* ms that the loop was held up, in all */
};

typedef enum gp_connstate {
  GP_CONN_IDLE, /* waits for the first byte of a request */
  GP_CONN_READING,
  GP_CONN_OWED, /* 'reply' is owed: no limit of time */
  GP_CONN_WRITING,
  GP_CONN_REFUSED /* may read why, and what it sends is thrown away */
} gp_connstate;

struct gp_conn {
  gp_ring place; /* in 'fresh' or 'live' */
  gp_ring bucket;
  gp_server *server;
  struct evhttp_connection *con;
  struct bufferevent *bev;
  gp_httpexchange *reply;
  gp_connstate state;
  uint64_t since;              /* when the state began, by gp_conn_now */
  size_t got;                  /* bytes of the request that is being read */
  gp_frame frame;              /* of that request */
  bufferevent_data_cb reading; /* evhttp's, while it must not read */
  struct evbuffer *early;      /* sent before the last answer, or NULL */
  gp_ring waiting;             /* in the server's 'early' */
};

struct gp_httpexchange {
  gp_exchange exchange; /* what the node knows of it */
  gp_ring queue;        /* while nobody has taken it */
  gp_conn *conn;        /* NULL: the asker is gone */
  struct evhttp_request *req;
  gp_httpin in;
  bool last; /* the connection ends with it */
};

/* Marks that the asker is gone: what 'in' showed no longer exists. */
void gp_httpexchange_lost (gp_httpexchange *r);

/* Accepts or not, as 'closed' says. */
void gp_server_gate (gp_server *s);

/* Does not accept for a while, for a 'why' that passes by itself. */
void gp_server_pause (gp_server *s, gp_closed why);

/* The time without that in which the loop was held up. */
uint64_t gp_conn_now (const gp_server *s);

/* Makes the spare connection unless there is one. False: out of memory. */
bool gp_conn_spare (gp_server *s);
void gp_conn_freespare (gp_server *s);

/* The callback of evhttp that is asked for a bufferevent; 'arg': server. */
struct bufferevent *gp_conn_accept (struct event_base *base, void *arg);

/* Takes over what was accepted, once evhttp has made it a connection. */
void gp_conn_adopt (gp_server *s);

/* It is served, unless it is one too many. */
void gp_conn_admit (gp_server *s, gp_conn *c);

/* NULL when it is unknown. */
gp_conn *gp_conn_find (gp_server *s, const struct evhttp_connection *con);

void gp_conn_enter (gp_conn *c, gp_connstate state);

/*
** Answers with 'status', without a body, and closes once the other side has
** had time to read it. Also within a callback of a buffer.
*/
void gp_conn_refuse (gp_conn *c, int status);

/* Numeric, no port. Lives as long as the connection. */
const char *gp_conn_remote (const gp_conn *c);

/* The request 'status' was refused to 'c', or 'c' itself was: tells it. */
void gp_conn_note (gp_conn *c, int status);

/* Lets those read on that have sent more than was asked for. */
void gp_conn_resume (gp_server *s);

/* Closes the connection. Not within a callback of libevent. */
void gp_conn_close (gp_conn *c);

/* Notices from now on when the other side leaves. */
void gp_conn_watch (gp_conn *c);

/* Writes what waits, as far as that goes without waiting. */
void gp_conn_flush (gp_conn *c);

/* The callback of the sweep timer; 'arg' is the server. */
void gp_conn_sweep (void *arg);

#pragma GCC visibility pop
#endif
