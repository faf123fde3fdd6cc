/*
** value/identity.c - see value/identity.h.
*/
#include "value/identity.h"

#include <string.h>

void gp_identity_copy (gp_identity *to, const gp_identity *from) {
  *to = *from;
  if (to->peer != NULL)
    gp_peer_ref(to->peer);
}

void gp_identity_clear (gp_identity *i) {
  gp_peer_unref(i->peer);
  memset(i, 0, sizeof *i);
}
