/*
** value/message.h - what one node says to another.
**
** Immutable and counted, so that one message serves every receiver. Its data
** is any bytes; it knows nothing of how it is written on a wire, but keeps
** one encoded form for whoever made it.
*/
#ifndef gp_value_message_h
#define gp_value_message_h

#include <stdbool.h>
#include <stdint.h>

#include "base/blob.h"
#include "base/err.h"
#include "value/peer.h"
#include "value/peerlist.h"
#pragma GCC visibility push(hidden)

/* The values are those of "type" in the JSON form (protocol.md). */
typedef enum gp_msgtype {
  GP_CONNECT = 0,
  GP_DISCONNECT = 1,
  GP_BROADCAST = 2,
  GP_DIRECT = 3
} gp_msgtype;

typedef struct gp_message {
  unsigned refs;
  gp_msgtype type;
  gp_peer *from;
  uint64_t nonce;  /* of the process that sends it, with 'number' */
  uint64_t number; /* grows with each message of it; 0: it has none */
  bool notice;     /* no program answers it by itself (RFC 2812, 3.3.2) */
  gp_peerlist to;  /* of a direct message; else empty */
  gp_blob *data;   /* NULL: none */
  gp_blob *wire;   /* encoded with 'wire_from' as its sender, or NULL */
  gp_peer *wire_from;
} gp_message;

/*
** With one reference. Takes references of 'from' and 'data' (NULL: none),
** copies 'to' (NULL: nobody). A connect or disconnect has neither data nor
** receivers, whatever came with it: one that waits takes no room to speak of.
*/
gp_err gp_message_new (gp_message **out, gp_msgtype type, const gp_peer *from,
                       const gp_peerlist *to, gp_blob *data);
gp_message *gp_message_ref (gp_message *m);

/* NULL is allowed. */
void gp_message_unref (gp_message *m);

/* Its sender is called 'from' here. Only while nobody else holds it. */
void gp_message_setfrom (gp_message *m, const gp_peer *from);

/* Bytes of its data. */
size_t gp_message_len (const gp_message *m);

/* Bytes that it takes up beyond its envelope: also those of its receivers,
   if there are several. */
size_t gp_message_size (const gp_message *m);

/* Keeps 'wire' as the message encoded in the name of 'from'. */
void gp_message_keepwire (gp_message *m, gp_blob *wire, const gp_peer *from);

/* Keeps it no longer; whoever needs it encodes it anew. */
void gp_message_dropwire (gp_message *m);

#pragma GCC visibility pop
#endif
