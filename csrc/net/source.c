/*
** net/source.c - see net/source.h.
*/
#include "net/source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os.h"
#include "value/address.h"

#define ANY_PORT 9 /* nothing goes there, but it must not be zero */

typedef union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} address;

static socklen_t parse (address *a, const char *text) {
  memset(a, 0, sizeof *a);
  if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
    a->v4.sin_family = AF_INET;
    a->v4.sin_port = htons(ANY_PORT);
    return sizeof a->v4;
  }
  if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) != 1)
    return 0;
  a->v6.sin6_family = AF_INET6;
  a->v6.sin6_port = htons(ANY_PORT);
  return sizeof a->v6;
}

/* An IPv4 address is written as one, also where IPv6 has it in its own. */
static void write_out (const address *a, char out[INET6_ADDRSTRLEN]) {
  const struct in6_addr *v6 = &a->v6.sin6_addr;
  if (a->any.sa_family == AF_INET)
    inet_ntop(AF_INET, &a->v4.sin_addr, out, INET6_ADDRSTRLEN);
  else if (IN6_IS_ADDR_V4MAPPED(v6))
    inet_ntop(AF_INET, v6->s6_addr + 12, out, INET6_ADDRSTRLEN);
  else
    inet_ntop(AF_INET6, v6, out, INET6_ADDRSTRLEN);
}

gp_err gp_source_find (const char *text, char out[INET6_ADDRSTRLEN],
                       bool *same) {
  char wanted[INET6_ADDRSTRLEN];
  address a;
  socklen_t size = parse(&a, text);
  int fd, error = 0;
  if (size == 0)
    return GP_EINVAL;
  write_out(&a, wanted);
  fd = gp_os_socket(a.any.sa_family, SOCK_DGRAM);
  if (fd < 0)
    return gp_err_fromerrno(errno);
  if (connect(fd, &a.any, size) != 0 || getsockname(fd, &a.any, &size) != 0)
    error = errno;
  close(fd);
  if (error != 0)
    return gp_err_fromerrno(error);
  write_out(&a, out);
  *same = strcmp(wanted, out) == 0;
  return gp_address_fault(out) == NULL ? GP_OK : GP_EADDRNOTAVAIL;
}
