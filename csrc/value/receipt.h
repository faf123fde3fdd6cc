/*
** value/receipt.h - what became of one call that several peers had a part in.
**
** Counted: the call's owner holds it, and so does every errand that is still
** to be done. Settled when none is; then its signal is raised. What went
** wrong is kept in the order in which it did.
*/
#ifndef gp_value_receipt_h
#define gp_value_receipt_h

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "value/message.h"
#include "value/peer.h"
#include "base/signal.h"
#pragma GCC visibility push(hidden)

/* What was being done when it went wrong. */
typedef enum gp_doing {
  GP_JOINING,  /* asking an entry point */
  GP_GREETING, /* asking a member that an entry point named */
  GP_SENDING,  /* delivering a message */
  GP_LEAVING,  /* taking leave of a member */
  GP_SERVING,  /* answering a request */
  /* What the node does for itself; its failures are not told. */
  GP_PROBING,   /* which form a stranger speaks */
  GP_INQUIRING, /* which form a newcomer speaks, before its answer */
  GP_NAMING,    /* under which name a member knows us */
  GP_UNNAMING,  /* taking back our name where we stand under another */
  GP_MEETING,   /* whether one that failed, or was named to us, answers */
  GP_LISTING    /* whom a member knows */
} gp_doing;

/* One thing that went wrong. Counted, immutable once told. */
typedef struct gp_failure gp_failure;
struct gp_failure {
  unsigned refs;
  gp_failure *next; /* in its receipt */
  gp_doing doing;
  gp_err error;
  int status;      /* the peer's HTTP status, or 0 */
  gp_peer *peer;   /* with whom, or NULL */
  gp_message *msg; /* the message that was not delivered, or NULL */
  gp_blob *origin; /* numeric address that a bad request came from, or NULL */
};

/* With one reference. Takes references of 'peer' and 'msg' (NULL: none). */
gp_failure *gp_failure_new (gp_doing doing, const gp_peer *peer,
                            gp_message *msg);
gp_failure *gp_failure_ref (gp_failure *f);

/* NULL is allowed. */
void gp_failure_unref (gp_failure *f);

typedef struct gp_receipt {
  unsigned refs;
  size_t pending; /* errands that are still to be done */
  bool claimed;   /* somebody waits for it: failures are his to read */
  bool joined;    /* of a connect: the entry point has let us in */
  gp_signal settled;
  gp_failure *first, *last;
} gp_receipt;

/* With one reference, and settled until something is pending. */
gp_receipt *gp_receipt_new (gp_ready *ready);
gp_receipt *gp_receipt_ref (gp_receipt *r);

/* NULL is allowed. */
void gp_receipt_unref (gp_receipt *r);

/* One more errand of this call: takes a reference, counts it as pending. */
gp_receipt *gp_receipt_begin (gp_receipt *r);

/*
** The end of one errand, well (NULL) or not: gives back what 'begin' took,
** takes a reference of 'f'.
*/
void gp_receipt_end (gp_receipt *r, gp_failure *f);

bool gp_receipt_issettled (const gp_receipt *r);

#pragma GCC visibility pop
#endif
