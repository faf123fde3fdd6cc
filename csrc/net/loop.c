/*
** net/loop.c - the event loop: phase one of the pump.
**
** libevent does the input and output and keeps no time: a loop that was
** held up would let its timeouts win over data that came in time. Timers
** are our own and run after the input of the same turn.
*/
#include "net/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <event2/dns.h>
#include <event2/event.h>

#include "base/os.h"

#define SLICE 100  /* ms, where libevent has timers that we can not see */
#define BASE_FDS 4 /* the epoll set, a pair for signals, one to spare */

struct gp_loop {
  unsigned refs;
  int fd; /* of the epoll set, or -1 */
  int busy;
  unsigned catches;
  unsigned forks; /* as they were counted when it was made */
  struct event_base *base;
  struct evdns_base *dns;
  struct event *alarm; /* ends a wait where 'fd' is -1, else NULL */
  gp_timer timers;     /* head of a ring, the first one due first */
};

struct gp_catch {
  gp_loop *loop;
  struct event *event;
  gp_signal *signal;
};

struct gp_watch {
  struct event *event; /* NULL: could be read from the start */
  gp_signal *signal;
};

/*
** Forks between the first process and this one. Asking for the process id
** would be a system call at every step.
*/
static unsigned forks;

static void forked (void) {
  forks++;
}

/* Two threads that begin at once count double, which is as good. */
static bool countforks (void) {
  static atomic_bool counting;
  if (!counting)
    counting = pthread_atfork(NULL, NULL, forked) == 0;
  return counting;
}

