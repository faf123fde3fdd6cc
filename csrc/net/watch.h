/*
** net/watch.h - what else a program waits for on the loop: a descriptor that
** can be read, and signals of the process.
**
** Both raise a signal of the scheduler (base/signal.h), and nothing else.
*/
#ifndef gp_net_watch_h
#define gp_net_watch_h

#include "base/err.h"
#include "base/signal.h"
#include "net/loop.h"
#pragma GCC visibility push(hidden)

/*
** A watch: raises 'signal' once when 'fd' can be read without waiting.
** What cannot be watched (a regular file) can always be read: its signal
** is raised at once. Borrows 'signal' until the watch is freed, which leaves
** 'fd' open.
*/
typedef struct gp_watch gp_watch;
gp_err gp_watch_new (gp_watch **out, gp_loop *l, int fd, gp_signal *signal);
void gp_watch_free (gp_watch *w);

/*
** A catch: while there is one, the process's signal 'number' raises 'signal'
** each time, instead of doing what it did; that comes back when the catch is
** freed. Where the loop has not turned since one came, one that comes two
** seconds later does what it does by default: ends the process. Only one
** loop of a process at a time has any: GP_EBUSY elsewhere. Borrows 'signal'
** until the catch is freed.
*/
typedef struct gp_catch gp_catch;
gp_err gp_catch_new (gp_catch **out, gp_loop *l, int number,
                     gp_signal *signal);
void gp_catch_free (gp_catch *c);

#pragma GCC visibility pop
#endif
