/*
** peer_test.c - peers, and what they are listed and found in.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "memory.h"
#include "test.h"
#include "value/identity.h"
#include "value/peer.h"
#include "value/peerlist.h"
#include "value/peertable.h"
#include "world.h"

/* What a text is read as: "address port", or "" when it is refused. */
static const char *parsed (const char *text) {
  static char out[300];
  gp_peer *p;
  if (gp_peer_parse(&p, text, strlen(text)) != GP_OK)
    return "";
  snprintf(out, sizeof out, "%s %d", gp_peer_address(p), gp_peer_port(p));
  gp_peer_unref(p);
  return out;
}

TEST(peerparse, "a peer is read from address, colon and port") {
  TEXT(parsed("localhost:5000"), "localhost 5000");
  TEXT(parsed("192.168.1.43:1"), "192.168.1.43 1");
  TEXT(parsed("a-b.c_d:65535"), "a-b.c_d 65535");
  TEXT(parsed("[::1]:5000"), "::1 5000");
  TEXT(parsed("[fe80::1:2]:80"), "fe80::1:2 80");
  TEXT(parsed("[::ffff:1.2.3.4]:80"), "::ffff:1.2.3.4 80");
}

TEST(peerrefuse, "what is no peer is refused") {
  static const char *const bad[] = {"",
                                    ":",
                                    "a",
                                    "a:",
                                    ":1",
                                    "a:0",
                                    "a:65536",
                                    "a:99999",
                                    "a:123456",
                                    "a:-1",
                                    "a:+1",
                                    "a: 1",
                                    "a:1 ",
                                    "a:1x",
                                    "a b:1",
                                    "a\r\n:1",
                                    "a/b:1",
                                    "a@b:1",
                                    "::1:5000",
                                    "[::1]",
                                    "[::1]5000",
                                    "[::1:5000",
                                    "[]:1",
                                    "[localhost]:1",
                                    "[1.2.3.4]:1",
                                    "[::1%lo]:1",
                                    "[[::1]]:1",
                                    "[::1]:",
                                    "a:0x1",
                                    "\xc3\xa9:1",
                                    "a\x7f:1"};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    if (parsed(bad[i])[0] != '\0')
      test_note("'%s'", bad[i]);
    TEXT(parsed(bad[i]), "");
  }
}

static int64_t port (const char *text) {
  return gp_peer_parseport(text, strlen(text));
}

TEST(peerport, "a port is one to five digits, whatever they say") {
  SAME(port("0"), 0);
  SAME(port("1"), 1);
  SAME(port("00090"), 90);
  SAME(port("99999"), 99999);
  SAME(port(""), -1);
  SAME(port("000001"), -1);
  SAME(port("/"), -1);
  SAME(port(":"), -1);
  SAME(port("1x"), -1);
  SAME(port(" 1"), -1);
  SAME(gp_peer_parseport("12", 1), 1);
}

TEST(peernew, "a peer is made of an address and a port") {
  gp_peer *p;
  char longest[GP_ADDRESS_MAX + 2];
  memset(longest, 'a', sizeof longest);
  SAME(gp_peer_new(&p, "a\0b", 3, 1), GP_EINVAL);
  SAME(gp_peer_new(&p, "a", 1, 0), GP_EINVAL);
  SAME(gp_peer_new(&p, "a", 1, 65536), GP_EINVAL);
  SAME(gp_peer_new(&p, "a", 1, INT64_MIN), GP_EINVAL);
  SAME(gp_peer_new(&p, "", 0, 1), GP_EINVAL);
  SAME(gp_peer_new(&p, longest, GP_ADDRESS_MAX + 1, 1), GP_EINVAL);
  SAME(gp_peer_new(&p, longest, GP_ADDRESS_MAX, 65535), GP_OK);
  SAME(strlen(gp_peer_text(p)), GP_ADDRESS_MAX + 6);
  gp_peer_unref(p);
  SAME(gp_peer_new(&p, "::1", 3, 5000), GP_OK);
  TEXT(gp_peer_text(p), "[::1]:5000");
  TEXT(gp_peer_host(p), "[::1]");
  TEXT(gp_peer_address(p), "::1");
  gp_peer_unref(p);
  SAME(gp_peer_new(&p, "[::]", 4, 5000), GP_OK);
  CHECK(gp_peer_isany(p));
  gp_peer_unref(p);
}

