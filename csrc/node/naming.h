/*
** node/naming.h - which record a name stands for.
**
** Go tells members apart by the text of their names (protocol.md), and the
** same process may stand in lists under several. Here the names of one
** process come together, so that no peer is written to twice and none is
** taken for a stranger.
*/
#ifndef gp_node_naming_h
#define gp_node_naming_h

#include <stdbool.h>

#include "node/peers.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

/* Whether what is at the numeric address 'remote' may be called 'name'
   without a question: no other machine is meant by it. */
bool gp_naming_isat (const gp_peer *name, const char *remote);

/*
** The record of the sender that calls itself 'name' and sends from the
** numeric address 'remote', or NULL. It may turn out to be one that was known
** under another name only. 'connecting': that is what it asks for.
*/
gp_record *gp_naming_recognise (gp_node *n, const gp_peer *name,
                                const char *remote, bool connecting);

/* The same, and nothing is learned of it. */
gp_record *gp_naming_sender (const gp_node *n, const gp_peer *name,
                             const char *remote, bool connecting);

/*
** The record that a program means by 'name', or NULL: on this machine
** localhost, 127.0.0.1, ::1 and 0.0.0.0 mean the same.
*/
gp_record *gp_naming_meant (const gp_node *n, const gp_peer *name);

/* The same, made when there is none; NULL: out of memory. */
gp_record *gp_naming_getmeant (gp_node *n, const gp_peer *name);

/* It calls itself 'name'; what it was called before is an alias. */
void gp_naming_rename (gp_node *n, gp_record *peer, const gp_peer *name);

/* Another member that is the same process, for it responds at the same
   numeric address and port; or NULL. */
gp_record *gp_naming_twin (const gp_node *n, const gp_record *peer);

/* 'gone', to which nothing is on its way, has turned out to be the same
   process as 'peer', which takes over its names and the requests to it. */
void gp_naming_merge (gp_node *n, gp_record *peer, gp_record *gone);

#pragma GCC visibility pop
#endif
