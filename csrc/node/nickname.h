/*
** node/nickname.h - what a node is called, and whom a nick means here: for
** its program.
*/
#ifndef gp_node_nickname_h
#define gp_node_nickname_h

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "node/node.h"
#include "value/peer.h"
#pragma GCC visibility push(hidden)

/*
** Gives the node another nick, which is valid, and tells the members.
** GP_EEXIST: another one that seems to live has it. Two that take one at the
** same time are told, and each is called so where it was heard of first;
** likewise a member and one that takes it while it is being let in, and knows
** nobody yet.
*/
gp_err gp_node_setnick (gp_node *n, const char *nick, uint64_t now);

/* The member with a nick, or the node itself, or NULL. Borrowed until the
   next call. */
const gp_peer *gp_node_nicked (const gp_node *n, const char *nick);

/* Whether the nick that 'p' has, which was met here, is at present that of
   another member or of the node itself. */
bool gp_node_isnamesake (const gp_node *n, const gp_peer *p);

#pragma GCC visibility pop
#endif
