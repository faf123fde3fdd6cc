/*
** value/identity.c - what a name is made of.
*/
#include "value/identity.h"

#include <string.h>

/* Not the functions of ctype.h: they go by the locale. */
static bool isletter (char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool issign (char c) {
  return isletter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

bool gp_identity_isname (const char *text, size_t len) {
  size_t i;
  if (len == 0 || len > GP_NAME_MAX || !isletter(text[0]))
    return false;
  for (i = 1; i < len; i++)
    if (!issign(text[i]))
      return false;
  return true;
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
