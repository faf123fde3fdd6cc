/*
** net/lookup.h - from the name of a peer to the addresses to dial.
**
** Numeric names and those of this machine need nobody; for others evdns
** asks the hosts file and the name servers.
*/
#ifndef gp_net_lookup_h
#define gp_net_lookup_h

#include <netinet/in.h>

#include "net/loop.h"
#pragma GCC visibility push(hidden)

#define GP_ADDRESSES_MAX 8 /* more of one name are not tried */

typedef struct gp_addresses {
  int count;
  char text[GP_ADDRESSES_MAX][INET6_ADDRSTRLEN]; /* numeric */
} gp_addresses;

/* Fills in what needs no look-up. False: 'host' does. */
bool gp_addresses_known (gp_addresses *a, const char *host);

/* Takes out those that are not in 'ranges' of gp_range (0: all are).
   GP_EACCES: none is left. */
gp_err gp_addresses_permit (gp_addresses *a, unsigned ranges);

typedef struct gp_lookup gp_lookup;

/*
** Looks 'host' up. 'found' is called once, perhaps within this call, unless
** the look-up was cancelled; never after an error. Borrows 'a' until then.
** Where 'found' is called within this call '*out' is NULL.
*/
gp_err gp_lookup_new (gp_lookup **out, gp_loop *l, const char *host,
                      gp_addresses *a, void (*found)(void *arg, gp_err e),
                      void *arg);

/* NULL is allowed. 'found' will not be called. */
void gp_lookup_cancel (gp_lookup *u);

#pragma GCC visibility pop
#endif
