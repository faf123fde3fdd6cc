/*
** nicks_test.c - the records of peers, by their nicks.
*/
#include "node/nicks.h"

#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "node/state.h"
#include "node/sweep.h"
#include "script.h"

static gp_peer *peerof (const char *name) {
  gp_peer *p;
  SAME(gp_peer_parse(&p, name, strlen(name)), GP_OK);
  return p;
}

static const char *nickof (const gp_record *peer) {
  return gp_peer_nick(gp_record_name(peer));
}

static gp_record *find (const script *s, const char *nick) {
  return gp_nicks_find(&s->node->peers.nicks, nick);
}

/* It has this nick from now on. */
static void call (script *s, gp_record *peer, const char *nick) {
  gp_peer *p;
  SAME(gp_peer_nicknamed(&p, gp_record_name(peer), nick), GP_OK);
  gp_peers_rename(&s->node->peers, peer, p);
  gp_peer_unref(p);
  TEXT(nickof(peer), nick);
}

static gp_record *get (script *s, const char *name, const char *nick) {
  gp_peer *p = peerof(name);
  gp_record *peer = gp_peers_get(s->node, p);
  gp_peer_unref(p);
  CHECK(peer != NULL);
  call(s, peer, nick);
  return peer;
}

static void close (script *s) {
  gp_sweep(s->node);
  SAME(s->node->peers.nicks.all.count, 0);
  SAME(s->node->peers.count, 0);
  script_close(s);
}

TEST(nonicks, "where nobody has a nick nobody is found by one") {
  script s;
  script_open(&s);
  CHECK(find(&s, "bob") == NULL && find(&s, "") == NULL);
  get(&s, "b:1", "");
  CHECK(find(&s, "bob") == NULL && find(&s, "") == NULL);
  SAME(s.node->peers.nicks.all.count, 0);
  close(&s);
}

TEST(nicks, "of several with one nick the oldest is found first") {
  script s;
  gp_record *b, *c, *d;
  script_open(&s);
  b = get(&s, "b:1", "bob");
  d = get(&s, "d:1", "eve");
  c = get(&s, "c:1", "bob");
  CHECK(find(&s, "bob") == b && gp_nicks_next(b) == c);
  CHECK(gp_nicks_next(c) == NULL);
  CHECK(find(&s, "eve") == d && gp_nicks_next(d) == NULL);
  CHECK(find(&s, "Bob") == NULL && find(&s, "bo") == NULL);
  close(&s);
}

TEST(nickchange,
     "one that has another nick is found by that, as the newest") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  b = get(&s, "b:1", "bob");
  c = get(&s, "c:1", "bob");
  call(&s, b, "J\u00fcrgen");
  CHECK(find(&s, "J\u00fcrgen") == b && gp_nicks_next(b) == NULL);
  CHECK(find(&s, "bob") == c && gp_nicks_next(c) == NULL);
  call(&s, b, "bob");
  CHECK(find(&s, "bob") == c && gp_nicks_next(c) == b);
  call(&s, c, "bob"); /* is what it has */
  CHECK(find(&s, "bob") == c && gp_nicks_next(c) == b);
  call(&s, c, "");
  CHECK(find(&s, "bob") == b && gp_nicks_next(b) == NULL);
  call(&s, c, "");
  SAME(s.node->peers.nicks.all.count, 1);
  close(&s);
}

TEST(nickplace, "a peer that has another nick is where it was") {
  script s;
  gp_record *b;
  script_open(&s);
  b = get(&s, "b:1", "bob");
  gp_peers_setremote(&s.node->peers, b, "10.0.0.1");
  call(&s, b, "rob");
  TEXT(gp_peer_text(gp_record_dialled(b)), "b:1");
  CHECK(script_record(&s, "b:1") == b);
  CHECK(gp_peers_findat(&s.node->peers, "10.0.0.1", 1) == b);
  SAME(s.node->peers.aliases.count, 0);
  close(&s);
}

static void rename_to (script *s, gp_record *peer, const char *name) {
  gp_peer *p = peerof(name);
  gp_peers_rename(&s->node->peers, peer, p);
  gp_peer_unref(p);
  TEXT(gp_peer_text(gp_record_name(peer)), name);
}

TEST(nickrenamed, "one that goes by another address keeps its nick") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  b = get(&s, "b:1", "bob");
  c = get(&s, "c:1", "");
  rename_to(&s, b, "x:1");
  rename_to(&s, c, "y:1");
  TEXT(nickof(b), "bob");
  TEXT(nickof(c), "");
  CHECK(find(&s, "bob") == b && gp_nicks_next(b) == NULL);
  CHECK(script_record(&s, "b:1") == b && script_record(&s, "x:1") == b);
  close(&s);
}

TEST(nickalias, "an address that it had with a nick brings that not back") {
  script s;
  gp_record *b;
  gp_peer *old;
  script_open(&s);
  b = get(&s, "b:1", "bob");
  old = gp_peer_ref(gp_record_name(b));
  rename_to(&s, b, "x:1");
  call(&s, b, "rob");
  gp_peers_rename(&s.node->peers, b, old);
  gp_peer_unref(old);
  TEXT(gp_peer_text(gp_record_name(b)), "b:1");
  TEXT(nickof(b), "rob");
  CHECK(find(&s, "bob") == NULL && find(&s, "rob") == b);
  close(&s);
}

