/*
** base/queue.h - a bounded queue of pointers that counts the bytes behind
** them.
**
** Does not own what it holds. Full means: no room for another by count, or
** its bytes are at their bound already; one item larger than the bound still
** passes through an empty queue.
*/
#ifndef gp_base_queue_h
#define gp_base_queue_h

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#pragma GCC visibility push(hidden)

typedef struct gp_queue {
  void **ring;
  size_t size, first, count;
  size_t bytes;
  size_t max_count, max_bytes;
} gp_queue;

/* Allocates nothing yet. */
void gp_queue_init (gp_queue *q, size_t max_count, size_t max_bytes);

/* Frees the queue alone; what it held is its owner's business. */
void gp_queue_clear (gp_queue *q);

/* Makes sure that pushes up to the bound need no memory any more. */
gp_err gp_queue_reserve (gp_queue *q);

bool gp_queue_full (const gp_queue *q);

/* GP_ENOBUFS when full, GP_ENOMEM; then the queue is as it was. */
gp_err gp_queue_push (gp_queue *q, void *item, size_t bytes);

/* The oldest item, or NULL. */
void *gp_queue_peek (const gp_queue *q);

/* Takes the oldest item out, which there is; 'bytes' as it was pushed. */
void gp_queue_drop (gp_queue *q, size_t bytes);

#pragma GCC visibility pop
#endif
