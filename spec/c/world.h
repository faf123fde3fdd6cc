/*
** world.h - nodes on the simulator, and short words for what tests do.
**
** Hosts are numbered from zero; number 0 is called "n0:5000", and so on.
** Every call checks what it gets and ends the case when that is an error,
** but for those that return one.
*/
#ifndef world_h
#define world_h

#include "node/stats.h"
#include "sim/sim.h"
#include "test.h"

#define WORLD_MAX 160
#define WORLD_TEXT 4096
#define SECOND 1000u

typedef struct world {
  gp_sim *sim;
  gp_nodeopt opt; /* of nodes that are started from now on */
  size_t n;
  gp_simhost *at[WORLD_MAX];
} world;

/*
** For each of 'n' seeds, from 1 on. In the environment FIRST says where they
** begin, and SEEDS how many they are, where 200 leaves it at 'n'. A case that
** fails tells how to replay the seed.
*/
#define EACHSEED(seed, n) \
  for (uint64_t seed = world_firstseed(); world_hasseed(seed, n); seed++)
uint64_t world_firstseed (void);
bool world_hasseed (uint64_t seed, uint64_t n);

/* With 'n' nodes that do not know each other. */
void world_open (world *w, uint64_t seed, size_t n);
/* The same; they do not probe each other, so nothing happens by itself. */
void world_openquiet (world *w, uint64_t seed, size_t n);
/* 'n' nodes of one network, each in a group of its own. */
void world_network (world *w, uint64_t seed, size_t n);
void world_close (world *w);

/* One more, under a name of its own if 'name' is not NULL. */
size_t world_add (world *w, const char *name);

/* The node of a host starts anew: it knows nobody, and has the options of
   the world. A host that has none. */
void world_start (world *w, size_t i);
/* One that has: it is stopped before. */
void world_renew (world *w, size_t i);

/* With one reference. */
gp_peer *world_peer (const char *text);

gp_node *world_node (world *w, size_t i);

/* Starts to join through 'entry'. */
gp_receipt *world_join (world *w, size_t i, size_t entry);

/* The same as a visitor. */
gp_receipt *world_visit (world *w, size_t i, size_t entry);

/* The first 'n' are one network. */
void world_joinall (world *w, size_t n);

/* Puts a text on its way: to everybody, or to node 'to'. */
gp_receipt *world_say (world *w, size_t i, const char *text);
gp_receipt *world_tell (world *w, size_t i, size_t to, const char *text);

gp_receipt *world_leave (world *w, size_t i);

/* Waits for the receipt, claims and frees it. How the call ended. */
gp_err world_end (world *w, gp_receipt *r);

/* Gives the receipt away unclaimed. */
void world_forget (gp_receipt *r);

/* As if all had responded to all others that they know. */
void world_prove (world *w);

/* Any number below 'n'. */
uint64_t world_chance (world *w, uint64_t n);

/* What the one groups and the others send each other is lost. */
void world_part (world *w, uint64_t some, uint64_t others);

/* Lets so many ms pass. */
void world_pass (world *w, uint64_t time);

/* "n1: text", "n1> text" if it was direct, or "" when nothing is unread. */
const char *world_hear (world *w, size_t i);

/* "sending n2: ECONNREFUSED", or "" when no failure is unread. */
const char *world_complaint (world *w, size_t i);

/* "n1 joined", "n1 failed: ETIMEDOUT", or "" when no event is unread
   (see told.h). */
const char *world_event (world *w, size_t i);

/* What has happened so far is read by nobody. */
void world_ignore (world *w);

/* The addresses of the members: "n0 n3". */
const char *world_members (world *w, size_t i);

/* Ends the case unless 'holds', and tells what is wrong with which node. */
void world_check (const world *w, bool holds, const char *what, size_t i);

/* Whether it lists all others that have a node, and no more. */
bool world_knowsall (world *w, size_t i);

/* Whether all that have a node list all others that have one, and no more. */
bool world_iswhole (world *w);

#endif
