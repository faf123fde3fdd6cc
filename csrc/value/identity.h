/*
** value/identity.h - who a node of ours is: its address, process and name.
**
** Nodes of ours announce it to each other. An address can be taken over by
** another process, and a process that starts again may have another address;
** its name stays.
*/
#ifndef gp_value_identity_h
#define gp_value_identity_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value/peer.h"
#pragma GCC visibility push(hidden)

#define GP_NAME_MAX 32

typedef struct gp_identity {
  gp_peer *peer;              /* its owner's reference */
  uint64_t process;           /* drawn when it started; 0: not told */
  char name[GP_NAME_MAX + 1]; /* unique in its network; "": none */
} gp_identity;

/*
** Whether the text can be a name: a letter, then letters, digits, '-', '_'
** and '.', GP_NAME_MAX of them at most. So none is mistaken for a peer.
*/
bool gp_identity_isname (const char *text, size_t len);

/* Takes a reference of the peer and copies the rest. */
void gp_identity_copy (gp_identity *to, const gp_identity *from);
void gp_identity_clear (gp_identity *i);

#pragma GCC visibility pop
#endif
