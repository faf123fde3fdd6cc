/*
** net/conntable.h - the connections of a server, from being accepted to
** being closed.
**
** Owns their records and finds them by evhttp's connections; decides which
** are served and when they are looked at. What goes on in one is its own
** (net/connection.h).
*/
#ifndef gp_net_conntable_h
#define gp_net_conntable_h

#include <stdbool.h>

#include "net/acceptor.h"
#include "net/connection.h"
#pragma GCC visibility push(hidden)

struct event_base;

#define GP_CONN_BUCKETS 256

typedef struct gp_conntable {
  gp_conns conns;
  gp_acceptor *acceptor;
  gp_conn *spare;                   /* the next one to be accepted, or NULL */
  gp_ring fresh;                    /* accepted, not yet adopted */
  gp_ring buckets[GP_CONN_BUCKETS]; /* the live ones, by 'con' */
  size_t count;                     /* fresh and live */
  struct event *adopt;
} gp_conntable;

/* Borrows all that it is given. */
void gp_conntable_init (gp_conntable *t, gp_loop *l, gp_acceptor *acceptor,
                        const gp_serveropt *opt);

/* What can fail of it. */
gp_err gp_conntable_open (gp_conntable *t);

/* After evhttp is freed, which closes every connection. */
void gp_conntable_close (gp_conntable *t);

/* For evhttp, which asks for a bufferevent; 'table' is one. */
struct bufferevent *gp_conntable_accept (struct event_base *base,
                                         void *table);

/* Makes the spare one unless there is one. False: out of memory. */
bool gp_conntable_makespare (gp_conntable *t);

/* NULL when it is unknown. */
gp_conn *gp_conntable_find (gp_conntable *t,
                            const struct evhttp_connection *con);

/* Writes what waits on all of them, before evhttp is freed. */
void gp_conntable_flush (gp_conntable *t);

#pragma GCC visibility pop
#endif
