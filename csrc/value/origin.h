/*
** value/origin.h - where things come from, and how many from each.
**
** An origin is a network in the sense of gp_address_network, so that nobody
** is many by having many addresses of one. It is there while something of it
** is counted.
*/
#ifndef gp_value_origin_h
#define gp_value_origin_h

#include <stddef.h>

#include "base/index.h"
#include "value/address.h"
#pragma GCC visibility push(hidden)

typedef struct gp_origin {
  gp_indexlink link;
  size_t count;
  char network[GP_NETWORK_TEXT];
} gp_origin;

/* A zeroed struct is empty. */
typedef struct gp_origins {
  gp_index networks;
} gp_origins;

/* Counts one more from a numeric address; for gp_origins_leave. NULL: it is
   not numeric, or there is no memory. */
gp_origin *gp_origins_enter (gp_origins *all, const char *address);

/* One of them is gone. NULL is allowed. */
void gp_origins_leave (gp_origins *all, gp_origin *o);

/* That of a numeric address; NULL: nothing is counted there. */
gp_origin *gp_origins_find (const gp_origins *all, const char *address);

/* Frees the table, when all are gone. */
void gp_origins_clear (gp_origins *all);

#pragma GCC visibility pop
#endif
