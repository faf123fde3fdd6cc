/*
** peers_test.c - the records of peers, and under which names they are found.
*/
#include "node/peers.h"

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

static gp_record *get (script *s, const char *name) {
  gp_peer *p = peerof(name);
  gp_record *peer = gp_peers_get(s->node, p);
  gp_peer_unref(p);
  return peer;
}

static gp_peers *all (script *s) {
  return &s->node->peers;
}

static void rename_to (script *s, gp_record *peer, const char *name) {
  gp_peer *p = peerof(name);
  gp_peers_rename(all(s), peer, p);
  gp_peer_unref(p);
}

/* It was called so once. */
static void addalias (script *s, gp_record *peer, const char *name) {
  gp_peer *now = gp_peer_ref(gp_record_name(peer));
  rename_to(s, peer, name);
  gp_peers_rename(all(s), peer, now);
  gp_peer_unref(now);
}

static void dialled (const gp_record *peer, const char *at) {
  TEXT(gp_peer_text(gp_record_dialled(peer)), at);
}

static void close (script *s) {
  gp_sweep(s->node);
  SAME(s->node->peers.records.count, 0);
  SAME(s->node->peers.aliases.count, 0);
  SAME(s->node->peers.places.count, 0);
  SAME(s->node->peers.count, 0);
  script_close(s);
}

TEST(gotten, "a peer has one record, found by name and slot") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  CHECK(script_record(&s, "b:1") == NULL);
  b = get(&s, "b:1");
  c = get(&s, "c:1");
  CHECK(b != NULL && c != NULL && b != c);
  CHECK(get(&s, "b:1") == b && script_record(&s, "c:1") == c);
  CHECK(gp_peers_at(all(&s), b->entry.slot) == b);
  CHECK(gp_peers_at(all(&s), c->entry.slot) == c);
  CHECK(gp_peers_at(all(&s), 77) == NULL);
  CHECK(gp_record_first(all(&s)) == b && gp_record_next(b) == c);
  CHECK(gp_record_last(all(&s)) == c && gp_record_previous(c) == b);
  dialled(b, "b:1");
  close(&s);
}

TEST(nopeers, "where no peer is none is found") {
  gp_peers ps;
  gp_peer *p = peerof("b:1");
  memset(&ps, 0xff, sizeof ps);
  gp_peers_init(&ps);
  CHECK(gp_peers_find(&ps, p) == NULL);
  CHECK(gp_peers_findat(&ps, "b", 1) == NULL);
  CHECK(gp_record_first(&ps) == NULL && gp_record_last(&ps) == NULL);
  CHECK(gp_peers_nexttouched(&ps) == NULL);
  gp_peers_clear(&ps);
  gp_peer_unref(p);
}

TEST(touched, "a record that was touched is looked at once, the last last") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  b = get(&s, "b:1");
  c = get(&s, "c:1");
  gp_peers_touch(all(&s), b);
  CHECK(gp_peers_nexttouched(all(&s)) == c);
  CHECK(gp_peers_nexttouched(all(&s)) == b);
  CHECK(gp_peers_nexttouched(all(&s)) == NULL);
  gp_peers_touch(all(&s), c);
  CHECK(gp_peers_nexttouched(all(&s)) == c);
  gp_peers_touch(all(&s), b);
  gp_peers_touch(all(&s), c);
  close(&s);
}

/* Whether the record was made though allocation number 'fails' failed. */
static bool made (script *s, uint64_t fails) {
  gp_peer *p = peerof("b:1");
  gp_record *peer;
  bool failed;
  memory_fail(fails, false);
  peer = gp_peers_get(s->node, p);
  failed = memory_heal();
  CHECK((peer == NULL) == failed);
  CHECK(script_record(s, "b:1") == peer);
  CHECK(gp_peers_findat(all(s), "b", 1) == peer);
  gp_peer_unref(p);
  return !failed;
}

TEST(freedtouched, "a record that goes is looked at no more") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  b = get(&s, "b:1");
  c = get(&s, "c:1");
  gp_peers_free(all(&s), b);
  CHECK(script_record(&s, "b:1") == NULL);
  CHECK(gp_peers_nexttouched(all(&s)) == c);
  CHECK(gp_peers_nexttouched(all(&s)) == NULL);
  gp_peers_touch(all(&s), c);
  close(&s);
}

/* Each allocation for one more than 'others' fails once. */
static void starve (int others) {
  uint64_t fails = 1;
  bool done = false;
  while (!done) {
    script s;
    int i;
    script_open(&s);
    for (i = 0; i < others; i++) {
      char name[16];
      snprintf(name, sizeof name, "m%d:1", i);
      CHECK(get(&s, name) != NULL);
    }
    done = made(&s, fails++);
    close(&s);
  }
  CHECK(fails > 2);
}

