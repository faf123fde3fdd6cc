/*
** ration_test.c - how many connections are set up at once.
*/
#include "net/ration.h"

#include <stdio.h>

#include "test.h"

#define MANY 200

typedef struct line {
  gp_ration ration;
  gp_rationed all[MANY];
  size_t count; /* that stand in it */
} line;

static void open (line *l) {
  gp_ration_init(&l->ration);
  l->count = 0;
}

static void end (line *l, size_t number) {
  gp_ration_end(&l->ration, &l->all[number]);
}

/* Nothing is left of those that have ended. */
static void close (line *l) {
  size_t i;
  while (l->count > 0)
    end(l, --l->count);
  SAME(l->ration.told.count, 0);
  SAME(l->ration.claimed.count, 0);
  for (i = 0; i < sizeof l->ration.lines / sizeof *l->ration.lines; i++)
    SAME(l->ration.lines[i].begun, 0);
  gp_ration_clear(&l->ration);
}

/* One more; the number that it has. */
static size_t wait (line *l, gp_cause cause, const char *address,
                    const char *claimer) {
  CHECK(l->count < MANY);
  gp_rationed_init(&l->all[l->count], cause, claimer);
  gp_ration_wait(&l->ration, &l->all[l->count], address, false);
  return l->count++;
}

static size_t name (line *l, const char *address) {
  return wait(l, GP_CAUSE_NAMED, address, NULL);
}

static size_t prove (line *l, const char *address) {
  return wait(l, GP_CAUSE_PROVEN, address, NULL);
}

/* A newcomer at its own address. */
static size_t claim (line *l, const char *address) {
  return wait(l, GP_CAUSE_CLAIM, address, address);
}

/* So many, each to an address of its own. */
static void waitmany (line *l, gp_cause cause, size_t count,
                      const char *claimer) {
  size_t i;
  for (i = 0; i < count; i++) {
    char address[48];
    snprintf(address, sizeof address, "10.1.%zu.%zu", l->count / 250,
             l->count % 250);
    wait(l, cause, address, claimer);
  }
}

/* The number of the next one, or -1. */
static int next (line *l, bool scarce) {
  bool ready = gp_ration_isready(&l->ration, scarce);
  const gp_rationed *x = gp_ration_next(&l->ration, scarce);
  SAME(ready, x != NULL);
  return x == NULL ? -1 : (int)(x - l->all);
}

/* How many may begin. */
static int begin (line *l) {
  int count = 0;
  while (next(l, false) >= 0)
    count++;
  return count;
}

TEST(namedplaces, "of those that others name 16 are set up at once") {
  line l;
  open(&l);
  waitmany(&l, GP_CAUSE_NAMED, 100, NULL);
  SAME(begin(&l), 16);
  end(&l, 3);
  end(&l, 3);
  SAME(next(&l, false), 16);
  SAME(begin(&l), 0);
  close(&l);
}

TEST(allplaces, "64 are set up at once, 32 at least to the proven") {
  line l;
  char claimer[20];
  size_t i;
  open(&l);
  waitmany(&l, GP_CAUSE_NAMED, 50, NULL);
  for (i = 0; i < 50; i++) {
    snprintf(claimer, sizeof claimer, "10.7.7.%zu", i);
    waitmany(&l, GP_CAUSE_CLAIM, 1, claimer);
  }
  SAME(begin(&l), 28);
  for (i = 0; i < 10; i++) {
    snprintf(claimer, sizeof claimer, "10.8.8.%zu", i);
    claim(&l, claimer);
  }
  SAME(begin(&l), 4);
  waitmany(&l, GP_CAUSE_PROVEN, 40, NULL);
  SAME(begin(&l), 32);
  end(&l, 110);
  SAME(next(&l, false), 142); /* the proven one */
  end(&l, 111);
  end(&l, 50);
  SAME(next(&l, false), 143);
  close(&l);
}

TEST(provenfirst, "those to the proven come first, each in their order") {
  line l;
  open(&l);
  name(&l, "10.0.0.1");
  prove(&l, "10.0.0.2");
  name(&l, "10.0.0.3");
  prove(&l, "10.0.0.4");
  claim(&l, "10.0.0.5");
  SAME(next(&l, false), 1);
  SAME(next(&l, false), 3);
  SAME(next(&l, false), 4);
  SAME(next(&l, false), 0);
  SAME(next(&l, false), 2);
  SAME(next(&l, false), -1);
  close(&l);
}

TEST(allproven, "the proven may have all places, also of one address") {
  line l;
  size_t i;
  open(&l);
  for (i = 0; i < 80; i++)
    prove(&l, "10.0.0.1");
  SAME(begin(&l), 64);
  name(&l, "10.0.0.2");
  claim(&l, "10.0.0.3");
  SAME(begin(&l), 0);
  close(&l);
}

TEST(claimsfree, "no list keeps a newcomer waiting, and no claim a name") {
  line l;
  open(&l);
  waitmany(&l, GP_CAUSE_NAMED, 100, NULL);
  SAME(begin(&l), 16);
  SAME(next(&l, false), -1);
  SAME(claim(&l, "10.0.0.1"), 100);
  SAME(next(&l, false), 100);
  close(&l);
  open(&l);
  waitmany(&l, GP_CAUSE_CLAIM, 20, "10.0.0.9");
  SAME(begin(&l), 4);
  SAME(name(&l, "10.0.0.1"), 20);
  SAME(next(&l, false), 20);
  close(&l);
}

