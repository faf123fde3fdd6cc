/*
** node/giver.h - who has given a response: the peer, another program in its
** place, or what is no node at all.
**
** Judges by what the peer is known to be (node/compat.h, node/claim.h). Has
** no state, and does nothing about it.
*/
#ifndef gp_node_giver_h
#define gp_node_giver_h

#include <stdbool.h>
#include <stdint.h>

#include "node/peers.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

/* Who has given a response that came from where a peer is. */
typedef enum gp_giver {
  GP_GIVER_ALIEN, /* no node: a web server, a proxy */
  GP_GIVER_OTHER, /* another program, in the place of a member */
  GP_GIVER_PEER   /* the peer, as far as that shows */
} gp_giver;

/* What it was asked for: a probe of its own or another's life, a connect, or
   anything else. */
typedef enum gp_asked {
  GP_ASKED_LIFE,
  GP_ASKED_HELP,
  GP_ASKED_ENTRY,
  GP_ASKED_OTHER
} gp_asked;

/* 'peer', or NULL, was asked for it then. */
gp_giver gp_giver_of (const gp_record *peer, const gp_recvresp *response,
                      gp_asked what, uint64_t sent_at);

/* Whether what responds well to a message that was sent to 'peer' then has
   taken it: one of ours must show its process, and of a Go form each its
   own. */
bool gp_giver_hastaken (const gp_record *peer, const gp_recvresp *response,
                        uint64_t sent_at);

#pragma GCC visibility pop
#endif
