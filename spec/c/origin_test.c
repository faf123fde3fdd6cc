/*
** origin_test.c - where things come from, and how many from each.
*/
#include "value/origin.h"

#include <string.h>

#include "memory.h"
#include "test.h"

static const char *network (const char *address) {
  static char out[GP_NETWORK_TEXT];
  return gp_address_network(out, address) ? out : "none";
}

TEST(originnetwork, "an IPv4 address counts for itself, IPv6 by /64") {
  TEXT(network("192.0.2.1"), "192.0.2.1");
  TEXT(network("::ffff:192.0.2.1"), "192.0.2.1");
  TEXT(network("::ffff:c000:201"), "192.0.2.1");
  TEXT(network("127.0.0.1"), "127.0.0.1");
  TEXT(network("::1"), "::/64");
  TEXT(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  TEXT(network("2001:0DB8:1:2::"), "2001:db8:1:2::/64");
  TEXT(network("2001:db8:1:3::6"), "2001:db8:1:3::/64");
  TEXT(network("1111:2222:3333:4444:5555:6666:7777:8888"),
       "1111:2222:3333:4444::/64");
  TEXT(network("localhost"), "none");
  TEXT(network("[::1]"), "none");
  TEXT(network(""), "none");
}

TEST(origincount, "addresses of one network are counted together") {
  gp_origins all = {{0, 0, NULL}};
  gp_origin *a = gp_origins_enter(&all, "2001:db8::1"), *b;
  CHECK(a != NULL);
  SAME(a->count, 1);
  CHECK(gp_origins_enter(&all, "2001:db8::2:0:0:1") == a);
  SAME(a->count, 2);
  b = gp_origins_enter(&all, "10.0.0.1");
  CHECK(b != NULL && b != a);
  CHECK(gp_origins_enter(&all, "::ffff:10.0.0.1") == b);
  CHECK(gp_origins_find(&all, "10.0.0.1") == b);
  CHECK(gp_origins_find(&all, "10.0.0.2") == NULL);
  CHECK(gp_origins_find(&all, "name") == NULL);
  CHECK(gp_origins_enter(&all, "name") == NULL);
  gp_origins_leave(&all, b);
  SAME(b->count, 1);
  gp_origins_leave(&all, b);
  CHECK(gp_origins_find(&all, "10.0.0.1") == NULL);
  gp_origins_leave(&all, NULL);
  gp_origins_leave(&all, a);
  gp_origins_leave(&all, a);
  gp_origins_clear(&all);
}
