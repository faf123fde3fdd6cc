/*
** net/socketaddress.c - see net/socketaddress.h.
*/
#include "net/socketaddress.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

socklen_t gp_socketaddress_size (const gp_socketaddress *a) {
  return a->any.sa_family == AF_INET6 ? sizeof a->v6 : sizeof a->v4;
}

void gp_socketaddress_write (const gp_socketaddress *a,
                             char out[INET6_ADDRSTRLEN]) {
  const struct in6_addr *v6 = &a->v6.sin6_addr;
  if (a->any.sa_family == AF_INET)
    inet_ntop(AF_INET, &a->v4.sin_addr, out, INET6_ADDRSTRLEN);
  else if (IN6_IS_ADDR_V4MAPPED(v6))
    inet_ntop(AF_INET, v6->s6_addr + 12, out, INET6_ADDRSTRLEN);
  else
    inet_ntop(AF_INET6, v6, out, INET6_ADDRSTRLEN);
}

int gp_socketaddress_port (const gp_socketaddress *a) {
  return ntohs(a->any.sa_family == AF_INET ? a->v4.sin_port
                                           : a->v6.sin6_port);
}

bool gp_socketaddress_islocal (int fd) {
  gp_socketaddress here, there;
  socklen_t size = sizeof here;
  memset(&here, 0, sizeof here);
  memset(&there, 0, sizeof there);
  if (getsockname(fd, &here.any, &size) != 0)
    return false;
  size = sizeof there;
  if (getpeername(fd, &there.any, &size) != 0)
    return false;
  if (here.any.sa_family == AF_INET)
    return here.v4.sin_addr.s_addr == there.v4.sin_addr.s_addr;
  return memcmp(&here.v6.sin6_addr, &there.v6.sin6_addr,
                sizeof here.v6.sin6_addr) == 0;
}

bool gp_socketaddress_parse (gp_socketaddress *a, const char *text,
                             int port) {
  char bare[INET6_ADDRSTRLEN + 2];
  size_t len = strlen(text);
  if (len >= sizeof bare)
    return false;
  memcpy(bare, text, len + 1);
  memset(a, 0, sizeof *a);
  if (inet_pton(AF_INET, bare, &a->v4.sin_addr) == 1) {
    a->v4.sin_family = AF_INET;
    a->v4.sin_port = htons((uint16_t)port);
    return true;
  }
  if (len > 2 && bare[0] == '[' && bare[len - 1] == ']') {
    bare[len - 1] = '\0';
    memmove(bare, bare + 1, len - 1);
  }
  a->v6.sin6_family = AF_INET6;
  a->v6.sin6_port = htons((uint16_t)port);
  return inet_pton(AF_INET6, bare, &a->v6.sin6_addr) == 1;
}
