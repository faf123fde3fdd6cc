/*
** actor.h - somebody else, as a scripted node sees it: any published program,
** or a node of ours.
*/
#ifndef actor_h
#define actor_h

#include <stdbool.h>
#include <stdint.h>

#include "wire/records.h"

typedef enum actor_program {
  ACTOR_OURS,
  ACTOR_SEED,
  ACTOR_V112,
  ACTOR_V113
} actor_program;

/* Somebody else. Zero and NULL mean what is said with each. */
typedef struct actor {
  const char *name; /* what it calls itself: "b:1" */
  actor_program program;
  const char *remote;   /* numeric; NULL: one that goes with its name */
  const char *calls_us; /* of a header form; NULL: by our own name */
  uint64_t process;     /* of ours; 0: one that goes with its name */
  const char *called;   /* of ours, the nick of the node; NULL: none */
  unsigned version;     /* of ours; 0: as we have it */
} actor;

/* Into 'out': where one of that name is, by its first letters. */
const char *actor_place (char out[32], const char *name);

/* The numeric address that it sends and responds from. */
const char *actor_remote (const actor *a);

uint64_t actor_process (const actor *a);

/* Who it says that it is, with a reference for the caller: nobody, if it is
   no node of ours. */
void actor_identify (gp_identity *who, const actor *a);

/* Its process alone, which each response of ours shows. */
void actor_show (gp_identity *who, const actor *a);

/* By what it is known again, if it is of ours. */
void actor_showcookie (gp_extension *x, const actor *a);

bool actor_hasheaders (const actor *a);

/* In which form it speaks: the two header forms look alike but for a list
   with an entry. */
gp_form actor_form (const actor *a, bool islist);

/* Adds the peers of a text, "b:1 c:1", to a list. */
void actor_parselist (gp_peerlist *list, const char *text);

#endif
