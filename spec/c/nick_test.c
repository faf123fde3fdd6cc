/*
** nick_test.c - which texts are nicks, and how they stand in a header.
**
** Signs that an editor would not show are written by their numbers.
*/
#include "value/nick.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* Ends the case unless all texts, or none of them, are nicks. */
static void each (const char *const *texts, size_t n, bool are) {
  size_t i;
  for (i = 0; i < n; i++) {
    if (gp_nick_isvalid(texts[i], strlen(texts[i])) != are)
      test_note("\"%s\"", texts[i]);
    SAME(gp_nick_isvalid(texts[i], strlen(texts[i])), are);
  }
}

#define EACH(texts, are) each((texts), sizeof(texts) / sizeof *(texts), are)

/* Puts a sign behind what 'text' has, in the 1 to 4 bytes of UTF-8. */
static void add (char *text, uint32_t sign) {
  static const uint32_t ends[] = {0x80, 0x800, 0x10000, 0x110000};
  static const unsigned heads[] = {0, 0xc0, 0xe0, 0xf0};
  unsigned more = 0, i;
  text += strlen(text);
  while (sign >= ends[more])
    more++;
  for (i = more; i > 0; i--, sign >>= 6)
    text[i] = (char)(0x80 | (sign & 0x3f));
  text[0] = (char)(heads[more] | sign);
  text[more + 1] = '\0';
}

/* Whether it may stand behind a letter. */
static bool maystand (uint32_t sign) {
  char text[8] = "a";
  add(text, sign);
  return gp_nick_isvalid(text, strlen(text));
}

static void refused (const uint32_t *signs, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    if (maystand(signs[i]))
      test_note("U+%04X", (unsigned)signs[i]);
    CHECK(!maystand(signs[i]));
  }
}

#define REFUSED(signs) refused((signs), sizeof(signs) / sizeof *(signs))

TEST(nick, "a nick is a letter, and behind it whatever shows") {
  static const char *const nicks[] = {"a",
                                      "Z",
                                      "ann-2",
                                      "a.b_c~d",
                                      "a1",
                                      "O'Neil",
                                      "a&b",
                                      "a%20",
                                      "a\"<>\\",
                                      "J\u00fcrgen",
                                      "Ju\u0308rgen",
                                      "\u00c4",
                                      "\u01c5",
                                      "\u02b0a",
                                      "\u00aa",
                                      "\u6f22\u5b57",
                                      "\u0627\u0644",
                                      "\U00020000",
                                      "ann\U0001f600",
                                      "a\u0661",
                                      "a\u2167",
                                      "a\u20ac"};
  EACH(nicks, true);
}

TEST(nickfirst, "no digit, mark, punctuation or picture comes first") {
  static const char *const others[] = {
    "",   "1a", "\u0661a", "\u2167", "_a",         "-a",       ".a",
    "~a", "%a", "'a",      "$a",     "\U0001f600", "\u0308ann"};
  EACH(others, false);
}

TEST(nickreserved, "what parts peers and lists of them is in none") {
  static const uint32_t signs[] = {':', '[', ']', '@', '/', ',', '#', ' '};
  REFUSED(signs);
  CHECK(maystand('+') && maystand('=') && maystand(0x013a));
}

TEST(nickcontrol, "no control is in a nick, and no end of a text") {
  char text[] = "a\0b";
  uint32_t sign;
  for (sign = 1; sign < 0x20; sign++)
    CHECK(!maystand(sign));
  for (sign = 0x7f; sign <= 0xa0; sign++)
    CHECK(!maystand(sign));
  CHECK(!gp_nick_isvalid(text, 3));
  CHECK(!gp_nick_isvalid(text, 2));
  CHECK(gp_nick_isvalid(text, 1));
}

