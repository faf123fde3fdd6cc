/*
** node/node.h - one node of the network, as a state machine: what its
** program calls. (node/transport.h has what a transport calls.)
**
** Knows no socket, no clock and no Lua. What happens is told to it (a
** request came, a response came, a request failed, time passed); what it
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
#include "base/signal.h"
#include "base/crypto.h"
#include "node/transport.h"
#include "value/event.h"
#include "value/message.h"
#include "value/peer.h"
#include "value/peerlist.h"
#include "value/receipt.h"
#pragma GCC visibility push(hidden)

/* Limits; sizes in bytes, times in ms, all above zero. */
typedef struct gp_nodeopt {
  size_t max_members;
  size_t max_body;  /* of a message that arrives */
  bool on_loopback; /* it is reached under "localhost" and 0.0.0.0 too */
  bool trust_lists; /* whatever a list names is dialled, whoever sent it */
  bool only_here;   /* other machines cannot reach it: its program is told
                       when there is a member that they can */
  uint64_t nonce;   /* random: tells this process from an earlier one */
  gp_siphashkey secret;                    /* random, and shown to nobody, */
  unsigned char cookie_key[GP_CRYPTO_KEY]; /* likewise, */
  uint64_t first_number; /* and likewise: before the first message's */
  bool check_source;     /* a Go member is believed from its own address
                            alone */
  const char *nick;      /* unique in its network, see gp_nick_isvalid; NULL:
                       none. Borrowed until gp_node_new returns. */
  size_t inbox_messages, inbox_bytes;   /* unread before senders must wait */
  size_t outbox_messages, outbox_bytes; /* on the way to one peer */
  size_t max_errors;                    /* unread failures that are kept */
  size_t max_events;                    /* the same of events */
  uint32_t probe_interval_ms;  /* a member is probed so often; 0: none is */
  uint32_t request_timeout_ms; /* one request, start to end */
  uint32_t inbox_timeout_ms;   /* a sender waits so long for room */
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
** NULL is allowed. Responses still owed are given as 503; receipts end with
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
** failed and are tried again, of whom any has responded, to an empty list.
** '*left': its program has had it leave, and nobody has joined it since;
** then the list is empty.
*/
gp_err gp_node_known (const gp_node *n, gp_peerlist *out, bool *left);

/*
** Takes that up again, right after gp_node_new: whoever is in the list is
** tried like one that failed, for as long, and has joined once it responds;
** the others come with it. GP_ENOMEM: some of them are tried.
*/
gp_err gp_node_resume (gp_node *n, const gp_peerlist *known, bool left,
                       uint64_t now);

/*
** Joins through 'entry': asks it, then greets everybody it names. The
** receipt settles when all have been greeted, but for those that take more
** than a second; its failure is the entry point's. One that cannot be greeted
** is told as a failure of its own and is no member.
** 'timeout' (ms): for the entry point's response. GP_ESELF, GP_ENOMEM.
*/
gp_err gp_node_connect (gp_node *n, const gp_peer *entry, uint32_t timeout,
                        uint64_t now, gp_receipt **out);

/*
** Puts a message on its way: to every member ('to' empty) or to the peers
** named, members or not. Nodes of ours learn whether it is a 'notice'. What
** cannot even be started fails in the receipt at the next tick. Borrows all.
** GP_ENOMEM: then nothing was sent.
*/
gp_err gp_node_post (gp_node *n, gp_blob *data, const gp_peerlist *to,
                     bool notice, uint64_t now, gp_receipt **out);

/*
** Whether the receivers can take one more. One that stopped responding does
** not count: messages to it fail once its outbox is full.
*/
bool gp_node_hasroom (gp_node *n, const gp_peerlist *to, uint64_t now);

/*
** Tells every member, after all that was sent before; each is no member any
** more once it has responded, failed or taken more than a second or two.
*/
gp_err gp_node_leave (gp_node *n, uint64_t now, gp_receipt **out);

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

/* How many failures found no room since this was last asked. */
uint64_t gp_node_lostfailures (gp_node *n);

#pragma GCC visibility pop
#endif
