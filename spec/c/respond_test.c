/*
** respond_test.c - the responses that a node gives.
*/
#include "node/respond.h"

#include <string.h>

#include "node/node.h"
#include "script.h"
#include "wire/refusal.h"

static const actor b = {.name = "b:1", .process = 11};

/* What a function finds where its variables are going to be. */
__attribute__((noinline)) static void litter (void) {
  volatile char stack[2048];
  size_t i;
  for (i = 0; i < sizeof stack; i++)
    stack[i] = 0x5a;
}

TEST(status, "a response is given in the form of its request") {
  script s;
  script_exchange x = {.head = {.form = GP_FORM_V112}},
                  y = {.head = {.form = GP_FORM_SEED}};
  script_open(&s);
  litter();
  gp_respond(s.node, &x.head, 200, NULL);
  litter();
  gp_respond(s.node, &y.head, 503, gp_wire_busy);
  TEXT(x.text, "200 v112");
  TEXT(y.text, "503 seed Too busy, try again");
  SAME(x.process, 7); /* it shows that it is one of ours */
  SAME(y.process, 7);
  script_close(&s);
}

TEST(listgiven, "with a list a node says who it is") {
  script s;
  script_exchange x = {.head = {.form = GP_FORM_V113}};
  gp_extension none = {0};
  gp_roster list = {{0, 0, NULL}, {NULL, NULL}};
  script_open(&s);
  SAME(gp_peerlist_add(&list.list, s.self), GP_OK);
  litter();
  gp_respond_list(s.node, &x.head, &list, &none);
  TEXT(x.text, "200 v113 [a:1]");
  SAME(x.process, 7);
  gp_roster_clear(&list);
  script_close(&s);
}

TEST(probegiven, "a probe is told who it is, and the digest if it asks") {
  script s;
  script_exchange x = {.head = {.form = GP_FORM_V113}}, y = x;
  script_open(&s);
  script_member(&s, &b);
  litter();
  gp_respond_probe(s.node, &x.head, false);
  litter();
  gp_respond_probe(s.node, &y.head, true);
  TEXT(x.text, "204 v113");
  CHECK(gp_digest_isnone(x.digest));
  SAME(x.process, 7);
  TEXT(y.text, "204 v113 digest");
  CHECK(gp_digest_equal(y.digest, gp_node_digest(s.node)));
  SAME(y.process, 7);
  script_close(&s);
}
