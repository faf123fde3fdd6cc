/*
** value/cookie.h - what a node of ours shows to another one, and to no third:
** that it is itself.
**
** Only its maker can tell whether it has made it (node/proof.h).
*/
#ifndef gp_value_cookie_h
#define gp_value_cookie_h

#include "base/crypto.h"
#pragma GCC visibility push(hidden)

typedef struct gp_cookie {
  unsigned char bytes[GP_CRYPTO_HASH];
} gp_cookie;

#pragma GCC visibility pop
#endif