/*
** The lowest free descriptor, or -1 and errno unless there are as many as a
** base needs: libevent ends the process when it finds none for its signals.
*/
static int base_room (void) {
  int fds[BASE_FDS], n = 0, i, error;
  while (n < BASE_FDS &&
         (fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
    n++;
  error = errno;
  for (i = 0; i < n; i++)
    close(fds[i]);
  errno = error;
  return n == BASE_FDS ? fds[0] : -1;
}

/*
** Makes the base and finds out the descriptor of its epoll set, for which
** libevent 2.1 has no call: it gets the lowest free number.
*/
static struct event_base *base_new (int *fd) {
  int next = base_room();
  struct event_config *config = next >= 0 ? event_config_new() : NULL;
  struct event_base *base;
  if (config == NULL)
    return NULL;
  event_config_set_flag(config,
                        EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
  base = event_base_new_with_config(config);
  event_config_free(config);
  *fd = base != NULL && gp_os_isepoll(next) ? next : -1;
  return base;
}

static void alarm_rang (evutil_socket_t fd, short what, void *arg) {
  (void)fd, (void)what, (void)arg;
}

gp_err gp_loop_new (gp_loop **out) {
  gp_loop *l = calloc(1, sizeof *l);
  if (l == NULL)
    return GP_ENOMEM;
  errno = 0;
  l->base = countforks() ? base_new(&l->fd) : NULL;
  if (l->base == NULL) {
    gp_err e = errno != 0 ? gp_err_fromerrno(errno) : GP_ENOMEM;
    free(l);
    return e;
  }
  if (l->fd < 0) {
    l->alarm = evtimer_new(l->base, alarm_rang, NULL);
    if (l->alarm == NULL) {
      event_base_free(l->base);
      free(l);
      return GP_ENOMEM;
    }
  }
  l->refs = 1;
  l->forks = forks;
  l->timers.next = l->timers.prev = &l->timers;
  *out = l;
  return GP_OK;
}

gp_loop *gp_loop_ref (gp_loop *l) {
  l->refs++;
  return l;
}

/*
** Look-ups that were cancelled end in one more callback, which frees them:
** it comes before the resolver goes, and the resolver goes just before the
** base.
*/
static void loop_free (gp_loop *l) {
  int turns = 8;
  while (l->busy > 0 && turns-- > 0)
    event_base_loop(l->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
  if (l->dns != NULL)
    evdns_base_free(l->dns, 0);
  if (l->alarm != NULL)
    event_free(l->alarm);
  event_base_free(l->base);
  free(l);
}

void gp_loop_unref (gp_loop *l) {
  if (l != NULL && !gp_loop_foreign(l) && --l->refs == 0)
    loop_free(l);
}

bool gp_loop_foreign (const gp_loop *l) {
  return l->forks != forks;
}

uint64_t gp_loop_now (const gp_loop *l) {
  struct timespec t;
  (void)l;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int gp_loop_fd (const gp_loop *l) {
  return l->fd;
}

int64_t gp_loop_due (const gp_loop *l) {
  const gp_timer *first = l->timers.next;
  int64_t due = -1;
  if (event_base_get_num_events(l->base, EVENT_BASE_COUNT_ACTIVE) > 0)
    return 0;
  if (first != &l->timers) {
    uint64_t now = gp_loop_now(l);
    due = first->at > now ? (int64_t)(first->at - now) : 0;
  }
  if ((l->busy > 0 || l->fd < 0) && (due < 0 || due > SLICE))
    due = SLICE;
  return due;
}

/* Sleeps until the base has something to do, 'wait' ms at most. */
static void loop_sleep (gp_loop *l, int64_t wait) {
  struct pollfd p = {.fd = l->fd, .events = POLLIN};
  if (wait != 0)
    poll(&p, 1, wait < 0 ? -1 : wait > INT_MAX ? INT_MAX : (int)wait);
}

/* The same where only libevent itself can sleep on what it waits for. */
static int loop_alarm (gp_loop *l, int64_t wait) {
  struct timeval t = {0, (suseconds_t)wait * 1000};
  if (wait == 0)
    return EVLOOP_NONBLOCK;
  evtimer_add(l->alarm, &t);
  return 0;
}

/*
** Runs the timers that are due by now. They are put aside first, so that one
** which sets itself for now is not met again in this turn.
*/
static void loop_timers (gp_loop *l) {
  uint64_t now = gp_loop_now(l);
  gp_timer due = {.next = &due, .prev = &due};
  gp_timer *t = l->timers.next;
  if (t == &l->timers || t->at > now)
    return;
  while (t != &l->timers && t->at <= now)
    t = t->next;
  due.next = l->timers.next;
  due.prev = t->prev;
  due.next->prev = due.prev->next = &due;
  l->timers.next = t;
  t->prev = &l->timers;
  while ((t = due.next) != &due) {
    gp_timer_stop(t);
    t->due(t->arg);
  }
}

void gp_loop_pump (gp_loop *l, int64_t wait) {
  int64_t due = gp_loop_due(l);
  int flags = EVLOOP_NONBLOCK;
  if (due >= 0 && (wait < 0 || due < wait))
    wait = due;
  if (l->fd >= 0)
    loop_sleep(l, wait);
  else
    flags = loop_alarm(l, wait);
  event_base_loop(l->base, EVLOOP_ONCE | flags);
  loop_timers(l);
}

void gp_timer_init (gp_timer *t, gp_loop *l, void (*due)(void *arg),
                    void *arg) {
  t->loop = l;
  t->next = t->prev = NULL;
  t->at = 0;
  t->armed = false;
  t->due = due;
  t->arg = arg;
}

/* Looks for its place from the end: most are set for later than the rest. */
void gp_timer_set (gp_timer *t, uint64_t at) {
  gp_timer *head = &t->loop->timers, *before;
  gp_timer_stop(t);
  before = head->prev;
  while (before != head && before->at > at)
    before = before->prev;
  t->at = at;
  t->armed = true;
  t->prev = before;
  t->next = before->next;
  before->next->prev = t;
  before->next = t;
}

void gp_timer_stop (gp_timer *t) {
  if (!t->armed)
    return;
  t->armed = false;
  t->prev->next = t->next;
  t->next->prev = t->prev;
  t->next = t->prev = NULL;
}

static void watch_ready (evutil_socket_t fd, short what, void *arg) {
  gp_watch *w = arg;
  (void)fd, (void)what;
  gp_signal_raise(w->signal);
}

/*
** Asks first whether 'fd' can be read already: a regular file always can,
** and epoll does not take it.
*/
gp_err gp_watch_new (gp_watch **out, gp_loop *l, int fd, gp_signal *signal) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  int n = poll(&p, 1, 0);
  gp_watch *w;
  if (fd < 0 || (n > 0 && (p.revents & POLLNVAL)))
    return GP_EINVAL;
  w = calloc(1, sizeof *w);
  if (w == NULL)
    return GP_ENOMEM;
  w->signal = signal;
  if (n > 0)
    gp_signal_raise(signal);
  else {
    w->event = event_new(l->base, fd, EV_READ, watch_ready, w);
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
  l->catches++;
  c->loop = gp_loop_ref(l);
  c->signal = signal;
  c->event = evsignal_new(l->base, number, caught, c);
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
  if (--c->loop->catches == 0)
    atomic_store(&catcher, NULL);
  gp_loop_unref(c->loop);
  free(c);
}

struct event_base *gp_loop_base (gp_loop *l) {
  return l->base;
}

/* evdns would tell standard error of each name server that is silent. */
static void dns_quiet (int warning, const char *text) {
  (void)warning, (void)text;
}

/*
** Names of the hosts file are found whatever becomes of resolv.conf, which
** is read again as long as no name server came of it (no descriptors).
*/
struct evdns_base *gp_loop_dns (gp_loop *l) {
  if (l->dns == NULL) {
    evdns_set_log_fn(dns_quiet);
    l->dns = evdns_base_new(l->base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (l->dns == NULL)
      return NULL;
    evdns_base_load_hosts(l->dns, "/etc/hosts");
    evdns_base_set_option(l->dns, "randomize-case:", "0");
  }
  if (evdns_base_count_nameservers(l->dns) == 0)
    evdns_base_resolv_conf_parse(
      l->dns, DNS_OPTIONS_ALL & ~DNS_OPTION_HOSTSFILE, "/etc/resolv.conf");
  return l->dns;
}

void gp_loop_busy (gp_loop *l, int change) {
  l->busy += change;
}
