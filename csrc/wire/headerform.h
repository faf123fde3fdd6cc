/*
** wire/headerform.h - the forms of the seed and of v1.1.0 to v1.1.2.
**
** The method says what is meant, the headers PEER_ADDRESS and PEER_PORT say
** who speaks, and the body is the data as it is. (Go's net/http writes them
** Peer_address and Peer_port; case does not count.)
*/
#ifndef gp_wire_headerform_h
#define gp_wire_headerform_h

#include <stdbool.h>

#include "value/message.h"
#include "value/peer.h"
#include "wire/http.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

/* Whether a request is of one of these forms. */
bool gp_headerform_is (const gp_httpin *in);

/* Zero, or the status to refuse the request to 'self' with. */
int gp_headerform_read (gp_message **out, const gp_httpin *in,
                        const gp_peer *self);

/* Reads only who speaks, with a reference for the caller. GP_EINVAL: it does
   not say; GP_ENOMEM. */
gp_err gp_headerform_readsender (gp_peer **out, const gp_httpin *in);

/* A text that what is written borrows. */
typedef struct gp_headertext {
  char port[8];
} gp_headertext;

/* Writes a request with a message. 'out' borrows from 'text' and the rest,
   but owns its body. */
void gp_headerform_write (gp_httpout *out, gp_headertext *text,
                          const gp_sendreq *request);

/* Writes only who speaks; likewise. */
void gp_headerform_writesender (gp_httpout *out, gp_headertext *text,
                                const gp_peer *from);

#pragma GCC visibility pop
#endif
