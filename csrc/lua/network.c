/*
** lua/network.c - the world of a loop in earnest: libevent and services.
*/
#include "lua/network.h"

#include <math.h>
#include <signal.h>
#include <time.h>

#include "base/os.h"

/* Longest wait, in seconds: what goes beyond is as good as for ever. */
#define MAXWAIT 1e9

static gp_node *host_node (const lgp_host *h) {
  return gp_service_node(h->self);
}

static void host_called (lgp_host *h) {
  gp_service_rearm(h->self);
}

static void host_stop (lgp_host *h) {
  gp_ring_remove(&h->ring);
  gp_service_free(h->self);
}

static const lgp_hostcalls hostcalls = {host_node, host_called, host_stop};

static uint64_t now (const lgp_world *w) {
  return gp_loop_now(w->loop);
}

static double wallclock (const lgp_world *w) {
  struct timespec t = gp_os_wallclock();
  (void)w;
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/*
** Phase two for every node that was there when it began. What reads JSON may
** run finalizers, and those may stop any node: one is not looked at any more
** once its turn has begun, and a stopped one is out of the ring.
*/
static void turnall (lgp_network *n, const gp_json *json) {
  gp_ring_move(&n->hosts, &n->turned);
  while (n->hosts.next != &n->turned) {
    lgp_host *h = gp_ring_of(lgp_host, ring, n->hosts.next);
    gp_ring_move(&n->hosts, &h->ring);
    gp_service_turn(h->self, json);
  }
  gp_ring_remove(&n->turned);
}

static bool pump (lgp_world *w, double wait, const gp_json *json) {
  gp_loop_pump(w->loop, wait > MAXWAIT ? -1 : (int64_t)ceil(wait * 1000));
  turnall(gp_ring_of(lgp_network, world, w), json);
  return true;
}

static int fd (const lgp_world *w) {
  return gp_loop_fd(w->loop);
}

static int64_t due (const lgp_world *w) {
  return gp_loop_due(w->loop);
}

static gp_err watch (lgp_world *w, int number, gp_signal *readable,
                     gp_watch **out) {
  return gp_watch_new(out, w->loop, number, readable);
}

/*
** libevent writes to sockets without MSG_NOSIGNAL: a peer that is gone must
** not end the process. A program that has set a handler keeps it.
*/
static void ignoresigpipe (void) {
  struct sigaction action;
  if (sigaction(SIGPIPE, NULL, &action) == 0 &&
      action.sa_handler == SIG_DFL) {
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
  }
}

static gp_err start (lgp_world *w, const char *address, size_t len, int port,
                     const gp_serviceopt *opt, gp_signal *signals,
                     lgp_host *h) {
  lgp_network *n = gp_ring_of(lgp_network, world, w);
  gp_service *service;
  gp_err e;
  ignoresigpipe();
  e = gp_service_new(&service, w->loop, address, len, port, opt, signals);
  if (e != GP_OK)
    return e;
  h->calls = &hostcalls;
  h->self = service;
  gp_ring_init(&h->ring);
  gp_ring_append(&n->hosts, &h->ring);
  return GP_OK;
}

/* Its loop ends it. */
static void end (lgp_world *w) {
  (void)w;
}

void lgp_network_init (lgp_network *n, gp_loop *loop, gp_ready *ready) {
  static const lgp_worldcalls calls = {now, wallclock, pump,  fd,
                                       due, watch,     start, end};
  n->world.calls = &calls;
  n->world.loop = loop;
  n->world.ready = ready;
  gp_ring_init(&n->hosts);
  gp_ring_init(&n->turned);
}
