/*
** wire/records.h - what goes between nodes, as values: a request and its
** response, each as it is sent and as it was received.
**
** Knows no form of the wire and no HTTP: wire/codec.h writes them as bytes
** and reads them, and the simulator carries them as they are. What is sent
** borrows all that it names; what was received owns it.
*/
#ifndef gp_wire_records_h
#define gp_wire_records_h

#include <stdbool.h>
#include <stdint.h>

#include "value/cookie.h"
#include "value/digest.h"
#include "value/identity.h"
#include "value/message.h"
#include "value/peer.h"
#include "value/peerlist.h"
#pragma GCC visibility push(hidden)

/* How a published gop2p writes what it says (protocol.md). */
typedef enum gp_form {
  GP_FORM_UNKNOWN,
  GP_FORM_HEADERS, /* one of the two below, which look alike */
  GP_FORM_SEED,    /* December 2022 */
  GP_FORM_V112,    /* v1.1.0 to v1.1.2 */
  GP_FORM_V113     /* v1.1.3 */
} gp_form;

/* What a request of ours is about, beyond the published protocol. */
typedef enum gp_topic {
  GP_TOPIC_NONE,
  GP_TOPIC_PROBE,   /* a probe: find out whether 'about' is alive */
  GP_TOPIC_SUSPECT, /* a probe: 'about' does not respond */
  GP_TOPIC_DIGEST,  /* a probe: the list of 'about', the sender, has this
                        digest */
  GP_TOPIC_LIST,    /* a probe: 'about', the sender, wants the list of members
                        and does not join */
  GP_TOPIC_COOKIE,  /* a probe: has the receiver made 'cookie' for 'process',
                        that of the sender, and shown it at 'about' (NULL: in
                        a response)? */
  GP_TOPIC_RECONNECT /* a connect that no program asked for: to be refused
                        by one that has left */
} gp_topic;

/*
** What nodes of ours say to each other beyond the published protocol; no Go
** program reads or says any of it. The sender decides what stands in it, and
** just that is received. All zero: nothing.
*/
typedef struct gp_extension {
  gp_identity who;      /* the sender; its peer is NULL: not announced */
  gp_topic topic;       /* of a request */
  const gp_peer *about; /* the topic's peer, or NULL */
  bool has_digest;      /* of a response: 'digest' is told */
  gp_digest digest; /* of the sender's list; of a request: with its topic */
  bool has_list;    /* of a response to GP_TOPIC_LIST: it has the list */
  bool alone;       /* with GP_TOPIC_RECONNECT: the sender has no member */
  bool brief;       /* a connect: the newest members are list enough */
  bool visit;       /* a connect: the sender is no member, but will write */
  uint64_t nonce, number; /* of a message (value/message.h); 0: it has none */
  bool notice;            /* a message: it is one */
  bool has_cookie;        /* 'cookie' is shown, */
  gp_cookie cookie; /* the sender's for the receiver, but for its topic */
  uint64_t process; /* with GP_TOPIC_COOKIE */
  bool confirmed;   /* of a response to that: it has */
  const gp_peer *unreached; /* of a response: where the other was dialled in
                               vain; or NULL */
} gp_extension;

/* Makes 'to', which holds nothing, a copy with references of its own. */
void gp_extension_copy (gp_extension *to, const gp_extension *from);

/* Gives back the references of one that owns them, and leaves it empty. */
void gp_extension_clear (gp_extension *x);

/* Why a peer is dialled: who stands behind its address. */
typedef enum gp_cause {
  GP_CAUSE_NAMED, /* others have named it */
  GP_CAUSE_CLAIM, /* somebody says that it is there itself, which is asked */
  GP_CAUSE_PROVEN /* it has responded before, or the program chose it */
} gp_cause;

/*
** A request to a peer, and for the transport, how far that is trusted. A
** connect or disconnect in an unknown form is written
** so that every form understands it; what else goes to a peer of unknown
** form is written as v1.1.3 does. Borrows all.
*/
typedef struct gp_sendreq {
  gp_form form;
  gp_message *msg;     /* NULL: a probe (OPTIONS) */
  const gp_peer *from; /* our name at the peer */
  const gp_peer *to;   /* the peer's name */
  gp_extension ext;
  gp_cause cause;
  const char *claimer; /* numeric address that the claim has come from, which
                          is the cause; else NULL */
  bool anew;           /* on a new connection, where the name of 'to' leads
                          now, and to nowhere else any more */
  unsigned ranges;     /* of gp_range: where 'to' is dialled; 0: anywhere */
} gp_sendreq;

/* Whether the body of the response to a request is a list of peers. */
typedef enum gp_listing {
  GP_LISTS_NOTHING,
  GP_LISTS_IF_SAID, /* by its header */
  GP_LISTS_MEMBERS  /* if all is well */
} gp_listing;

gp_listing gp_sendreq_lists (const gp_sendreq *r);

/* A request of a peer. Owns all but 'remote'. */
typedef struct gp_recvreq {
  gp_form form;
  gp_message *msg;    /* NULL: a probe (OPTIONS) */
  gp_peer *host;      /* what the sender calls us, by 'Host', or NULL */
  const char *remote; /* numeric address that it came from; borrowed */
  gp_extension ext;
} gp_recvreq;

void gp_recvreq_clear (gp_recvreq *r);

bool gp_recvreq_isconnect (const gp_recvreq *r);

/*
** Whether it is refused for saying the name of its receiver, 'self'. A
** connect of ours says as well which process it is, by which the node judges.
*/
bool gp_recvreq_isown (const gp_recvreq *r, const gp_peer *self);

/* A response to a peer. Borrows all. */
typedef struct gp_sendresp {
  int status;
  const gp_peerlist *list; /* to a connect, or GP_TOPIC_LIST; else NULL */
  gp_blob **encoded; /* two, NULL or what was written of 'list' before, with
                        ports as numbers and as strings; NULL: not kept */
  const char *text;  /* of a refusal (wire/refusal.h); else NULL */
  bool closes;       /* the connection ends with it */
  gp_extension ext;
} gp_sendresp;

/* A response of a peer, or how it failed to come. Owns all but 'remote'. */
typedef struct gp_recvresp {
  int status;
  bool unsent;        /* the request did not go out: nobody has it */
  gp_form form;       /* as far as it shows; UNKNOWN: of no node (given.h) */
  bool toprobe;       /* of a header form: as one is to a probe alone */
  gp_peerlist list;   /* to a connect, or GP_TOPIC_LIST */
  const char *remote; /* numeric address that it came from; borrowed */
  gp_extension ext;
} gp_recvresp;

void gp_recvresp_clear (gp_recvresp *r);

#pragma GCC visibility pop
#endif
