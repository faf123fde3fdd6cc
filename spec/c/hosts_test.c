/*
** hosts_test.c - at which addresses somebody is known.
*/
#include "node/hosts.h"

#include <string.h>

#include "memory.h"
#include "test.h"

TEST(hostsknown, "a peer is known where it listens and where it comes from") {
  gp_hosts hs;
  gp_hostlink a = {NULL, NULL}, b = {NULL, NULL};
  memset(&hs, 0, sizeof hs);
  CHECK(!gp_hosts_has(&hs, "10.0.0.1"));
  gp_hosts_listens(&hs, &a, "10.0.0.1");
  gp_hosts_listens(&hs, &b, "10.0.0.1");
  gp_hosts_comes(&hs, &b, "2001:db8::1");
  CHECK(gp_hosts_has(&hs, "10.0.0.1"));
  CHECK(gp_hosts_has(&hs, "::ffff:10.0.0.1"));
  CHECK(gp_hosts_has(&hs, "2001:db8::ffff"));
  CHECK(!gp_hosts_has(&hs, "10.0.0.2"));
  gp_hosts_listens(&hs, &a, "10.0.0.2");
  CHECK(gp_hosts_has(&hs, "10.0.0.1")); /* b is still there */
  CHECK(gp_hosts_has(&hs, "10.0.0.2"));
  gp_hosts_forget(&hs, &b);
  CHECK(!gp_hosts_has(&hs, "10.0.0.1"));
  CHECK(!gp_hosts_has(&hs, "2001:db8::1"));
  gp_hosts_listens(&hs, &a, "a.name");
  CHECK(!gp_hosts_has(&hs, "10.0.0.2"));
  gp_hosts_forget(&hs, &a);
  gp_hosts_clear(&hs);
}

TEST(hostshere, "the addresses of every machine are one") {
  static const char *const here[] = {"127.0.0.1", "::1",     "localhost",
                                     "127.1.2.3", "0.0.0.0", "::"};
  gp_hosts hs;
  size_t i;
  memset(&hs, 0, sizeof hs);
  for (i = 0; i < sizeof here / sizeof *here; i++) {
    gp_hostlink l = {NULL, NULL};
    gp_hosts_listens(&hs, &l, here[i]);
    CHECK(gp_hosts_has(&hs, "127.0.0.1"));
    CHECK(gp_hosts_has(&hs, "::1"));
    CHECK(gp_hosts_has(&hs, "127.9.9.9"));
    CHECK(!gp_hosts_has(&hs, "192.0.2.1"));
    gp_hosts_forget(&hs, &l);
    CHECK(!gp_hosts_has(&hs, "127.0.0.1"));
  }
  gp_hosts_clear(&hs);
}

TEST(hostsmemory, "without memory nobody is known, and nothing is lost") {
  gp_hosts hs;
  gp_hostlink l = {NULL, NULL};
  memset(&hs, 0, sizeof hs);
  memory_fail(1, true);
  SAME(gp_hosts_listens(&hs, &l, "10.0.0.1"), GP_ENOMEM);
  CHECK(memory_heal());
  CHECK(!gp_hosts_has(&hs, "10.0.0.1"));
  SAME(gp_hosts_listens(&hs, &l, "10.0.0.1"), GP_OK);
  CHECK(gp_hosts_has(&hs, "10.0.0.1"));
  gp_hosts_forget(&hs, &l);
  gp_hosts_clear(&hs);
}
