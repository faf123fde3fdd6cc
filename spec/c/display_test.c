/*
** display_test.c - which characters of others are shown as they are, and
** where a letter ends.
*/
#include <stdio.h>
#include <string.h>

#include "base/display.h"
#include "base/random.h"
#include "base/unicode.h"
#include "test.h"

#define LONGEST 4096

typedef struct text {
  char bytes[LONGEST];
  size_t len;
} text;

static void put (text *t, const char *bytes, size_t len) {
  CHECK(t->len + len < sizeof t->bytes);
  memcpy(t->bytes + t->len, bytes, len);
  t->len += len;
  t->bytes[t->len] = '\0';
}

static void putcode (text *t, int32_t c) {
  char code[16];
  put(t, code, (size_t)sprintf(code, "<U+%04X>", (unsigned)c));
}

/* As a terminal would be given it. */
static void show (text *out, const char *in, size_t len) {
  gp_display d = {0};
  size_t at = 0, n;
  out->len = 0;
  for (; at < len; at += n) {
    int32_t c;
    gp_showing how = gp_display_next(&d, in + at, len - at, &c, &n);
    CHECK(n > 0 && n <= len - at);
    if (how == GP_SHOW_AS_IT_IS)
      put(out, in + at, n);
    else if (how == GP_SHOW_CODE)
      putcode(out, c);
    else
      put(out, "?", 1);
  }
}

static const char *shown (const char *in) {
  static text out;
  show(&out, in, strlen(in));
  return out.bytes;
}

#define SAMESHOWN(in) TEXT(shown(in), in)

TEST(disturbing, "what reorders words or ends a line is shown as a code") {
  TEXT(shown("a\u202Eb\u202Cc"), "a<U+202E>b<U+202C>c");
  TEXT(shown("\u2066a\u2069"), "<U+2066>a<U+2069>");
  TEXT(shown("a\u200Eb\u200F\u061C"), "a<U+200E>b<U+200F><U+061C>");
  TEXT(shown("a\u2028b\u2029c"), "a<U+2028>b<U+2029>c");
  TEXT(shown("\uFFF9a\uFFFAb\uFFFB"), "<U+FFF9>a<U+FFFA>b<U+FFFB>");
}

TEST(hidden, "what is not seen is shown as a code") {
  TEXT(shown("a\u200Bb\u200Cc\u200Dd"), "a<U+200B>b<U+200C>c<U+200D>d");
  TEXT(shown("\uFEFFa\u2060b\u00ADc"), "<U+FEFF>a<U+2060>b<U+00AD>c");
  TEXT(shown("\u2061\u2064\u206A"), "<U+2061><U+2064><U+206A>");
  TEXT(shown("\u3164\uFFA0\u115F\u1160"), "<U+3164><U+FFA0><U+115F><U+1160>");
  TEXT(shown("a\U000E0041\U000E0001"), "a<U+E0041><U+E0001>");
  TEXT(shown("\u17B4\u180E\U0001D173"), "<U+17B4><U+180E><U+1D173>");
  TEXT(shown("\u2065\uFFF0\U000E0FFF"), "<U+2065><U+FFF0><U+E0FFF>");
}

TEST(commanding, "control characters and broken bytes are question marks") {
  TEXT(shown("a\x1B[1m\x7F\r"), "a?[1m??");
  TEXT(shown("a\xC2\x85\xC2\x9B"), "a??");
  TEXT(shown("gr\xC3"
             "au \xFF\xED\xA0\x80 \u00E4"),
       "gr?au ???? \u00E4");
}

TEST(joiners, "joiners stay within Arabic and Indic words") {
  SAMESHOWN("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645");
  SAMESHOWN("\u0647\u200D");
  SAMESHOWN("\u0915\u094D\u200D\u0937");
  SAMESHOWN("\u0915\u094D\u200C\u0937");
  SAMESHOWN("\u0DC1\u0DCA\u200D\u0DBB\u0DD3");
  SAMESHOWN("\u1797\u17B6\u200B\u179F\u17B6");
  SAMESHOWN("\u182A\u180B\u182D\u180E\u1820");
  SAMESHOWN("\u06F2\u06F0\u200C\u0627\u0645 PDF\u200C\u0647\u0627");
  SAMESHOWN("\u0646\u0627\u0645\u0647\u200C \u06F1\u06F4\u0647\u200D.");
  SAMESHOWN("\u0627\u0645\u200C\u06F2\u06F0 \u200D\u0647");
  TEXT(shown("\u0645\u200C\u200C\u200C"), "\u0645\u200C<U+200C><U+200C>");
  TEXT(shown("\u0665\u200D 1\u200C2 a\u200Cb"),
       "\u0665<U+200D> 1<U+200C>2 a<U+200C>b");
  TEXT(shown("\u0645\u200B\u0645"), "\u0645<U+200B>\u0645");
}

