/*
** net/source.h - which addresses this machine has, and which on the way to
** another.
**
** The kernel says so of a datagram socket that is bound, or connected: its
** routes decide, and nothing is sent.
*/
#ifndef gp_net_source_h
#define gp_net_source_h

#include <netinet/in.h>
#include <stdbool.h>

#include "base/err.h"
#pragma GCC visibility push(hidden)

/* Whether a numeric address is one of this machine's: a socket can be bound
   to it. It may become one, or cease to be, at any time. */
bool gp_source_ishere (const char *address);

/*
** Fills in the address, numeric, that others on the way to the numeric
** 'address' would reach this machine at; '*same': it is that one. GP_EINVAL:
** 'address' is none; GP_EADDRNOTAVAIL: this machine has no address there that
** would mean the same elsewhere; or what the kernel says, such as
** GP_ENETUNREACH.
*/
gp_err gp_source_find (const char *address, char out[INET6_ADDRSTRLEN],
                       bool *same);

#pragma GCC visibility pop
#endif
