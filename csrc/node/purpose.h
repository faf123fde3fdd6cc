/*
** node/purpose.h - what a request of ours is for, and what follows from that
** alone.
**
** The purposes themselves are values (value/receipt.h), for a failure names
** its own. Everything that differs between them by rule stands in one
** constant table.
*/
#ifndef gp_node_purpose_h
#define gp_node_purpose_h

#include <stdbool.h>

#include "value/message.h"
#include "value/receipt.h"
#pragma GCC visibility push(hidden)

typedef struct gp_purposerule {
  gp_msgtype type; /* of its message */
  bool reported;   /* the program is told when it fails */
  bool decisive;   /* its failure is the failure of its call */
  bool awaited;    /* its call blocks for it, but not for long */
  bool own_name;   /* sent in our own name, whatever the peer calls us */
  bool any_form;   /* written so that every form understands it */
  bool bare;       /* sent as a probe (OPTIONS), without its message */
  bool brief;      /* the newest members are list enough */
  bool unasked;    /* of the node itself: one that has left refuses it */
  bool chosen;     /* the program has chosen whom to ask */
  bool hasty;      /* somebody waits: no longer than GP_AWAITED_MS */
} gp_purposerule;

/* Static. */
const gp_purposerule *gp_purpose_rule (gp_purpose purpose);

#pragma GCC visibility pop
#endif
