/*
** net/descriptors.c - whether the process runs out of descriptors.
*/
#include "net/descriptors.h"

#include <limits.h>
#include <poll.h>
#include <sys/resource.h>

#define RESERVE 64  /* but no more than a quarter of all */
#define AT_ONCE 128 /* are looked at */

/* How many of the numbers from 'first' on are free. */
static size_t countfree (int first, size_t count) {
  struct pollfd all[AT_ONCE];
  size_t i, n = 0;
  for (i = 0; i < count; i++) {
    all[i].fd = first + (int)i;
    all[i].events = 0;
  }
  if (poll(all, (nfds_t)count, 0) < 0)
    return 0;
  for (i = 0; i < count; i++)
    n += (all[i].revents & POLLNVAL) != 0;
  return n;
}

/* The system gives out the lowest number that is free: so the highest are
   free unless descriptors are, or were, scarce, and few are looked at. */
size_t gp_descriptors_missing (void) {
  struct rlimit limit;
  size_t kept, found = 0, left;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT_MAX)
    return 0;
  kept = limit.rlim_cur / 4 < RESERVE ? limit.rlim_cur / 4 : RESERVE;
  for (left = limit.rlim_cur; left > 0 && found <= kept;) {
    size_t count = left < AT_ONCE ? left : AT_ONCE;
    left -= count;
    found += countfree((int)left, count);
  }
  return found > kept ? 0 : kept + 1 - found;
}
