/*
** net/loop.h - the event loop: phase one of the pump.
**
** Owns the libevent base and nothing else of anybody's. Its timers and
** watches call back in phase one only; such a callback fills queues of its
** owner and touches neither Lua nor the loop. Counted: whoever stands on it
** holds a reference. One thread. Belongs to the process that made it: in a
** forked child nothing of it may be touched, and gp_loop_foreign tells.
*/
#ifndef gp_net_loop_h
#define gp_net_loop_h

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/signal.h"
#pragma GCC visibility push(hidden)

typedef struct gp_loop gp_loop;

/* With one reference. */
gp_err gp_loop_new (gp_loop **out);
gp_loop *gp_loop_ref (gp_loop *l);

/* NULL is allowed. In a forked child the memory is left as it is. */
void gp_loop_unref (gp_loop *l);

/* Whether this process is a fork of the one that made the loop. */
bool gp_loop_foreign (const gp_loop *l);

/* Milliseconds of the monotonic clock. */
uint64_t gp_loop_now (const gp_loop *l);

/*
** Phase one: waits at most 'wait' ms (below zero: without limit) for
** something to happen or a timer to fall due, lets libevent run once, then
** the timers that are due. Returns early when a signal handler ran.
** Must not be called from a callback.
*/
void gp_loop_pump (gp_loop *l, int64_t wait);

/*
** For other event loops: a descriptor that is readable when the loop has
** something to do, or -1 when the system gives none; and the ms until it
** wants to be pumped whatever happens, or -1 for never.
*/
int gp_loop_fd (const gp_loop *l);
int64_t gp_loop_due (const gp_loop *l);

/*
** A timer, part of its owner's struct. gp_timer_set arms it (again) for the
** time 'at'; it calls once and is then disarmed. Its owner stops it before
** its memory goes.
*/
typedef struct gp_timer gp_timer;
struct gp_timer {
  gp_loop *loop;
  gp_timer *next, *prev;
  uint64_t at;
  bool armed;
  void (*due)(void *arg);
  void *arg;
};

void gp_timer_init (gp_timer *t, gp_loop *l, void (*due)(void *arg),
                    void *arg);
void gp_timer_set (gp_timer *t, uint64_t at);
void gp_timer_stop (gp_timer *t);

/*
** A watch: raises 'signal' once when 'fd' can be read without waiting.
** What can not be watched (a regular file) can always be read: its signal
** is raised at once. Borrows 'signal' until the watch is freed, which leaves
** 'fd' open.
*/
typedef struct gp_watch gp_watch;
gp_err gp_watch_new (gp_watch **out, gp_loop *l, int fd, gp_signal *signal);
void gp_watch_free (gp_watch *w);

/*
** A catch: while there is one, the process's signal 'number' raises 'signal'
** each time, instead of doing what it did; that comes back when the catch is
** freed. Only one loop of a process at a time has any: GP_EBUSY elsewhere.
** Borrows 'signal' until the catch is freed.
*/
typedef struct gp_catch gp_catch;
gp_err gp_catch_new (gp_catch **out, gp_loop *l, int number,
                     gp_signal *signal);
void gp_catch_free (gp_catch *c);

/* For the transport alone. */
struct event_base *gp_loop_base (gp_loop *l);

/* The resolver, made when first asked for; NULL when out of memory. */
struct evdns_base *gp_loop_dns (gp_loop *l);

/* While 'busy' counts above zero libevent has timers of its own running. */
void gp_loop_busy (gp_loop *l, int change);

#pragma GCC visibility pop
#endif
