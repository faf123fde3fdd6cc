/*
** net/descriptors.c - whether the process runs out of descriptors.
*/
#include "net/descriptors.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os.h"

#define RESERVE 64 /* but no more than a quarter of all */

/* The system gives out the lowest number that is free: so what the next one
   gets tells how many are taken, by whomever. */
size_t gp_descriptors_missing (void) {
  struct rlimit all;
  rlim_t kept;
  int fd = gp_os_socket(AF_UNIX, SOCK_DGRAM);
  if (fd < 0)
    return RESERVE;
  close(fd);
  if (getrlimit(RLIMIT_NOFILE, &all) != 0 || all.rlim_cur == RLIM_INFINITY)
    return 0;
  kept = all.rlim_cur / 4 < RESERVE ? all.rlim_cur / 4 : RESERVE;
  return (rlim_t)fd < all.rlim_cur - kept
           ? 0
           : (size_t)((rlim_t)fd - (all.rlim_cur - kept)) + 1;
}
