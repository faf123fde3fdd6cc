/*
** node/hearsay.h - what others say of who is where, and how far that is
** followed.
**
** Owns gp_hearsays, and gp_hearsay in the record of each peer. A name in a
** list is a claim of whoever sends the list: it makes us dial an address. So
** one that lists names has a budget of them, and names no address in a range
** that it is not in itself: our loopback, or a private network. Whoever comes
** is dialled within the same bounds, for its name may lead elsewhere later.
** Sends nothing.
*/
#ifndef gp_node_hearsay_h
#define gp_node_hearsay_h

#include <stdbool.h>

#include "base/bucket.h"
#include "node/peers.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_hearsay {
  bool proven;     /* its address has responded to us (gp_peers_isproven) */
  bool told;       /* to the program: what it named is not dialled */
  bool unasked;    /* named by one that the program has not named itself */
  bool chosen;     /* by the program */
  unsigned ranges; /* of gp_range, where it is dialled; 0: anywhere */
  gp_bucket names; /* that it may name yet */
} gp_hearsay;

typedef struct gp_hearsays {
  gp_bucket retries; /* of those that are not proven */
} gp_hearsays;

/* Its address has responded, or did before a restart; or another address is
   dialled from now on, and has not. */
void gp_hearsay_setproven (gp_node *n, gp_record *peer, bool proven);

/* The name of 'peer' is from a list of 'by': it is dialled only where that
   one could name it, whatever the name stands for by then. 'trusted': the
   program has chosen to join through that one. */
void gp_hearsay_setnamed (const gp_node *n, gp_record *peer,
                          const gp_record *by, bool trusted);

/* Where 'by' may name addresses, of gp_range; 0: anywhere. */
unsigned gp_hearsay_ranges (const gp_node *n, const gp_record *by);

/* The program itself has chosen the name, so it may be anywhere; or it has
   come to us from the numeric address 'remote', so it is where one could name
   it who is there. */
void gp_hearsay_setchosen (gp_record *peer);
void gp_hearsay_setseen (const gp_node *n, gp_record *peer,
                         const char *remote);

/* Whether 'name' may be dialled because 'by' has listed it. Where it may not
   the program is told, once for each that lists such names. */
bool gp_hearsay_mayname (gp_node *n, gp_record *by, const gp_peer *name);

/* One more name that 'by' has listed is dialled. False: it has named too many
   in too short a time. */
bool gp_hearsay_take (const gp_node *n, gp_record *by);

/* 'peer' is tried once more. False: it is not proven, and too many such ones
   are tried already. */
bool gp_hearsay_retry (gp_node *n, const gp_record *peer);

#pragma GCC visibility pop
#endif
