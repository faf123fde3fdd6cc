/*
** wire/jsonform.h - the form of v1.1.3, and the list of members in every
** form.
**
** {"type":2,"data":"SGVsbG8=","from":{"port":5001,"address":"localhost"}}
**
** Read through the JSON reader that is handed in.
*/
#ifndef gp_wire_jsonform_h
#define gp_wire_jsonform_h

#include <stdbool.h>
#include <stddef.h>

#include "base/blob.h"
#include "base/err.h"
#include "value/message.h"
#include "value/peerlist.h"
#include "wire/http.h"
#include "wire/json.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

/* Zero, or the status to refuse the request with. */
int gp_jsonform_read (gp_message **out, const gp_httpin *in,
                      const gp_json *json);

/* Writes a request with a message, which keeps what was encoded for the next
   receiver. 'out' owns its body. GP_ENOMEM. */
gp_err gp_jsonform_write (gp_httpout *out, const gp_sendreq *request);

/*
** Reads a list of peers into 'out', which is empty and to be cleared.
** '*quoted': its ports are strings, as the seed writes them. GP_EPROTO: it
** is no such list; GP_ENOMEM.
*/
gp_err gp_jsonform_readlist (gp_peerlist *out, bool *quoted, const char *text,
                             size_t len, const gp_json *json);

/* One reference; NULL: out of memory. */
gp_blob *gp_jsonform_writelist (const gp_peerlist *list, bool quoted);

#pragma GCC visibility pop
#endif
