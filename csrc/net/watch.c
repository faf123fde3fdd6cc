/*
** net/watch.c - what else a program waits for on the loop.
*/
#include "net/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#define SIGNALS 32 /* those that can be caught have lower numbers */
#define HUNG_S 2   /* a loop takes a signal sooner, or is held up */

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

/* Of each signal: libevent's handler, and the second in which one came that
   the loop has not taken, or 0. */
static void (*handlers[SIGNALS])(int);
static volatile sig_atomic_t untaken_at[SIGNALS];

static void caught (evutil_socket_t number, short what, void *arg) {
  gp_catch *c = arg;
  (void)what;
  untaken_at[number] = 0;
  gp_signal_raise(c->signal);
}

/* Ends the process as the signal does by default; also the first one of a
   container, on which that has no effect. */
static void end (int number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  signal(number, SIG_DFL);
  raise(number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  _exit(128 + number);
}

/* A program that computes for ever takes no signal: one more, a while later,
   ends it. */
static void come (int number) {
  int error = errno;
  sig_atomic_t now;
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  now = (sig_atomic_t)t.tv_sec + 1;
  if (untaken_at[number] != 0 && now - untaken_at[number] >= HUNG_S)
    end(number);
  else {
    if (untaken_at[number] == 0)
      untaken_at[number] = now;
    handlers[number](number);
  }
  errno = error;
}

/* Puts 'come' before the handler that libevent has set. What was there before
   that it brings back itself. */
static void precede (int number) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) != 0 || action.sa_handler == come)
    return;
  handlers[number] = action.sa_handler;
  untaken_at[number] = 0;
  action.sa_handler = come;
  sigaction(number, &action, NULL);
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
  precede(number);
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
