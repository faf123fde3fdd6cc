/*
** gp_contact.h - inside the node: the peers it deals with and the errands
** to each.
**
** Part of gp_node, split from it for size: gp_node.c has the calls of the
** program, gp_node_serve.c what peers ask, gp_contact.c what is asked of
** peers. One request at a time is on the way to a peer, so order is kept.
*/
#ifndef gp_contact_h
#define gp_contact_h

#include "gp_members.h"
#include "gp_node.h"
#include "gp_queue.h"
#pragma GCC visibility push(hidden)

/*
** A peer that does not answer within this time (ms) holds up neither a
** connect, a leave nor the back-pressure of a broadcast.
*/
#define GP_PATIENCE 1000

typedef enum gp_standing {
  GP_STRANGER,   /* only written to */
  GP_CANDIDATE,  /* named to us and greeted, has not answered yet */
  GP_MEMBER
} gp_standing;

/* One request to be made to a peer. */
typedef struct gp_errand gp_errand;
struct gp_errand {
  gp_errand *next;
  gp_failure *failure;  /* what it is, and what is told if it fails */
  gp_receipt *receipt;  /* begun; NULL: nobody waits for the end */
  uint64_t since;       /* queued, then asked, at this time */
  uint32_t timeout;
};

typedef struct gp_contact {
  gp_entry entry;
  gp_standing standing;
  bool reachable;  /* as far as its last answer tells */
  bool leaving;    /* we are taking leave of it */
  gp_form form;
  gp_errand *first, *last;  /* still to be asked, oldest first */
  size_t count, bytes;      /* of them, messages and their data */
  gp_errand *asked;         /* on the way, or NULL */
  uint32_t sequence;        /* of the request on the way */
} gp_contact;

/* A message that waits for room in the inbox, and its sender's answer. */
typedef struct gp_held gp_held;
struct gp_held {
  gp_held *next;
  gp_message *msg;
  gp_reply *reply;
  gp_form form;
  uint64_t until;
};

struct gp_node {
  gp_peer *self;
  gp_transport transport;
  gp_nodeopt opt;
  gp_signal *signals;
  gp_members contacts;
  size_t nmembers;
  gp_queue inbox;            /* of gp_message */
  gp_queue errors;           /* of gp_failure */
  uint64_t lost;
  gp_held *firstheld, *lastheld;
  gp_errand *late, *lastlate;  /* failed before they could be asked */
  size_t impatient;          /* errands that somebody waits for in person */
  uint32_t sequence;
};

/* The contact called 'p', or NULL. */
gp_contact *gp_contact_find (const gp_node *n, const gp_peer *p);

/* The same, made a stranger when there is none; NULL: out of memory. */
gp_contact *gp_contact_get (gp_node *n, const gp_peer *p);

/* Frees it unless it is a candidate, a member or still being dealt with. */
void gp_contact_release (gp_node *n, gp_contact *c);

/* Changes its standing, keeping count. */
void gp_contact_stand (gp_node *n, gp_contact *c, gp_standing standing);

/* Whether 'c' is being asked something and has kept us waiting too long. */
bool gp_contact_isslow (const gp_contact *c, uint64_t now);

bool gp_contact_isfull (const gp_node *n, const gp_contact *c);

/*
** Queues an errand to 'c' and starts it if it can be. 'receipt' (or NULL) is
** begun. GP_ENOMEM: nothing was done.
*/
gp_err gp_contact_queue (gp_node *n, gp_contact *c, gp_doing doing,
                         gp_message *msg, gp_receipt *receipt,
                         uint32_t timeout, uint64_t now);

/*
** Ends all errands to 'c' with 'error', the one on the way too: its answer
** will be ignored. The contact stays.
*/
void gp_contact_abandon (gp_node *n, gp_contact *c, gp_err error);

/* Not a member after all: what was broadcast to it meanwhile is void. */
void gp_contact_reject (gp_node *n, gp_contact *c);

/* Ends what failed before it could be asked, and patience that is over. */
void gp_contact_tick (gp_node *n, uint64_t now);

/* Memory ran out before all receivers of a message had their errand: the
   receipt fails so. GP_ENOMEM when not even that could be noted. */
gp_err gp_contact_short (gp_node *n, gp_message *msg, gp_receipt *receipt);

/* Ends what failed before it could be asked. */
void gp_contact_finishlate (gp_node *n, uint64_t now);

/* When patience with somebody will be over; UINT64_MAX: not at all. */
uint64_t gp_contact_due (const gp_node *n);

/* The messages that wait for room: time passes, the next time that counts,
   and their end with 503. */
void gp_node_tickheld (gp_node *n, uint64_t now);
uint64_t gp_node_heldtill (const gp_node *n);
void gp_node_dropheld (gp_node *n);

/* Queues a failure for the program to read. Takes a reference. */
void gp_node_tell (gp_node *n, gp_failure *f);

#pragma GCC visibility pop
#endif
