/*
** value/nick.h - what people call a node, apart from its address.
**
** Programs and pages say "name" for it; in the core a name is what a peer is
** called by others, an address and a port. Compared byte by byte.
*/
#ifndef gp_value_nick_h
#define gp_value_nick_h

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

#define GP_NICK_CHARS 32
#define GP_NICK_BYTES (4 * GP_NICK_CHARS) /* UTF-8, RFC 3629 */
#define GP_NICK_ENCODED (3 * GP_NICK_BYTES)

/*
** Whether the text can be a nick: GP_NICK_CHARS characters of UTF-8 at most,
** a letter first, and nothing that does not show, stands for space, or has a
** meaning where peers and lists of them are written: : [ ] @ / , and #. So
** none is mistaken for a peer.
*/
bool gp_nick_isvalid (const char *text, size_t len);

/* Percent-encoded, RFC 3986 2.1, and back; both end with a zero byte. False:
   the text is no nick's. 'out' has room for GP_NICK_ENCODED, or
   GP_NICK_BYTES, and that byte. */
void gp_nick_encode (char *out, const char *nick);
bool gp_nick_decode (char *out, const char *text);

#pragma GCC visibility pop
#endif
