/*
** base/index.c - see base/index.h.
*/
#include "base/index.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static gp_siphashkey secret;
static pthread_once_t drawn = PTHREAD_ONCE_INIT;

static void draw (void) {
  gp_crypto_random(&secret, sizeof secret);
}

uint32_t gp_index_hash (const char *text) {
  pthread_once(&drawn, draw);
  return (uint32_t)gp_siphash(&secret, text, strlen(text));
}

uint32_t gp_index_hashnumber (uint64_t number) {
  pthread_once(&drawn, draw);
  return (uint32_t)gp_siphash(&secret, &number, sizeof number);
}

void gp_index_setkey (const gp_siphashkey *key) {
  pthread_once(&drawn, draw);
  secret = *key;
}

/* The number of buckets is a power of two. */
static gp_indexlink **bucket (const gp_index *ix, uint32_t hash) {
  return &ix->buckets[hash & (ix->size - 1)];
}

static void chain (gp_index *ix, gp_indexlink *l) {
  gp_indexlink **at = bucket(ix, l->hash);
  while (*at != NULL)
    at = &(*at)->next;
  l->next = NULL;
  *at = l;
}

static void unchain (gp_index *ix, gp_indexlink *l) {
  gp_indexlink **at = bucket(ix, l->hash);
  while (*at != l)
    at = &(*at)->next;
  *at = l->next;
}

static gp_err grow (gp_index *ix) {
  gp_index larger = {ix->count, ix->size == 0 ? 8 : 2 * ix->size, NULL};
  size_t i;
  larger.buckets = calloc(larger.size, sizeof *larger.buckets);
  if (larger.buckets == NULL)
    return GP_ENOMEM;
  for (i = 0; i < ix->size; i++) {
    gp_indexlink *l = ix->buckets[i];
    while (l != NULL) {
      gp_indexlink *next = l->next;
      chain(&larger, l);
      l = next;
    }
  }
  free(ix->buckets);
  *ix = larger;
  return GP_OK;
}

gp_err gp_index_add (gp_index *ix, gp_indexlink *l, uint32_t hash) {
  if (ix->count == ix->size && grow(ix) != GP_OK)
    return GP_ENOMEM;
  l->hash = hash;
  chain(ix, l);
  ix->count++;
  return GP_OK;
}

void gp_index_move (gp_index *ix, gp_indexlink *l, uint32_t hash) {
  if (l->hash == hash)
    return;
  unchain(ix, l);
  l->hash = hash;
  chain(ix, l);
}

void gp_index_remove (gp_index *ix, gp_indexlink *l) {
  unchain(ix, l);
  ix->count--;
}

/* The first one with the hash from 'l' on. */
static gp_indexlink *from (gp_indexlink *l, uint32_t hash) {
  while (l != NULL && l->hash != hash)
    l = l->next;
  return l;
}

gp_indexlink *gp_index_find (const gp_index *ix, uint32_t hash) {
  return ix->size == 0 ? NULL : from(*bucket(ix, hash), hash);
}

gp_indexlink *gp_index_next (const gp_indexlink *l) {
  return from(l->next, l->hash);
}

void gp_index_clear (gp_index *ix) {
  free(ix->buckets);
  memset(ix, 0, sizeof *ix);
}
