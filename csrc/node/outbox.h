/*
** node/outbox.h - the requests to each peer, one at a time, so that order is
** kept.
**
** Owns gp_outbox in the record of each peer and the requests in it, and
** gp_outboxes of all. Sends through the transport, and sends once more what
** is safe to send once more. What follows from the end of a request is
** decided above it (node/responses.h).
*/
#ifndef gp_node_outbox_h
#define gp_node_outbox_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/peers.h"
#include "node/request.h"
#include "node/transport.h"
#include "node/unsent.h"
#pragma GCC visibility push(hidden)

typedef struct gp_outbox {
  gp_ring queue;         /* of gp_request, the next one first */
  gp_request *sent;      /* the one on its way, or NULL */
  size_t count, bytes;   /* of the queue: messages, and their data */
  size_t awaited;        /* of all: requests that a call blocks for */
  uint64_t pause_until;  /* nothing is sent before; 0: no pause */
  unsigned tries;        /* of the next one, that failed */
  uint32_t sequence;     /* of what was sent last */
  uint64_t known_number; /* our last message when it came to be known */
  uint64_t last_number;  /* of the last broadcast to it */
} gp_outbox;

typedef struct gp_outboxes {
  gp_unsent unsent;
  uint32_t sequence;    /* of the last request that was sent to anybody */
  uint64_t last_number; /* of our newest message */
} gp_outboxes;

/* The requests that gp_outbox_drop ends. */
typedef enum gp_outbox_part {
  GP_ALL,           /* and the one on its way: its response is ignored */
  GP_QUEUED,        /* those that are still to be sent */
  GP_NEXT_MESSAGES, /* of these the messages before any other request */
  GP_BROADCASTS, /* the queued broadcasts, since it is no member after all */
  GP_RECEIPTS    /* of these the receipts, which fail; they are kept */
} gp_outbox_part;

/* That of a peer that comes to be known after our message 'number'. */
static inline void gp_outbox_init (gp_outbox *o, uint64_t number) {
  gp_ring_init(&o->queue);
  o->known_number = number;
}

/* The number of a new message. */
uint64_t gp_outboxes_newnumber (gp_outboxes *os);

/* Whether it holds as much as it may. */
bool gp_outbox_isfull (const gp_node *n, const gp_record *peer);

/* Whether the peer has kept a caller waiting for as long as it may. */
bool gp_outbox_isslow (const gp_node *n, const gp_record *peer);

/* Whether one of this purpose is on its way, or is sent next. */
bool gp_outbox_iscurrent (const gp_record *peer, gp_purpose purpose);

/* Takes 'r': behind all others, and sends it if it can be sent now. Where a
   message must not go there it fails, at the next tick. */
void gp_outbox_queue (gp_node *n, gp_record *peer, gp_request *r);

/* Takes 'r', before all others. */
void gp_outbox_insert (gp_node *n, gp_record *peer, gp_request *r);

/* Sends what is next, unless something is on its way or there is a pause. */
void gp_outbox_advance (gp_node *n, gp_record *peer);

/* Nothing is sent before 'until'; 0: the pause is over. */
void gp_outbox_pause (gp_node *n, gp_record *peer, uint64_t until);

/*
** The request that the transport knows as 'id' has ended: takes it out of the
** outbox of '*peer'. NULL: nobody waits for it any more.
*/
gp_request *gp_outbox_take (gp_node *n, uint64_t id, gp_record **peer);

/* Takes a message that failed, to send it once more after a pause, if that is
   safe and time is left. False: it has failed for good. */
bool gp_outbox_retry (gp_node *n, gp_record *peer, gp_request *r,
                      gp_err error);

/* Ends a part of its requests with an error, GP_OK for none. */
void gp_outbox_drop (gp_node *n, gp_record *peer, gp_outbox_part part,
                     gp_err error);

/* 'to' gets the requests of 'from', but for what was broadcast to both. */
void gp_outbox_move (gp_node *n, gp_record *to, gp_record *from);

/* Sends on, if a pause is over. Whether callers that block for it have
   waited for as long as they may. */
bool gp_outbox_look (gp_node *n, gp_record *peer);

/* No call blocks for this peer any more. */
void gp_outbox_release (gp_record *peer);

#pragma GCC visibility pop
#endif
