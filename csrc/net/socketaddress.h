/*
** net/socketaddress.h - numeric addresses as sockets take them.
*/
#ifndef gp_net_socketaddress_h
#define gp_net_socketaddress_h

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#pragma GCC visibility push(hidden)

typedef union gp_socketaddress {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} gp_socketaddress;

/* From a numeric address, an IPv6 one in brackets or not. False: it is
   none. */
bool gp_socketaddress_parse (gp_socketaddress *a, const char *text, int port);

/* Its address, one of IPv4 as such, also where IPv6 has it in its own; and
   its port. */
void gp_socketaddress_write (const gp_socketaddress *a,
                             char out[INET6_ADDRSTRLEN]);
int gp_socketaddress_port (const gp_socketaddress *a);

/* Whether both ends of a connected socket have one address: programs of this
   machine come from the address that they go to. */
bool gp_socketaddress_islocal (int fd);

socklen_t gp_socketaddress_size (const gp_socketaddress *a);

#pragma GCC visibility pop
#endif
