/*
** sim/network.h - what is between the hosts: how long a message takes, and
** whether it arrives.
**
** Knows no host, only the groups that each is in, a bit for each of 64; no
** group: somewhere that cuts do not reach.
*/
#ifndef gp_sim_network_h
#define gp_sim_network_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/random.h"
#pragma GCC visibility push(hidden)

/* What is sent from any of these groups to any of those is lost. */
typedef struct gp_cut {
  uint64_t from, to;
} gp_cut;

/* A zeroed struct is a network that takes no time and loses nothing. */
typedef struct gp_network {
  uint32_t min_latency_ms, max_latency_ms;
  /* How many of a million; see sim/sim.h. */
  uint32_t loss, breaks, copies;
  gp_cut *cuts;
  size_t ncuts;
} gp_network;

/* Frees its memory. */
void gp_network_clear (gp_network *net);

/* GP_ENOMEM. */
gp_err gp_network_cut (gp_network *net, uint64_t from, uint64_t to);

/* Mends the cuts that are all from groups in 'from' to groups in 'to'. */
void gp_network_heal (gp_network *net, uint64_t from, uint64_t to);

/* Whether what is sent from the one to the other is cut off. */
bool gp_network_iscut (const gp_network *net, uint64_t from, uint64_t to);

/* Whether anything is left to chance but the time that a message takes. */
bool gp_network_ischancy (const gp_network *net);

/* How long a message takes, in ms, of which as much is left to chance as is
   to be. False: it is lost. */
bool gp_network_latency (const gp_network *net, gp_random *random,
                         uint64_t from, uint64_t to, uint64_t *latency_ms);

#pragma GCC visibility pop
#endif
