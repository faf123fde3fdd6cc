/*
** gp_bygones.h - how far processes that are gone had counted their messages.
**
** A message may come late, or a second time because its answer was lost,
** when its sender is no member any more: each is known again for two
** minutes. A zeroed struct after gp_bygones_init; owns its entries. Knows
** nothing of who they were: a process is its nonce.
*/
#ifndef gp_bygones_h
#define gp_bygones_h

#include <stddef.h>
#include <stdint.h>

#include "gp_ring.h"
#pragma GCC visibility push(hidden)

#define GP_BYGONE_TIME 120000 /* ms */

typedef struct gp_bygones {
  gp_ring all; /* oldest first */
  size_t count, max;
} gp_bygones;

/* Of more than 'max' at a time the oldest are forgotten before their time. */
void gp_bygones_init (gp_bygones *b, size_t max);
void gp_bygones_clear (gp_bygones *b);

/*
** The newest message of 'nonce' was 'id', or a newer one that is known. The
** two minutes begin anew. Without memory it is not remembered.
*/
void gp_bygones_remember (gp_bygones *b, uint64_t nonce, uint64_t id,
                          uint64_t now);

/* Its newest message; 0: it is not remembered. */
uint64_t gp_bygones_newest (gp_bygones *b, uint64_t nonce, uint64_t now);

#pragma GCC visibility pop
#endif
