/*
** node/roster.c - see node/roster.h.
*/
#include "node/roster.h"

#include "node/state.h"

bool gp_roster_lists (const gp_record *peer) {
  return gp_membership_ismember(peer) && peer->liveness.reachable;
}

/* From 'peer' on, the first that is handed on, or NULL. */
static const gp_record *listed (const gp_record *peer) {
  while (peer != NULL && !gp_roster_lists(peer))
    peer = gp_record_next(peer);
  return peer;
}

/* The list holds its peers, so none of them can be another one by now. */
static bool iscurrent (const gp_node *n) {
  const gp_peerlist *list = &n->admission.roster.list;
  const gp_record *peer = listed(gp_record_first(&n->peers));
  size_t i;
  for (i = 0; i < list->n && peer != NULL; i++) {
    if (list->at[i] != gp_record_name(peer))
      return false;
    peer = listed(gp_record_next(peer));
  }
  return i == list->n && peer == NULL;
}

gp_err gp_roster_update (gp_node *n) {
  gp_roster *r = &n->admission.roster;
  const gp_record *peer;
  if (iscurrent(n))
    return GP_OK;
  gp_roster_clear(r);
  for (peer = listed(gp_record_first(&n->peers)); peer != NULL;
       peer = listed(gp_record_next(peer))) {
    if (gp_peerlist_add(&r->list, gp_record_name(peer)) != GP_OK) {
      gp_roster_clear(r);
      return GP_ENOMEM;
    }
  }
  return GP_OK;
}

void gp_roster_clear (gp_roster *r) {
  int i;
  gp_peerlist_clear(&r->list);
  for (i = 0; i < 2; i++) {
    gp_blob_unref(r->encoded[i]);
    r->encoded[i] = NULL;
  }
}
