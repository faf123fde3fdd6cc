/*
** value/origin.c - see value/origin.h.
*/
#include "value/origin.h"

#include <stdlib.h>
#include <string.h>

static gp_origin *find (const gp_origins *all, const char *network,
                        uint32_t hash) {
  gp_indexlink *l = gp_index_find(&all->networks, hash);
  for (; l != NULL; l = gp_index_next(l)) {
    gp_origin *o = gp_index_of(gp_origin, link, l);
    if (strcmp(o->network, network) == 0)
      return o;
  }
  return NULL;
}

static gp_origin *add (gp_origins *all, const char *network, uint32_t hash) {
  gp_origin *o = calloc(1, sizeof *o);
  if (o == NULL || gp_index_add(&all->networks, &o->link, hash) != GP_OK) {
    free(o);
    return NULL;
  }
  strcpy(o->network, network);
  return o;
}

gp_origin *gp_origins_enter (gp_origins *all, const char *address) {
  char network[GP_NETWORK_TEXT];
  gp_origin *o;
  uint32_t hash;
  if (!gp_address_network(network, address))
    return NULL;
  hash = gp_index_hash(network);
  o = find(all, network, hash);
  if (o == NULL)
    o = add(all, network, hash);
  if (o != NULL)
    o->count++;
  return o;
}

void gp_origins_leave (gp_origins *all, gp_origin *o) {
  if (o == NULL || --o->count > 0)
    return;
  gp_index_remove(&all->networks, &o->link);
  free(o);
}

gp_origin *gp_origins_find (const gp_origins *all, const char *address) {
  char network[GP_NETWORK_TEXT];
  if (!gp_address_network(network, address))
    return NULL;
  return find(all, network, gp_index_hash(network));
}

void gp_origins_clear (gp_origins *all) {
  gp_index_clear(&all->networks);
}
