/*
** node/hosts.c - see node/hosts.h.
*/
#include "node/hosts.h"

#include <stddef.h>

/* This machine, to itself, has one address. */
static const char *one (const char *address) {
  bool here = gp_address_isinternal(address) ||
              gp_address_isthishost(address);
  return here ? "127.0.0.1" : address;
}

/* The new one is entered first: what stays the same is not made anew. */
static gp_err change (gp_hosts *hs, gp_origin **at, const char *address) {
  char network[GP_NETWORK_TEXT];
  bool numeric = gp_address_network(network, one(address));
  gp_origin *before = *at;
  *at = numeric ? gp_origins_enter(&hs->all, one(address)) : NULL;
  gp_origins_leave(&hs->all, before);
  return numeric && *at == NULL ? GP_ENOMEM : GP_OK;
}

gp_err gp_hosts_listens (gp_hosts *hs, gp_hostlink *l, const char *address) {
  return change(hs, &l->listens, address);
}

void gp_hosts_comes (gp_hosts *hs, gp_hostlink *l, const char *address) {
  (void)change(hs, &l->comes, address);
}

void gp_hosts_forget (gp_hosts *hs, gp_hostlink *l) {
  gp_origins_leave(&hs->all, l->listens);
  gp_origins_leave(&hs->all, l->comes);
  l->listens = l->comes = NULL;
}

bool gp_hosts_has (const gp_hosts *hs, const char *address) {
  return gp_origins_find(&hs->all, one(address)) != NULL;
}

void gp_hosts_clear (gp_hosts *hs) {
  gp_origins_clear(&hs->all);
}
