/*
** naming_test.c - which record a name stands for: one process under several
** names.
*/
#include <stdio.h>
#include <string.h>

#include "node/naming.h"
#include "node/state.h"
#include "node/sweep.h"
#include "script.h"
#include "world.h"

static gp_record *member (gp_node *n, const char *name) {
  gp_peer *p = world_peer(name);
  gp_record *peer = gp_peers_get(n, p);
  gp_peer_unref(p);
  CHECK(peer != NULL);
  gp_membership_apply(n, peer, GP_HAS_COME, GP_OK);
  return peer;
}

static gp_record *find (const gp_node *n, const char *name) {
  gp_peer *p = world_peer(name);
  gp_record *peer = gp_peers_find(&n->peers, p);
  gp_peer_unref(p);
  return peer;
}

static void callit (gp_node *n, gp_record *peer, const char *name) {
  gp_peer *p = world_peer(name);
  gp_naming_rename(n, peer, p);
  TEXT(gp_peer_text(gp_record_name(peer)), gp_peer_text(p));
  gp_peer_unref(p);
}

/* What connects as 'name' from an address. */
static gp_record *comes (gp_node *n, const char *name, const char *remote) {
  gp_peer *p = world_peer(name);
  gp_record *peer = gp_naming_recognise(n, p, remote, true);
  gp_peer_unref(p);
  return peer;
}

/* What sends a message as 'name' from an address. */
static gp_record *speaks (gp_node *n, const char *name, const char *remote) {
  gp_peer *p = world_peer(name);
  gp_record *peer = gp_naming_recognise(n, p, remote, false);
  gp_peer_unref(p);
  return peer;
}

static gp_record *meant (const gp_node *n, const char *name) {
  gp_peer *p = world_peer(name);
  gp_record *peer = gp_naming_meant(n, p);
  gp_peer_unref(p);
  return peer;
}

/* It was called so once. */
static void alias (gp_node *n, gp_record *peer, const char *name) {
  gp_peer *p = world_peer(name), *now = gp_peer_ref(gp_record_name(peer));
  gp_peers_rename(&n->peers, peer, p);
  gp_peers_rename(&n->peers, peer, now);
  gp_peer_unref(p);
  gp_peer_unref(now);
}

static void forget (gp_node *n, gp_record *peer) {
  gp_membership_apply(n, peer, GP_IS_FORGOTTEN, GP_OK);
  gp_sweep(n);
}

TEST(everyname, "a peer is found by every name that it had, while it is") {
  world w;
  gp_node *n;
  gp_record *c, *d;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  d = member(n, "b:1");
  callit(n, c, "c:1");
  CHECK(find(n, "a:1") == c && find(n, "c:1") == c && find(n, "b:1") == d);
  callit(n, c, "a:1");
  CHECK(find(n, "a:1") == c && find(n, "c:1") == c);
  SAME(n->peers.aliases.count, 1);
  callit(n, d, "d:1");
  gp_naming_merge(n, c, d);
  CHECK(find(n, "b:1") == c && find(n, "d:1") == c);
  SAME(n->peers.records.count, 1);
  gp_sweep(n);
  SAME(n->peers.records.count, 1);
  forget(n, c);
  CHECK(find(n, "a:1") == NULL && find(n, "b:1") == NULL);
  SAME(n->peers.aliases.count, 0);
  world_close(&w);
}

TEST(digested, "the digest is that of the names that members have now") {
  world w;
  gp_node *n;
  gp_record *c;
  gp_digest nobody, first;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  nobody = gp_node_digest(n);
  c = member(n, "a:1");
  first = gp_node_digest(n);
  CHECK(!gp_digest_equal(first, nobody));
  callit(n, c, "b:1");
  CHECK(!gp_digest_equal(gp_node_digest(n), first));
  CHECK(!gp_digest_equal(gp_node_digest(n), nobody));
  callit(n, c, "a:1");
  CHECK(gp_digest_equal(gp_node_digest(n), first));
  SAME(n->memberships.members, 1);
  gp_membership_apply(n, c, GP_HAS_FAILED, GP_ETIMEDOUT);
  CHECK(gp_digest_equal(gp_node_digest(n), nobody));
  callit(n, c, "b:1");
  CHECK(gp_digest_equal(gp_node_digest(n), nobody));
  forget(n, c);
  world_close(&w);
}

