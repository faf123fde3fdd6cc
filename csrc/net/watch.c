/*
** net/watch.c - what else a program waits for on the loop.
*/
#include "net/watch.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <event2/event.h>

struct gp_catch {
  gp_loop *loop;
  struct event *event;
  gp_signal *signal;
};

struct gp_watch {
  struct event *event; /* NULL: could be read from the start */
  gp_signal *signal;
};

static void watch_ready (evutil_socket_t fd, short what, void *arg) {
  gp_watch *w = arg;
  (void)fd, (void)what;
  gp_signal_raise(w->signal);
}

/*
** Asks first whether 'fd' can be read already: a regular file always can,
** and epoll does not take it. Nor does it take itself.
*/
gp_err gp_watch_new (gp_watch **out, gp_loop *l, int fd, gp_signal *signal) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  int n = poll(&p, 1, 0);
  gp_watch *w;
  if (fd < 0 || fd == gp_loop_fd(l) || (n > 0 && (p.revents & POLLNVAL)))
    return GP_EINVAL;
  w = calloc(1, sizeof *w);
  if (w == NULL)
    return GP_ENOMEM;
  w->signal = signal;
  if (n > 0)
    gp_signal_raise(signal);
  else {
    w->event = event_new(gp_loop_base(l), fd, EV_READ, watch_ready, w);
    if (w->event == NULL || event_add(w->event, NULL) != 0) {
      gp_watch_free(w);
      return GP_ENOMEM;
    }
  }
  *out = w;
  return GP_OK;
}

void gp_watch_free (gp_watch *w) {
  if (w == NULL)
    return;
  if (w->event != NULL)
    event_free(w->event);
  free(w);
}

/* The loop that has catches, and how many. */
static _Atomic(gp_loop *) catcher;
static unsigned catches;

static void caught (evutil_socket_t number, short what, void *arg) {
  gp_catch *c = arg;
  (void)number, (void)what;
  gp_signal_raise(c->signal);
}

/*
** Two bases that both have signals confuse libevent, which keeps one of them
** in a variable of the process.
*/
gp_err gp_catch_new (gp_catch **out, gp_loop *l, int number,
                     gp_signal *signal) {
  gp_loop *none = NULL;
  gp_catch *c = calloc(1, sizeof *c);
  if (c == NULL)
    return GP_ENOMEM;
  if (!atomic_compare_exchange_strong(&catcher, &none, l) && none != l) {
    free(c);
    return GP_EBUSY;
  }
  catches++;
  c->loop = gp_loop_ref(l);
  c->signal = signal;
  c->event = evsignal_new(gp_loop_base(l), number, caught, c);
  if (c->event == NULL || event_add(c->event, NULL) != 0) {
    gp_catch_free(c);
    return GP_ENOMEM;
  }
  *out = c;
  return GP_OK;
}

/* In a forked child nothing is touched, like all that is the loop's. */
void gp_catch_free (gp_catch *c) {
  if (c == NULL || gp_loop_foreign(c->loop))
    return;
  if (c->event != NULL)
    event_free(c->event);
  if (--catches == 0)
    atomic_store(&catcher, NULL);
  gp_loop_unref(c->loop);
  free(c);
}
