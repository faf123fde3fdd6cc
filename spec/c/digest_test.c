/*
** digest_test.c - lists of peers have one digest where they are the same, and
** nobody finds others that have it.
*/
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "memory.h"
#include "test.h"
#include "value/digest.h"
#include "world.h"

#define MOST 1000

/* Peers that a list is made of. */
typedef struct list {
  size_t count;
  const gp_peer *peers[MOST];
} list;

static void add (list *l, const char *name) {
  l->peers[l->count++] = world_peer(name);
}

static void clear (list *l) {
  while (l->count > 0)
    gp_peer_unref(l->peers[--l->count]);
}

static gp_digest digestof (list *l) {
  gp_digest d;
  SAME(gp_digest_make(&d, l->peers, l->count), GP_OK);
  return d;
}

static void has (list *l, const char *digits) {
  char text[GP_DIGEST_DIGITS + 1];
  gp_digest_write(text, digestof(l));
  TEXT(text, digits);
}

/* As another implementation, Python's hashlib, has them. */
TEST(digestvectors, "a digest is BLAKE2b of the names that are sorted") {
  list l = {.count = 0};
  has(&l, "cae66941d9efbd404e4d88758ea67670");
  add(&l, "a:1");
  has(&l, "dc1061e55d6fbc0243293c41ed5ddb95");
  add(&l, "b:1");
  has(&l, "126c93ebfab9182b60f1224dc15f7f3e");
  clear(&l);
  add(&l, "a:10");
  add(&l, "a:1");
  add(&l, "a-b:1");
  add(&l, "a.b:1");
  has(&l, "22ababaf90fa293dd861dc3966a5e569");
  clear(&l);
}

TEST(digestorder, "names in any order have one digest, whatever the nicks") {
  list l = {.count = 0};
  gp_digest first;
  gp_peer *p;
  gp_random r;
  size_t i;
  gp_random_seed(&r, 9);
  for (i = 0; i < MOST; i++) {
    char name[16];
    snprintf(name, sizeof name, "host%zu:%zu", i % 37, 1 + i);
    add(&l, name);
  }
  first = digestof(&l);
  for (i = 0; i < MOST; i++) {
    size_t j = (size_t)gp_random_below(&r, MOST);
    const gp_peer *other = l.peers[i];
    l.peers[i] = l.peers[j];
    l.peers[j] = other;
  }
  SAME(gp_peer_nicknamed(&p, l.peers[0], "ann"), GP_OK);
  gp_peer_unref(l.peers[0]);
  l.peers[0] = p;
  CHECK(gp_digest_equal(digestof(&l), first));
  gp_peer_unref(l.peers[--l.count]);
  CHECK(!gp_digest_equal(digestof(&l), first));
  clear(&l);
}

TEST(digestmemory, "without memory there is no digest") {
  list l = {.count = 0};
  gp_digest d;
  add(&l, "a:1");
  memory_fail(1, false);
  SAME(gp_digest_make(&d, l.peers, l.count), GP_ENOMEM);
  CHECK(memory_heal());
  clear(&l);
}

TEST(digesttext,
     "a digest is written as 32 digits, and read from no others") {
  static const char *const bad[] = {
    "",
    "0123456789abcdef", /* of an earlier version */
    "0123456789abcdef0123456789abcde",
    "0123456789abcdef0123456789abcdef0",
    "0123456789abcdef0123456789abcdeg",
    "0123456789ABCDEF0123456789ABCDEF",
    " 123456789abcdef0123456789abcdef0",
    "0x23456789abcdef0123456789abcdef"};
  char text[GP_DIGEST_DIGITS + 1];
  gp_digest d;
  size_t i;
  CHECK(gp_digest_read(&d, "f0123456789abcdef012345678abcdef a:1"));
  SAME(d.bytes[0], 0xf0);
  SAME(d.bytes[15], 0xef);
  gp_digest_write(text, d);
  TEXT(text, "f0123456789abcdef012345678abcdef");
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    if (gp_digest_read(&d, bad[i]))
      test_note("'%s'", bad[i]);
    CHECK(!gp_digest_read(&d, bad[i]));
    CHECK(gp_digest_isnone(d));
  }
}

/*
** Where the digest of a list is the exclusive or of a hash of each name, as
** it was in versions 1 and 2, some of 80 invented names hide one that is
** missing: they are found as equations are solved.
*/

#define INVENTED 80

static uint64_t formerhash (const char *s) {
  uint64_t h = 14695981039346656037u;
  while (*s != '\0')
    h = (h ^ (unsigned char)*s++) * 1099511628211u;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
  return h ^ (h >> 31);
}

static uint64_t formerdigest (const list *l) {
  uint64_t d = 0;
  size_t i;
  for (i = 0; i < l->count; i++)
    d ^= formerhash(gp_peer_text(l->peers[i]));
  return d;
}

/* A sum of hashes, and of which names it is. */
typedef struct sum {
  uint64_t hash;
  bool of[INVENTED];
} sum;

static void subtract (sum *from, const sum *s) {
  int i;
  from->hash ^= s->hash;
  for (i = 0; i < INVENTED; i++)
    from->of[i] ^= s->of[i];
}

/* Takes away what is known; tells the highest bit that is left, or -1. */
static int reduce (sum *s, const sum known[64]) {
  int bit;
  for (bit = 63; bit >= 0; bit--) {
    if ((s->hash >> bit & 1) == 0)
      continue;
    if (known[bit].hash == 0)
      return bit;
    subtract(s, &known[bit]);
  }
  return -1;
}

static void invent (char name[16], int i) {
  snprintf(name, 16, "invented%d:1", i);
}

/* Fills the list with invented names that have the former digest of it. */
static void hide (list *l, const char *name) {
  static sum known[64], rest;
  char text[16];
  int i;
  for (i = 0; i < INVENTED; i++) {
    sum s = {.hash = 0};
    int bit;
    invent(text, i);
    s.hash = formerhash(text);
    s.of[i] = true;
    bit = reduce(&s, known);
    if (bit >= 0)
      known[bit] = s;
  }
  rest.hash = formerhash(name);
  SAME(reduce(&rest, known), -1);
  for (i = 0; i < INVENTED; i++) {
    invent(text, i);
    if (rest.of[i])
      add(l, text);
  }
}

TEST(digesthides, "no invented names hide that one is missing") {
  list missing = {.count = 0}, invented = {.count = 0};
  add(&missing, "192.168.1.20:5000");
  hide(&invented, "192.168.1.20:5000");
  CHECK(invented.count > 1 && invented.count < INVENTED);
  CHECK(formerdigest(&invented) == formerdigest(&missing));
  CHECK(!gp_digest_equal(digestof(&invented), digestof(&missing)));
  clear(&missing);
  clear(&invented);
}