TEST(everyplace, "what comes from where a peer responds is that peer") {
  world w;
  gp_node *n;
  gp_record *c, *d;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  d = member(n, "0.0.0.0:2");
  CHECK(comes(n, "x:1", "10.0.0.1") == NULL);
  gp_peers_setremote(&n->peers, c, "10.0.0.1");
  gp_peers_setdial(&n->peers, d, "10.0.0.1");
  CHECK(comes(n, "x:1", "10.0.0.2") == NULL);
  CHECK(comes(n, "x:3", "10.0.0.1") == NULL);
  CHECK(comes(n, "10.0.0.2:1", "10.0.0.1") == NULL);
  CHECK(comes(n, "x:1", "10.0.0.1") == c);
  CHECK(comes(n, "x:2", "10.0.0.1") == d);
  gp_peers_setremote(&n->peers, c, "127.0.0.1");
  CHECK(comes(n, "y:1", "10.0.0.1") == NULL);
  CHECK(comes(n, "localhost:1", "::1") == c);
  forget(n, c);
  CHECK(comes(n, "y:1", "127.0.0.1") == NULL);
  forget(n, d);
  world_close(&w);
}

TEST(twins, "two members that respond at one place are one process") {
  world w;
  gp_node *n;
  gp_record *c, *d, *other;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  d = member(n, "b:1");
  other = member(n, "b:2");
  gp_peers_setremote(&n->peers, c, "10.0.0.1");
  gp_peers_setremote(&n->peers, other, "10.0.0.1");
  CHECK(gp_naming_twin(n, c) == NULL && gp_naming_twin(n, d) == NULL);
  gp_peers_setremote(&n->peers, d, "10.0.0.1");
  CHECK(gp_naming_twin(n, c) == d && gp_naming_twin(n, d) == c);
  gp_membership_apply(n, d, GP_HAS_FAILED, GP_ETIMEDOUT);
  CHECK(gp_naming_twin(n, c) == NULL && gp_naming_twin(n, d) == c);
  world_close(&w);
}

static void numeric (char *out, size_t size, unsigned i) {
  snprintf(out, size, "10.1.%u.%u", i / 256, i % 256);
}

/* Two addresses and ports that have one hash in an index. */
static void colliding (char *one, char *other, size_t size) {
  unsigned i, j;
  for (i = 0; i < 65536; i++) {
    numeric(one, size, i);
    for (j = 0; j < i; j++) {
      uint32_t step;
      numeric(other, size, j);
      step = gp_index_hash(one) - gp_index_hash(other);
      if (step > 50000)
        continue;
      snprintf(one + strlen(one), size - strlen(one), ":5000");
      snprintf(other + strlen(other), size - strlen(other), ":%u",
               5000 + step);
      return;
    }
  }
  CHECK(!"found");
}

