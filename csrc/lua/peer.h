/*
** lua/peer.h - peers and lists of them, as Lua tables and back.
**
** In Lua a peer is a plain table with the fields 'address' and 'port'; with
** 'name' if it has a nick, and 'show_address' (true) where that is not to be
** printed alone: another one has the same, or it is the node itself, of which
** people are told where it is. While it is in use it is the same table each
** time.
*/
#ifndef gp_lua_peer_h
#define gp_lua_peer_h

#include <lua.h>
#include <stdbool.h>

#include "value/peer.h"
#include "value/peerlist.h"
#pragma GCC visibility push(hidden)

void lgp_pushpeer (lua_State *L, const gp_peer *p, bool show_address);
void lgp_pushpeers (lua_State *L, const gp_peerlist *list);

/* Pushes how an error names it: by its nick, if it has one, and by where it
   is reached. */
void lgp_pushpeertext (lua_State *L, const gp_peer *p);

/*
** The peer at 'arg', with a reference in a userdata that replaces it on the
** stack; raises when it is none.
*/
const gp_peer *lgp_checkpeer (lua_State *L, int arg);

/* Pushes a userdata with an empty list, which lives as long as it stands
   there. */
gp_peerlist *lgp_newlist (lua_State *L);

/* Likewise, with the Lua list of peers at 'arg', each once; nil is an empty
   one. */
gp_peerlist *lgp_checkpeers (lua_State *L, int arg);

#pragma GCC visibility pop
#endif