TEST(claimsfair, "the next claim is of the network with the fewest") {
  line l;
  open(&l);
  waitmany(&l, GP_CAUSE_CLAIM, 10, "10.0.9.1");
  SAME(begin(&l), 4);
  waitmany(&l, GP_CAUSE_CLAIM, 10, "10.0.9.2");
  SAME(next(&l, false), 10);
  SAME(next(&l, false), 11);
  waitmany(&l, GP_CAUSE_CLAIM, 2, "10.0.9.3");
  SAME(next(&l, false), 20);
  end(&l, 0);
  SAME(next(&l, false), 21); /* it has one, the other two */
  SAME(next(&l, false), 12);
  SAME(next(&l, false), 4); /* of the first again */
  SAME(next(&l, false), 13);
  SAME(next(&l, false), -1);
  close(&l);
}

TEST(claimedown,
     "what others say of an address keeps its own claim nowhere") {
  line l;
  size_t i;
  open(&l);
  for (i = 0; i < 20; i++) {
    name(&l, "10.0.0.1");
    wait(&l, GP_CAUSE_CLAIM, "10.0.0.1",
         i % 2 == 0 ? "10.0.0.2" : "10.0.0.3");
  }
  SAME(begin(&l), 4);
  for (i = 0; i < 20; i++)
    claim(&l, "10.0.0.1");
  SAME(begin(&l), 4); /* 8 to one address */
  close(&l);
}

/* Twenty of this network say that they are elsewhere, then one that it is at
   'address': whether that one is the next. */
static bool isnext (const char *network, const char *address) {
  line l;
  bool first;
  open(&l);
  waitmany(&l, GP_CAUSE_CLAIM, 20, network);
  SAME(begin(&l), 4);
  waitmany(&l, GP_CAUSE_CLAIM, 20, network);
  first = next(&l, false) < 0 &&
          (int)wait(&l, GP_CAUSE_CLAIM, address, network) == next(&l, false);
  close(&l);
  return first;
}

TEST(claimedthere,
     "who is where it comes from waits for nobody of elsewhere") {
  CHECK(isnext("10.0.0.1", "10.0.0.1"));
  CHECK(!isnext("10.0.0.1", "10.0.0.2"));
  CHECK(isnext("2001:db8::1", "2001:db8::2"));
  CHECK(isnext("127.0.0.1", "127.0.0.1"));
  CHECK(isnext("127.0.0.1", "localhost"));
  CHECK(isnext("::1", "127.0.0.1"));
  CHECK(!isnext("127.0.0.1", "10.0.0.1"));
  CHECK(!isnext("10.0.0.1", "127.0.0.1"));
}

TEST(eachaddress, "of the named at one address 4, and others pass by") {
  line l;
  size_t i;
  open(&l);
  for (i = 0; i < 20; i++)
    name(&l, "10.0.0.1");
  name(&l, "10.0.0.2");
  SAME(begin(&l), 5);
  end(&l, 20);
  SAME(begin(&l), 0);
  name(&l, "10.0.0.2");
  SAME(next(&l, false), 21);
  end(&l, 7); /* one that waits */
  end(&l, 0);
  SAME(next(&l, false), 4);
  end(&l, 1);
  SAME(next(&l, false), 5);
  close(&l);
}

/* How many of 20 that lead to these two in turns are set up at once. */
static int places (const char *a, const char *b) {
  line l;
  size_t i;
  int n;
  open(&l);
  for (i = 0; i < 20; i++)
    name(&l, i % 2 == 0 ? a : b);
  n = begin(&l);
  close(&l);
  return n;
}

TEST(samenet, "one IPv6 /64 is one address, and IPv4 in IPv6 is IPv4") {
  SAME(places("2001:db8::1", "2001:db8::2"), 4);
  SAME(places("2001:db8::1", "2001:db8:0:0:ffff::2"), 4);
  SAME(places("2001:db8::1", "2001:db8:0:1::1"), 8);
  SAME(places("10.0.0.1", "::ffff:10.0.0.1"), 4);
  SAME(places("::ffff:10.0.0.1", "::ffff:10.0.0.2"), 8);
  SAME(places("ann.example", "bob.example"), 8);
  SAME(places("ann.example", "ann.example"), 4);
}

TEST(scarceones, "where descriptors are scarce the unproven wait") {
  line l;
  open(&l);
  CHECK(!gp_ration_isready(&l.ration, false));
  name(&l, "10.0.0.1");
  claim(&l, "10.0.0.3");
  prove(&l, "10.0.0.2");
  SAME(next(&l, true), 2);
  SAME(next(&l, true), -1);
  CHECK(gp_ration_isready(&l.ration, false));
  SAME(next(&l, false), 1);
  SAME(next(&l, false), 0);
  CHECK(!gp_ration_isready(&l.ration, false));
  close(&l);
}

TEST(goneinline, "one that waits no more leaves the line") {
  line l;
  open(&l);
  waitmany(&l, GP_CAUSE_NAMED, 3, NULL);
  end(&l, 1);
  SAME(next(&l, false), 0);
  SAME(next(&l, false), 2);
  close(&l);
}

TEST(againinline, "the next address of a name comes before all that wait") {
  line l;
  open(&l);
  waitmany(&l, GP_CAUSE_NAMED, 40, NULL);
  SAME(begin(&l), 16);
  gp_ration_wait(&l.ration, &l.all[5], "10.9.0.1", true);
  SAME(next(&l, false), 5);
  SAME(next(&l, false), -1);
  close(&l);
}
