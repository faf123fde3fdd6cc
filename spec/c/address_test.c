/*
** address_test.c - what the text of an address means.
*/
#include "test.h"
#include "value/address.h"

TEST(addresses, "an address tells whether it is this host's, or the same") {
  static const char *const loopback[] = {"localhost", "127.0.0.1", "::1"};
  static const char *const any[] = {"0.0.0.0", "::"};
  static const char *const other[] = {"", "127.0.0.2", "ann", "192.0.2.1"};
  size_t i, j;
  for (i = 0; i < 3; i++) {
    CHECK(gp_address_isloopback(loopback[i]));
    CHECK(gp_address_isthishost(loopback[i]));
    for (j = 0; j < 3; j++)
      CHECK(gp_address_samehost(loopback[i], loopback[j]));
    CHECK(!gp_address_samehost(loopback[i], "0.0.0.0"));
    CHECK(!gp_address_samehost("ann", loopback[i]));
  }
  for (i = 0; i < 2; i++) {
    CHECK(!gp_address_isloopback(any[i]));
    CHECK(gp_address_isthishost(any[i]));
    CHECK(gp_address_samehost(any[i], any[i]));
  }
  for (i = 0; i < 4; i++) {
    CHECK(!gp_address_isloopback(other[i]));
    CHECK(!gp_address_isthishost(other[i]));
    CHECK(gp_address_samehost(other[i], other[i]));
    CHECK(!gp_address_samehost(other[i], other[(i + 1) % 4]));
  }
}

TEST(internal, "an address tells whether every machine has it for itself") {
  static const char *const internal[] = {
    "localhost",   "LocalHost.", "ann.localhost", "127.0.0.1",
    "127.255.0.9", "::1",        "0:0::1",        "::ffff:127.0.0.1"};
  static const char *const other[] = {
    "",          "localhosts",      "mylocalhost", "localhost.ann",
    "128.0.0.1", "0.0.0.0",         "10.0.0.127",  "::",
    "::2",       "::ffff:10.0.0.5", "127.1",       "fe80::1"};
  size_t i;
  for (i = 0; i < sizeof internal / sizeof *internal; i++)
    CHECK(gp_address_isinternal(internal[i]));
  for (i = 0; i < sizeof other / sizeof *other; i++)
    CHECK(!gp_address_isinternal(other[i]));
}

/* That each is refused for its own reason: node/join_spec.lua. */
TEST(fault, "an address tells why nobody could reach it") {
  static const char *const bad[] = {
    "0.0.0.0",   "0",         "::0",     "[::]",         "255.255.255.255",
    "224.1.2.3", "ff02::1",   "fe80::1", "fe80::1%eth0", "1.2.3",
    "0x1",       "999.1.1.1", "1.2.3.4."};
  static const char *const good[] = {"",
                                     "[",
                                     "[]",
                                     ".",
                                     "..",
                                     "%",
                                     "ann",
                                     "ann.5a",
                                     "ann.0xg",
                                     "x.0y",
                                     "223.255.255.255",
                                     "240.0.0.1",
                                     "2001:db8::1",
                                     "[2001:db8::1]",
                                     "feC0::1",
                                     "::ffff:10.0.0.5",
                                     "1.2.3.4",
                                     "localhost",
                                     "2001:db8::%"};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK(gp_address_fault(bad[i]) != NULL);
  for (i = 0; i < sizeof good / sizeof *good; i++)
    CHECK(gp_address_fault(good[i]) == NULL);
}
