/*
** value/receipt.h - what became of one call that several peers had a part in.
**
** Counted: the call's owner holds it, and so does every request that is
** still to end. Settled when none is; then its signal is raised. What went
** wrong is kept in the order in which it did.
*/
#ifndef gp_value_receipt_h
#define gp_value_receipt_h

#include <stdbool.h>
#include <stddef.h>

#include "base/blob.h"
#include "base/err.h"
#include "base/ring.h"
#include "base/signal.h"
#include "value/message.h"
#include "value/peer.h"
#include "value/peerlist.h"
#pragma GCC visibility push(hidden)

/* What a request was for, or what was being done when it went wrong. */
typedef enum gp_purpose {
  GP_PURPOSE_JOIN,    /* connecting to an entry point */
  GP_PURPOSE_GREET,   /* connecting to a member that an entry point named */
  GP_PURPOSE_MESSAGE, /* delivering a message */
  GP_PURPOSE_LEAVE,   /* telling a member that we leave */
  GP_PURPOSE_SERVE,   /* responding to a request */
  GP_PURPOSE_MEET,    /* getting along with a member */
  /* What the node wants to know for itself; its failures are not told. */
  GP_PURPOSE_FIND_FORM,     /* which form a stranger speaks */
  GP_PURPOSE_NEWCOMER_FORM, /* which one a newcomer speaks, before its list */
  GP_PURPOSE_FIND_ALIAS,    /* under which name a member knows us */
  GP_PURPOSE_DROP_ALIAS,    /* one of two names that a member has us under */
  GP_PURPOSE_RECONNECT,     /* whether one that failed, or was named, lives */
  GP_PURPOSE_LIST,          /* whom a member knows */
  GP_PURPOSE_RENAME,        /* telling a member that our nick is another */
  GP_PURPOSE_WITHDRAW,      /* leaving a Go member that cannot reach us */
  GP_PURPOSE_ASK,           /* who a peer is, for the program */
  GP_PURPOSE_LOOK           /* likewise, and whom it knows */
} gp_purpose;

/* One thing that went wrong. Counted, immutable once told. */
typedef struct gp_failure gp_failure;
struct gp_failure {
  unsigned refs;
  gp_ring ring; /* in its receipt */
  gp_purpose purpose;
  gp_err error;
  bool unsure;     /* the peer may have the message all the same */
  int status;      /* the peer's HTTP status, or 0 */
  gp_peer *peer;   /* the peer, or NULL */
  gp_message *msg; /* the message that was not delivered, or NULL */
  gp_blob *origin; /* numeric address that a bad request came from, or NULL */
};

/* With one reference. Takes references of 'peer' and 'msg' (NULL: none). */
gp_failure *gp_failure_new (gp_purpose purpose, const gp_peer *peer,
                            gp_message *msg);
gp_failure *gp_failure_ref (gp_failure *f);

/* NULL is allowed. */
void gp_failure_unref (gp_failure *f);

typedef struct gp_receipt {
  unsigned refs;
  size_t pending;     /* requests that are still to end */
  bool claimed;       /* a task waits for it, which reads its failures */
  bool joined;        /* of a connect: the entry point has let us in */
  gp_peer *announced; /* of asking a peer who it is: what it calls itself, or
                         NULL, */
  uint32_t took_ms;   /* how long it took to respond, */
  bool has_list;      /* and whether it has listed its members, */
  gp_peerlist list;   /* which are these */
  gp_signal settled;
  gp_ring failures;
} gp_receipt;

/* With one reference, and settled until something is pending. */
gp_receipt *gp_receipt_new (gp_ready *ready);
gp_receipt *gp_receipt_ref (gp_receipt *r);

/* NULL is allowed. */
void gp_receipt_unref (gp_receipt *r);

/* One more request of this call: takes a reference, counts it as pending. */
gp_receipt *gp_receipt_begin (gp_receipt *r);

/*
** The end of one, well (NULL) or not: gives back what 'begin' took, takes a
** reference of 'f', which is in no receipt yet.
*/
void gp_receipt_end (gp_receipt *r, gp_failure *f);

/* The peer that was asked calls itself 'who' (NULL: it does not say), as it
   responded after so many ms. Takes a reference. */
void gp_receipt_announce (gp_receipt *r, const gp_peer *who,
                          uint32_t took_ms);

/* It has listed its members, which are copied. Without memory it has not. */
void gp_receipt_setlist (gp_receipt *r, const gp_peerlist *list);

/* The failure after 'f', or the first (NULL); NULL: there is none. */
const gp_failure *gp_receipt_nextfailure (const gp_receipt *r,
                                          const gp_failure *f);

bool gp_receipt_issettled (const gp_receipt *r);

#pragma GCC visibility pop
#endif
