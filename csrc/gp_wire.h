/*
** gp_wire.h - what nodes say, and the published ways to write it as HTTP.
**
** protocol.md describes three forms: 'seed' and 'v1.1.2' say who speaks in
** headers, 'v1.1.3' says everything in JSON. Here stands what they have in
** common; each form is a file of its own. No I/O: texts in, values out.
*/
#ifndef gp_wire_h
#define gp_wire_h

#include <stdbool.h>

#include "gp_err.h"
#include "gp_http.h"
#include "gp_json.h"
#include "gp_message.h"
#include "gp_peer.h"
#include "gp_peerlist.h"
#pragma GCC visibility push(hidden)

typedef enum gp_form {
  GP_FORM_UNKNOWN,
  GP_FORM_HEADERS,  /* one of the two below, which look alike */
  GP_FORM_SEED,     /* December 2022 */
  GP_FORM_V112,     /* v1.1.0 to v1.1.2 */
  GP_FORM_V113      /* v1.1.3 */
} gp_form;

/* What a peer asks of us. */
typedef struct gp_asked {
  gp_form form;
  gp_message *msg;  /* NULL: a probe (OPTIONS) */
} gp_asked;

/*
** What we ask of a peer. A connect to a peer of unknown form is written so
** that every form understands it; what else goes to one is written as
** v1.1.3 does.
*/
typedef struct gp_asking {
  gp_form form;
  gp_message *msg;      /* NULL: a probe (OPTIONS) */
  const gp_peer *from;  /* the name under which the peer knows us */
  const gp_peer *to;    /* the peer's name */
} gp_asking;

/* An answer, ours or a peer's. */
typedef struct gp_answer {
  int status;
  bool islist;         /* to a connect: 'list' counts */
  gp_peerlist list;
  const char *text;    /* what a refusal says; static, of ours only */
} gp_answer;

/* Texts of the published refusals. */
extern const char gp_wire_notregistered[];  /* 403 */
extern const char gp_wire_notvalid[];       /* 400 */
extern const char gp_wire_notallowed[];     /* 405 */
extern const char gp_wire_yourself[];       /* 400 */
extern const char gp_wire_busy[];           /* 503; ours, Go never says it */

/*
** Reads a request that came to 'self'. Zero when it was understood, with a
** reference of a message in 'out' to be given back; otherwise the status to
** refuse it with (400, 405, 503 when out of memory) and its text in '*text'.
*/
int gp_wire_read (gp_asked *out, const char **text, const gp_httpin *in,
                  const gp_json *json, const gp_peer *self);

/*
** Reads the answer to a connect ('wantlist') or to something else; 'out' is
** to be cleared with gp_peerlist_clear of its list. GP_EPROTO when a connect
** is answered with something that is not a list of peers.
*/
gp_err gp_wire_readanswer (gp_answer *out, const gp_httpin *in,
                           const gp_json *json, bool wantlist);

/*
** Writes a request. 'out' borrows from 'asking' and from 'scratch', which
** must live as long as it, and owns a reference of its body.
*/
typedef struct gp_scratch {
  char port[8];
} gp_scratch;

gp_err gp_wire_ask (gp_httpout *out, gp_scratch *scratch,
                    const gp_asking *asking);

/*
** Writes an answer to a peer that speaks 'form'. 'out' owns a reference of
** its body and borrows nothing.
*/
gp_err gp_wire_answer (gp_httpout *out, const gp_answer *answer,
                       gp_form form);

/* Adds a header to what leaves; borrows both. */
void gp_wire_header (gp_httpout *out, const char *name, const char *value);

/* The forms, called by the functions above alone. */
int gp_wire_readjson (gp_message **out, const gp_httpin *in,
                      const gp_json *json);
int gp_wire_readheaders (gp_message **out, const gp_httpin *in,
                         const gp_peer *self);
gp_err gp_wire_askjson (gp_httpout *out, const gp_asking *asking);
void gp_wire_askheaders (gp_httpout *out, gp_scratch *scratch,
                         const gp_asking *asking);
gp_err gp_wire_askboth (gp_httpout *out, gp_scratch *scratch,
                        const gp_asking *asking);
gp_err gp_wire_readlist (gp_peerlist *out, const char *text, size_t len,
                         const gp_json *json);
gp_blob *gp_wire_writelist (const gp_peerlist *list, gp_form form);

#pragma GCC visibility pop
#endif
