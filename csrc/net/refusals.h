/*
** net/refusals.h - what a server has refused by itself, until the node is
** told of it.
**
** Owns a short list: callbacks of libevent add to it, phase two takes from
** it. Knows neither connections nor HTTP.
*/
#ifndef gp_net_refusals_h
#define gp_net_refusals_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* A request, or a connection, that broke a limit or the rules of HTTP. */
typedef struct gp_refusal {
  int status;      /* that it was refused with */
  char origin[46]; /* numeric address, INET6_ADDRSTRLEN */
} gp_refusal;

#define GP_REFUSALS_MAX 32 /* that are kept between two turns */

/* All zero: there are none. */
typedef struct gp_refusals {
  gp_refusal kept[GP_REFUSALS_MAX]; /* oldest first */
  size_t count;
  uint64_t overlooked; /* for which there was no room */
} gp_refusals;

/* Copies 'origin'. */
void gp_refusals_add (gp_refusals *r, int status, const char *origin);

/* Takes the oldest one; false: there is none. */
bool gp_refusals_next (gp_refusals *r, gp_refusal *out);

/* How many more there were since this was last asked. */
uint64_t gp_refusals_overlooked (gp_refusals *r);

#pragma GCC visibility pop
#endif