/* Each after a longer one, which lay where it lies. */
TEST(peerlengths, "an address ends where it says, however long it is") {
  char address[GP_ADDRESS_MAX];
  size_t len;
  memset(address, 'a', sizeof address);
  for (len = GP_ADDRESS_MAX; len > 0; len--) {
    gp_peer *p;
    SAME(gp_peer_new(&p, address, len, 1), GP_OK);
    SAME(strlen(gp_peer_address(p)), len);
    gp_peer_unref(p);
  }
}

TEST(peerhostname, "a host name has letters, digits and three signs") {
  static const char good[] = "azAZ09-._", bad[] = "`{@[/:,^ \x80";
  const char *c;
  gp_peer *p;
  for (c = good; *c != '\0'; c++) {
    SAME(gp_peer_new(&p, c, 1, 1), GP_OK);
    SAME(gp_peer_address(p)[0], *c);
    SAME(gp_peer_address(p)[1], '\0');
    gp_peer_unref(p);
  }
  for (c = bad; *c != '\0'; c++)
    SAME(gp_peer_new(&p, c, 1, 1), GP_EINVAL);
}

TEST(peerlong,
     "an IPv6 address may be as long as one gets, and is all of it") {
  static const char longest[] =
    "[0000:0000:0000:0000:0000:ffff:255.255.255.255]:65535";
  static const char address[] = "::1\0::2";
  gp_peer *p;
  SAME(gp_peer_parse(&p, longest, strlen(longest)), GP_OK);
  TEXT(gp_peer_text(p), longest);
  SAME(strlen(gp_peer_address(p)), 45);
  gp_peer_unref(p);
  SAME(gp_peer_new(&p, address, 7, 1), GP_EINVAL);
  SAME(gp_peer_new(&p, address, 2, 1), GP_OK); /* not what comes after it */
  TEXT(gp_peer_text(p), "[::]:1");
  gp_peer_unref(p);
}

TEST(peerkinds, "an address is numeric or a name, and may be none to dial") {
  static const struct {
    const char *text;
    bool isany, isnumeric;
  } all[] = {{"0.0.0.0:1", true, true},     {"[::]:1", true, true},
             {"127.0.0.1:1", false, true},  {"[::1]:1", false, true},
             {"localhost:1", false, false}, {"1.2.3:1", false, false}};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    gp_peer *p;
    SAME(gp_peer_parse(&p, all[i].text, strlen(all[i].text)), GP_OK);
    SAME(gp_peer_isany(p), all[i].isany);
    SAME(gp_peer_isnumeric(p), all[i].isnumeric);
    gp_peer_unref(p);
  }
}

TEST(peersize, "a peer tells the memory that it takes") {
  static const char *const texts[] = {"a:1", "localhost:5000", "[::1]:65535"};
  size_t i;
  for (i = 0; i < 3; i++) {
    uint64_t before = memory_asked();
    gp_peer *p;
    SAME(gp_peer_parse(&p, texts[i], strlen(texts[i])), GP_OK);
    SAME(gp_peer_size(p), memory_asked() - before);
    gp_peer_unref(p);
  }
}

TEST(peerheld, "a peer lives as long as somebody holds it") {
  size_t used = memory_used();
  gp_peer *p;
  SAME(gp_peer_new(&p, "a", 1, 1), GP_OK);
  CHECK(gp_peer_ref(p) == p);
  gp_peer_unref(p);
  SAME(memory_used(), used + 1);
  TEXT(gp_peer_text(p), "a:1");
  gp_peer_unref(p);
  SAME(memory_used(), used);
  memory_fail(1, false);
  SAME(gp_peer_new(&p, "a", 1, 1), GP_ENOMEM);
  CHECK(memory_heal());
}

