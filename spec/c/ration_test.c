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
  size_t i;
  gp_ration_init(&l->ration);
  for (i = 0; i < MANY; i++)
    gp_rationed_init(&l->all[i]);
  l->count = 0;
}

/* One more; the number that it has. */
static size_t wait (line *l, bool proven, const char *address) {
  CHECK(l->count < MANY);
  gp_ration_wait(&l->ration, &l->all[l->count], proven, address, false);
  return l->count++;
}

/* So many, each to an address of its own. */
static void waitmany (line *l, bool proven, size_t count) {
  size_t i;
  for (i = 0; i < count; i++) {
    char address[48];
    snprintf(address, sizeof address, "10.1.%zu.%zu", l->count / 250,
             l->count % 250);
    wait(l, proven, address);
  }
}

/* The number of the next one, or -1. */
static int next (line *l, bool scarce) {
  const gp_rationed *x = gp_ration_next(&l->ration, scarce);
  return x == NULL ? -1 : (int)(x - l->all);
}

/* How many may begin. */
static int begin (line *l) {
  int count = 0;
  while (next(l, false) >= 0)
    count++;
  return count;
}

static void end (line *l, size_t number) {
  gp_ration_end(&l->ration, &l->all[number]);
}

TEST(unprovenplaces, "of the unproven 32 are set up at once") {
  line l;
  open(&l);
  waitmany(&l, false, 100);
  SAME(begin(&l), 32);
  end(&l, 3);
  end(&l, 3);
  SAME(next(&l, false), 32);
  SAME(begin(&l), 0);
}

TEST(allplaces, "64 are set up at once, 32 at least to the proven") {
  line l;
  open(&l);
  waitmany(&l, false, 50);
  SAME(begin(&l), 32);
  waitmany(&l, true, 40);
  SAME(begin(&l), 32);
  end(&l, 0);
  SAME(next(&l, false), 82); /* the proven one */
}

TEST(provenfirst, "those to the proven come first, each in their order") {
  line l;
  open(&l);
  wait(&l, false, "10.0.0.1");
  wait(&l, true, "10.0.0.2");
  wait(&l, false, "10.0.0.3");
  wait(&l, true, "10.0.0.4");
  SAME(next(&l, false), 1);
  SAME(next(&l, false), 3);
  SAME(next(&l, false), 0);
  SAME(next(&l, false), 2);
  SAME(next(&l, false), -1);
}

TEST(allproven, "the proven may have all places, also of one address") {
  line l;
  size_t i;
  open(&l);
  for (i = 0; i < 80; i++)
    wait(&l, true, "10.0.0.1");
  SAME(begin(&l), 64);
  wait(&l, false, "10.0.0.2");
  SAME(begin(&l), 0);
}

TEST(eachaddress, "of the unproven at one address 8, and others pass by") {
  line l;
  size_t i;
  open(&l);
  for (i = 0; i < 20; i++)
    wait(&l, false, "10.0.0.1");
  wait(&l, false, "10.0.0.2");
  SAME(begin(&l), 9);
  end(&l, 20);
  SAME(begin(&l), 0);
  end(&l, 0);
  SAME(next(&l, false), 8);
}

/* How many of 20 that lead to these two in turns are set up at once. */
static int places (const char *a, const char *b) {
  line l;
  size_t i;
  open(&l);
  for (i = 0; i < 20; i++)
    wait(&l, false, i % 2 == 0 ? a : b);
  return begin(&l);
}

TEST(samenet, "one IPv6 /64 is one address, and IPv4 in IPv6 is IPv4") {
  SAME(places("2001:db8::1", "2001:db8::2"), 8);
  SAME(places("2001:db8::1", "2001:db8:0:0:ffff::2"), 8);
  SAME(places("2001:db8::1", "2001:db8:0:1::1"), 16);
  SAME(places("10.0.0.1", "::ffff:10.0.0.1"), 8);
  SAME(places("::ffff:10.0.0.1", "::ffff:10.0.0.2"), 16);
  SAME(places("ann.example", "bob.example"), 16);
  SAME(places("ann.example", "ann.example"), 8);
}

TEST(scarceones, "where descriptors are scarce the unproven wait") {
  line l;
  open(&l);
  CHECK(!gp_ration_isready(&l.ration));
  wait(&l, false, "10.0.0.1");
  wait(&l, true, "10.0.0.2");
  CHECK(gp_ration_isready(&l.ration));
  SAME(next(&l, true), 1);
  SAME(next(&l, true), -1);
  CHECK(gp_ration_isready(&l.ration));
  SAME(next(&l, false), 0);
  CHECK(!gp_ration_isready(&l.ration));
}

TEST(goneinline, "one that waits no more leaves the line") {
  line l;
  open(&l);
  waitmany(&l, false, 3);
  end(&l, 1);
  SAME(next(&l, false), 0);
  SAME(next(&l, false), 2);
  end(&l, 0);
  end(&l, 2);
  SAME(l.ration.count, 0);
  SAME(l.ration.unproven_count, 0);
}

TEST(againinline, "the next address of a name comes before all that wait") {
  line l;
  open(&l);
  waitmany(&l, false, 40);
  SAME(begin(&l), 32);
  gp_ration_wait(&l.ration, &l.all[5], false, "10.9.0.1", true);
  SAME(next(&l, false), 5);
  SAME(next(&l, false), -1);
}