TEST(getmemory, "a record that finds no memory is found nowhere") {
  starve(0);
  starve(8);
  starve(10); /* there is no room for one more deadline */
}

TEST(placed, "a peer is found where it listens, as far as is known") {
  script s;
  gp_record *b, *any;
  script_open(&s);
  b = get(&s, "b:1");
  any = get(&s, "0.0.0.0:2");
  CHECK(gp_peers_findat(all(&s), "b", 1) == b);
  CHECK(gp_peers_findat(all(&s), "b", 2) == NULL);
  gp_peers_setremote(all(&s), b, "10.0.0.1");
  CHECK(gp_peers_findat(all(&s), "b", 1) == NULL);
  CHECK(gp_peers_findat(all(&s), "10.0.0.1", 1) == b);
  gp_peers_setdial(all(&s), any, "10.0.0.2");
  CHECK(gp_peers_findat(all(&s), "0.0.0.0", 2) == NULL);
  CHECK(gp_peers_findat(all(&s), "10.0.0.2", 2) == any);
  gp_peers_setremote(all(&s), any, "10.0.0.3");
  CHECK(gp_peers_findat(all(&s), "10.0.0.2", 2) == NULL);
  CHECK(gp_peers_findat(all(&s), "10.0.0.3", 2) == any);
  gp_peers_setremote(all(&s), b, "127.0.0.1");
  CHECK(gp_peers_findat(all(&s), "::1", 1) == b);
  rename_to(&s, b, "c:9");
  CHECK(gp_peers_findat(all(&s), "127.0.0.1", 1) == b);
  close(&s);
}

TEST(oneplace, "of several at one place the oldest comes first") {
  script s;
  gp_record *b, *c, *d;
  script_open(&s);
  b = get(&s, "b:1");
  c = get(&s, "c:1");
  d = get(&s, "d:1");
  gp_peers_setremote(all(&s), b, "10.0.0.1");
  gp_peers_setremote(all(&s), c, "10.0.0.2");
  gp_peers_setremote(all(&s), d, "10.0.0.1");
  CHECK(gp_peers_findat(all(&s), "10.0.0.1", 1) == b);
  CHECK(gp_peers_nextat(b, "10.0.0.1", 1) == d);
  CHECK(gp_peers_nextat(d, "10.0.0.1", 1) == NULL);
  CHECK(gp_peers_findat(all(&s), "10.0.0.2", 1) == c);
  close(&s);
}

TEST(dial, "0.0.0.0 is dialled where it is, all others by name") {
  script s;
  gp_record *b, *any, *any6;
  script_open(&s);
  b = get(&s, "b:1");
  any = get(&s, "0.0.0.0:2");
  any6 = get(&s, "[::]:3");
  gp_peers_setdial(all(&s), b, "10.0.0.1");
  dialled(b, "b:1");
  gp_peers_setdial(all(&s), any, "");
  dialled(any, "0.0.0.0:2");
  gp_peers_setdial(all(&s), any, "10.0.0.1");
  dialled(any, "10.0.0.1:2");
  gp_peers_setdial(all(&s), any, "10.0.0.2");
  dialled(any, "10.0.0.2:2");
  gp_peers_setdial(all(&s), any, "not an address");
  dialled(any, "10.0.0.2:2");
  gp_peers_setdial(all(&s), any, "h");
  dialled(any, "h:2");
  gp_peers_setdial(all(&s), any6, "10.0.0.1");
  dialled(any6, "10.0.0.1:3");
  memory_fail(1, true);
  gp_peers_setdial(all(&s), any6, "10.0.0.7");
  CHECK(memory_heal());
  dialled(any6, "10.0.0.1:3");
  close(&s);
}

TEST(renaming, "what a peer was called is an alias, and still dialled") {
  script s;
  gp_record *b;
  script_open(&s);
  b = get(&s, "b:1");
  rename_to(&s, b, "c:1");
  TEXT(gp_peer_text(gp_record_name(b)), "c:1");
  CHECK(script_record(&s, "b:1") == b && script_record(&s, "c:1") == b);
  dialled(b, "b:1");
  rename_to(&s, b, "d:1");
  dialled(b, "b:1");
  CHECK(script_record(&s, "c:1") == b);
  SAME(s.node->peers.aliases.count, 2);
  rename_to(&s, b, "c:1");
  CHECK(script_record(&s, "c:1") == b && script_record(&s, "d:1") == b);
  SAME(s.node->peers.aliases.count, 2);
  close(&s);
}

