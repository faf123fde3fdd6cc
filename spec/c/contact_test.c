/*
** contact_test.c - who is who: one process under several names.
*/
#include <stdio.h>
#include <string.h>

#include "node/contact.h"
#include "world.h"

static gp_contact *member (gp_node *n, const char *name) {
  gp_peer *p = world_peer(name);
  gp_contact *c = gp_contact_get(n, p);
  gp_peer_unref(p);
  CHECK(c != NULL);
  gp_contact_stand(n, c, GP_MEMBER);
  return c;
}

static gp_contact *find (const gp_node *n, const char *name) {
  gp_peer *p = world_peer(name);
  gp_contact *c = gp_contact_find(n, p);
  gp_peer_unref(p);
  return c;
}

static void callit (gp_node *n, gp_contact *c, const char *name) {
  gp_peer *p = world_peer(name);
  gp_contact_rename(n, c, p);
  TEXT(gp_peer_text(c->entry.peer), gp_peer_text(p));
  gp_peer_unref(p);
}

/* Who connects as 'name' from an address. */
static gp_contact *comes (gp_node *n, const char *name, const char *remote) {
  gp_peer *p = world_peer(name);
  gp_contact *c = gp_contact_recognise(n, p, remote, true);
  gp_peer_unref(p);
  return c;
}

static void forget (gp_node *n, gp_contact *c) {
  gp_contact_stand(n, c, GP_STRANGER);
  gp_contact_release(n, c);
}

TEST(everyname, "a contact is found by every name that it had, while it is") {
  world w;
  gp_node *n;
  gp_contact *c, *d;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  d = member(n, "b:1");
  callit(n, c, "c:1");
  CHECK(find(n, "a:1") == c && find(n, "c:1") == c && find(n, "b:1") == d);
  callit(n, c, "a:1");
  CHECK(find(n, "a:1") == c && find(n, "c:1") == c);
  SAME(n->aliases.count, 1);
  callit(n, d, "d:1");
  gp_contact_merge(n, c, d);
  CHECK(find(n, "b:1") == c && find(n, "d:1") == c);
  SAME(n->contacts.count, 1);
  forget(n, c);
  CHECK(find(n, "a:1") == NULL && find(n, "b:1") == NULL);
  SAME(n->aliases.count, 0);
  world_close(&w);
}

TEST(digested, "the digest is that of the names that members have now") {
  world w;
  gp_node *n;
  gp_contact *c;
  uint64_t nobody, first;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  nobody = gp_node_digest(n);
  c = member(n, "a:1");
  first = gp_node_digest(n);
  CHECK(first != nobody);
  callit(n, c, "b:1");
  CHECK(gp_node_digest(n) != first && gp_node_digest(n) != nobody);
  callit(n, c, "a:1");
  CHECK(gp_node_digest(n) == first);
  SAME(n->nmembers, 1);
  gp_contact_stand(n, c, GP_FAILING);
  CHECK(gp_node_digest(n) == nobody);
  callit(n, c, "b:1");
  CHECK(gp_node_digest(n) == nobody);
  forget(n, c);
  world_close(&w);
}

TEST(everyplace, "who comes from where a contact answers is that contact") {
  world w;
  gp_node *n;
  gp_contact *c, *d;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  d = member(n, "0.0.0.0:2");
  CHECK(comes(n, "x:1", "10.0.0.1") == NULL);
  gp_contact_setremote(n, c, "10.0.0.1");
  gp_contact_setdial(n, d, "10.0.0.1");
  CHECK(comes(n, "x:1", "10.0.0.2") == NULL);
  CHECK(comes(n, "x:3", "10.0.0.1") == NULL);
  CHECK(comes(n, "10.0.0.2:1", "10.0.0.1") == NULL);
  CHECK(comes(n, "x:1", "10.0.0.1") == c);
  CHECK(comes(n, "x:2", "10.0.0.1") == d);
  gp_contact_setremote(n, c, "127.0.0.1");
  CHECK(comes(n, "y:1", "10.0.0.1") == NULL);
  CHECK(comes(n, "localhost:1", "::1") == c);
  forget(n, c);
  CHECK(comes(n, "y:1", "127.0.0.1") == NULL);
  forget(n, d);
  world_close(&w);
}

TEST(twins, "two contacts that answer at one place are one process") {
  world w;
  gp_node *n;
  gp_contact *c, *d, *other;
  world_openquiet(&w, 1, 1);
  n = world_node(&w, 0);
  c = member(n, "a:1");
  d = member(n, "b:1");
  other = member(n, "b:2");
  gp_contact_setremote(n, c, "10.0.0.1");
  gp_contact_setremote(n, other, "10.0.0.1");
  CHECK(gp_contact_twin(n, c) == NULL && gp_contact_twin(n, d) == NULL);
  gp_contact_setremote(n, d, "10.0.0.1");
  CHECK(gp_contact_twin(n, c) == d && gp_contact_twin(n, d) == c);
  gp_contact_stand(n, d, GP_CANDIDATE);
  CHECK(gp_contact_twin(n, c) == NULL && gp_contact_twin(n, d) == c);
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
