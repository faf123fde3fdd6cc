/*
** purpose_test.c - what follows from the purpose of a request alone.
*/
#include "node/purpose.h"

#include <string.h>

#include "test.h"

/* The purposes by their letters, in their order. */
#define PURPOSES "jgmlstfnaprLNdwo"

/* Those of which a rule is true. */
static const char *those (bool (*holds)(const gp_purposerule *rule)) {
  static char text[GP_PURPOSE_LOOK + 2];
  size_t i, n = 0;
  for (i = 0; i <= GP_PURPOSE_LOOK; i++)
    if (holds(gp_purpose_rule((gp_purpose)i)))
      text[n++] = PURPOSES[i];
  text[n] = '\0';
  return text;
}

static bool reported (const gp_purposerule *r) {
  return r->reported;
}

static bool decisive (const gp_purposerule *r) {
  return r->decisive;
}

static bool awaited (const gp_purposerule *r) {
  return r->awaited;
}

static bool ownname (const gp_purposerule *r) {
  return r->own_name;
}

static bool anyform (const gp_purposerule *r) {
  return r->any_form;
}

static bool bare (const gp_purposerule *r) {
  return r->bare;
}

static bool brief (const gp_purposerule *r) {
  return r->brief;
}

static bool unasked (const gp_purposerule *r) {
  return r->unasked;
}

static bool hasty (const gp_purposerule *r) {
  return r->hasty;
}

static bool connects (const gp_purposerule *r) {
  return r->type == GP_CONNECT;
}

static bool disconnects (const gp_purposerule *r) {
  return r->type == GP_DISCONNECT;
}

TEST(programs, "what the program asked for is reported when it fails") {
  TEXT(those(reported), "jgmlst");
}

TEST(calls,
     "a call fails with its entry point or message, waits for others") {
  TEXT(those(decisive), "jmwo");
  TEXT(those(awaited), "gl");
}

static bool chosen (const gp_purposerule *r) {
  return r->chosen;
}

TEST(chosenones, "whom the program names itself, it has chosen") {
  TEXT(those(chosen), "jwo");
}

TEST(introduced, "one asking to be let in says its own name, in any form") {
  TEXT(those(anyform), "jgar");
  TEXT(those(ownname), "jgapr");
}

TEST(formsearch,
     "the form of a stranger, and who it is, is asked by a probe") {
  TEXT(those(bare), "fwo");
}

TEST(listwanted, "one with a list already needs only the newest members") {
  TEXT(those(brief), "grN");
}

TEST(unaskedfor,
     "what no program asked for is refused by one that has left") {
  TEXT(those(unasked), "arLN");
}

TEST(newcomers, "a newcomer that is asked for its form waits for its list") {
  TEXT(those(hasty), "n");
}

TEST(types, "all but messages and ends are connects") {
  TEXT(those(disconnects), "lpd");
  SAME(gp_purpose_rule(GP_PURPOSE_MESSAGE)->type, GP_BROADCAST);
  TEXT(those(connects), "jgstfnarLNwo"); /* nothing is sent for s, t */
}
