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
#include "net/socketaddress.h"
#include "value/address.h"

#define ANY_PORT 9 /* nothing goes there, but it must not be zero */

bool gp_source_ishere (const char *address) {
  gp_socketaddress a;
  bool bound;
  int fd;
  if (!gp_socketaddress_parse(&a, address, 0))
    return false;
  fd = gp_os_socket(a.any.sa_family, SOCK_DGRAM);
  bound = fd >= 0 && bind(fd, &a.any, gp_socketaddress_size(&a)) == 0;
  if (fd >= 0)
    close(fd);
  return bound;
}

gp_err gp_source_find (const char *text, char out[INET6_ADDRSTRLEN],
                       bool *same) {
  char wanted[INET6_ADDRSTRLEN];
  gp_socketaddress a;
  socklen_t size;
  int fd, error = 0;
  if (!gp_socketaddress_parse(&a, text, ANY_PORT))
    return GP_EINVAL;
  size = gp_socketaddress_size(&a);
  gp_socketaddress_write(&a, wanted);
  fd = gp_os_socket(a.any.sa_family, SOCK_DGRAM);
  if (fd < 0)
    return gp_err_fromerrno(errno);
  if (connect(fd, &a.any, size) != 0 || getsockname(fd, &a.any, &size) != 0)
    error = errno;
  close(fd);
  if (error != 0)
    return gp_err_fromerrno(error);
  gp_socketaddress_write(&a, out);
  *same = strcmp(wanted, out) == 0;
  return gp_address_fault(out) == NULL ? GP_OK : GP_EADDRNOTAVAIL;
}
