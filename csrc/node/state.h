/*
** node/state.h - the node, for its own modules: a struct of each, and what
** all of them read.
**
** Each module's struct is written by that module alone. 'now' is written at
** the beginning of a call from outside, by whoever it comes to.
*/
#ifndef gp_node_state_h
#define gp_node_state_h

#include "base/random.h"
#include "node/departure.h"
#include "node/detector.h"
#include "node/node.h"
#include "node/probe.h"
#include "node/record.h"
#include "node/report.h"
#include "value/identity.h"
#pragma GCC visibility push(hidden)

/* The id of a request whose end nobody waits for. */
#define GP_FIRE_AND_FORGET 0

/* Who the node is: for good, but for its nick. */
typedef struct gp_self {
  gp_identity identity; /* its peer is the node's name */
  gp_nodeopt opt;
} gp_self;

struct gp_node {
  gp_self self;
  gp_transport transport;
  uint64_t now;     /* ms, of the call from outside */
  gp_random random; /* seeded by what was handed in, and nobody is shown */
  gp_deadlines deadlines;
  gp_report report;
  gp_peers peers;
  gp_memberships memberships;
  gp_outboxes outboxes;
  gp_inbox inbox;
  gp_probes probes;
  gp_detector detector;
  gp_sync sync;
  gp_departures departures;
  gp_admission admission;
};

#pragma GCC visibility pop
#endif
