/*
** value/identity.c - see value/identity.h.
*/
#include "value/identity.h"

#include <string.h>

bool gp_identity_lackscookies (const gp_identity *i) {
  return i->version != 0 && i->version < GP_VERSION_COOKIES;
}

void gp_identity_copy (gp_identity *to, const gp_identity *from) {
  *to = *from;
  if (to->peer != NULL)
    gp_peer_ref(to->peer);
}

void gp_identity_clear (gp_identity *i) {
  gp_peer_unref(i->peer);
  memset(i, 0, sizeof *i);
}
