/*
** wire/extension.h - the headers in which nodes of ours say what the
** published protocol has no words for.
**
** The same in every wire form: Go ignores headers that it does not know
** (protocol.md). Writes what stands in a gp_extension and reads what a
** header says; whether it is to be said, or to be believed, is not decided
** here.
*/
#ifndef gp_wire_extension_h
#define gp_wire_extension_h

#include "value/identity.h"
#include "value/peer.h"
#include "wire/http.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

/* Texts that the written headers borrow. */
typedef struct gp_extensiontext {
  char peer[GP_PEER_TEXT + 8];
  char process[16 + 1 + GP_NICK_ENCODED + 1];
  char version[12];
  char number[40];
  char digest[GP_DIGEST_DIGITS + 1 + GP_PEER_TEXT];
  char cookie[4 + GP_CRYPTO_DIGITS + 1 + 16 + 1 + GP_PEER_TEXT];
} gp_extensiontext;

/* Of a request or a response. 'out' borrows from 'text' and from 'x'. */
void gp_extension_write (gp_httpout *out, gp_extensiontext *text,
                         const gp_extension *x);

/* Fill 'x', which is empty and to be cleared. What is not understood is as
   if it were not there. */
void gp_extension_readrequest (gp_extension *x, const gp_httpin *in);
void gp_extension_readresponse (gp_extension *x, const gp_httpin *in);

/* Whether a response shows its process, as each one of ours does. */
bool gp_extension_isours (const gp_httpin *in);

/* The header that shows it, where a response is given without a node. The
   value is 16 digits and borrows from 'text'. */
gp_header gp_extension_process (gp_extensiontext *text, uint64_t process);

#pragma GCC visibility pop
#endif