TEST(peerequal, "peers are equal by text and port") {
  gp_peer *a, *b, *c;
  SAME(gp_peer_parse(&a, "localhost:5000", 14), GP_OK);
  SAME(gp_peer_new(&b, "localhost", 9, 5000), GP_OK);
  SAME(gp_peer_parse(&c, "127.0.0.1:5000", 14), GP_OK);
  CHECK(gp_peer_equal(a, b) && gp_peer_hash(a) == gp_peer_hash(b));
  CHECK(!gp_peer_equal(a, c));
  CHECK(gp_peer_equal(a, a));
  gp_peer_unref(a);
  gp_peer_unref(b);
  gp_peer_unref(c);
  gp_peer_unref(NULL);
}

/* A peer with a nick. */
static gp_peer *nicked (const char *text, const char *nick) {
  gp_peer *bare = world_peer(text), *p;
  SAME(gp_peer_nicknamed(&p, bare, nick), GP_OK);
  gp_peer_unref(bare);
  return p;
}

TEST(peernick, "a peer with a nick is the same one, and at the same place") {
  static const char *const texts[] = {"a:1", "localhost:5000", "[::1]:65535"};
  size_t i;
  for (i = 0; i < 3; i++) {
    gp_peer *p = world_peer(texts[i]), *q = nicked(texts[i], "J\u00fcrgen");
    TEXT(gp_peer_nick(p), "");
    TEXT(gp_peer_nick(q), "J\u00fcrgen");
    TEXT(gp_peer_text(q), gp_peer_text(p));
    TEXT(gp_peer_host(q), gp_peer_host(p));
    TEXT(gp_peer_address(q), gp_peer_address(p));
    SAME(gp_peer_port(q), gp_peer_port(p));
    CHECK(gp_peer_equal(p, q) && gp_peer_hash(p) == gp_peer_hash(q));
    gp_peer_unref(p);
    gp_peer_unref(q);
  }
}

TEST(peerothernick, "a nick becomes another one, or none") {
  gp_peer *p = nicked("[::1]:5", "ann"), *q;
  SAME(gp_peer_nicknamed(&q, p, "bob"), GP_OK);
  TEXT(gp_peer_nick(p), "ann");
  TEXT(gp_peer_nick(q), "bob");
  CHECK(gp_peer_equal(p, q));
  gp_peer_unref(q);
  SAME(gp_peer_nicknamed(&q, p, ""), GP_OK);
  TEXT(gp_peer_nick(q), "");
  TEXT(gp_peer_text(q), "[::1]:5");
  gp_peer_unref(q);
  memory_fail(1, false);
  SAME(gp_peer_nicknamed(&q, p, "bob"), GP_ENOMEM);
  CHECK(memory_heal());
  gp_peer_unref(p);
}

TEST(peernicksize, "the longest address and nick have their room") {
  char nick[GP_NICK_BYTES + 1] = "", host[GP_ADDRESS_MAX + 1];
  gp_peer *bare, *p;
  uint64_t before;
  int i;
  for (i = 0; i < GP_NICK_CHARS; i++)
    strcat(nick, "\U00020000");
  for (i = 0; i < GP_ADDRESS_MAX; i++)
    host[i] = i % 64 == 63 ? '.' : 'h';
  host[GP_ADDRESS_MAX] = '\0';
  SAME(gp_peer_new(&bare, host, GP_ADDRESS_MAX, 65535), GP_OK);
  before = memory_asked();
  SAME(gp_peer_nicknamed(&p, bare, nick), GP_OK);
  SAME(gp_peer_size(p), memory_asked() - before);
  TEXT(gp_peer_nick(p), nick);
  TEXT(gp_peer_address(p), host);
  gp_peer_unref(bare);
  gp_peer_unref(p);
}

