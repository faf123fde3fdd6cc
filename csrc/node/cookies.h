/*
** node/cookies.h - by what nodes of ours know each other again.
**
** Owns gp_cookies in the record of each peer, and gp_cookiejar. A makes a
** cookie for each address that it dials, which nobody can foresee, and shows
** it there with all that it says. B, who is shown one, asks A at its address
** whether it is A's own, and made for B, and says where it was shown it: A
** says so only where that is what it dials, or (behind a port forwarding)
** comes from there. So whoever is shown one can show it to a third in vain;
** and of a process number, which everybody is shown, nothing follows. B
** believes one, too, that A's address has shown in a response.
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
  bool has_its,
    has_former;  /* it shows 'its', or one that it showed before, */
  bool has_ours; /* in all that it says; and we show 'ours' to it */
  gp_cookie its, former, ours;
  uint64_t asked_at; /* it was asked about another one, or another source */
} gp_cookies;

typedef struct gp_cookiejar {
  uint64_t made; /* so many */
} gp_cookiejar;

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
void gp_cookies_show (gp_node *n, gp_record *peer, gp_extension *x);

/* Makes a probe of 'to' ask about the cookie that 'shown' has, if any, which
   was shown at 'at', an endpoint of ours, or (NULL) in a response. */
void gp_cookies_ask (const gp_node *n, gp_extension *to,
                     const gp_extension *shown, const gp_peer *at);

/*
** Whether we show the cookie that a probe asks about to its sender: it says
** where it was shown it, which is where we dial the peer; or, behind another
** address than that, it asks from there. And it is the process that we know
** there, if we know one.
*/
bool gp_cookies_isours (const gp_node *n, const gp_recvreq *probe);

#pragma GCC visibility pop
#endif
