/*
** node/nickname.c - see node/nickname.h.
*/
#include "node/nickname.h"

#include <string.h>

#include "node/claim.h"
#include "node/nicks.h"
#include "node/outbox.h"
#include "node/request.h"
#include "node/state.h"
#include "node/sweep.h"

/* Tells those of ours that are members and have room for it. The others
   learn it with the rest. */
static void tellmembers (gp_node *n) {
  gp_record *peer;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer)) {
    gp_request *r = NULL;
    if (peer->compat.ours && peer->membership == GP_MEMBER &&
        !gp_outbox_isfull(n, peer))
      r = gp_request_newown(n, peer, GP_PURPOSE_RENAME, NULL);
    if (r != NULL)
      gp_outbox_queue(n, peer, r);
  }
}

/* Nobody is called as we are, nor is who comes back. */
static void takefrom (gp_node *n, const char *nick) {
  gp_record *peer = gp_nicks_find(&n->peers.nicks, nick), *next;
  for (; peer != NULL; peer = next) {
    next = gp_nicks_next(peer);
    gp_claim_renew(n, peer);
  }
}

/* Whoever has said that it is called so comes first, if the nick has become
   free since. */
static void giveto (gp_node *n, const char *nick) {
  gp_record *peer;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (peer->claim.wanted != NULL && strcmp(peer->claim.wanted, nick) == 0)
      gp_claim_renew(n, peer);
}

gp_err gp_node_setnick (gp_node *n, const char *nick, uint64_t now) {
  gp_identity *self = &n->self.identity;
  gp_peer *old = self->peer;
  gp_err e;
  n->now = now;
  if (strcmp(nick, self->nick) == 0)
    return GP_OK;
  giveto(n, nick);
  gp_sweep(n);
  if (gp_claim_istaken(n, nick))
    return GP_EEXIST;
  e = gp_peer_nicknamed(&self->peer, old, nick);
  if (e != GP_OK)
    return e;
  gp_peer_unref(old);
  strcpy(self->nick, nick);
  gp_claim_letin(n);
  takefrom(n, nick);
  tellmembers(n);
  return GP_OK;
}

const gp_peer *gp_node_nicked (const gp_node *n, const char *nick) {
  const gp_record *peer = gp_nicks_find(&n->peers.nicks, nick);
  while (peer != NULL && !gp_membership_ismember(peer))
    peer = gp_nicks_next(peer);
  if (peer != NULL)
    return gp_record_name(peer);
  return nick[0] != '\0' && strcmp(nick, n->self.identity.nick) == 0
           ? n->self.identity.peer
           : NULL;
}

bool gp_node_isnamesake (const gp_node *n, const gp_peer *p) {
  const char *nick = gp_peer_nick(p);
  const gp_peer *self = n->self.identity.peer;
  const gp_record *peer;
  if (nick[0] == '\0')
    return false;
  if (strcmp(nick, gp_peer_nick(self)) == 0 && !gp_peer_equal(p, self))
    return true;
  for (peer = gp_nicks_find(&n->peers.nicks, nick); peer != NULL;
       peer = gp_nicks_next(peer))
    if (gp_membership_ismember(peer) &&
        !gp_peer_equal(gp_record_name(peer), p))
      return true;
  return false;
}
