/*
** node/detector.h - finds out which members have failed.
**
** Owns gp_detector. What is known of one member is node/suspicion.h's; here
** is decided who is probed when, and probed. After SWIM and Lifeguard; see
** node/detector.c.
*/
#ifndef gp_node_detector_h
#define gp_node_detector_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/peers.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

/* Zeroed: there is nobody to probe. */
typedef struct gp_detector {
  uint32_t *round; /* slots of the members, in the order of this round */
  size_t round_size, round_count, round_next;
  bool neighbours;     /* the last probe was of the neighbours as well */
  unsigned self_doubt; /* how much this node doubts itself: 0 to 3 */
} gp_detector;

void gp_detector_clear (gp_detector *d);

/* There is a member more. */
void gp_detector_begin (gp_node *n, const gp_record *peer);

/* Anything came from it: it lives. */
void gp_detector_heard (gp_node *n, gp_record *peer);

/* It responded to us. */
void gp_detector_responded (gp_node *n, gp_record *peer);

/* Another node suspects it: it is probed at once, but only once a second for
   all that say so. */
void gp_detector_told (gp_node *n, gp_record *peer);

/* It refused a connection: its process is gone, or about to come back. */
void gp_detector_refused (gp_node *n, gp_record *peer);

/* Probes it, unless a response is awaited; with a digest, or without. */
void gp_detector_probe (gp_node *n, gp_record *peer, bool with_digest);

/* The next members are to be probed. */
void gp_detector_tick (gp_node *n);

/* Does what is due for a member that is probed or suspected. */
void gp_detector_look (gp_node *n, gp_record *peer);

/* What was due at 'due_at' is done only now. If that is too late, what we
   could not notice meanwhile is held against nobody. */
void gp_detector_forgive (gp_node *n, uint64_t due_at);

/* The interval of probes has changed. */
void gp_detector_restart (gp_node *n);

#pragma GCC visibility pop
#endif
