/*
** node/deadlines.h - what is due next: one heap for all of it.
**
** Owns gp_deadlines, and gp_deadline in the record of each peer. A record has
** one deadline: when it is due, each of its modules looks for itself whether
** its time has come, and says when to look again. So nothing has to be taken
** back when what was waited for happens before: the look finds nothing. What
** is due for the node as a whole has a deadline each.
** Knows no peer and does nothing by itself. Times are in ms.
*/
#ifndef gp_node_deadlines_h
#define gp_node_deadlines_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/heap.h"
#pragma GCC visibility push(hidden)

typedef enum gp_due {
  GP_DUE_PEER,      /* one record is to be looked at */
  GP_DUE_QUESTION,  /* the same of a question about a claim */
  GP_DUE_UNSENT,    /* requests that could not be sent end */
  GP_DUE_PROBE,     /* the next members are probed */
  GP_DUE_RELIST,    /* a Go member is asked for its list */
  GP_DUE_INBOX,     /* a message has waited for room for too long */
  GP_DUE_NEWCOMERS, /* a connect has waited for too long */
  GP_DUES
} gp_due;

/* Zeroed, it is that of a record, and not set. */
typedef struct gp_deadline {
  gp_heapitem item;
  gp_due what;
} gp_deadline;

typedef struct gp_deadlines {
  gp_heap heap;
  gp_deadline own[GP_DUES]; /* the node's, by what is due */
} gp_deadlines;

/* GP_ENOMEM. */
gp_err gp_deadlines_init (gp_deadlines *ds);
void gp_deadlines_clear (gp_deadlines *ds);

/* Makes room for those of so many records and questions. GP_ENOMEM. */
gp_err gp_deadlines_reserve (gp_deadlines *ds, size_t count);

/* What is due for the node is due at 'at'; UINT64_MAX: never. */
void gp_deadlines_set (gp_deadlines *ds, gp_due what, uint64_t at);
bool gp_deadlines_isset (const gp_deadlines *ds, gp_due what);

/* That of 'd' is looked at no later than 'at', which is not over yet;
   UINT64_MAX asks for nothing. */
void gp_deadlines_lookat (gp_deadlines *ds, gp_deadline *d, uint64_t at);

/* That of 'd' goes. */
void gp_deadlines_cancel (gp_deadlines *ds, gp_deadline *d);

/* When the first is due; UINT64_MAX: none is. */
uint64_t gp_deadlines_next (const gp_deadlines *ds);

/* Takes out the first that is due at 'now'; NULL: none is. It is set no
   more. */
gp_deadline *gp_deadlines_take (gp_deadlines *ds, uint64_t now);

#pragma GCC visibility pop
#endif
