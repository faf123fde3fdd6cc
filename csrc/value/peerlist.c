/*
** value/peerlist.c - a row of peers.
*/
#include "value/peerlist.h"

#include <stdlib.h>

gp_err gp_peerlist_add (gp_peerlist *l, const gp_peer *p) {
  if (l->n == l->size) {
    size_t size = l->size == 0 ? 4 : 2 * l->size;
    gp_peer **at = realloc(l->at, size * sizeof *at);
    if (at == NULL)
      return GP_ENOMEM;
    l->at = at;
    l->size = size;
  }
  l->at[l->n++] = gp_peer_ref(p);
  return GP_OK;
}

void gp_peerlist_set (gp_peerlist *l, size_t i, const gp_peer *p) {
  gp_peer *old = l->at[i];
  l->at[i] = gp_peer_ref(p);
  gp_peer_unref(old);
}

gp_err gp_peerlist_copy (gp_peerlist *to, const gp_peerlist *from) {
  size_t i;
  for (i = 0; i < from->n; i++) {
    if (gp_peerlist_add(to, from->at[i]) != GP_OK) {
      gp_peerlist_clear(to);
      return GP_ENOMEM;
    }
  }
  return GP_OK;
}

bool gp_peerlist_has (const gp_peerlist *l, const gp_peer *p) {
  size_t i;
  for (i = 0; i < l->n; i++)
    if (gp_peer_equal(l->at[i], p))
      return true;
  return false;
}

void gp_peerlist_clear (gp_peerlist *l) {
  size_t i;
  for (i = 0; i < l->n; i++)
    gp_peer_unref(l->at[i]);
  free(l->at);
  l->n = l->size = 0;
  l->at = NULL;
}
