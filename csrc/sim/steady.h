/*
** sim/steady.h - inside the simulator: probes that could find nothing out
** are left out.
**
** All is steady when each node lists only others that live and reach it, and
** list the same, under the nicks that they have, and nothing is left to
** chance. Then nobody probes until something changes. Sets the probing of
** every node; looks at hosts, their nodes and the network alone.
*/
#ifndef gp_sim_steady_h
#define gp_sim_steady_h

#include <stdbool.h>
#include <stdint.h>

#include "sim/sim.h"
#pragma GCC visibility push(hidden)

typedef struct gp_steady {
  bool skips;       /* probes, while all is steady */
  uint64_t look_at; /* whether it is; GP_NEVER: it is */
} gp_steady;

/* Something has changed: all probe, and for a while. */
void gp_sim_disturb (gp_sim *s);

/* Its node has been called: while all is steady its list must not have
   become another. */
void gp_sim_checkdigest (const gp_simhost *h);

/* Nobody probes any more, if it is time to look and all is steady. */
void gp_sim_checksteady (gp_sim *s);

#pragma GCC visibility pop
#endif
