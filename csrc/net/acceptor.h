/*
** net/acceptor.h - the listening sockets of a server on its loop, and
** whether it accepts at present.
**
** It accepts while nobody has said why not. Knows no connection: evhttp has
** what was accepted.
*/
#ifndef gp_net_acceptor_h
#define gp_net_acceptor_h

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/options.h"
#pragma GCC visibility push(hidden)

struct evconnlistener;
struct event;
struct evhttp;

/* Why it does not accept: bits. */
typedef enum gp_closedfor {
  GP_CLOSED_DESCRIPTORS = 1, /* there are none left */
  GP_CLOSED_MEMORY = 2,      /* none for the next connection */
  GP_CLOSED_FULL = 4         /* even too many that are being refused */
} gp_closedfor;

/* Those that pass by themselves. */
#define GP_CLOSED_FOR_NOW (GP_CLOSED_DESCRIPTORS | GP_CLOSED_MEMORY)

typedef struct gp_acceptor {
  gp_loop *loop;
  const gp_serveropt *opt;
  struct evconnlistener *listeners[GP_LISTEN_MAX]; /* evhttp's */
  struct event *markers[GP_LISTEN_MAX];
  unsigned closed; /* of gp_closedfor */
  gp_timer retry;
  bool starved;        /* of descriptors, and it was not told yet */
  uint64_t starved_at; /* when that was last so, or 0 */
} gp_acceptor;

/*
** Borrows loop and options. 'retry' is called, in phase one, some time after
** a reason came that passes by itself: it takes the reasons away.
*/
void gp_acceptor_init (gp_acceptor *a, gp_loop *l, const gp_serveropt *opt,
                       void (*retry)(void *arg), void *arg);

/*
** Listens at once, for 'http'. 'listen' and 'port' are those of
** gp_server_new. After an error gp_acceptor_close frees what there is.
*/
gp_err gp_acceptor_open (gp_acceptor *a, struct evhttp *http,
                         const char *listen, int *port);

/* Before 'http' is freed, which closes the sockets: no listener is touched
   any more. */
void gp_acceptor_close (gp_acceptor *a);

/* A reason came; for one that passes by itself 'retry' is called. */
void gp_acceptor_forbid (gp_acceptor *a, gp_closedfor why);

/* Pauses for want of descriptors while only those are left that are kept
   back, and none of our own is given up for one. */
void gp_acceptor_spare (gp_acceptor *a);

/* Reasons are gone. */
void gp_acceptor_allow (gp_acceptor *a, unsigned reasons);

/*
** Whether accepting had to pause for want of descriptors since this was
** last asked. Once for each time that they run out.
*/
bool gp_acceptor_starved (gp_acceptor *a);

#pragma GCC visibility pop
#endif