TEST(nickgotten, "a nick that others know of a peer is not the record's") {
  script s;
  gp_record *b;
  gp_peer *bare = peerof("b:1"), *bob;
  script_open(&s);
  SAME(gp_peer_nicknamed(&bob, bare, "bob"), GP_OK);
  b = gp_peers_get(s.node, bob);
  TEXT(nickof(b), "");
  CHECK(find(&s, "bob") == NULL);
  call(&s, b, "rob");
  CHECK(gp_peers_get(s.node, bob) == b);
  TEXT(nickof(b), "rob");
  gp_peer_unref(bare);
  gp_peer_unref(bob);
  close(&s);
}

TEST(nickmerged, "of two that are one the nick of the one that goes goes") {
  script s;
  gp_record *b, *c, *d;
  script_open(&s);
  b = get(&s, "b:1", "bob");
  c = get(&s, "c:1", "cat");
  d = get(&s, "d:1", "bob");
  gp_peers_merge(&s.node->peers, c, b);
  CHECK(find(&s, "bob") == d && gp_nicks_next(d) == NULL);
  CHECK(find(&s, "cat") == c);
  TEXT(nickof(script_record(&s, "b:1")), "cat");
  SAME(s.node->peers.nicks.all.count, 2);
  close(&s);
}

TEST(nickfreed, "one that goes is found by its nick no more") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  b = get(&s, "b:1", "bob");
  c = get(&s, "c:1", "bob");
  gp_peers_free(&s.node->peers, b);
  CHECK(find(&s, "bob") == c && gp_nicks_next(c) == NULL);
  gp_nicks_remove(&s.node->peers.nicks, c);
  CHECK(find(&s, "bob") == NULL);
  gp_nicks_remove(&s.node->peers.nicks, c); /* is in it no more */
  SAME(gp_nicks_update(&s.node->peers.nicks, c), GP_OK);
  CHECK(find(&s, "bob") == c);
  close(&s);
}

TEST(nickhash, "nicks that only look alike to an index are two") {
  static const char one[] = "sxbx", other[] = "eizy";
  script s;
  gp_record *b, *c;
  SAME(gp_index_hash(one), gp_index_hash(other));
  script_open(&s);
  b = get(&s, "b:1", one);
  CHECK(find(&s, other) == NULL);
  c = get(&s, "c:1", other);
  CHECK(find(&s, one) == b && gp_nicks_next(b) == NULL);
  CHECK(find(&s, other) == c);
  call(&s, b, other);
  CHECK(find(&s, one) == NULL);
  CHECK(gp_nicks_next(find(&s, other)) != NULL);
  close(&s);
}

TEST(manynicks, "any number is found") {
  script s;
  int i;
  script_open(&s);
  for (i = 0; i < 40; i++) {
    char name[16], nick[16];
    snprintf(name, sizeof name, "m%d:1", i);
    snprintf(nick, sizeof nick, "n%d", i);
    CHECK(find(&s, nick) == NULL);
    get(&s, name, nick);
    CHECK(find(&s, nick) == script_record(&s, name));
  }
  SAME(s.node->peers.nicks.all.count, 40);
  close(&s);
}

/*
** Without memory.
*/

TEST(nickmemory, "one whose nick finds no memory in the index is not found") {
  script s;
  gp_record *b;
  gp_peer *bob;
  script_open(&s);
  b = get(&s, "b:1", "");
  SAME(gp_peer_nicknamed(&bob, gp_record_name(b), "bob"), GP_OK);
  memory_fail(1, true);
  gp_peers_rename(&s.node->peers, b, bob);
  SAME(gp_nicks_update(&s.node->peers.nicks, b), GP_ENOMEM);
  CHECK(memory_heal());
  gp_peer_unref(bob);
  TEXT(nickof(b), "bob");
  CHECK(find(&s, "bob") == NULL);
  SAME(gp_nicks_update(&s.node->peers.nicks, b), GP_OK);
  CHECK(find(&s, "bob") == b);
  memory_fail(1, true); /* of which a change needs none */
  SAME(gp_nicks_update(&s.node->peers.nicks, b), GP_OK);
  CHECK(!memory_heal());
  close(&s);
}

TEST(nickgotmemory,
     "a record without the nick that others know needs memory") {
  script s;
  gp_peer *bare = peerof("b:1"), *bob;
  uint64_t n = 0;
  bool failed;
  script_open(&s);
  SAME(gp_peer_nicknamed(&bob, bare, "bob"), GP_OK);
  do {
    gp_record *b;
    memory_fail(++n, false);
    b = gp_peers_get(s.node, bob);
    failed = memory_heal();
    CHECK((b == NULL) == failed);
    CHECK(script_record(&s, "b:1") == b);
    CHECK(find(&s, "bob") == NULL);
  } while (failed);
  CHECK(n > 2);
  gp_peer_unref(bare);
  gp_peer_unref(bob);
  close(&s);
}

TEST(
  nickrenamememory,
  "one that goes by another address without memory has no nick until told") {
  uint64_t fails;
  for (fails = 1; fails <= 2; fails++) {
    script s;
    gp_record *b;
    gp_peer *p = peerof("c:1");
    bool lost = fails == 1; /* else the alias alone is */
    script_open(&s);
    b = get(&s, "b:1", "bob");
    memory_fail(fails, true);
    gp_peers_rename(&s.node->peers, b, p);
    CHECK(memory_heal());
    gp_peer_unref(p);
    TEXT(nickof(b), lost ? "" : "bob");
    CHECK(find(&s, "bob") == (lost ? NULL : b));
    CHECK(script_record(&s, "c:1") == b);
    CHECK(script_record(&s, "b:1") == NULL);
    call(&s, b, "bob");
    CHECK(find(&s, "bob") == b);
    close(&s);
  }
}
