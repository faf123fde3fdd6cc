/*
** net/hostcheck.h - whom a server that only its own machine reaches takes to
** mean it, by the 'Host' of a request.
**
** A page can be given a name that leads to this machine only once it is
** loaded (DNS rebinding): then the browser takes page and node for one
** origin. What such a page sends still names the host that it was loaded
** from. Owns the names that it was given.
*/
#ifndef gp_net_hostcheck_h
#define gp_net_hostcheck_h

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#pragma GCC visibility push(hidden)

#define GP_HOSTS_MAX 16 /* names of the option */

typedef struct gp_hostcheck {
  bool only_here; /* the server listens on loopback alone */
  size_t count;
  char *names[GP_HOSTS_MAX + 1]; /* beside those that all have */
} gp_hostcheck;

/* Whether it can be the name of a host, or is a numeric address. */
bool gp_hostcheck_isname (const char *name);

/* For a server that listens at 'listen' (net/server.h). All zero before. */
void gp_hostcheck_init (gp_hostcheck *g, const char *listen);
void gp_hostcheck_clear (gp_hostcheck *g);

/* One name more, of which it takes a copy; GP_HOSTS_MAX + 1 in all. */
gp_err gp_hostcheck_add (gp_hostcheck *g, const char *name);

/*
** Whether a request with this 'Host', with a port or without, is for this
** machine: localhost, an address or the name of the machine, 0.0.0.0 or ::,
** or a name that was added. NULL: it has none. A server that others reach
** takes every one, since the others call it what they like.
*/
bool gp_hostcheck_admits (const gp_hostcheck *g, const char *host,
                          size_t len);

#pragma GCC visibility pop
#endif
