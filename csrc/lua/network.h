/*
** lua/network.h - the world of a loop in earnest: libevent and services.
*/
#ifndef gp_lua_network_h
#define gp_lua_network_h

#include "lua/world.h"
#pragma GCC visibility push(hidden)

typedef struct lgp_network {
  lgp_world world;
  gp_ring hosts;  /* of its nodes, oldest first */
  gp_ring turned; /* among them during a turn: behind it stand those that have
                     had theirs, and new ones */
} lgp_network;

/* Borrows both. */
void lgp_network_init (lgp_network *n, gp_loop *loop, gp_ready *ready);

#pragma GCC visibility pop
#endif
