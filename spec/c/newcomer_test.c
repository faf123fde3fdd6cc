/*
** newcomer_test.c - newcomers of a header form, whose response waits until it
** is known which of the two they speak.
*/
#include "memory.h"
#include "script.h"

/* A newcomer connects while allocation number 'fails' fails. Whether one
   did. */
static bool starved (uint64_t fails) {
  static const actor b = {"b:2", ACTOR_V112, "10.0.0.2", NULL, 0, NULL};
  script s;
  gp_recvreq request;
  size_t x;
  bool failed;
  script_open(&s);
  request = script_ask(&s, &b, GP_CONNECT, NULL);
  memory_fail(fails, false);
  x = script_receive(&s, &request);
  failed = memory_heal();
  CHECK(failed || *script_given(&s, x) == '\0');
  script_pass(&s, 10000);
  CHECK(*script_given(&s, x) != '\0');
  script_close(&s);
  return failed;
}

TEST(starvenewcomer,
     "whether a response waits is said truly, out of memory") {
  uint64_t n = 1;
  while (starved(n))
    n++;
  CHECK(n > 5);
}
