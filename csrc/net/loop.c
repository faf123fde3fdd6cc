/*
** net/loop.c - the event loop: phase one of the pump.
**
** libevent does the input and output and keeps no time: a loop that was
** held up would let its timeouts win over data that came in time. So timers
** are our own (net/timer.h) and run after the input of the same turn.
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

#define SLICE_MS 100 /* where libevent has timers that we cannot see */
#define BASE_FDS 4   /* the epoll set, a pair for signals, one to spare */

struct gp_loop {
  unsigned refs;
  int fd; /* of the epoll set, or -1 */
  int busy;
  unsigned forks; /* as they were counted when it was made */
  struct event_base *base;
  struct evdns_base *dns;
  struct event *alarm; /* ends a wait where 'fd' is -1, else NULL */
  gp_timers timers;
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
  gp_timers_init(&l->timers);
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
  uint64_t due_at = gp_timers_due_at(&l->timers);
  int64_t due_ms = -1;
  if (event_base_get_num_events(l->base, EVENT_BASE_COUNT_ACTIVE) > 0)
    return 0;
  if (due_at != UINT64_MAX) {
    uint64_t now = gp_loop_now(l);
    due_ms = due_at > now ? (int64_t)(due_at - now) : 0;
  }
  if ((l->busy > 0 || l->fd < 0) && (due_ms < 0 || due_ms > SLICE_MS))
    due_ms = SLICE_MS;
  return due_ms;
}

/* Sleeps until the base has something to do, 'wait_ms' at most. */
static void loop_sleep (gp_loop *l, int64_t wait_ms) {
  struct pollfd p = {.fd = l->fd, .events = POLLIN};
  if (wait_ms != 0)
    poll(&p, 1,
         wait_ms < 0         ? -1
         : wait_ms > INT_MAX ? INT_MAX
                             : (int)wait_ms);
}

/* The same where only libevent itself can sleep on what it waits for. */
static int loop_alarm (gp_loop *l, int64_t wait_ms) {
  struct timeval t = {0, (suseconds_t)wait_ms * 1000};
  if (wait_ms == 0)
    return EVLOOP_NONBLOCK;
  evtimer_add(l->alarm, &t);
  return 0;
}

void gp_loop_pump (gp_loop *l, int64_t wait_ms) {
  int64_t due_ms = gp_loop_due(l);
  int flags = EVLOOP_NONBLOCK;
  if (due_ms >= 0 && (wait_ms < 0 || due_ms < wait_ms))
    wait_ms = due_ms;
  if (l->fd >= 0)
    loop_sleep(l, wait_ms);
  else
    flags = loop_alarm(l, wait_ms);
  event_base_loop(l->base, EVLOOP_ONCE | flags);
  gp_timers_run(&l->timers, gp_loop_now(l));
}

gp_timers *gp_loop_timers (gp_loop *l) {
  return &l->timers;
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
**
** The case of letters in a name that is asked for is not drawn at random:
** libevent 2.1 believes a response in any case just when it is, so nothing
** would be gained. Without it the name has to come back as it was asked for.
** Each name server is asked from one port for as long as the base lives, so
** whoever forges a response has the 16 bits of its number to guess.
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
