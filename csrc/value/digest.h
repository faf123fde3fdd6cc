/*
** value/digest.h - what tells whether two lists of peers are the same.
**
** BLAKE2b-128 over the names ("address:port"), sorted by their bytes, each
** with a zero byte after it, which no name has: the same for the same names
** in any order, and nobody finds another list that has it. Nicks do not
** count.
*/
#ifndef gp_value_digest_h
#define gp_value_digest_h

#include <stdbool.h>
#include <stddef.h>

#include "base/crypto.h"
#include "base/err.h"
#include "value/peer.h"
#pragma GCC visibility push(hidden)

/* All zero: of no list. */
typedef struct gp_digest {
  unsigned char bytes[GP_CRYPTO_HASH];
} gp_digest;

#define GP_DIGEST_DIGITS (2 * GP_CRYPTO_HASH) /* that it is written with */

/* The digest of the peers, which it sorts; their names differ. GP_ENOMEM. */
gp_err gp_digest_make (gp_digest *out, const gp_peer **peers, size_t count);

bool gp_digest_isnone (gp_digest d);
bool gp_digest_equal (gp_digest a, gp_digest b);

/* Writes its digits and a zero byte. */
void gp_digest_write (char to[GP_DIGEST_DIGITS + 1], gp_digest d);

/* False, and none: the text does not begin with so many digits, or begins
   with more. */
bool gp_digest_read (gp_digest *out, const char *text);

#pragma GCC visibility pop
#endif
