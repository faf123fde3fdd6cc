/*
** node/cookies.h - by what nodes of ours know each other again.
**
** Owns gp_cookies in the record of each peer. A's cookie for B is a hash of
** B's process number with a key of A's process; before that number is known,
** of the address that A dials. It goes to B alone, with all that A says to
** it. So only A can have sent what shows it, and only A can tell whether it
** has made it. B believes it once A's address has said so (node/proof.h), or
** has shown it in a response.
*/
#ifndef gp_node_cookies_h
#define gp_node_cookies_h

#include <stdbool.h>
#include <stdint.h>

#include "node/peers.h"
#include "node/transport.h"
#include "value/cookie.h"
#pragma GCC visibility push(hidden)

typedef struct gp_cookies {
  bool has_its;  /* it shows 'its' in all that it says */
  bool has_ours; /* we show 'ours' to it, */
  gp_cookie its, ours;
  uint64_t made_for; /* made for this process; 0: for where it is dialled */
  uint64_t asked_at; /* it was asked about another one, or another source */
} gp_cookies;

/* What a request shows, of one that claims to be a peer. */
typedef enum gp_shown {
  GP_SHOWN_ITS,     /* the cookie of the peer */
  GP_SHOWN_NONE,    /* none, and the peer has none */
  GP_SHOWN_UNKNOWN, /* one, and that of the peer is not known */
  GP_SHOWN_WRONG    /* another one than the peer's, or none */
} gp_shown;

gp_shown gp_cookies_judge (const gp_record *peer, const gp_extension *x);

/* Its address has shown or confirmed what stands in 'x', which may be no
   cookie. */
void gp_cookies_learn (gp_record *peer, const gp_extension *x);

/* Whether both have shown one cookie: then they are one process. */
bool gp_cookies_issame (const gp_record *a, const gp_record *b);

/* Whether it may be asked about what it would hardly say: not more often than
   that. Then it is counted as asked. */
bool gp_cookies_mayask (gp_record *peer, uint64_t pause_ms, uint64_t now);

/* It is another process: all of it ends. */
void gp_cookies_reset (gp_record *peer);

/* Puts ours for it into 'x'. */
void gp_cookies_show (const gp_node *n, gp_record *peer, gp_extension *x);

/*
** Whether we have made the cookie for the process that a probe asks about.
** One for an address is, where that has shown that process, or where we await
** its first response and the probe comes from just there.
*/
bool gp_cookies_ismade (const gp_node *n, const gp_recvreq *probe);

#pragma GCC visibility pop
#endif
