/*
** node/naming.c - which record a name stands for.
*/
#include "node/naming.h"

#include "node/departure.h"
#include "node/state.h"
#include "value/address.h"

void gp_naming_rename (gp_node *n, gp_record *peer, const gp_peer *name) {
  gp_peers_setconfirmed(peer, true);
  if (!gp_peer_equal(gp_record_name(peer), name))
    gp_membership_rename(n, peer, name);
}

bool gp_naming_isat (const gp_peer *name, const char *remote) {
  const char *address = gp_peer_address(name);
  return gp_peer_isany(name) ||
         (gp_peer_isnumeric(name) && gp_address_samehost(address, remote)) ||
         (gp_address_islocalname(address) && gp_address_isinternal(remote));
}

/* Whether one that sends from 'remote' could be called 'name': another host
   name may lead anywhere. */
static bool couldbe (const gp_peer *name, const char *remote) {
  return !gp_peer_isnumeric(name) || gp_naming_isat(name, remote);
}

/*
** Only one process listens at an address and port. So whoever sends from
** there, with that port for its own, is the one that responded there: also
** when it is known by other names than the one that it calls itself. One
** that connects may be another program, come in its place.
*/
gp_record *gp_naming_sender (const gp_node *n, const gp_peer *name,
                             const char *remote, bool connecting) {
  gp_record *peer = gp_peers_find(&n->peers, name);
  int port = gp_peer_port(name);
  if (peer != NULL)
    return peer;
  if (!couldbe(name, remote))
    return NULL;
  peer = gp_peers_findat(&n->peers, remote, port);
  while (peer != NULL && ((!connecting && peer->names.confirmed) ||
                          peer->membership == GP_STRANGER))
    peer = gp_peers_nextat(peer, remote, port);
  return peer;
}

gp_record *gp_naming_recognise (gp_node *n, const gp_peer *name,
                                const char *remote, bool connecting) {
  gp_record *peer = gp_naming_sender(n, name, remote, connecting);
  bool other = peer != NULL && gp_peers_find(&n->peers, name) == NULL;
  if (peer != NULL && (other || !peer->names.confirmed))
    gp_naming_rename(n, peer, name);
  return peer;
}

gp_record *gp_naming_meant (const gp_node *n, const gp_peer *name) {
  gp_record *peer = gp_peers_find(&n->peers, name);
  if (peer != NULL || !gp_address_isthishost(gp_peer_address(name)))
    return peer;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer)) {
    const gp_peer *at = gp_record_dialled(peer);
    if (gp_membership_ismember(peer) &&
        gp_peer_port(at) == gp_peer_port(name) &&
        gp_address_isthishost(gp_peer_address(at)))
      return peer;
  }
  return NULL;
}

gp_record *gp_naming_getmeant (gp_node *n, const gp_peer *name) {
  gp_record *peer = gp_naming_meant(n, name);
  return peer != NULL ? peer : gp_peers_get(n, name);
}

gp_record *gp_naming_twin (const gp_node *n, const gp_record *peer) {
  const char *remote = peer->names.remote;
  int port = gp_peer_port(gp_record_dialled(peer));
  gp_record *other = gp_peers_findat(&n->peers, remote, port);
  while (other != NULL && (other == peer || !gp_membership_ismember(other)))
    other = gp_peers_nextat(other, remote, port);
  return other;
}

void gp_naming_merge (gp_node *n, gp_record *peer, gp_record *gone) {
  gp_peer *name = gp_peer_ref(gp_record_name(gone));
  bool confirmed = gone->names.confirmed && !peer->names.confirmed;
  if (gp_membership_isleaving(gone))
    gp_membership_apply(n, peer, GP_IS_BEING_LEFT, GP_OK);
  gp_outbox_move(n, peer, gone);
  gp_membership_apply(n, gone, GP_HAS_LEFT, GP_OK);
  gp_departure_reset(gone);
  gp_peers_merge(&n->peers, peer, gone);
  gp_claim_merge(n, peer, gone);
  if (confirmed)
    gp_naming_rename(n, peer, name);
  gp_peer_unref(name);
}
