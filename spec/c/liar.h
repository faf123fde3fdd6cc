/*
** liar.h - hosts that say anything, about anybody, to everybody.
**
** 'many' of the hosts of a world, from 'first' on, have no node but a script.
** Each has joined in its own name, and mostly responds as a member would;
** else it says that it is another one, with any nick, process and cookie,
** also such as it was shown; it lists whom it knows and names that nobody
** has; or it is silent. Every other one is at the address of an honest node,
** with a port of its own. Requests that they forge say everything in
** everybody's name.
*/
#ifndef liar_h
#define liar_h

#include "value/cookie.h"
#include "world.h"

#define LIAR_COOKIES 64
#define LIAR_MOST 12
#define LIAR_TEXT "forged"

typedef struct liars liars;

typedef struct liar {
  liars *all;
  gp_simhost *at;
  gp_peer *name;
  uint64_t process;
  gp_peerlist list; /* what it has listed last */
  gp_peer *claimed; /* whom it has said that it is */
} liar;

struct liars {
  world *w;
  size_t honest; /* hosts of the world that have nodes, */
  size_t many;   /* and so many liars after them */
  liar at[LIAR_MOST];
  gp_cookie cookies[LIAR_COOKIES]; /* that were shown to them */
  size_t shown;
  gp_peerlist nobodies; /* names that nobody has */
  gp_simhost *nobody;   /* where these are; nothing ever responds there, */
  uint64_t dials;       /* though so many have tried, */
  uint64_t claims;      /* and so many forged requests had such a name */
};

/* The name of honest host 'i'. */
void liars_name (char out[32], size_t i);

/* Adds 'many' to a world that has only nodes yet, and so many names that
   nobody has. */
void liars_open (liars *l, world *w, size_t many, size_t nobodies);
/* After the world. */
void liars_close (liars *l);

/* They join in their own names. */
void liars_join (liars *l);

/* Each sends one request, to any honest one. */
void liars_act (liars *l);

#endif
