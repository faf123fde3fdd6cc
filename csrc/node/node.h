/*
** node/node.h - one node of the network, as a state machine.
**
** Knows no socket, no clock and no Lua. What happens is told to it (a
** request came, an answer came, a request failed, time passed); what it
** wants done goes out through the transport it was made with; what its
** program should learn stands in its queues until taken, and the signals
** tell that something stands there.
** Calls nobody back while it is being called. One thread. Every 'now' is
** in ms with any fixed origin.
*/
#ifndef gp_node_node_h
#define gp_node_node_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "value/event.h"
#include "value/message.h"
#include "value/peer.h"
#include "value/peerlist.h"
#include "value/receipt.h"
#include "base/signal.h"
#include "wire/wire.h"
#pragma GCC visibility push(hidden)

typedef struct gp_node gp_node;
typedef struct gp_reply gp_reply; /* an answer still owed to a peer */

/* How a node reaches the world; evhttp or the simulator stand behind it. */
typedef struct gp_transport {
  void *self;
  /*
  ** Starts a request to 'dial', to be over after 'timeout' ms; it ends in
  ** exactly one call of gp_node_answered with the same 'id', never from
  ** within 'ask', unless an error is returned. Copies what it is given.
  */
  gp_err (*ask)(void *self, uint64_t id, const gp_peer *dial,
                const gp_asking *asking, uint32_t timeout);
  /* Gives the owed answer and frees 'r', also if the asker is gone. */
  void (*answer)(void *self, gp_reply *r, const gp_answer *answer,
                 gp_form form);
  /* Whether the asker has given up waiting. */
  bool (*gone)(void *self, const gp_reply *r);
} gp_transport;

/* Limits; sizes in bytes, times in ms, all above zero. */
typedef struct gp_nodeopt {
  size_t maxmembers;
  size_t maxdata;   /* of a message that arrives */
  bool onloopback;  /* it is reached under "localhost" and 0.0.0.0 too */
  uint64_t nonce;   /* random: tells this process from an earlier one */
  const char *name; /* unique in its network, see gp_identity_isname; NULL:
                       none. Borrowed until gp_node_new returns. */
  size_t inboxmessages, inboxbytes;   /* unread before senders must wait */
  size_t outboxmessages, outboxbytes; /* on the way to one peer */
  size_t maxerrors;                   /* unread failures that are kept */
  size_t maxevents;                   /* the same of events */
  uint32_t probetime; /* a member is probed so often; 0: none is */
  uint32_t asktime;   /* one request, start to end */
  uint32_t holdtime;  /* a sender waits so long for room in the inbox */
} gp_nodeopt;

/* The defaults of every limit; all else is zero. */
void gp_nodeopt_init (gp_nodeopt *opt);

/* What can be waited for at a node: an index into its signals. */
typedef enum gp_nodesignal {
  GP_SIGNAL_INBOX,  /* a message is unread */
  GP_SIGNAL_ERRORS, /* a failure is unread */
  GP_SIGNAL_EVENTS, /* an event is unread */
  GP_SIGNAL_ROOM,   /* an outbox that was full has room again */
  GP_SIGNAL_KNOWN,  /* who gp_node_known gives, or how they stand */
  GP_SIGNAL_CLOSED, /* raised by whoever frees the node */
  GP_SIGNALS
} gp_nodesignal;

/*
** Makes a node called 'self'. Copies 't' and 'opt'; borrows 'signals',
** GP_SIGNALS of them, which must outlive the node.
*/
gp_err gp_node_new (gp_node **out, const gp_peer *self, const gp_transport *t,
                    const gp_nodeopt *opt, gp_signal *signals);

/*
** NULL is allowed. Answers still owed are given as 503; receipts end with
** GP_ECANCELED; unread messages and failures are gone.
*/
void gp_node_free (gp_node *n);

const gp_peer *gp_node_self (const gp_node *n);

/* Whether anybody else is in its network. */
bool gp_node_isconnected (const gp_node *n);

/* Adds the members, in the order in which they came, to an empty list. */
gp_err gp_node_members (const gp_node *n, gp_peerlist *out);

/* The name of the peer that is meant by 'p', which may have others; NULL: it
   is not known. Borrowed. */
const gp_peer *gp_node_meant (const gp_node *n, const gp_peer *p);

/*
** What is to be known after a restart: adds the members, and those that
** failed and are tried again, to an empty list. '*left': its program has had
** it leave, and nobody has joined it since; then the list is empty.
*/
gp_err gp_node_known (const gp_node *n, gp_peerlist *out, bool *left);

/*
** Takes that up again, right after gp_node_new: whoever is in the list is
** tried like one that failed, for as long, and has joined once it answered;
** the others come with it. GP_ENOMEM: some of them are tried.
*/
gp_err gp_node_resume (gp_node *n, const gp_peerlist *known, bool left,
                       uint64_t now);

