/*
** value/identity.h - who a node of ours is: its address, process and nick.
**
** Nodes of ours announce it to each other. An address can be taken over by
** another process, and a process that starts again may have another address;
** its nick stays.
*/
#ifndef gp_value_identity_h
#define gp_value_identity_h

#include <stdbool.h>
#include <stdint.h>

#include "value/nick.h"
#include "value/peer.h"
#pragma GCC visibility push(hidden)

/*
** What nodes of ours say to each other grows. 2: nicks that are not of ASCII
** letters, digits, '-', '_' and '.' alone, and changes of them are told. 3:
** cookies, by which it is known who says something.
*/
#define GP_VERSION 3
#define GP_VERSION_COOKIES 3 /* the first that shows them */

typedef struct gp_identity {
  gp_peer *peer;                /* its owner's reference; NULL: not told */
  uint64_t process;             /* drawn when it started; 0: not told */
  unsigned version;             /* of ours that it speaks; 0: not told */
  char nick[GP_NICK_BYTES + 1]; /* unique in its network; "": none */
} gp_identity;

/* Whether it says that it is of a version without cookies. A refusal may show
   the process alone, and says nothing of that. */
bool gp_identity_lackscookies (const gp_identity *i);

/* Takes a reference of the peer and copies the rest. */
void gp_identity_copy (gp_identity *to, const gp_identity *from);
void gp_identity_clear (gp_identity *i);

#pragma GCC visibility pop
#endif
