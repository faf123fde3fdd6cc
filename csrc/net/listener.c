/*
** net/listener.c - the listening sockets of a server.
*/
#include "net/listener.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os.h"
#include "net/socketaddress.h"

#define BACKLOG 1024 /* connections that wait while Lua is at work */
#define PORT_TRIES 32

bool gp_listen_isvalid (const char *listen) {
  gp_socketaddress a;
  return strcmp(listen, "localhost") == 0 || strcmp(listen, "*") == 0 ||
         gp_socketaddress_parse(&a, listen, 0);
}

/* The any-address of IPv6 takes IPv4 too, whatever the system's default. */
static bool configure (int fd, const gp_socketaddress *a) {
  int on = 1;
  int v6only = !IN6_IS_ADDR_UNSPECIFIED(&a->v6.sin6_addr);
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
    return false;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  return a->any.sa_family != AF_INET6 ||
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only) ==
           0;
}

/* A socket that listens at 'text', or -1 and errno; fills in '*port'. */
static int open_one (const char *text, int *port) {
  gp_socketaddress a;
  socklen_t size;
  int fd, error;
  if (!gp_socketaddress_parse(&a, text, *port)) {
    errno = EINVAL;
    return -1;
  }
  size = gp_socketaddress_size(&a);
  fd = gp_os_socket(a.any.sa_family, SOCK_STREAM);
  if (fd < 0)
    return -1;
  if (configure(fd, &a) && bind(fd, &a.any, size) == 0 &&
      listen(fd, BACKLOG) == 0 && getsockname(fd, &a.any, &size) == 0) {
    *port = ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port
                                              : a.v4.sin_port);
    return fd;
  }
  error = errno;
  close(fd);
  errno = error;
  return -1;
}

/* Whether errno says that this machine has no IPv6. */
static bool no_ipv6 (void) {
  return errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL;
}

/*
** Both loopback addresses, or the first where there is no IPv6. A free port
** of the one may be taken at the other: then 'tries' more are tried.
*/
static int open_local (int *port, int fds[GP_LISTEN_MAX]) {
  int tries = *port == 0 ? PORT_TRIES : 1;
  while (tries-- > 0) {
    int taken = *port;
    fds[0] = open_one("127.0.0.1", &taken);
    if (fds[0] < 0)
      return 0;
    fds[1] = open_one("::1", &taken);
    if (fds[1] >= 0 || no_ipv6()) {
      *port = taken;
      return fds[1] >= 0 ? 2 : 1;
    }
    taken = errno;
    close(fds[0]);
    errno = taken;
    if (taken != EADDRINUSE)
      return 0;
  }
  return 0;
}

gp_err gp_listen_open (const char *listen, int *port, int fds[GP_LISTEN_MAX],
                       int *count) {
  if (*port < 0 || *port > 65535)
    return GP_EINVAL;
  if (strcmp(listen, "localhost") == 0)
    *count = open_local(port, fds);
  else {
    bool every = strcmp(listen, "*") == 0;
    fds[0] = open_one(every ? "::" : listen, port);
    if (fds[0] < 0 && every && no_ipv6())
      fds[0] = open_one("0.0.0.0", port);
    *count = fds[0] >= 0;
  }
  return *count > 0        ? GP_OK
         : errno == EINVAL ? GP_EINVAL
                           : gp_err_fromerrno(errno);
}