/*
** Joins through 'entry': asks it, then greets everybody it names. The
** receipt settles when all have been greeted, but for those that take more
** than a second; its failure is the entry point's. Who can not be greeted
** is told as a failure of its own and is no member.
** 'timeout': for the entry point's answer. GP_ESELF, GP_ENOMEM.
*/
gp_err gp_node_connect (gp_node *n, const gp_peer *entry, uint32_t timeout,
                        uint64_t now, gp_receipt **out);

/*
** Puts a message on its way: to every member ('to' empty) or to the peers
** named, members or not. What can not even be started fails in the receipt
** at the next tick. Borrows all. GP_ENOMEM: then nothing was sent.
*/
gp_err gp_node_post (gp_node *n, gp_blob *data, const gp_peerlist *to,
                     uint64_t now, gp_receipt **out);

/*
** Whether the receivers can take one more. One that stopped answering does
** not count: messages to it fail once its outbox is full.
*/
bool gp_node_hasroom (gp_node *n, const gp_peerlist *to, uint64_t now);

/*
** Tells every member, after all that was sent before; each is no member any
** more once it has answered, failed or taken more than a second.
*/
gp_err gp_node_leave (gp_node *n, uint64_t now, gp_receipt **out);

/*
** A peer's request. Takes 'r': it is answered now (then this is true), or
** later. Borrows 'asked'.
*/
bool gp_node_requested (gp_node *n, const gp_asked *asked, gp_reply *r,
                        uint64_t now);

/*
** A request was refused with 'status' (0: it could not even be read) for the
** reason 'error'; 'origin' is the numeric address that it came from, NULL:
** not known. Tells a few in a second, and counts the others as lost: whoever
** keeps on breaking rules must not drive other failures out of the queue.
*/
void gp_node_misasked (gp_node *n, gp_err error, int status,
                       const char *origin, uint64_t now);

/* So many more went wrong of which nothing else is known. */
void gp_node_misasks (gp_node *n, uint64_t count);

/* Whether the answer to the request 'id' should be a list of peers. */
bool gp_node_wantslist (const gp_node *n, uint64_t id);

/*
** The end of a request that the node made: 'error', or GP_OK and an answer,
** which is borrowed.
*/
void gp_node_answered (gp_node *n, uint64_t id, gp_err error,
                       const gp_answered *answer, uint64_t now);

/* When the node wants its next tick; UINT64_MAX for never. */
uint64_t gp_node_due (const gp_node *n);

/* Time has passed. */
void gp_node_tick (gp_node *n, uint64_t now);

/* From now on a member is probed so often, in ms; 0: none is. */
void gp_node_setprobetime (gp_node *n, uint32_t time, uint64_t now);

/* A number that stands for its members and itself: equal for equal lists, in
   any order. */
uint64_t gp_node_digest (const gp_node *n);

/*
** Oldest unread message or failure, or NULL. Borrowed until the drop of that
** kind: peek, use, drop. What is not dropped is kept, but for events: when
** there are too many the oldest goes, at any call of the node.
*/
gp_message *gp_node_peekmessage (const gp_node *n);
void gp_node_dropmessage (gp_node *n);
gp_failure *gp_node_peekfailure (const gp_node *n);
void gp_node_dropfailure (gp_node *n);
const gp_event *gp_node_peekevent (const gp_node *n);
void gp_node_dropevent (gp_node *n);

/* What is known of one peer. */
typedef enum gp_state {
  GP_STATE_CANDIDATE, /* was named to us, and has not answered yet */
  GP_STATE_ALIVE,
  GP_STATE_SUSPECTED, /* does not answer */
  GP_STATE_FAILED     /* has not answered for long; it is tried again */
} gp_state;

typedef struct gp_peerstate {
  gp_peer *peer;              /* owned */
  char name[GP_NAME_MAX + 1]; /* "": it has none */
  gp_state state;
  gp_form form;
  bool ours;      /* a node of this kind */
  uint32_t rtt;   /* ms of its last probe; UINT32_MAX: none */
  uint64_t heard; /* ms since anything came from it; UINT64_MAX: never */
  size_t messages, bytes; /* on the way to it and waiting */
} gp_peerstate;

typedef struct gp_peerstates {
  size_t n;
  gp_peerstate *at;
} gp_peerstates;

typedef struct gp_stats {
  size_t members, suspected, failed;
  size_t inboxmessages, inboxbytes;   /* unread */
  size_t outboxmessages, outboxbytes; /* on the way and waiting */
  uint64_t lostevents;
  unsigned health; /* how much the node doubts itself, 0 to 3 */
} gp_stats;

void gp_node_stats (const gp_node *n, gp_stats *out);

/* All peers that it deals with, for the caller to clear. GP_ENOMEM: then
   'out' is empty. */
gp_err gp_node_states (const gp_node *n, uint64_t now, gp_peerstates *out);
void gp_peerstates_clear (gp_peerstates *ps);

/* How many failures found no room since this was last asked. */
uint64_t gp_node_lostfailures (gp_node *n);

#pragma GCC visibility pop
#endif