TEST(nickspace, "nothing that stands for space is in a nick") {
  static const uint32_t signs[] = {0x00a0, 0x1680, 0x2000, 0x2003, 0x200a,
                                   0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  REFUSED(signs);
}

TEST(nickinvisible, "nothing that does not show is in a nick") {
  static const uint32_t signs[] = {
    0x00ad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4,  0x180e,  0x200b,
    0x200d, 0x200f, 0x202a, 0x202e, 0x2060, 0x2066,  0x2069,  0x2800,
    0x3164, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xe0001, 0xe0041, 0xe0100};
  static const char *const fillers[] = {"\u3164", "\u115f", "\uffa0"};
  REFUSED(signs);
  EACH(fillers, false); /* are letters otherwise */
  CHECK(maystand(0x2801));
}

TEST(nickunknown, "nothing of which nobody knows how it looks is in a nick") {
  static const uint32_t signs[] = {0x0378,  0x2fe0,  0xe000,   0xf8ff,
                                   0xfdd0,  0xfffe,  0xffff,   0x1fffe,
                                   0xe0080, 0xf0000, 0x10fffd, 0x10ffff};
  REFUSED(signs);
}

TEST(nickbytes, "what is not UTF-8 is no nick") {
  static const char *const texts[] = {
    "\x80",
    "a\x80",
    "a\xff",
    "a\xc3",
    "a\xe6\xbc",
    "a\xf0\xa0\x80",
    "a\xc3zz",
    "a\xe6\xbczz",
    "\xc1\x81",
    "a\xc1\x81",
    "a\xc0\xaf",
    "a\xe0\x81\x81",
    "a\xf0\x80\x81\x81", /* the last five: a letter or '/', but too long */
    "a\xed\xa0\x80",
    "a\xed\xbf\xbf", /* halves of UTF-16 */
    "a\xf4\x90\x80\x80",
    "a\xf8\x88\x80\x80\x80"};
  char cut[] = "J\xc3\xbc";
  EACH(texts, false);
  CHECK(gp_nick_isvalid(cut, 3));
  CHECK(!gp_nick_isvalid(cut, 2));
}

/* 'n' times the same sign. */
static void repeat (char *text, uint32_t sign, int n) {
  text[0] = '\0';
  while (n-- > 0)
    add(text, sign);
}

static const uint32_t wide[] = {'a', 0xe4, 0x6f22, 0x20000};

TEST(nicklength, "a nick has 32 signs at most, of however many bytes") {
  char text[200];
  size_t i;
  for (i = 0; i < 4; i++) {
    repeat(text, wide[i], 32);
    SAME(strlen(text), 32 * (i + 1));
    CHECK(gp_nick_isvalid(text, strlen(text)));
    repeat(text, wide[i], 33);
    CHECK(!gp_nick_isvalid(text, strlen(text)));
  }
  repeat(text, 'a', 31);
  add(text, 0x308);
  CHECK(gp_nick_isvalid(text, strlen(text)));
  add(text, 0x308); /* is counted, though it has no place of its own */
  CHECK(!gp_nick_isvalid(text, strlen(text)));
}

/*
** In headers.
*/

static void encodes (const char *nick, const char *want) {
  char text[GP_NICK_ENCODED + 1], back[GP_NICK_BYTES + 1];
  gp_nick_encode(text, nick);
  TEXT(text, want);
  CHECK(gp_nick_decode(back, text));
  TEXT(back, nick);
}

TEST(nickencoded, "a nick is percent-encoded, each byte that is not plain") {
  encodes("ann", "ann");
  encodes("J\u00fcrgen", "J%C3%BCrgen");
  encodes("Ju\u0308", "Ju%CC%88");
  encodes("a%20", "a%2520");
  encodes("O'Neil+~", "O%27Neil%2B~");
  encodes("\U00020000", "%F0%A0%80%80");
}

TEST(nickplain, "what version 1 takes for a name is written as it is") {
  static const char signs[] = "-_.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "abcdefghijklmnopqrstuvwxyz";
  char nick[3] = "n";
  const char *c;
  for (c = signs; *c != '\0'; c++) {
    nick[1] = *c;
    encodes(nick, nick);
  }
}

/* In pieces of just the size that is asked for: see memory.h. */
TEST(nicklongest, "the longest nick has its room, encoded and decoded") {
  char *text = malloc(GP_NICK_ENCODED + 1);
  char *nick = malloc(GP_NICK_BYTES + 1), *back = malloc(GP_NICK_BYTES + 1);
  CHECK(text != NULL && nick != NULL && back != NULL);
  repeat(nick, wide[3], 32);
  gp_nick_encode(text, nick);
  SAME(strlen(text), GP_NICK_ENCODED);
  CHECK(gp_nick_decode(back, text));
  TEXT(back, nick);
  free(text);
  free(nick);
  free(back);
}

TEST(nickeverysign, "every sign that may stand in a nick comes back") {
  uint32_t sign, count = 0;
  for (sign = 1; sign < 0x110000; sign++) {
    char nick[8] = "a", text[32], back[GP_NICK_BYTES + 1];
    add(nick, sign);
    if (!gp_nick_isvalid(nick, strlen(nick)))
      continue;
    gp_nick_encode(text, nick);
    CHECK(gp_nick_decode(back, text));
    TEXT(back, nick);
    count++;
  }
  CHECK(count > 140000 && count < 0x110000 / 4);
}

static bool decodes (const char *text, const char *want) {
  char *back = malloc(GP_NICK_BYTES + 1);
  bool is;
  CHECK(back != NULL);
  is = gp_nick_decode(back, text);
  if (is)
    TEXT(back, want);
  free(back);
  return is;
}

TEST(nickdecoded,
     "an escape may be written in small digits, or for nothing") {
  CHECK(decodes("J%c3%bcrgen", "J\u00fcrgen"));
  CHECK(decodes("%61nn%2d2", "ann-2"));
  CHECK(decodes("a%c3%bf%C3%BF", "a\u00ff\u00ff"));
  CHECK(decodes("%F0%a0%80%80", "\U00020000"));
}

TEST(nickbadescape, "what is not percent-encoded is no nick") {
  static const char *const texts[] = {
    "%",    "a%",   "a%5",           "a%5g",  "a%5/",  "a%5:",        "a%5@",
    "a%5G", "a%5`", "a%g0%A0%80%80", "a%%41", "a% 41", "a%+1",        "a%0",
    "a b",  "a:b",  "a'b",           "a+b",   "a/b",   "J\u00fcrgen", "a\t",
    " a"};
  size_t i;
  for (i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (decodes(texts[i], ""))
      test_note("'%s'", texts[i]);
    CHECK(!decodes(texts[i], ""));
  }
}

TEST(nickbaddecoded, "nor is what is no nick once it is decoded") {
  static const char *const texts[] = {
    "",           "%31a",       "1a",           "-a",      "a%20b",
    "a%3A1",      "a%2C",       "a%00",         "%00",     "a%00b",
    "a%0D%0A",    "a%C3",       "a%BC",         "a%C0%AF", "a%E2%80%8B",
    "a%E2%80%AE", "a%ED%A0%80", "a%F4%90%80%80"};
  size_t i;
  for (i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (decodes(texts[i], ""))
      test_note("'%s'", texts[i]);
    CHECK(!decodes(texts[i], ""));
  }
}

/* 'n' times a text. */
static const char *times (const char *text, size_t n) {
  static char all[4 * GP_NICK_ENCODED];
  size_t i, len = strlen(text);
  for (i = 0; i < n; i++)
    memcpy(all + i * len, text, len);
  all[n * len] = '\0';
  return all;
}

TEST(nicktoolong, "nor is what is longer than a nick, however long") {
  CHECK(decodes(times("a", 32), times("a", 32)));
  CHECK(!decodes(times("a", 33), ""));
  CHECK(!decodes(times("%61", 33), ""));
  CHECK(!decodes(times("a", GP_NICK_BYTES), ""));
  CHECK(!decodes(times("a", GP_NICK_BYTES + 1), ""));
  CHECK(!decodes(times("%61", GP_NICK_BYTES + 1), ""));
  CHECK(!decodes(times("%F0%A0%80%80", 33), ""));
  CHECK(!decodes(times("a", 3 * GP_NICK_ENCODED), ""));
}