TEST(peergarbage, "random bytes are read as a peer or not at all") {
  static const char letters[] = "[]:.:0159aZ-_\r\n %\xff";
  gp_random r;
  int i;
  gp_random_seed(&r, 1);
  for (i = 0; i < 200000; i++) {
    size_t j, len = gp_random_below(&r, 24);
    char *text = malloc(len + 1);
    gp_peer *p, *again;
    CHECK(text != NULL);
    for (j = 0; j < len; j++)
      text[j] = letters[gp_random_below(&r, sizeof letters)];
    if (gp_peer_parse(&p, text, len) == GP_OK) {
      const char *own = gp_peer_text(p);
      SAME(gp_peer_parse(&again, own, strlen(own)), GP_OK);
      CHECK(gp_peer_equal(p, again));
      gp_peer_unref(again);
      gp_peer_unref(p);
    }
    free(text);
  }
}

/* Two names of one hash, with a key of zeros. */
#define ONE "rcdf:1"
#define OTHER "yxpi:1"

/* As its authors give it; a byte is never negative. */
TEST(publichash, "the public hash of a peer is the FNV-1a of its text") {
  gp_peer *p = world_peer("foobar:1"), *named;
  SAME(gp_peer_nicknamed(&named, p, "ann"), GP_OK);
  SAME(gp_peer_publichash(p), 0x95d77165);
  SAME(gp_peer_publichash(named), 0x95d77165);
  CHECK(gp_peer_publichash(p) != gp_peer_hash(p));
  gp_peer_unref(named);
  gp_peer_unref(p);
}

TEST(peerhash, "peers of one hash are two all the same") {
  gp_peer *a = world_peer(ONE), *b = world_peer(OTHER);
  gp_peertable t;
  gp_peerentry one, other;
  memset(&t, 0, sizeof t);
  SAME(gp_peer_hash(a), gp_peer_hash(b));
  CHECK(!gp_peer_equal(a, b));
  one.peer = a;
  other.peer = b;
  SAME(gp_peertable_add(&t, &one), GP_OK);
  CHECK(gp_peertable_find(&t, b) == NULL);
  SAME(gp_peertable_add(&t, &other), GP_OK);
  CHECK(gp_peertable_find(&t, a) == &one);
  CHECK(gp_peertable_find(&t, b) == &other);
  gp_peertable_clear(&t);
  gp_peer_unref(a);
  gp_peer_unref(b);
}

TEST(peerlist, "a list holds its peers, in order") {
  static const char *const names[] = {"a:1", "b:2", "c:3", "d:4", "e:5"};
  gp_peerlist l = {0, 0, NULL}, copy = {0, 0, NULL};
  gp_peer *p, *stranger = world_peer("a:2");
  size_t i;
  CHECK(!gp_peerlist_has(&l, stranger));
  for (i = 0; i < 5; i++) {
    p = world_peer(names[i]);
    SAME(gp_peerlist_add(&l, p), GP_OK);
    gp_peer_unref(p);
  }
  SAME(gp_peerlist_copy(&copy, &l), GP_OK);
  gp_peerlist_clear(&l);
  SAME(l.n, 0);
  CHECK(l.at == NULL && l.size == 0);
  SAME(copy.n, 5);
  for (i = 0; i < 5; i++) {
    TEXT(gp_peer_text(copy.at[i]), names[i]);
    p = world_peer(names[i]);
    CHECK(gp_peerlist_has(&copy, p));
    gp_peer_unref(p);
  }
  CHECK(!gp_peerlist_has(&copy, stranger));
  gp_peerlist_set(&copy, 1, copy.at[1]);
  gp_peerlist_set(&copy, 0, stranger);
  TEXT(gp_peer_text(copy.at[0]), "a:2");
  TEXT(gp_peer_text(copy.at[1]), "b:2");
  SAME(copy.n, 5);
  gp_peerlist_clear(&copy);
  gp_peer_unref(stranger);
}

