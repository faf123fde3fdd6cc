/* transitional */
#ifndef gp_node_deadlines_h
#define gp_node_deadlines_h
#include "base/ring.h"
#include "node/transport.h"
#include "node/peers.h"
#pragma GCC visibility push(hidden)
typedef struct gp_watched {
  gp_ring ring;
} gp_watched;
typedef struct gp_deadlines {
  size_t pausing;
  uint64_t patience_at;
  gp_ring watched;
  uint64_t watch_at;
} gp_deadlines;
void gp_deadlines_lookat (gp_node *n, uint64_t at);
void gp_deadlines_watch (gp_node *n, gp_record *peer, uint64_t at);
#pragma GCC visibility pop
#endif
