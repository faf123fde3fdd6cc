/*
** node/claim.h - which process a peer is, and whose a nick is.
**
** Owns gp_claim in the record of each peer, and gp_claims. A member's address
** can become another process, and a process that starts again can have
** another address: the number that each process draws tells the one, its
** nick the other. A nick is one member's: whoever comes with it takes the
** place of one that has failed, while one that seems to live is asked for a
** sign of life. Two have one nick only when their networks become one, or
** when both take it at the same time; both keep it, and are told.
*/
#ifndef gp_node_claim_h
#define gp_node_claim_h

#include <stdbool.h>
#include <stdint.h>

#include "node/peers.h"
#include "node/transport.h"
#include "value/identity.h"
#include "value/receipt.h"
#pragma GCC visibility push(hidden)

typedef struct gp_claim {
  uint64_t process;  /* it is; 0: not told */
  uint64_t former;   /* process at its address before; 0: not known */
  uint64_t since;    /* when 'process' has shown itself first */
  uint64_t named_at; /* when it told its nick by itself; 0: never */
  bool pending;      /* it waits whether its nick is another's */
  unsigned version;  /* of ours that it speaks; 0: not told */
} gp_claim;

typedef struct gp_claims {
  bool told; /* the program knows that its nick is another's, */
  bool told_earlier, told_later; /* and that such versions are members */
} gp_claims;

typedef enum gp_verdict {
  GP_NICK_FREE,
  GP_NICK_TAKEN, /* another one that lives has it */
  GP_NICK_UNSURE /* the same, if it lives: a probe is on its way */
} gp_verdict;

/*
** The peer has shown who it is, as far as it told: in response to what was
** sent at 'asked_at', or (n->now) by itself. A nick that it has told by
** itself since then stays, for the response may be older. Whether it has
** taken the place of a member: that one has failed, and the peer is to be met
** like a newcomer.
*/
bool gp_claim_learn (gp_node *n, gp_record *peer, const gp_identity *who,
                     uint64_t asked_at);

/* It is no node of ours, or of a later version that announces itself in
   another way: it has no nick. */
void gp_claim_forget (gp_node *n, gp_record *peer, const gp_identity *who);

/* It is a member now, or one with another nick: where that is ours, or it
   speaks another version, the program is told. */
void gp_claim_met (gp_node *n, const gp_record *peer);

/*
** It says that it is called so. Whether another one that lives has the nick,
** or we have: then it goes by its address here.
*/
bool gp_claim_disarm (gp_node *n, gp_record *peer, const char *nick);

/* Whether another one that seems to live has the nick. */
bool gp_claim_istaken (const gp_node *n, const char *nick);

/* Whether the peer may be called as it says. Those that were called so, but
   have failed, are gone then. */
gp_verdict gp_claim_judge (gp_node *n, const gp_record *peer,
                           const gp_identity *who);

/*
** The record that 'holder' names was asked for a sign of life, and 'process'
** responded (0: none did). Whether it has the nick all the same; if not, it
** has gone from there.
*/
bool gp_claim_confirm (gp_node *n, const gp_peer *holder, const char *nick,
                       uint64_t process);

/* It waits for a verdict, or does so no more. */
void gp_claim_setpending (gp_node *n, gp_record *peer, bool pending);

/* Whether a member has the peer's nick: then that is where it is now. */
bool gp_claim_ismoved (const gp_node *n, const gp_record *peer);

/* Our nick is another's, as the peer shows (GP_PURPOSE_MEET: it is its own),
   or says: the program is told once, until we are let in somewhere, or have
   another nick. */
void gp_claim_telltaken (gp_node *n, const gp_record *peer,
                         gp_purpose purpose);
void gp_claim_letin (gp_node *n);

#pragma GCC visibility pop
#endif
