/*
** node/request.h - one request that is to be made to a peer.
**
** Owned by the outbox that it stands in (node/outbox.h), and between by
** whoever took it out. What it is for is its purpose (node/purpose.h).
*/
#ifndef gp_node_request_h
#define gp_node_request_h

#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#include "node/peers.h"
#include "node/purpose.h"
#include "node/report.h"
#include "value/receipt.h"
#pragma GCC visibility push(hidden)

/*
** A call of the program blocks no longer than this for a peer that does not
** respond: in a connect, a leave, or for room in its outbox. Nor does a
** newcomer whose form is to be found out wait longer for its list.
*/
#define GP_AWAITED_MS 1000

typedef struct gp_request {
  gp_ring place;       /* in an outbox, or alone */
  gp_failure *failure; /* what it is, and what is told if it fails */
  gp_receipt *receipt; /* begun; NULL: nobody waits for the end */
  uint64_t began_at;   /* queued, then first sent, at this time */
  uint32_t timeout_ms; /* of all tries together, from the first */
  uint64_t nonce;      /* of its message's number, from its first try on */
  uint64_t process;    /* of the peer when it was queued; 0: not told */
  bool visit;          /* a connect: we come as a visitor */
  bool sent;           /* at least once */
  bool hopeful;        /* the peer could be reached until then */
  bool moved;          /* it was to go to another name */
  bool unsure;         /* a try that failed may have carried it */
  bool again;          /* it is the second try after a rejection */
  bool kept;           /* nobody is told of its end, unless it was sent */
} gp_request;

/*
** Takes references of 'peer', its name, and 'msg'; begins 'receipt', unless
** it is NULL. NULL: out of memory, nothing was done.
*/
gp_request *gp_request_new (gp_purpose purpose, const gp_peer *peer,
                            gp_message *msg, gp_receipt *receipt,
                            uint32_t timeout_ms);

/* One of the node's own, with a message in the name of 'from'; NULL: in its
   own name. A connect goes as what we are there, a visitor or not. NULL: out
   of memory. */
gp_request *gp_request_newown (const gp_node *n, const gp_record *peer,
                               gp_purpose purpose, const gp_peer *from);

gp_purpose gp_request_purpose (const gp_request *r);
const gp_message *gp_request_message (const gp_request *r);

/* It is a connect, by which we come as a visitor or not. */
void gp_request_setvisit (gp_request *r, bool visit);

/* It is the second try after a rejection: there is no third. */
void gp_request_setagain (gp_request *r);

/* The same, and its time begins anew. */
void gp_request_repeat (gp_request *r, uint64_t now);

/* It has failed so, and will be ended later. */
void gp_request_seterror (gp_request *r, gp_err error);

/* Whether a call blocks for it, though not for long. */
bool gp_request_isawaited (const gp_request *r);

/* It is kept for one that may never show. */
void gp_request_keep (gp_request *r);

/* Its call does not block for it any more. */
void gp_request_release (gp_request *r);

/*
** Ends it well (GP_OK) or not, and frees it. 'status': the peer's, or 0. The
** receipt learns of the failure of its own call; a failure that nobody waits
** for is reported, unless its purpose is the node's own.
*/
void gp_request_finish (gp_request *r, gp_report *report, gp_err error,
                        int status);

#pragma GCC visibility pop
#endif
