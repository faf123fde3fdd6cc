/*
** node/announce.h - whether one that lets us in is called what it says.
**
** Owns gp_announcements. A response to a connect announces a name. Where that
** is not the one that was dialled, nor another word for it, it is asked in
** its turn whether it has made the cookie of the response: nobody becomes
** another member by saying so, not even with its process number, which that
** one shows to everybody. Meanwhile the response waits here, and nothing else
** goes to the peer. What follows is decided above (node/responses.h).
*/
#ifndef gp_node_announce_h
#define gp_node_announce_h

#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#include "node/peers.h"
#include "node/request.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

typedef struct gp_announcement {
  gp_ring place; /* in gp_announcements */
  uint64_t id;
  gp_peer *of;   /* the name of the peer that was dialled */
  gp_request *r; /* has its response: */
  gp_recvresp response;
  char remote[GP_REMOTE_MAX]; /* that of the response */
} gp_announcement;

/* Zeroed: there are none. */
typedef struct gp_announcements {
  gp_ring all;
  uint32_t sequence;
} gp_announcements;

void gp_announcements_init (gp_announcements *as);

/* Their requests end with GP_ECANCELED. */
void gp_announcements_clear (gp_node *n);

/* Whether the name that 'peer' announces has to be asked for. */
bool gp_announce_isnew (const gp_node *n, const gp_record *peer,
                        const gp_request *r, const gp_recvresp *response);

/* Asks for it, and takes 'r' meanwhile; copies the response. False: it cannot
   be asked, and nothing was taken. */
bool gp_announce_ask (gp_node *n, gp_record *peer, gp_request *r,
                      const gp_recvresp *response);

/* The one whose probe the transport knows as 'id', taken out, for the caller
   to free; its request is the caller's. NULL: it is none of these. */
gp_announcement *gp_announce_take (gp_node *n, uint64_t id);

/* The probe has ended so: whether the name is that of the process. */
bool gp_announce_holds (const gp_announcement *a, gp_err error,
                        const gp_recvresp *response);

/* Frees it, but not its request. */
void gp_announce_free (gp_announcement *a);

#pragma GCC visibility pop
#endif
