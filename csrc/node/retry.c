/*
** node/retry.c - tries with growing pauses.
*/
#include "node/retry.h"

#include <string.h>

#define FIRST_PAUSE_MS 1000 /* grows by an eighth each time */
#define MAX_PAUSE_MS 60000
#define GIVE_UP_MS 86400000  /* one that was a member is tried this long, */
#define GIVE_UP_NEW_MS 60000 /* one that was only named to us this long */

void gp_retry_begin (gp_retry *r, gp_random *random, uint64_t now) {
  r->began_at = now;
  r->pause_ms = FIRST_PAUSE_MS;
  r->due_at = now + gp_random_jitter(random, FIRST_PAUSE_MS);
}

void gp_retry_renew (gp_retry *r, uint64_t now) {
  r->began_at = now;
}

bool gp_retry_hasten (gp_retry *r, gp_random *random, uint64_t spread_ms,
                      uint64_t now) {
  uint64_t at = now + gp_random_below(random, spread_ms);
  if (at < r->tried_at + GP_RETRY_LEAST_MS)
    at = r->tried_at + GP_RETRY_LEAST_MS;
  if (at >= r->due_at)
    return false;
  r->due_at = at;
  return true;
}

bool gp_retry_next (gp_retry *r, gp_random *random, bool was_member,
                    uint64_t now) {
  if (now - r->began_at > (was_member ? GIVE_UP_MS : GIVE_UP_NEW_MS))
    return false;
  r->tried_at = now;
  r->pause_ms += r->pause_ms / 8;
  if (r->pause_ms > MAX_PAUSE_MS)
    r->pause_ms = MAX_PAUSE_MS;
  r->due_at = now + gp_random_jitter(random, r->pause_ms);
  return true;
}

bool gp_retry_isactive (const gp_retry *r) {
  return r->due_at != 0;
}

void gp_retry_stop (gp_retry *r) {
  r->due_at = 0;
}

void gp_retry_reset (gp_retry *r) {
  memset(r, 0, sizeof *r);
}