TEST(wordbreaks, "words without space are told apart, whatever they have") {
  SAMESHOWN("\u1786\u17D2\u1793\u17B6\u17C6\u200B2024\u200B\u17D4");
  SAMESHOWN("\u1797\u17B6\u200B\u17D4\u200B\u17E1");
  SAMESHOWN("\u0E1B\u0E35\u200B2024 \u0E44\u0E17\u0E22\u200B\"x\"");
  SAMESHOWN("\u201C\u200B\u0E44\u0E17\u0E22");
  TEXT(shown("1\u200B2 \u0E44\u200B\u200B"),
       "1<U+200B>2 \u0E44\u200B<U+200B>");
}

TEST(directions,
     "marks of direction stay beside what is written to the left") {
  SAMESHOWN("\u05E9\u05DC\u05D5\u05DD!\u200F");
  SAMESHOWN("\u05D0\u200E (C++\u200E) \u05D1");
  SAMESHOWN("\u0645\u061C-1 \u200F\u0645");
  TEXT(shown("\u05D0 a\u200Fb\u200E"), "\u05D0 a<U+200F>b<U+200E>");
  TEXT(shown("\u05D0\n\u200Ea 1\u061C2"), "\u05D0?<U+200E>a 1<U+061C>2");
  TEXT(shown("\u05D0\u200F\u200F\u202E\u05D1"),
       "\u05D0\u200F<U+200F><U+202E>\u05D1");
  TEXT(shown("\u200E---------\u05D0"), "<U+200E>---------\u05D0");
}

TEST(hieroglyphs, "what places hieroglyphs stays beside them") {
  SAMESHOWN("\U00013000\U00013430\U00013001 \U00013437\U00013000\U00013438");
  TEXT(shown("a\U00013430b\U0001343F"), "a<U+13430>b<U+1343F>");
  TEXT(shown("\U00013430\U00013430"), "<U+13430><U+13430>");
  SAMESHOWN("\u2801\u2800\u2803");
}

TEST(emoji, "what makes emoji of several characters stays") {
  SAMESHOWN("\U0001F469\u200D\U0001F680");
  SAMESHOWN("\U0001F469\U0001F3FD\u200D\u2764\uFE0F\u200D\U0001F468");
  SAMESHOWN("\U0001F3F3\uFE0F\u200D\u26A7\uFE0F");
  SAMESHOWN("1\uFE0F\u20E3 #\uFE0F\u20E3 \u2764\uFE0E \u00A9\uFE0F");
  SAMESHOWN("\U0001F1E9\U0001F1EA");
  TEXT(shown("\U0001F469\u200D"), "\U0001F469<U+200D>");
  TEXT(shown("\U0001F469\u200Da"), "\U0001F469<U+200D>a");
  TEXT(shown("a\u200D\U0001F680"), "a<U+200D>\U0001F680");
  TEXT(shown("\u2764\uFE0F\uFE0F\uFE01"), "\u2764\uFE0F<U+FE0F><U+FE01>");
  TEXT(shown("a\uFE0F \uFE0F\U0001F600\U000E0101"),
       "a<U+FE0F> <U+FE0F>\U0001F600<U+E0101>");
  SAMESHOWN("\u8FBB\U000E0100\u2268\uFE00");
}

#define FLAG "\U0001F3F4"
#define ENGLAND "\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067"
#define END "\U000E007F"

TEST(flags, "tags stay within a flag, and nowhere else") {
  SAMESHOWN(FLAG ENGLAND END "a" FLAG);
  TEXT(shown(FLAG ENGLAND END END), FLAG ENGLAND END "<U+E007F>");
  TEXT(shown(FLAG "\U000E0067\U000E0062" END),
       FLAG "<U+E0067><U+E0062><U+E007F>");
  TEXT(shown(FLAG "\U000E0067\U000E0062\U000E0065"),
       FLAG "<U+E0067><U+E0062><U+E0065>");
  TEXT(shown(FLAG "\U000E0068\U000E0069\U000E0021" END),
       FLAG "<U+E0068><U+E0069><U+E0021><U+E007F>");
  TEXT(shown(FLAG "\U000E0047\U000E0042\U000E0045" END),
       FLAG "<U+E0047><U+E0042><U+E0045><U+E007F>");
  SAMESHOWN(FLAG "\U000E0066\U000E0072\U000E0030" END);
  TEXT(shown(FLAG "\U000E0068\U000E0068" ENGLAND END),
       FLAG "<U+E0068><U+E0068><U+E0067><U+E0062><U+E0065><U+E006E><U+E0067>"
            "<U+E007F>");
}

TEST(hangul, "fillers stay where they fill a syllable") {
  SAMESHOWN("\u115F\u1161 \u1100\u1160");
  TEXT(shown("\u1160\u1161"), "<U+1160>\u1161");
}

