/*
** node/hosts.h - at which addresses somebody is known.
**
** Owns the origins (value/origin.h) of the peers that a node deals with, and
** gp_hostlink in the record of each. Addresses that every machine has for
** itself are one: who is known on this machine may come from any of them.
*/
#ifndef gp_node_hosts_h
#define gp_node_hosts_h

#include <stdbool.h>

#include "base/err.h"
#include "value/origin.h"
#pragma GCC visibility push(hidden)

/* A zeroed struct is empty. */
typedef struct gp_hosts {
  gp_origins all;
} gp_hosts;

/* Of one peer: where it listens, and where it comes from. */
typedef struct gp_hostlink {
  gp_origin *listens, *comes; /* NULL: not known */
} gp_hostlink;

/* It listens at an address; a name stands for none that is known here.
   GP_ENOMEM: it is known nowhere now. */
gp_err gp_hosts_listens (gp_hosts *hs, gp_hostlink *l, const char *address);

/* It has come from a numeric address. Without memory that is not known. */
void gp_hosts_comes (gp_hosts *hs, gp_hostlink *l, const char *address);

/* Nothing is known of it any more. */
void gp_hosts_forget (gp_hosts *hs, gp_hostlink *l);

/* Whether somebody is known at a numeric address. */
bool gp_hosts_has (const gp_hosts *hs, const char *address);

/* When all are forgotten. */
void gp_hosts_clear (gp_hosts *hs);

#pragma GCC visibility pop
#endif