TEST(collide, "two that only look alike to an index are two members") {
  world w;
  char one[32], other[32];
  colliding(one, other, sizeof one);
  world_open(&w, 1, 1);
  world_add(&w, one);
  world_add(&w, other);
  SAME(world_end(&w, world_join(&w, 1, 0)), GP_OK);
  SAME(world_end(&w, world_join(&w, 2, 0)), GP_OK);
  world_pass(&w, 100);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(callsitself, "one named by others is called as it calls itself") {
  world w;
  gp_node *n;
  gp_record *c;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  alias(n, c, "b:1");
  alias(n, c, "c:1");
  CHECK(comes(n, "b:1", "10.0.0.1") == c);
  TEXT(gp_peer_text(gp_record_name(c)), "b:1");
  CHECK(c->names.confirmed);
  CHECK(comes(n, "c:1", "10.0.0.1") == c); /* it is known what it is called */
  TEXT(gp_peer_text(gp_record_name(c)), "b:1");
  forget(n, c);
  world_close(&w);
}

TEST(calledsame, "one that is called as before has not become another") {
  world w;
  gp_node *n;
  gp_record *c;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  world_ignore(&w);
  callit(n, c, "a:1");
  CHECK(c->names.confirmed);
  TEXT(world_event(&w, 0), "");
  SAME(n->peers.aliases.count, 0);
  forget(n, c);
  world_close(&w);
}

TEST(sameplace, "only one that connects may be another where one listens") {
  world w;
  gp_node *n;
  gp_record *c, *d;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  gp_peers_setremote(&n->peers, c, "10.0.0.1");
  gp_peers_setconfirmed(c, true);
  CHECK(speaks(n, "x:1", "10.0.0.1") == NULL);
  CHECK(comes(n, "x:1", "10.0.0.1") == c);
  TEXT(gp_peer_text(gp_record_name(c)), "x:1");
  gp_peers_setconfirmed(c, false);
  CHECK(speaks(n, "y:1", "10.0.0.1") == c);
  TEXT(gp_peer_text(gp_record_name(c)), "y:1");
  CHECK(c->names.confirmed);
  gp_membership_apply(n, c, GP_HAS_LEFT, GP_OK);
  CHECK(comes(n, "z:1", "10.0.0.1") == NULL); /* a stranger */
  d = member(n, "d:1");
  gp_peers_setremote(&n->peers, d, "10.0.0.1");
  CHECK(comes(n, "z:1", "10.0.0.1") == d); /* the second that listens there */
  forget(n, c);
  forget(n, d);
  world_close(&w);
}

TEST(numericname,
     "a numeric name is an address, which must be the sender's") {
  world w;
  gp_node *n;
  gp_record *c;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  gp_peers_setremote(&n->peers, c, "10.0.0.1");
  CHECK(comes(n, "10.0.0.2:1", "10.0.0.1") == NULL);
  CHECK(comes(n, "10.0.0.1:1", "10.0.0.1") == c);
  CHECK(comes(n, "0.0.0.0:1", "10.0.0.1") == c);
  CHECK(comes(n, "x:1", "10.0.0.1") == c);
  forget(n, c);
  world_close(&w);
}

TEST(meantname, "on this machine several names mean the same member") {
  world w;
  gp_node *n;
  gp_record *c, *d;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  d = member(n, "far:5");
  c = member(n, "127.0.0.1:5");
  CHECK(meant(n, "127.0.0.1:5") == c && meant(n, "far:5") == d);
  CHECK(meant(n, "localhost:5") == c && meant(n, "0.0.0.0:5") == c);
  CHECK(meant(n, "localhost:6") == NULL && meant(n, "near:5") == NULL);
  gp_membership_apply(n, c, GP_HAS_FAILED, GP_ETIMEDOUT);
  CHECK(meant(n, "localhost:5") == NULL && meant(n, "127.0.0.1:5") == c);
  forget(n, c);
  c = member(n, "0.0.0.0:5");
  gp_peers_setdial(&n->peers, c, "10.0.0.1");
  CHECK(meant(n, "localhost:5") == NULL); /* it is elsewhere */
  gp_peers_setdial(&n->peers, c, "127.0.0.1");
  CHECK(meant(n, "localhost:5") == c);
  forget(n, c);
  forget(n, d);
  world_close(&w);
}

TEST(merged, "of two that are one, one has left, and its names stay") {
  world w;
  gp_node *n;
  gp_record *c, *d;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  d = member(n, "b:1");
  alias(n, d, "x:1");
  gp_suspicion_heard(&d->liveness, 5);
  gp_claim_setpending(n, d, true);
  world_ignore(&w);
  gp_naming_merge(n, c, d);
  TEXT(world_event(&w, 0), "b left");
  TEXT(world_event(&w, 0), "");
  SAME(d->membership, GP_STRANGER);
  SAME(d->liveness.heard_at, 0);
  TEXT(gp_peer_text(gp_record_name(c)), "a:1");
  CHECK(find(n, "b:1") == c && find(n, "x:1") == c);
  SAME(c->membership, GP_MEMBER);
  gp_sweep(n);
  SAME(n->peers.count, 1);
  forget(n, c);
  world_close(&w);
}

TEST(mergedname,
     "the name that one of them calls itself is the name of both") {
  world w;
  gp_node *n;
  gp_record *c, *d;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  d = member(n, "b:1");
  gp_peers_setconfirmed(d, true);
  gp_naming_merge(n, c, d);
  TEXT(gp_peer_text(gp_record_name(c)), "b:1");
  CHECK(c->names.confirmed && find(n, "a:1") == c);
  gp_sweep(n);
  d = member(n, "d:1");
  gp_peers_setconfirmed(d, true);
  gp_naming_merge(n, c, d); /* both do */
  TEXT(gp_peer_text(gp_record_name(c)), "b:1");
  CHECK(find(n, "d:1") == c);
  forget(n, c);
  world_close(&w);
}

TEST(mergedleaving,
     "one that is left under one name is left under the other") {
  world w;
  gp_node *n;
  gp_record *c, *d;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  d = member(n, "b:1");
  gp_membership_apply(n, d, GP_IS_BEING_LEFT, GP_OK);
  gp_naming_merge(n, c, d);
  SAME(c->membership, GP_LEAVING);
  forget(n, c);
  world_close(&w);
}

TEST(mergedrequests, "what was to go to one of them goes to the other") {
  static const actor b = {.name = "b:1", .process = 11};
  script s;
  gp_receipt *r[3];
  script_open(&s);
  script_member(&s, &b);
  r[0] = script_dial(&s, "c:1");
  r[1] = script_post(&s, "c:1", "one");
  r[2] = script_post(&s, "c:1", "two");
  TEXT(script_sent(&s), "connect c:1 any");
  script_respond(&s, "connect c:1", &b, "");
  TEXT(script_sent(&s), "direct b:1 v113 \"one\" #1 otherwise");
  script_respond(&s, "direct b:1", &b, NULL);
  TEXT(script_sent(&s), "direct b:1 v113 \"two\" #2 otherwise");
  script_respond(&s, "direct b:1", &b, NULL);
  SAME(script_result(r[0]), GP_OK);
  SAME(script_result(r[1]), GP_OK);
  SAME(script_result(r[2]), GP_OK);
  TEXT(told_members(s.node), "b");
  CHECK(script_record(&s, "c:1") == script_record(&s, "b:1"));
  script_close(&s);
}
