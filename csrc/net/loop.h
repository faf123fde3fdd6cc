/*
** net/loop.h - the event loop: phase one of the pump.
**
** Owns the libevent base, the resolver that stands on it, and the list of
** timers. Whatever stands on it is called back in phase one only, fills
** queues of its owner then, and touches neither Lua nor the loop. Counted:
** whoever stands on it holds a reference. One thread. Belongs to the process
** that made it: in a forked child nothing of it may be touched, and
** gp_loop_foreign tells.
*/
#ifndef gp_net_loop_h
#define gp_net_loop_h

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/timer.h"
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
** Phase one: waits at most 'wait_ms' (below zero: without limit) for
** something to happen or a timer to fall due, lets libevent run once, then
** the timers that are due. Returns early when a signal handler ran.
** Must not be called from a callback.
*/
void gp_loop_pump (gp_loop *l, int64_t wait_ms);

/*
** For other event loops: a descriptor that is readable when the loop has
** something to do, or -1 when the system gives none; and the ms until it
** wants to be pumped whatever happens, or -1 for never.
*/
int gp_loop_fd (const gp_loop *l);
int64_t gp_loop_due (const gp_loop *l);

/* Those that gp_loop_pump calls. */
gp_timers *gp_loop_timers (gp_loop *l);

/* For the rest of net alone. */
struct event_base *gp_loop_base (gp_loop *l);

/* The resolver, made when first asked for; NULL when out of memory. */
struct evdns_base *gp_loop_dns (gp_loop *l);

/* While 'busy' counts above zero libevent has timers of its own running. */
void gp_loop_busy (gp_loop *l, int change);

#pragma GCC visibility pop
#endif
