/*
** sim/host.h - inside the simulator: its hosts, each a machine with a name
** and at most one node.
**
** Owns their memory and names. Sends nothing, and starts and ends no node:
** that is sim/process.c.
*/
#ifndef gp_sim_host_h
#define gp_sim_host_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "base/signal.h"
#include "node/node.h"
#include "sim/clock.h"
#include "sim/sim.h"
#include "value/peertable.h"
#pragma GCC visibility push(hidden)

struct gp_simhost {
  gp_turn turn; /* the node's next tick, or the end of a stall */
  gp_ring ring; /* in 'all' */
  gp_ring touched_ring;
  gp_sim *sim;
  size_t number; /* counted from one */
  gp_peer *self;
  gp_ring names;   /* of gp_simname */
  char remote[16]; /* numeric IPv4 address */
  uint64_t groups;
  bool plain, shielded;

  gp_node *node;        /* NULL: none */
  gp_simscript *script; /* responds then; NULL: nobody does */
  void *script_self;
  bool hanging, crashing;
  uint64_t wakes_at; /* while it hangs; GP_NEVER: when it is told to */
  gp_ready ready;
  gp_signal signals[GP_SIGNALS];

  gp_ring sent;    /* its requests whose end it waits for (sim/request.h) */
  gp_ring arrived; /* requests that are not served yet */

  uint32_t probe_interval_ms; /* what its node's options say */
  gp_digest steady_digest;    /* of its list, when all became steady */
};

/* All of one simulator. */
typedef struct gp_simhosts {
  size_t count;
  gp_ring all;
  gp_ring touched; /* whose next tick is to be looked up; the newest first */
  gp_peertable names;
} gp_simhosts;

void gp_simhosts_init (gp_simhosts *hs);

/* Frees all of them; none has a node, or a turn in the clock, any more. */
void gp_simhosts_clear (gp_simhosts *hs);

/* With its names, and no node; it is not one of 'all' yet. GP_EADDRINUSE,
   GP_ENOMEM. */
gp_err gp_simhost_new (gp_simhost **out, gp_sim *s, const gp_peer *self);
void gp_simhost_free (gp_simhost *h);

/* It is one of 'all' from now on. */
void gp_simhost_enlist (gp_simhost *h);

/* The one after 'h' of all, or the first (NULL); NULL: there is none. */
gp_simhost *gp_simhost_next (const gp_sim *s, const gp_simhost *h);

/* Its node is being called: when it wants its tick is to be looked up. */
void gp_simhost_touch (gp_simhost *h);

/* Takes the newest that was touched; NULL: none is left. */
gp_simhost *gp_simhost_taketouched (gp_sim *s);

/* When its turn is, if nothing comes to it before; GP_NEVER. */
uint64_t gp_simhost_due (const gp_simhost *h);

#pragma GCC visibility pop
#endif
