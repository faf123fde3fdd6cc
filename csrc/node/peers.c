/*
** node/peers.c - the records and the names under which they are found.
*/
#include "node/peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/nicks.h"
#include "node/state.h"
#include "value/address.h"

#define MAX_ALIASES 16 /* of one peer; then the oldest goes */

void gp_peers_init (gp_peers *ps) {
  memset(ps, 0, sizeof *ps);
  gp_ring_init(&ps->touched);
}

void gp_peers_clear (gp_peers *ps) {
  gp_peertable_clear(&ps->records);
  gp_peertable_clear(&ps->aliases);
  gp_index_clear(&ps->places);
  gp_hosts_clear(&ps->hosts);
  gp_nicks_clear(&ps->nicks);
}

gp_record *gp_peers_find (const gp_peers *ps, const gp_peer *name) {
  gp_peerentry *e = gp_peertable_find(&ps->records, name);
  if (e != NULL)
    return (gp_record *)e;
  e = gp_peertable_find(&ps->aliases, name);
  return e == NULL ? NULL : ((gp_alias *)e)->record;
}

gp_record *gp_peers_at (const gp_peers *ps, uint32_t slot) {
  return (gp_record *)gp_peertable_at(&ps->records, slot);
}

/* An address and a port as the index has them. */
static uint32_t hashof (const char *address, int port) {
  if (gp_address_isloopback(address))
    address = "localhost";
  return gp_index_hash(address) + (uint32_t)port;
}

/* Where it listens, as far as is known. */
static const char *hostof (const gp_record *peer) {
  bool responded = peer->names.remote[0] != '\0';
  return responded ? peer->names.remote
                   : gp_peer_address(gp_record_dialled(peer));
}

static int portof (const gp_record *peer) {
  return gp_peer_port(gp_record_dialled(peer));
}

static gp_record *at (gp_indexlink *l, const char *remote, int port) {
  for (; l != NULL; l = gp_index_next(l)) {
    gp_record *peer = gp_index_of(gp_record, names.place, l);
    if (portof(peer) == port && gp_address_samehost(hostof(peer), remote))
      return peer;
  }
  return NULL;
}

gp_record *gp_peers_findat (const gp_peers *ps, const char *remote,
                            int port) {
  return at(gp_index_find(&ps->places, hashof(remote, port)), remote, port);
}

gp_record *gp_peers_nextat (const gp_record *peer, const char *remote,
                            int port) {
  return at(gp_index_next(&peer->names.place), remote, port);
}

static gp_err enter (gp_peers *ps, gp_record *peer) {
  gp_err e = gp_peertable_add(&ps->records, &peer->entry);
  if (e != GP_OK)
    return e;
  e = gp_index_add(&ps->places, &peer->names.place,
                   hashof(hostof(peer), portof(peer)));
  if (e == GP_OK) {
    e = gp_hosts_listens(&ps->hosts, &peer->names.host, hostof(peer));
    if (e != GP_OK)
      gp_index_remove(&ps->places, &peer->names.place);
  }
  if (e != GP_OK)
    gp_peertable_remove(&ps->records, &peer->entry);
  return e;
}

/* 'name' with this nick. NULL: out of memory. */
static gp_peer *withnick (const gp_peer *name, const char *nick) {
  gp_peer *p;
  if (strcmp(gp_peer_nick(name), nick) == 0)
    return gp_peer_ref(name);
  return gp_peer_nicknamed(&p, name, nick) == GP_OK ? p : NULL;
}

gp_record *gp_peers_get (gp_node *n, const gp_peer *name) {
  gp_peers *ps = &n->peers;
  gp_record *peer = gp_peers_find(ps, name);
  if (peer != NULL)
    return peer;
  if (gp_deadlines_reserve(
        &n->deadlines, ps->count + n->admission.proofs.count + 1) != GP_OK)
    return NULL;
  peer = calloc(1, sizeof *peer);
  if (peer == NULL)
    return NULL;
  peer->entry.peer = withnick(name, "");
  gp_ring_init(&peer->names.aliases);
  gp_ring_init(&peer->names.touched);
  gp_outbox_init(&peer->outbox, n->outboxes.last_number);
  if (peer->entry.peer == NULL || enter(ps, peer) != GP_OK) {
    gp_peer_unref(peer->entry.peer);
    free(peer);
    return NULL;
  }
  ps->count++;
  gp_peers_touch(ps, peer);
  return peer;
}

static gp_alias *oldestalias (const gp_record *peer) {
  return gp_ring_of(gp_alias, ring, peer->names.aliases.next);
}

static void dropalias (gp_peers *ps, gp_alias *a) {
  gp_peertable_remove(&ps->aliases, &a->entry);
  gp_ring_remove(&a->ring);
  gp_peer_unref(a->entry.peer);
  free(a);
}

