/*
** base/bucket.c - a token bucket, kept as the time at which it is full again.
*/
#include "base/bucket.h"

bool gp_bucket_take (gp_bucket *b, uint32_t most, uint32_t each_ms,
                     uint64_t now) {
  uint64_t full_at = (b->full_at > now ? b->full_at : now) + each_ms;
  if (full_at > now + (uint64_t)most * each_ms)
    return false;
  b->full_at = full_at;
  return true;
}