TEST(renamememory, "without memory the old name is not known any more") {
  uint64_t fails;
  for (fails = 1; fails <= 2; fails++) {
    script s;
    gp_record *b;
    gp_peer *p = peerof("c:1");
    script_open(&s);
    b = get(&s, "b:1");
    memory_fail(fails, true);
    gp_peers_rename(all(&s), b, p);
    CHECK(memory_heal());
    CHECK(script_record(&s, "b:1") == NULL);
    CHECK(script_record(&s, "c:1") == b);
    gp_peer_unref(p);
    close(&s);
  }
}

TEST(confirmed, "whether a peer calls itself so is remembered") {
  script s;
  gp_record *b;
  script_open(&s);
  b = get(&s, "b:1");
  CHECK(!b->names.confirmed);
  gp_peers_setconfirmed(b, true);
  CHECK(b->names.confirmed);
  gp_peers_setconfirmed(b, false);
  CHECK(!b->names.confirmed);
  close(&s);
}

TEST(aliases, "what a peer is called now is no alias of another") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  b = get(&s, "b:1");
  c = get(&s, "c:1");
  addalias(&s, b, "x:1");
  CHECK(script_record(&s, "x:1") == b);
  rename_to(&s, c, "x:1");
  CHECK(script_record(&s, "x:1") == c && script_record(&s, "b:1") == b);
  SAME(s.node->peers.aliases.count, 1);
  close(&s);
}

/* Aliases "x1:1" up to "x16:1", of the letter. */
static void addsixteen (script *s, gp_record *peer, char letter) {
  char name[16];
  int i;
  for (i = 1; i <= 16; i++) {
    snprintf(name, sizeof name, "%c%d:1", letter, i);
    addalias(s, peer, name);
    CHECK(script_record(s, name) == peer);
  }
}

TEST(manyaliases, "of more than sixteen aliases the oldest goes") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  b = get(&s, "b:1");
  c = get(&s, "c:1");
  addsixteen(&s, b, 'x');
  CHECK(script_record(&s, "x1:1") == b);
  addalias(&s, b, "y:1");
  CHECK(script_record(&s, "x1:1") == NULL && script_record(&s, "x2:1") == b);
  addalias(&s, c, "z:1");
  gp_peers_merge(all(&s), b, c);
  CHECK(script_record(&s, "z:1") == b && script_record(&s, "c:1") == b);
  CHECK(script_record(&s, "x3:1") == NULL && script_record(&s, "x4:1") == b);
  SAME(s.node->peers.aliases.count, 16);
  close(&s);
}

TEST(oneofboth,
     "of two that are one, one goes, and the other has all names") {
  script s;
  gp_record *b, *c;
  script_open(&s);
  b = get(&s, "b:1");
  c = get(&s, "c:1");
  addalias(&s, b, "x:1");
  addalias(&s, b, "y:1");
  (void)gp_peers_nexttouched(all(&s));
  (void)gp_peers_nexttouched(all(&s));
  gp_peers_merge(all(&s), c, b);
  CHECK(gp_peers_nexttouched(all(&s)) == b);
  CHECK(script_record(&s, "b:1") == c && script_record(&s, "x:1") == c);
  CHECK(script_record(&s, "y:1") == c && script_record(&s, "c:1") == c);
  CHECK(gp_peers_findat(all(&s), "b", 1) == NULL);
  CHECK(gp_record_first(all(&s)) == c && gp_record_next(c) == NULL);
  CHECK(get(&s, "b:1") == c);
  SAME(s.node->peers.count, 2);
  gp_peers_touch(all(&s), b);
  gp_sweep(s.node);
  SAME(s.node->peers.count, 1);
  CHECK(script_record(&s, "b:1") == c);
  gp_peers_touch(all(&s), c);
  close(&s);
}

TEST(alike, "two places that only look alike to an index are two") {
  static const char one[] = "10.3.97.67", other[] = "10.5.198.233";
  script s;
  gp_record *b, *c;
  SAME(gp_index_hash(one), gp_index_hash(other));
  script_open(&s);
  b = get(&s, "b:1");
  c = get(&s, "c:1");
  gp_peers_setremote(all(&s), b, one);
  CHECK(gp_peers_findat(all(&s), other, 1) == NULL);
  gp_peers_setremote(all(&s), c, other);
  CHECK(gp_peers_findat(all(&s), other, 1) == c);
  CHECK(gp_peers_findat(all(&s), one, 1) == b);
  CHECK(gp_peers_nextat(b, one, 1) == NULL);
  close(&s);
}

TEST(roomtobedue, "there is a deadline for each record, and for the node") {
  script s;
  size_t i;
  script_open(&s);
  for (i = 1; i <= 40; i++) {
    char name[16];
    snprintf(name, sizeof name, "m%zu:1", i);
    get(&s, name);
    CHECK(s.node->deadlines.heap.size >= i + GP_DUES);
  }
  close(&s);
}