/* It is one of 'peer' from now on. */
static void givealias (gp_peers *ps, gp_record *peer, gp_alias *a) {
  const gp_ring *r;
  size_t count = 0;
  a->record = peer;
  gp_ring_move(&peer->names.aliases, &a->ring);
  for (r = peer->names.aliases.next; r != &peer->names.aliases; r = r->next)
    count++;
  if (count > MAX_ALIASES)
    dropalias(ps, oldestalias(peer));
}

static void addalias (gp_peers *ps, gp_record *peer, const gp_peer *name) {
  gp_alias *a = calloc(1, sizeof *a);
  if (a == NULL)
    return;
  a->entry.peer = gp_peer_ref(name);
  gp_ring_init(&a->ring);
  if (gp_peertable_add(&ps->aliases, &a->entry) == GP_OK)
    givealias(ps, peer, a);
  else {
    gp_peer_unref(name);
    free(a);
  }
}

/* Takes the reference of 'name'. */
static void call (gp_peers *ps, gp_record *peer, gp_peer *name) {
  gp_peertable_rename(&ps->records, &peer->entry, name);
  (void)gp_nicks_update(&ps->nicks, peer);
}

void gp_peers_rename (gp_peers *ps, gp_record *peer, const gp_peer *name) {
  gp_peer *old = peer->entry.peer, *new;
  gp_peerentry *alias = gp_peertable_find(&ps->aliases, name);
  if (gp_peer_equal(old, name))
    call(ps, peer, gp_peer_ref(name));
  else {
    if (alias != NULL)
      dropalias(ps, (gp_alias *)alias);
    if (peer->names.dial == NULL)
      peer->names.dial = gp_peer_ref(old);
    new = withnick(name, gp_peer_nick(old));
    call(ps, peer, new != NULL ? new : gp_peer_ref(name));
    addalias(ps, peer, old);
  }
  gp_peer_unref(old);
}

void gp_peers_setconfirmed (gp_record *peer, bool confirmed) {
  peer->names.confirmed = confirmed;
}

static void replace (gp_peers *ps, gp_record *peer) {
  gp_index_move(&ps->places, &peer->names.place,
                hashof(hostof(peer), portof(peer)));
  (void)gp_hosts_listens(&ps->hosts, &peer->names.host, hostof(peer));
}

void gp_peers_setdial (gp_peers *ps, gp_record *peer, const char *address) {
  gp_peer *dial;
  if (!gp_peer_isany(peer->entry.peer) || address[0] == '\0')
    return;
  if (gp_peer_new(&dial, address, strlen(address),
                  gp_peer_port(peer->entry.peer)) != GP_OK)
    return;
  gp_peer_unref(peer->names.dial);
  peer->names.dial = dial;
  replace(ps, peer);
}

void gp_peers_setremote (gp_peers *ps, gp_record *peer, const char *address) {
  if (strcmp(peer->names.remote, address) == 0)
    return;
  snprintf(peer->names.remote, sizeof peer->names.remote, "%s", address);
  replace(ps, peer);
}

void gp_peers_touch (gp_peers *ps, gp_record *peer) {
  gp_ring_move(&ps->touched, &peer->names.touched);
}

gp_record *gp_peers_nexttouched (gp_peers *ps) {
  gp_ring *r = ps->touched.next;
  if (gp_ring_empty(&ps->touched))
    return NULL;
  gp_ring_remove(r);
  return gp_ring_of(gp_record, names.touched, r);
}

/* It is found no more, by no name, and its names are free for others. */
static void unlist (gp_peers *ps, gp_record *peer) {
  if (peer->names.unlisted)
    return;
  peer->names.unlisted = true;
  gp_peertable_remove(&ps->records, &peer->entry);
  gp_index_remove(&ps->places, &peer->names.place);
  gp_hosts_forget(&ps->hosts, &peer->names.host);
  gp_nicks_remove(&ps->nicks, peer);
  while (!gp_ring_empty(&peer->names.aliases))
    dropalias(ps, oldestalias(peer));
}

void gp_peers_merge (gp_peers *ps, gp_record *peer, gp_record *gone) {
  while (!gp_ring_empty(&gone->names.aliases))
    givealias(ps, peer, oldestalias(gone));
  unlist(ps, gone);
  gp_peers_touch(ps, gone);
  addalias(ps, peer, gone->entry.peer);
}

void gp_peers_free (gp_peers *ps, gp_record *peer) {
  unlist(ps, peer);
  ps->count--;
  gp_ring_remove(&peer->names.touched);
  gp_peer_unref(peer->entry.peer);
  gp_peer_unref(peer->names.dial);
  free(peer);
}
