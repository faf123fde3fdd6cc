/*
** node/inbox.h - the messages that the program has not read yet, each once.
**
** Owns gp_inbox, with the messages in it, and gp_dedupe in the record of each
** peer: the number of its newest message, or, of a Go member that may hold us
** under two names, what tells its last broadcast from others. A message that
** does not fit waits, and with it the response to its sender; what waits is
** bounded, too, for all senders together.
*/
#ifndef gp_node_inbox_h
#define gp_node_inbox_h

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "base/ring.h"
#include "base/ttlmap.h"
#include "node/node.h"
#include "node/peers.h"
#pragma GCC visibility push(hidden)

/* The dedupe window of one peer: one message is on its way at a time, and
   numbers rise, so the newest number is window enough. */
typedef struct gp_dedupe {
  uint64_t nonce, number; /* 0: it has said nothing yet */
  uint64_t once_until;    /* until then a broadcast may come once more, */
  uint64_t once;          /* whose data has this hash, */
  uint64_t once_to;       /* to another name than this one; 0: not told */
} gp_dedupe;

typedef struct gp_inbox {
  gp_queue unread; /* of gp_message */
  gp_ring held;    /* of gp_held: messages that wait for room, */
  size_t held_count, held_bytes; /* so many, and so large together */
  gp_ttlmap
    numbers; /* of peers that are gone, and their nonces: the newest */
} gp_inbox;

void gp_inbox_init (gp_inbox *i, const gp_nodeopt *opt);

/* Responds with 503 to what is held, and drops what is unread. */
void gp_inbox_clear (gp_node *n);

/*
** A message of 'peer', which may speak. 'host': the name of ours that it was
** sent to, or NULL when it does not tell. True when it was responded to: it
** stands in the inbox, or stood there before, or there is no memory to hold
** it, or too much waits already. False: the response waits for room, behind
** those that wait already.
*/
bool gp_inbox_receive (gp_node *n, gp_record *peer, gp_message *msg,
                       const gp_peer *host, gp_exchange *x);

/* A record goes: what its peer repeats later is known again. */
void gp_inbox_remember (gp_node *n, gp_record *peer);

/* The oldest held message has waited for too long. */
void gp_inbox_tick (gp_node *n);

/* The oldest unread message, or NULL; borrowed until it is dropped. */
gp_message *gp_inbox_peek (const gp_node *n);
void gp_inbox_drop (gp_node *n);

#pragma GCC visibility pop
#endif
