/*
** wire/wire.h - what nodes say, and the published ways to write it as HTTP.
**
** protocol.md describes three forms: 'seed' and 'v1.1.2' say who speaks in
** headers, 'v1.1.3' says everything in JSON. Here stands what they have in
** common; each form is a file of its own. No I/O: texts in, values out.
*/
#ifndef gp_wire_wire_h
#define gp_wire_wire_h

#include <stdbool.h>

#include "base/err.h"
#include "wire/http.h"
#include "value/identity.h"
#include "wire/json.h"
#include "value/message.h"
#include "value/peer.h"
#include "value/peerlist.h"
#pragma GCC visibility push(hidden)

typedef enum gp_form {
  GP_FORM_UNKNOWN,
  GP_FORM_HEADERS, /* one of the two below, which look alike */
  GP_FORM_SEED,    /* December 2022 */
  GP_FORM_V112,    /* v1.1.0 to v1.1.2 */
  GP_FORM_V113     /* v1.1.3 */
} gp_form;

/* What nodes of ours say to each other beyond the published protocol. */
typedef enum gp_topic {
  GP_TOPIC_NONE,
  GP_TOPIC_PROBE,    /* with a probe: try whether 'about' is alive */
  GP_TOPIC_SUSPECT,  /* 'about' does not answer */
  GP_TOPIC_DIGEST,   /* the list of 'about', who asks, has this digest */
  GP_TOPIC_RECONNECT /* with a connect: unless you have left; of itself */
} gp_topic;

/*
** What a peer asks of us. 'host' and 'who' are owned: see gp_recvreq_clear.
*/
typedef struct gp_recvreq {
  gp_form form;
  gp_message *msg;    /* owned; NULL: a probe (OPTIONS) */
  gp_peer *host;      /* what the asker calls us, by 'Host', or NULL */
  gp_identity who;    /* its peer is NULL: not announced as one of ours */
  const char *remote; /* numeric address it asks from; borrowed */
  gp_topic topic;
  bool alone;     /* with 'again': it has no member */
  gp_peer *about; /* owned; NULL where the topic has none */
  uint64_t digest;
  bool brief; /* a connect: the newest members are list enough */
} gp_recvreq;

void gp_recvreq_clear (gp_recvreq *a);

/*
** What we ask of a peer. A connect or disconnect to a peer of unknown form
** is written so that every form understands it; what else goes to one is
** written as v1.1.3 does.
*/
typedef struct gp_sendreq {
  gp_form form;
  gp_message *msg;         /* NULL: a probe (OPTIONS) */
  const gp_peer *from;     /* the name under which the peer knows us */
  const gp_peer *to;       /* the peer's name */
  const gp_identity *self; /* announced with a connect */
  uint64_t nonce;          /* its number goes with it, of these; 0: not */
  gp_topic topic;
  bool alone;
  const gp_peer *about;
  uint64_t digest;
  bool brief; /* a connect: the newest members are list enough */
} gp_sendreq;

/* Whether the response to it is to be a list of peers. */
bool gp_sendreq_wantslist (const gp_sendreq *r);

/* An answer of ours. Borrows all. */
typedef struct gp_sendresp {
  int status;
  const gp_peerlist *list; /* to a connect; else NULL */
  const char *text;        /* what a refusal says; static */
  const gp_identity *self; /* announced; NULL: not */
  const uint64_t *digest;  /* of our list; NULL: not told */
} gp_sendresp;

/*
** An answer of a peer. 'list' and 'who' are owned: see gp_recvresp_clear. The
** answer to a probe tells process and name, but not the peer.
*/
typedef struct gp_recvresp {
  int status;
  gp_form form;       /* as far as it shows */
  gp_peerlist list;   /* to a connect */
  gp_identity who;    /* its peer is NULL: not announced as one of ours */
  const char *remote; /* numeric address it answered from; borrowed */
  bool hasdigest;
  uint64_t digest;
} gp_recvresp;

void gp_recvresp_clear (gp_recvresp *a);

/* Texts of the published refusals. */
extern const char gp_wire_notregistered[]; /* 403 */
extern const char gp_wire_notvalid[];      /* 400 */
extern const char gp_wire_notallowed[];    /* 405 */
extern const char gp_wire_yourself[];      /* 400 */
extern const char gp_wire_foreign[];       /* 403; ours */
extern const char gp_wire_toolarge[];      /* 413; ours */
extern const char gp_wire_nosign[];        /* 504; ours */
extern const char gp_wire_taken[];         /* 409; ours */
extern const char gp_wire_busy[];          /* 503; ours, Go never says it */

/*
** Reads a request that came to 'self'. Zero when it was understood; else the
** status to refuse it with (400, 405, 503 when out of memory) and its text
** in '*text'. 'out' is to be cleared in any case; its 'remote' borrows from
** 'in'.
*/
int gp_wire_readrequest (gp_recvreq *out, const char **text,
                         const gp_httpin *in, const gp_json *json,
                         const gp_peer *self);

/*
** Reads the answer to a connect ('wantlist') or to something else. 'out' is
** to be cleared in any case. GP_EPROTO when a connect is answered with
** something that is not a list of peers.
*/
gp_err gp_wire_readresponse (gp_recvresp *out, const gp_httpin *in,
                             const gp_json *json, bool wantlist);

/* Texts that what is written borrows. */
typedef struct gp_scratch {
  char port[8];
  char announcement[GP_PEER_TEXT + 8];
  char process[16 + 1 + GP_NAME_MAX + 1];
  char number[40];
  char topic[GP_PEER_TEXT + 24];
} gp_scratch;

/*
** Writes a request. 'out' borrows from 'asking' and from 'scratch', which
** must live as long as it, and owns a reference of its body.
*/
gp_err gp_wire_writerequest (gp_httpout *out, gp_scratch *scratch,
                             const gp_sendreq *asking);

/* Writes an answer to a peer that speaks 'form'; likewise. */
gp_err gp_wire_writeresponse (gp_httpout *out, gp_scratch *scratch,
                              const gp_sendresp *answer, gp_form form);

/* Adds a header to what leaves; borrows both. */
void gp_wire_header (gp_httpout *out, const char *name, const char *value);

/* The forms, called by the functions above alone. */
int gp_wire_readjson (gp_message **out, const gp_httpin *in,
                      const gp_json *json);
int gp_wire_readheaders (gp_message **out, const gp_httpin *in,
                         const gp_peer *self);
gp_err gp_wire_writejson (gp_httpout *out, const gp_sendreq *asking);
void gp_wire_writeheaders (gp_httpout *out, gp_scratch *scratch,
                           const gp_sendreq *asking);
void gp_wire_sender (gp_httpout *out, gp_scratch *scratch,
                     const gp_peer *from);
gp_err gp_wire_writeboth (gp_httpout *out, gp_scratch *scratch,
                          const gp_sendreq *asking);
gp_err gp_wire_readlist (gp_recvresp *out, const char *text, size_t len,
                         const gp_json *json);
gp_blob *gp_wire_writelist (const gp_peerlist *list, gp_form form);

#pragma GCC visibility pop
#endif
