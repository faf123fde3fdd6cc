/*
** roster_test.c - the list that is handed on, which is made and written anew
** when it is another one.
*/
#include "node/roster.h"

#include <string.h>

#include "memory.h"
#include "node/state.h"
#include "script.h"
#include "wire/codec.h"

static const actor b = {.name = "b:1", .process = 11},
                   c = {.name = "c:2", .process = 12};

/* The node's list, brought up to date. */
static gp_roster *current (script *s) {
  SAME(gp_roster_update(s->node), GP_OK);
  return &s->node->admission.roster;
}

/* What a response with it says, in a form. */
static gp_blob *body (gp_roster *r, gp_form form) {
  gp_sendresp response;
  gp_httpout out;
  gp_scratch scratch;
  memset(&response, 0, sizeof response);
  response.status = 200;
  response.list = &r->list;
  response.encoded = r->encoded;
  SAME(gp_wire_writeresponse(&out, &scratch, &response, form), GP_OK);
  gp_blob_unref(out.body); /* the roster keeps it */
  return out.body;
}

TEST(rosteronce, "a list is written once for each form until it changes") {
  script s;
  gp_blob *plain, *quoted;
  script_open(&s);
  TEXT(body(current(&s), GP_FORM_V113)->bytes, "[]");
  script_member(&s, &b);
  plain = body(current(&s), GP_FORM_V113);
  quoted = body(current(&s), GP_FORM_SEED);
  TEXT(plain->bytes, "[{\"port\":1,\"address\":\"b\"}]");
  TEXT(quoted->bytes, "[{\"port\":\"1\",\"address\":\"b\"}]");
  CHECK(body(current(&s), GP_FORM_V113) == plain);
  CHECK(body(current(&s), GP_FORM_V112) == plain);
  CHECK(body(current(&s), GP_FORM_SEED) == quoted);
  script_close(&s);
}

TEST(rosterchanges, "a list has whoever is handed on now") {
  script s;
  gp_record *peer;
  script_open(&s);
  script_member(&s, &b);
  script_member(&s, &c);
  SAME(current(&s)->list.n, 2);
  peer = gp_record_first(&s.node->peers);
  gp_suspicion_setreachable(&peer->liveness, false);
  SAME(current(&s)->list.n, 1);
  TEXT(body(current(&s), GP_FORM_V113)->bytes,
       "[{\"port\":2,\"address\":\"c\"}]");
  peer = gp_record_next(peer);
  gp_suspicion_setreachable(&peer->liveness, false);
  SAME(current(&s)->list.n, 0);
  TEXT(body(current(&s), GP_FORM_V113)->bytes, "[]");
  gp_suspicion_setreachable(&peer->liveness, true);
  TEXT(body(current(&s), GP_FORM_V113)->bytes,
       "[{\"port\":2,\"address\":\"c\"}]");
  script_close(&s);
}

TEST(rosterstarved, "without memory there is no list, and no wrong one") {
  script s;
  script_open(&s);
  script_member(&s, &b);
  (void)body(current(&s), GP_FORM_V113);
  script_member(&s, &c);
  memory_fail(1, false);
  SAME(gp_roster_update(s.node), GP_ENOMEM);
  CHECK(memory_heal());
  SAME(s.node->admission.roster.list.n, 0);
  CHECK(s.node->admission.roster.encoded[0] == NULL);
  SAME(current(&s)->list.n, 2);
  script_close(&s);
}
