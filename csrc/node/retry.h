/*
** node/retry.h - when one peer that does not respond is tried again.
**
** Owns gp_retry, which lies in the peer's record. Sends nothing: the caller
** tries, or gives up, as it is told. Every 'now' is in ms.
*/
#ifndef gp_node_retry_h
#define gp_node_retry_h

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#pragma GCC visibility push(hidden)

/* ms between two tries, whatever speaks for one. */
#define GP_RETRY_LEAST_MS 1000

/* Zeroed: it is not tried again. */
typedef struct gp_retry {
  uint64_t began_at; /* it is tried since then */
  uint64_t due_at;   /* and once more then; 0: no more */
  uint64_t tried_at; /* and was last then; 0: never */
  uint32_t pause_ms; /* before the try after the planned one */
} gp_retry;

/* It is tried from now on, the first time after a pause. */
void gp_retry_begin (gp_retry *r, gp_random *random, uint64_t now);

/* However long ago it failed, its time begins anew. */
void gp_retry_renew (gp_retry *r, uint64_t now);

/* Brings the next try forward, to within 'spread_ms'. False: it comes sooner
   already. */
bool gp_retry_hasten (gp_retry *r, gp_random *random, uint64_t spread_ms,
                      uint64_t now);

/* It is tried now, and the next try is planned. False: it has been tried for
   too long, and is to be given up. 'was_member': it was one before. */
bool gp_retry_next (gp_retry *r, gp_random *random, bool was_member,
                    uint64_t now);

/* Whether there is a next try. */
bool gp_retry_isactive (const gp_retry *r);

/* It is tried no more. */
void gp_retry_stop (gp_retry *r);

/* Forgets that it was ever tried. */
void gp_retry_reset (gp_retry *r);

#pragma GCC visibility pop
#endif
