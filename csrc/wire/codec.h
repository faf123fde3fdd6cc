/*
** wire/codec.h - requests and responses as HTTP, and back.
**
** The one place where the forms meet: which of them a request has, what all
** share, and which one is written. protocol.md describes three; 'seed' and
** 'v1.1.2' are wire/headerform.h, 'v1.1.3' is wire/jsonform.h, and what ours
** say beyond them is wire/extension.h. Another form is a value of gp_form, a
** file like these, and its lines in two functions of codec.c: readmessage,
** which tells the forms apart, and writemessage. No I/O: texts in, values
** out.
*/
#ifndef gp_wire_codec_h
#define gp_wire_codec_h

#include <stdbool.h>

#include "base/err.h"
#include "value/peer.h"
#include "wire/extension.h"
#include "wire/headerform.h"
#include "wire/http.h"
#include "wire/json.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

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
** Reads a response; 'lists': what was asked for. 'out' is to be cleared
** in any case. GP_EPROTO: a connect was accepted with something that is not
** a list of peers, or a header stands twice that decides something;
** GP_ENOMEM.
*/
gp_err gp_wire_readresponse (gp_recvresp *out, const gp_httpin *in,
                             const gp_json *json, gp_listing lists);

/* Texts that what is written borrows. */
typedef struct gp_scratch {
  gp_headertext header;
  gp_extensiontext extension;
} gp_scratch;

/*
** Writes a request. 'out' borrows from 'request' and from 'scratch', which
** must live as long as it, and owns a reference of its body. GP_ENOMEM.
*/
gp_err gp_wire_writerequest (gp_httpout *out, gp_scratch *scratch,
                             const gp_sendreq *request);

/* Writes a response to a peer that speaks 'form'; likewise. */
gp_err gp_wire_writeresponse (gp_httpout *out, gp_scratch *scratch,
                              const gp_sendresp *response, gp_form form);

#pragma GCC visibility pop
#endif