TEST(peerlistmemory,
     "a list without memory stays as it was, a copy is empty") {
  gp_peerlist l = {0, 0, NULL}, copy = {0, 0, NULL};
  gp_peer *p = world_peer("a:1");
  size_t i;
  memory_fail(1, false);
  SAME(gp_peerlist_add(&l, p), GP_ENOMEM);
  for (i = 0; i < 4; i++)
    SAME(gp_peerlist_add(&l, p), GP_OK);
  memory_fail(1, true);
  SAME(gp_peerlist_add(&l, p), GP_ENOMEM);
  memory_heal();
  SAME(l.n, 4);
  SAME(gp_peerlist_add(&l, p), GP_OK);
  memory_fail(2, true); /* the first of them are copied */
  SAME(gp_peerlist_copy(&copy, &l), GP_ENOMEM);
  CHECK(memory_heal());
  CHECK(copy.n == 0 && copy.at == NULL);
  gp_peerlist_clear(&l);
  gp_peer_unref(p);
}

TEST(peertable,
     "entries are in the order of their numbers, slots come again") {
  gp_peerentry e[12];
  gp_peertable t;
  char name[16];
  size_t i;
  memset(&t, 0, sizeof t);
  memset(e, 0xa5, sizeof e);
  for (i = 0; i < 12; i++) {
    snprintf(name, sizeof name, "n%zu:1", i);
    e[i].peer = world_peer(name);
    SAME(gp_peertable_add(&t, &e[i]), GP_OK);
    SAME(e[i].number, i + 1);
    SAME(e[i].slot, i);
  }
  gp_peertable_remove(&t, &e[0]);
  gp_peertable_remove(&t, &e[5]);
  gp_peertable_remove(&t, &e[11]);
  SAME(t.count, 9);
  CHECK(t.first == &e[1] && e[1].prev == NULL && e[1].next == &e[2]);
  CHECK(e[4].next == &e[6] && e[6].prev == &e[4]);
  CHECK(t.last == &e[10] && e[10].next == NULL);
  CHECK(gp_peertable_at(&t, 0) == NULL && gp_peertable_at(&t, 5) == NULL);
  SAME(gp_peertable_add(&t, &e[5]), GP_OK);
  SAME(e[5].number, 12); /* above all that stand in it */
  SAME(e[5].slot, 11);   /* the first that is free from its end on */
  SAME(gp_peertable_add(&t, &e[0]), GP_OK);
  SAME(e[0].number, 13);
  CHECK(gp_peertable_at(&t, e[0].slot) == &e[0]);
  CHECK(t.last == &e[0] && e[0].prev == &e[5]);
  gp_peertable_clear(&t);
  CHECK(gp_peertable_at(&t, 0) == NULL);
  CHECK(gp_peertable_find(&t, e[1].peer) == NULL);
  for (i = 0; i < 12; i++)
    gp_peer_unref(e[i].peer);
}

TEST(peertablememory, "a table without memory stays as it was") {
  gp_peerentry e;
  gp_peertable t;
  uint64_t n;
  memset(&t, 0, sizeof t);
  e.peer = world_peer("a:1");
  for (n = 1; n <= 2; n++) {
    memory_fail(n, true);
    SAME(gp_peertable_add(&t, &e), GP_ENOMEM);
    CHECK(memory_heal());
    SAME(t.count, 0);
    CHECK(t.first == NULL && gp_peertable_find(&t, e.peer) == NULL);
    gp_peertable_clear(&t);
  }
  SAME(gp_peertable_add(&t, &e), GP_OK);
  gp_peertable_clear(&t);
  gp_peer_unref(e.peer);
}

TEST(identity, "an identity that is copied holds its peer too") {
  size_t used = memory_used();
  gp_identity from = {world_peer("a:1"), 7, 3, "ann"}, to, nobody;
  gp_identity_copy(&to, &from);
  gp_identity_clear(&from);
  CHECK(from.peer == NULL && from.process == 0 && from.nick[0] == '\0');
  TEXT(gp_peer_text(to.peer), "a:1");
  SAME(to.process, 7);
  SAME(to.version, 3);
  TEXT(to.nick, "ann");
  gp_identity_copy(&nobody, &from);
  CHECK(nobody.peer == NULL);
  gp_identity_clear(&nobody);
  SAME(memory_used(), used + 1);
  gp_identity_clear(&to);
}
