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

/* All of these, up to the NULL, are in that range. */
static void arein (gp_range range, const char *const *addresses) {
  for (; *addresses != NULL; addresses++) {
    if (gp_address_range(*addresses) != range)
      test_note("%s", *addresses);
    SAME(gp_address_range(*addresses), range);
  }
}

TEST(ranges, "an address tells its range, also as IPv6 carries it") {
  arein(GP_RANGE_LOOPBACK,
        (const char *const[]){"localhost", "x.localhost.", "127.0.0.1",
                              "127.9.9.9", "::1", "::ffff:127.0.0.1",
                              "64:ff9b::7f00:1", "2002:7f00:1::", NULL});
  arein(GP_RANGE_PRIVATE,
        (const char *const[]){"10.0.0.0", "10.255.255.255", "172.16.0.0",
                              "172.31.255.255", "192.168.0.1", "100.64.0.0",
                              "100.127.255.255", "fc00::1", "fdff::1",
                              "fec0::1", "::ffff:10.0.0.1", "::10.0.0.1",
                              "64:ff9b::a00:1", "2002:a00:1::1", NULL});
  arein(GP_RANGE_LINKLOCAL,
        (const char *const[]){"169.254.0.1", "fe80::1", "febf::1", NULL});
  arein(GP_RANGE_NOBODY,
        (const char *const[]){"0.0.0.0", "0.255.1.1", "224.0.0.1",
                              "239.1.1.1", "240.0.0.1", "255.255.255.255",
                              "::", "ff02::1", "::ffff:0.0.0.1", NULL});
  arein(GP_RANGE_PUBLIC,
        (const char *const[]){"1.1.1.1", "9.255.255.255", "11.0.0.0",
                              "172.15.255.255", "172.32.0.0", "192.167.1.1",
                              "192.169.0.0", "100.63.255.255", "100.128.0.0",
                              "169.253.1.1", "126.1.1.1", "128.0.0.1",
                              "223.255.255.255", "2001:db8::1", "fbff::1",
                              "64:ff9b::808:808", "ann.example", "", NULL});
}

TEST(maynames,
     "whoever is in a range may name those in it, and public ones") {
  SAME(gp_address_mayname(GP_RANGE_PUBLIC), GP_RANGE_PUBLIC);
  SAME(gp_address_mayname(GP_RANGE_PRIVATE),
       GP_RANGE_PUBLIC | GP_RANGE_PRIVATE);
  SAME(gp_address_mayname(GP_RANGE_LOOPBACK),
       GP_RANGE_PUBLIC | GP_RANGE_LOOPBACK);
  SAME(gp_address_mayname(GP_RANGE_NOBODY), GP_RANGE_PUBLIC);
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
