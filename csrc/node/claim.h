/*
** node/claim.h - which process a peer is, and whose a nick is.
**
** Owns gp_claim in the record of each peer, and gp_claims. A member's address
** can become another process, and a process that starts again can have
** another address: the number that each process draws tells the one, its
** nick the other. A nick is, at each node, that of whoever had it there
** first, for as long as that one lives, which is asked. A newcomer that comes
** with it is refused; a member that says that it is called so has no nick
** here until the nick is free. Nor is anybody called as the node itself is.
** So two that say that they have one nick can each have it at some nodes.
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
  char *wanted;      /* nick that it says it has, and may not have; or NULL */
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
   another way: it has no nick. Whatever of ours was there is gone, and has
   failed if it was a member. */
void gp_claim_forget (gp_node *n, gp_record *peer, const gp_identity *who);

/* It is to be a member now: it has the nick that it says, if it may have it.
   Where that is another's, that one is asked whether it lives; where it is
   ours, the program is told. */
void gp_claim_enter (gp_node *n, gp_record *peer);

/* It is a member now, or one with another nick: if it speaks another version,
   the program is told. */
void gp_claim_met (gp_node *n, const gp_record *peer);

/* It has the nick that it says, if that has become free. */
void gp_claim_renew (gp_node *n, gp_record *peer);

/* Time has passed for it: likewise. */
void gp_claim_look (gp_node *n, gp_record *peer);

/* Whether another one that seems to live has the nick. */
bool gp_claim_istaken (const gp_node *n, const char *nick);

/* Whether a newcomer may be called as it says. */
gp_verdict gp_claim_judge (gp_node *n, gp_record *peer);

/*
** The record that 'holder' names was asked for a sign of life, since the peer
** says that it has the same nick, and 'process' responded (0: none did).
** Whether it has the nick all the same; if not, it has gone from there.
*/
bool gp_claim_confirm (gp_node *n, const gp_peer *holder,
                       const gp_record *peer, uint64_t process);

/* It waits for a verdict, or does so no more. */
void gp_claim_setpending (gp_node *n, gp_record *peer, bool pending);

/* 'gone' is the same one as the peer, which waits for what it waited for. */
void gp_claim_merge (gp_node *n, gp_record *peer, gp_record *gone);

/* Whether another one has the nick that it says it has: then that one may be
   where it is now. */
bool gp_claim_ismoved (const gp_record *peer);

/* Frees what the record holds of it. */
void gp_claim_clear (gp_record *peer);

/* Our nick is another's, as the peer shows (GP_PURPOSE_MEET: it is its own),
   or says: the program is told once, until we are let in somewhere, or have
   another nick. */
void gp_claim_telltaken (gp_node *n, const gp_record *peer,
                         gp_purpose purpose);
void gp_claim_letin (gp_node *n);

#pragma GCC visibility pop
#endif