TEST(stacked, "of marks on one letter thirty are shown as they are") {
  text in = {0}, want = {0};
  int i;
  put(&in, "a", 1);
  put(&want, "a", 1);
  for (i = 0; i < 40; i++) {
    put(&in, "\u0301", 2);
    if (i < 30)
      put(&want, "\u0301", 2);
    else
      putcode(&want, 0x301);
  }
  TEXT(shown(in.bytes), want.bytes);
  SAMESHOWN("e\u0301\u034F\u0323");
  TEXT(shown("e\u034Ff"), "e<U+034F>f");
}

/* Bytes that are often parts of what the rules are about. */
static void invent (text *t, gp_random *r) {
  static const char *const parts[] = {
    "\u200D",     "\u200C",     "\u200B", "\uFE0F",     "\u034F",
    "\u0301",     FLAG,         END,      "\U000E0067", "\U0001F469",
    "\U0001F3FD", "\U0001F1E9", "\u0915", "\u094D",     "\u0645",
    "\u1160",     "\u115F",     "\u1100", "\u1161",     "\u180E",
    "\u182A",     "\u179F",     "\u8FBB", "\U000E0100", "\u202E",
    "\n",         "\x80",       "\u200E", "\u200F",     "\u061C",
    "\u05D0",     "\u06F1",     ".",      "\U00013430", "\U00013000"};
  size_t n = gp_random_below(r, 60);
  t->len = 0;
  while (n-- > 0) {
    size_t i = gp_random_below(r, 2 * sizeof parts / sizeof *parts);
    char byte = (char)gp_random_below(r, 256);
    if (i < sizeof parts / sizeof *parts)
      put(t, parts[i], strlen(parts[i]));
    else
      put(t, &byte, 1);
  }
}

static bool isquiet (int32_t c) {
  return c >= 0x20 && (c < 0x7F || c >= 0xA0) && c != 0x202E && c != 0x2028 &&
         c != 0xFEFF;
}

static void checkquiet (const text *t) {
  size_t at = 0, n;
  for (; at < t->len; at += n) {
    int32_t c;
    n = gp_unicode_read(&c, t->bytes + at, t->len - at);
    CHECK(n > 0);
    CHECK(isquiet(c));
  }
}

TEST(arbitrary, "whatever comes, what is shown commands nothing, and stays") {
  static text in, once, twice;
  unsigned seed;
  for (seed = 1; seed <= 20000; seed++) {
    gp_random r;
    gp_random_seed(&r, seed);
    test_seed(seed);
    invent(&in, &r);
    show(&once, in.bytes, in.len);
    checkquiet(&once);
    show(&twice, once.bytes, once.len);
    CHECK(once.len == twice.len);
    CHECK(memcmp(once.bytes, twice.bytes, once.len) == 0);
  }
}

/* How many letters a person counts. */
static int countletters (const char *in) {
  int32_t before = 0, state = 0, c;
  size_t len = strlen(in), at, n;
  int count = 0;
  for (at = 0; at < len; at += n, before = c) {
    n = gp_unicode_read(&c, in + at, len - at);
    CHECK(n > 0);
    if (at == 0 || gp_unicode_breaks(before, c, &state))
      count++;
  }
  return count;
}

TEST(letters, "a letter is what a person takes for one") {
  SAME(countletters("abc"), 3);
  SAME(countletters("e\u0301a\u0323\u0302"), 2);
  SAME(countletters("\U0001F469\U0001F3FD\u200D\U0001F680"), 1);
  SAME(countletters("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7"), 2);
  SAME(countletters("\u1100\u1161\u11A8\r\n\u2764\uFE0F"), 3);
  SAME(countletters(FLAG ENGLAND END FLAG), 2);
}

TEST(spaces, "space is what separates words or lines, in any script") {
  static const int32_t are[] = {0x20,   '\t',   '\r',   0x85,   0xA0,  0x1680,
                                0x2000, 0x200A, 0x2028, 0x202F, 0x3000};
  static const int32_t arenot[] = {'a', 0x200B, 0x2060, 0x180E, 0xFEFF, 0x1F};
  size_t i;
  for (i = 0; i < sizeof are / sizeof *are; i++)
    CHECK(gp_unicode_isspace(are[i]));
  for (i = 0; i < sizeof arenot / sizeof *arenot; i++)
    CHECK(!gp_unicode_isspace(arenot[i]));
}

TEST(blanks, "of what is blank nothing is seen, whatever Unicode calls it") {
  static const int32_t are[] = {' ',    0xA0,   0x1B,   0x200B,  0x2800,
                                0x3164, 0xFE0F, 0x202E, 0xE0041, 0x13430};
  static const int32_t arenot[] = {'a', 0x2801, 0x301, 0x600, 0xE000, 0xFFFD};
  size_t i;
  for (i = 0; i < sizeof are / sizeof *are; i++) {
    CHECK(gp_unicode_isblank(are[i]));
    CHECK(!gp_unicode_isvisible(are[i]));
  }
  for (i = 0; i < sizeof arenot / sizeof *arenot; i++)
    CHECK(!gp_unicode_isblank(arenot[i]));
}
