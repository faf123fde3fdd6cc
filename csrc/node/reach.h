/*
** node/reach.h - whether others reach this node at the address that it is
** called by, as far as they say.
**
** Owns gp_reach. Members of ours tell a node that they have dialled in vain
** (node/unreached.h), or answer that when they are asked to probe it. Its
** program learns of that once, and again only if the node was reached
** meanwhile, a minute ago or more: what a member says may be older than that.
** A single member may lie, or be the only one whose way here is blocked. So
** it takes two on two machines, or one where no other could be asked and none
** has ever reached us, and that none has sent us anything for a minute,
** before the node takes it that nobody reaches it. Then it withdraws from the
** Go members: a broadcast of theirs stops at a member that they cannot reach,
** and those behind it in their lists do not get it. And it greets nobody whom
** lists name: each would dial it in vain.
**
** That ends when a request comes in from another machine, when nobody has
** said so for two minutes, or when the program connects.
*/
#ifndef gp_node_reach_h
#define gp_node_reach_h

#include <stdbool.h>
#include <stdint.h>

#include "node/peers.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_reach {
  uint64_t told_at;       /* the program was, that somebody does not */
  char by[GP_REMOTE_MAX]; /* a member there said so last; "": none */
  uint64_t said_at;       /* then */
  uint64_t asked_at;      /* another one was asked then; 0: none was */
  uint64_t until;    /* nobody reaches us before that; 0: somebody does */
  uint64_t heard_at; /* something came from another machine; 0: never */
  char heard[GP_REMOTE_MAX]; /* that one; and an address of this machine */
  char here[GP_REMOTE_MAX];  /* from which something came; or "" */
} gp_reach;

/* A request came in from a numeric address. */
void gp_reach_heard (gp_node *n, const char *remote);

/* What a response of 'by', which we have dialled, says of that. */
void gp_reach_said (gp_node *n, const gp_record *by,
                    const gp_recvresp *response);

/* 'name', a member, has tried to reach us in vain. */
void gp_reach_denied (gp_node *n, const gp_peer *name);

/* The program says whom to join: it may know better. */
void gp_reach_reset (gp_node *n);

/* Whether nobody on another machine reaches us, as far as is known. */
bool gp_reach_isunreached (const gp_node *n);

/* Takes the node's leave of a Go program; its program learns that it left. */
void gp_reach_withdraw (gp_node *n, gp_record *peer);

#pragma GCC visibility pop
#endif
