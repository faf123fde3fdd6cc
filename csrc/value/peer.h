/*
** value/peer.h - the name of a node: an address and a port, and its nick.
**
** Immutable and counted: whoever keeps one takes a reference. Two peers are
** equal when address text and port are equal (protocol.md), so "localhost"
** and "127.0.0.1" are two; the nick does not count. Does not know whether
** anything listens there.
*/
#ifndef gp_value_peer_h
#define gp_value_peer_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "value/nick.h"
#pragma GCC visibility push(hidden)

typedef struct gp_peer gp_peer;

#define GP_ADDRESS_MAX 253 /* bytes of a host name, RFC 1035 2.3.4 */
#define GP_PEER_TEXT (GP_ADDRESS_MAX + 9) /* "[", "]:65535", a zero byte */

/*
** Makes a peer with one reference. 'address' is a host name of letters,
** digits, '-', '.' and '_', an IPv4 address, or an IPv6 address with or
** without brackets; 'port' is 1 to 65535. GP_EINVAL for anything else.
*/
gp_err gp_peer_new (gp_peer **out, const char *address, size_t len,
                    int64_t port);

/* The same from "host:port" or "[::1]:port". */
gp_err gp_peer_parse (gp_peer **out, const char *text, size_t len);

/* The port that a text of one to five digits says; -1: it is none. It may be
   none that a peer has. */
int64_t gp_peer_parseport (const char *text, size_t len);

gp_peer *gp_peer_ref (const gp_peer *p);

/* NULL is allowed. */
void gp_peer_unref (const gp_peer *p);

/* The same address and port, with this nick ("": none). GP_ENOMEM. */
gp_err gp_peer_nicknamed (gp_peer **out, const gp_peer *p, const char *nick);

/* "": it has none, or it is not known. Lives as long as the peer. */
const char *gp_peer_nick (const gp_peer *p);

/* Without brackets. Lives as long as the peer. */
const char *gp_peer_address (const gp_peer *p);
int gp_peer_port (const gp_peer *p);

/* Bytes of memory that it takes. */
size_t gp_peer_size (const gp_peer *p);

bool gp_peer_equal (const gp_peer *a, const gp_peer *b);

/* That of an index (base/index.h), of address and port. */
uint32_t gp_peer_hash (const gp_peer *p);

/*
** One of address and port that is the same in every process, for what nodes
** have to agree on: FNV-1a (Fowler, Noll, Vo), 32 bits. Names that have one
** are easily found, so it is for no table.
*/
uint32_t gp_peer_publichash (const gp_peer *p);

/* Whether the address is 0.0.0.0 or ::, which nobody can dial from afar. */
bool gp_peer_isany (const gp_peer *p);

/* Whether the address is an IPv4 or IPv6 one, not a name. */
bool gp_peer_isnumeric (const gp_peer *p);

/*
** The address as it stands on the wire: an IPv6 address in brackets, since
** Go programs dial address, ':' and port as they find them. Lives as long
** as the peer.
*/
const char *gp_peer_host (const gp_peer *p);

/* "address:port", IPv6 as "[::1]:5000". Lives as long as the peer. */
const char *gp_peer_text (const gp_peer *p);

#pragma GCC visibility pop
#endif
