/*
** net/acceptor.c - the listening sockets of a server on its loop.
*/
#include "net/acceptor.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "net/descriptors.h"

#define RETRY_MS 200      /* until accepting is tried again */
#define RECOVERY_MS 10000 /* without a failure, and a next one is a new one */

/* Makes the listeners accept or not, as 'closed' says. */
static void apply (gp_acceptor *a) {
  int i;
  for (i = 0; i < GP_LISTEN_MAX; i++) {
    struct evconnlistener *l = a->listeners[i];
    if (l == NULL)
      continue;
    if (a->closed != 0)
      evconnlistener_disable(l);
    else
      evconnlistener_enable(l);
  }
}

void gp_acceptor_init (gp_acceptor *a, gp_loop *l, const gp_serveropt *opt,
                       void (*retry)(void *arg), void *arg) {
  memset(a, 0, sizeof *a);
  a->loop = l;
  a->opt = opt;
  gp_timer_init(&a->retry, gp_loop_timers(l), retry, arg);
}

void gp_acceptor_forbid (gp_acceptor *a, gp_closedfor why) {
  a->closed |= why;
  apply(a);
  if (why & GP_CLOSED_FOR_NOW)
    gp_timer_set(&a->retry, gp_loop_now(a->loop) + RETRY_MS);
}

void gp_acceptor_allow (gp_acceptor *a, unsigned reasons) {
  if ((a->closed & reasons) == 0)
    return;
  a->closed &= ~reasons;
  apply(a);
}

/*
** The error callback of a listener is given the evhttp, from which no way
** leads to the acceptor. So beside each listener the base holds a marker, an
** event that cannot happen (a listening socket is never writable).
*/
typedef struct search {
  struct evconnlistener *listener;
  gp_acceptor *acceptor;
} search;

static void marker_cb (evutil_socket_t fd, short what, void *arg) {
  (void)fd, (void)what, (void)arg;
}

static int marker_is (const struct event_base *base, const struct event *ev,
                      void *arg) {
  search *look = arg;
  (void)base;
  if (event_get_callback(ev) != marker_cb ||
      event_get_fd(ev) != evconnlistener_get_fd(look->listener))
    return 0;
  look->acceptor = event_get_callback_arg(ev);
  return 1;
}

/* Told once: not again before it has gone well for a while. */
static void starve (gp_acceptor *a) {
  uint64_t now = gp_loop_now(a->loop);
  if (a->starved_at == 0 || now > a->starved_at + RECOVERY_MS)
    a->starved = true;
  a->starved_at = now;
}

/* Whether connections of our own give back as many. */
static bool makeroom (const gp_acceptor *a, size_t missing) {
  return a->opt->makeroom != NULL && a->opt->makeroom(a->opt->self, missing);
}

void gp_acceptor_spare (gp_acceptor *a) {
  size_t missing = gp_descriptors_missing();
  if (missing == 0 || makeroom(a, missing))
    return;
  starve(a);
  gp_acceptor_forbid(a, GP_CLOSED_DESCRIPTORS);
}

/* Else the listener would stay readable and keep the processor busy. */
static void accept_failed (struct evconnlistener *listener, void *http) {
  int error = errno;
  search look = {.listener = listener};
  (void)http;
  event_base_foreach_event(evconnlistener_get_base(listener), marker_is,
                           &look);
  if (look.acceptor == NULL) {
    evconnlistener_disable(listener);
    return;
  }
  if (error == EMFILE || error == ENFILE) {
    makeroom(look.acceptor, gp_descriptors_missing());
    starve(look.acceptor);
  }
  gp_acceptor_forbid(look.acceptor, GP_CLOSED_DESCRIPTORS);
}

/* Takes 'fd'. */
static gp_err listen_on (gp_acceptor *a, struct evhttp *http, int i, int fd) {
  struct event_base *base = gp_loop_base(a->loop);
  struct evconnlistener *l = evconnlistener_new(
    base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE, 0, fd);
  if (l == NULL) {
    close(fd);
    return GP_ENOMEM;
  }
  evconnlistener_set_error_cb(l, accept_failed);
  if (evhttp_bind_listener(http, l) == NULL) {
    evconnlistener_free(l);
    return GP_ENOMEM;
  }
  a->listeners[i] = l; /* evhttp owns it now */
  a->markers[i] = event_new(base, fd, EV_WRITE | EV_PERSIST, marker_cb, a);
  if (a->markers[i] == NULL || event_add(a->markers[i], NULL) != 0)
    return GP_ENOMEM;
  return GP_OK;
}

gp_err gp_acceptor_open (gp_acceptor *a, struct evhttp *http,
                         const char *listen, int *port) {
  int fds[GP_LISTEN_MAX], count, i, wanted = *port;
  gp_err e = gp_listen_open(listen, &wanted, fds, &count);
  if (e != GP_OK)
    return e;
  for (i = 0; i < count; i++) {
    if (e == GP_OK)
      e = listen_on(a, http, i, fds[i]);
    else
      close(fds[i]);
  }
  if (e == GP_OK)
    *port = wanted;
  return e;
}

void gp_acceptor_close (gp_acceptor *a) {
  int i;
  for (i = 0; i < GP_LISTEN_MAX; i++) {
    if (a->markers[i] != NULL)
      event_free(a->markers[i]);
  }
  memset(a->markers, 0, sizeof a->markers);
  memset(a->listeners, 0, sizeof a->listeners);
  gp_timer_stop(&a->retry);
}

bool gp_acceptor_starved (gp_acceptor *a) {
  bool starved = a->starved;
  a->starved = false;
  return starved;
}
