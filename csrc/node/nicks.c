/*
** node/nicks.c - see node/nicks.h.
*/
#include "node/nicks.h"

#include <string.h>

#include "node/record.h"

static const char *nickof (const gp_record *peer) {
  return gp_peer_nick(gp_record_name(peer));
}

static gp_record *search (gp_indexlink *l, const char *nick) {
  for (; l != NULL; l = gp_index_next(l)) {
    gp_record *peer = gp_index_of(gp_record, nick.link, l);
    if (strcmp(nickof(peer), nick) == 0)
      return peer;
  }
  return NULL;
}

gp_record *gp_nicks_find (const gp_nicks *ns, const char *nick) {
  return search(gp_index_find(&ns->all, gp_index_hash(nick)), nick);
}

gp_record *gp_nicks_next (const gp_record *peer) {
  return search(gp_index_next(&peer->nick.link), nickof(peer));
}

gp_err gp_nicks_update (gp_nicks *ns, gp_record *peer) {
  const char *nick = nickof(peer);
  gp_nicklink *l = &peer->nick;
  gp_err e = GP_OK;
  if (nick[0] == '\0')
    gp_nicks_remove(ns, peer);
  else if (l->linked)
    gp_index_move(&ns->all, &l->link, gp_index_hash(nick));
  else {
    e = gp_index_add(&ns->all, &l->link, gp_index_hash(nick));
    l->linked = e == GP_OK;
  }
  return e;
}

void gp_nicks_remove (gp_nicks *ns, gp_record *peer) {
  if (peer->nick.linked)
    gp_index_remove(&ns->all, &peer->nick.link);
  peer->nick.linked = false;
}

void gp_nicks_clear (gp_nicks *ns) {
  gp_index_clear(&ns->all);
}
