/*
** value/event.h - who came and went, in a bounded queue.
**
** A program that does not read them loses the oldest, which are counted. The
** queue owns its events, with a reference of every peer.
*/
#ifndef gp_value_event_h
#define gp_value_event_h

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/queue.h"
#include "value/peer.h"
#pragma GCC visibility push(hidden)

typedef enum gp_eventkind {
  GP_EV_JOINED,    /* it has come to us */
  GP_EV_LEFT,      /* it said so */
  GP_EV_FAILED,    /* it responds no more */
  GP_EV_RECOVERED, /* it had failed, and responds again */
  GP_EV_MET,       /* it is a new member, but was there before us */
  GP_EV_RENAMED    /* its nick is another one */
} gp_eventkind;

typedef struct gp_event {
  gp_eventkind kind;
  gp_peer *peer;
  gp_peer *former; /* with the nick that it had; NULL: it was not renamed */
  gp_err reason;   /* why it failed; else GP_OK */
  uint64_t number; /* counted from one */
} gp_event;

typedef struct gp_events {
  gp_queue all;
  uint64_t number; /* of the newest */
  uint64_t lost;   /* for want of room or memory */
} gp_events;

/* Room for 'max'. Allocates nothing yet. */
void gp_events_init (gp_events *q, size_t max);

/* Takes references of 'peer' and of 'former', which may be NULL. When there
   is no room the oldest goes. */
void gp_events_push (gp_events *q, gp_eventkind kind, const gp_peer *peer,
                     const gp_peer *former, gp_err reason);

/* The oldest, or NULL. Borrowed until the next push or drop. */
const gp_event *gp_events_peek (const gp_events *q);

/* Drops the oldest, which there is. */
void gp_events_drop (gp_events *q);

/* Leaves it empty, its memory freed. */
void gp_events_clear (gp_events *q);

#pragma GCC visibility pop
#endif
