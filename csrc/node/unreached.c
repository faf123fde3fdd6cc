/*
** node/unreached.c - whom of those that come to us we have not reached.
*/
#include "node/unreached.h"

#include <string.h>

#include "node/state.h"

#define MAX_PLACES 1024
#define REMEMBER_MS 60000

void gp_unreached_init (gp_unreached *u) {
  gp_ttlmap_init(&u->places, MAX_PLACES, REMEMBER_MS);
}

void gp_unreached_clear (gp_unreached *u) {
  gp_ttlmap_clear(&u->places);
}

/* Where it is dialled: 0.0.0.0 is where it sends from. NULL: out of
   memory. */
static gp_peer *placeof (const gp_peer *name, const char *remote) {
  gp_peer *at;
  if (!gp_peer_isany(name))
    return gp_peer_ref(name);
  return gp_peer_new(&at, remote, strlen(remote), gp_peer_port(name)) == GP_OK
           ? at
           : NULL;
}

void gp_unreached_remember (gp_node *n, const gp_peer *name,
                            const char *remote) {
  gp_peer *at = placeof(name, remote);
  if (at != NULL)
    gp_ttlmap_raise(&n->admission.unreached.places, gp_peer_hash(at), 1,
                    n->now);
  gp_peer_unref(at);
}

void gp_unreached_note (gp_exchange *x, const gp_peer *name,
                        const char *remote) {
  x->sender = name == NULL ? NULL : placeof(name, remote);
}

const gp_peer *gp_unreached_take (gp_exchange *x) {
  const gp_peer *sender = x->sender;
  x->sender = NULL;
  return sender;
}

bool gp_unreached_has (gp_node *n, const gp_peer *sender) {
  const gp_record *peer;
  if (gp_ttlmap_get(&n->admission.unreached.places, gp_peer_hash(sender),
                    n->now) == 0)
    return false;
  peer = gp_peers_find(&n->peers, sender);
  if (peer == NULL)
    peer = gp_peers_findat(&n->peers, gp_peer_address(sender),
                           gp_peer_port(sender));
  return peer == NULL || !gp_membership_ismember(peer);
}
