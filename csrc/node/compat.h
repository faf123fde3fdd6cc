/*
** node/compat.h - which program a peer is, what it calls us, and all that
** only Go members need.
**
** Owns gp_compat in the record of each peer. The forms and what bites with
** them are in protocol.md.
*/
#ifndef gp_node_compat_h
#define gp_node_compat_h

#include <stdbool.h>
#include <stdint.h>

#include "node/peers.h"
#include "node/transport.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

typedef struct gp_compat {
  gp_form form;
  bool ours;          /* it announced itself as a node of ours */
  uint64_t since;     /* when it became that, as far as is known */
  gp_peer *our_alias; /* the name by which it knows us; NULL: our own */
  bool told;          /* it told that alias itself; it counts only while no */
  uint32_t told_at_sequence; /* request was sent after this one */
  uint64_t check_at;         /* its list is looked at for us then; 0: not */
  unsigned checks_left;      /* looks still to come */
  unsigned fruitless;        /* looks in a row that found nothing */
  uint64_t checked_at;       /* time of the last look */
  uint64_t twin_until;       /* it may hold us under two names until then */
} gp_compat;

/* Which program it is. */
void gp_compat_setprogram (gp_node *n, gp_record *peer, gp_form form,
                           bool ours);

/* Whether 'form' is one of the two that a Go member with headers has. */
bool gp_compat_isheaderform (gp_form form);

/* The name by which it knows us, our own or an alias. Borrowed. */
const gp_peer *gp_compat_ourname (const gp_node *n, const gp_record *peer);

/* It connected to us in 'request': what that tells of our name at it. */
void gp_compat_learnalias (gp_node *n, gp_record *peer,
                           const gp_recvreq *request);

/* Whether one at the numeric address 'remote' means us by 'name', as far as
   that is certain. */
bool gp_compat_isself (const gp_node *n, const gp_peer *name,
                       const char *remote);

/* Whether one that has told who it is is our own process. */
bool gp_compat_isourselves (const gp_node *n, const gp_identity *who);

/* Another name than our own, in a list of 'peer', that can only be us; or
   NULL. Borrowed from the list. */
const gp_peer *gp_compat_aliasin (const gp_node *n, const gp_record *peer,
                                  const gp_peerlist *list);

/*
** It let us in under our own name, and its list is from before that. The
** alias in it, or NULL, is what it knows us by from now on; where there is
** one our own name is taken back.
*/
const gp_peer *gp_compat_settlealias (gp_node *n, gp_record *peer,
                                      const gp_recvresp *response);

/* A member that knew us by 'had' has connected to us, perhaps by another
   name, and will hold us twice: the old one is taken back. */
void gp_compat_untwin (gp_node *n, gp_record *peer, const gp_peer *had);

/* Our request to give up one of two names has ended. */
void gp_compat_untwinned (gp_node *n, gp_record *peer);

/* Whether it may hold us under two names, and send a broadcast to both. */
bool gp_compat_istwin (const gp_node *n, const gp_record *peer);

/* Checks its list, if that is due. */
void gp_compat_look (gp_node *n, gp_record *peer);

/* A check has found what it was for. */
void gp_compat_checked (gp_record *peer);

/* Frees what it holds: the record goes. */
void gp_compat_clear (gp_record *peer);

#pragma GCC visibility pop
#endif
