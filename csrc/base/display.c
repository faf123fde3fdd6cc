/*
** base/display.c - see base/display.h.
*/
#include "base/display.h"

#include <stdbool.h>

#include "base/unicode.h"

/* The most marks on one letter: those of a text that is safe for streams
   (UAX 15, 13). More are meant to reach into the lines around. */
#define MAXMARKS 30

#define ZWSP 0x200B
#define ZWNJ 0x200C
#define ZWJ 0x200D
#define LRM 0x200E
#define RLM 0x200F
#define ALM 0x061C
#define GRAPHEME_JOINER 0x034F
#define VOWEL_SEPARATOR 0x180E
#define LEAD_FILLER 0x115F
#define VOWEL_FILLER 0x1160
#define BLACK_FLAG 0x1F3F4
#define TAG_END 0xE007F

/* Tags of a flag, without the end: a region and a part of it, "gbeng". */
#define MINTAGS 3
#define MAXTAGS 6

/* Characters after a mark of direction in which a letter is looked for. */
#define AHEAD 8

typedef struct range {
  int32_t first, last;
} range;

#define WITHIN(ranges, c) \
  iswithin(ranges, sizeof(ranges) / sizeof *(ranges), c)

/* Whose letters join or have conjuncts: the writings of the Near East, of
   India and of what lies around, and Mongolian. */
static const range joining[] = {
  {0x0600, 0x109F},   {0x1700, 0x18AF},   {0x1900, 0x1C4F},
  {0x1CD0, 0x1CFF},   {0xA800, 0xAAFF},   {0xABC0, 0xABFF},
  {0xFB50, 0xFDFF},   {0xFE70, 0xFEFC},   {0x10A00, 0x10A5F},
  {0x10AC0, 0x10BAF}, {0x10D00, 0x10D3F}, {0x10F30, 0x10FDF},
  {0x11000, 0x11FFF}, {0x1E900, 0x1E95F}};

/* Whose words have no space between: Thai and Lao, Myanmar, Khmer, Tai. */
static const range spaceless[] = {
  {0x0E00, 0x0EFF}, {0x1000, 0x109F}, {0x1780, 0x17FF}, {0x1950, 0x19DF},
  {0x1A20, 0x1AAF}, {0xA9E0, 0xA9FF}, {0xAA60, 0xAADF}};

/* Digits and small letters: no others are of a flag (UTS 51). */
static const range flagtags[] = {{0xE0030, 0xE0039}, {0xE0061, 0xE007A}};

/* Hieroglyphs, with what places them. */
static const range egyptian[] = {{0x13000, 0x143FF}};
static const range placing[] = {{0x13430, 0x1343F}};

static const range mongolian[] = {{0x1820, 0x18AA}};
static const range leads[] = {{0x1100, 0x115E}, {0xA960, 0xA97C}};
static const range vowels[] = {{0x1161, 0x11A7}, {0xD7B0, 0xD7C6}};
static const range styles[] = {{0xFE00, 0xFE0F}};
static const range ideographic[] = {{0xE0100, 0xE01EF}};
static const range ideographs[] = {
  {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFD}};
static const range mongolianstyles[] = {{0x180B, 0x180D}, {0x180F, 0x180F}};
static const range skins[] = {{0x1F3FB, 0x1F3FF}};

static bool iswithin (const range *r, size_t n, int32_t c) {
  size_t i;
  for (i = 0; i < n; i++)
    if (c >= r[i].first && c <= r[i].last)
      return true;
  return false;
}

static bool isjoining (int32_t c) {
  return WITHIN(joining, c) && !gp_unicode_isformat(c) &&
         (gp_unicode_isletter(c) || gp_unicode_ismark(c));
}

/* Also a digit of such a script, or a sign that ends its sentences. */
static bool isspaceless (int32_t c) {
  return WITHIN(spaceless, c) && !gp_unicode_isformat(c);
}

/* The character that 'text' begins with, or 0. */
static int32_t peek (const char *text, size_t len) {
  int32_t c;
  return gp_unicode_read(&c, text, len) > 0 ? c : 0;
}

/* How many tags of a flag 'text' begins with, with the one that ends them;
   0: it does not. */
static unsigned counttags (const char *text, size_t len) {
  unsigned count;
  for (count = 0; count <= MAXTAGS; count++) {
    int32_t c;
    size_t n = gp_unicode_read(&c, text, len);
    if (n > 0 && c == TAG_END)
      return count < MINTAGS ? 0 : count + 1;
    if (n == 0 || !WITHIN(flagtags, c))
      return 0;
    text += n;
    len -= n;
  }
  return 0;
}

/* Whether the first letter of 'text' is written to the left, where all before
   it is surely shown as it is. */
static bool goesleft (const char *text, size_t len) {
  int i, direction = 0;
  for (i = 0; i < AHEAD && direction == 0; i++) {
    int32_t c;
    size_t n = gp_unicode_read(&c, text, len);
    if (n == 0 || gp_unicode_isformat(c) || gp_unicode_ismark(c))
      return false;
    direction = gp_unicode_direction(c);
    text += n;
    len -= n;
  }
  return direction < 0;
}

/* What can have another look that a selector chooses. */
static bool hasstyles (int32_t c) {
  if (gp_unicode_ispicture(c))
    return true;
  if (c < 0x80)
    return (c >= '0' && c <= '9') || c == '#' || c == '*';
  return gp_unicode_isvisible(c) && !gp_unicode_ismark(c) &&
         (WITHIN(ideographs, c) || isjoining(c) || !gp_unicode_isletter(c));
}

/* Whether another one without a look stands just before. */
static bool issecond (const gp_display *d) {
  return d->before != 0 && gp_unicode_isformat(d->before);
}

/* Whether it is the only one beside a character that needs it. */
static bool isbeside (const gp_display *d, int32_t next,
                      bool (*needs)(int32_t c)) {
  return !issecond(d) && (needs(d->before) || needs(next));
}

/* Whether 'c', which has no look of its own, does at its place what it is
   for. 'rest' comes after it. */
static bool isneeded (const gp_display *d, int32_t c, const char *rest,
                      size_t len) {
  int32_t before = d->before, next = peek(rest, len);
  if (WITHIN(styles, c))
    return hasstyles(before);
  if (WITHIN(ideographic, c))
    return WITHIN(ideographs, before);
  if (WITHIN(mongolianstyles, c))
    return WITHIN(mongolian, before);
  if (WITHIN(placing, c))
    return WITHIN(egyptian, before) ||
           (WITHIN(egyptian, next) && !WITHIN(placing, next));
  switch (c) {
    case ZWJ:
      return isbeside(d, next, isjoining) ||
             (gp_unicode_ispicture(d->base) && gp_unicode_ispicture(next));
    case ZWNJ: return isbeside(d, next, isjoining);
    case ZWSP: return isbeside(d, next, isspaceless);
    case LRM:
    case RLM:
    case ALM: return !issecond(d) && (d->left || goesleft(rest, len));
    case VOWEL_SEPARATOR:
      return WITHIN(mongolian, before) && WITHIN(mongolian, next);
    case GRAPHEME_JOINER:
      return d->marks > 0 && d->marks + 1 < MAXMARKS &&
             before != GRAPHEME_JOINER && gp_unicode_ismark(next) &&
             !gp_unicode_isformat(next);
    case LEAD_FILLER: return WITHIN(vowels, next);
    case VOWEL_FILLER: return WITHIN(leads, before);
    default: return false;
  }
}

static gp_showing decide (gp_display *d, int32_t c, const char *rest,
                          size_t len) {
  if (d->tags > 0) {
    d->tags--;
    return GP_SHOW_AS_IT_IS;
  }
  if (c < 0x20 || (c >= 0x7F && c < 0xA0))
    return GP_SHOW_CONTROL;
  if (gp_unicode_isformat(c) && !isneeded(d, c, rest, len))
    return GP_SHOW_CODE;
  if (gp_unicode_ismark(c) && d->marks == MAXMARKS)
    return GP_SHOW_CODE;
  if (c == BLACK_FLAG)
    d->tags = counttags(rest, len);
  return GP_SHOW_AS_IT_IS;
}

/* Notes what the next one has before it. What is not shown as it is counts
   as nothing that anything could belong to; after a mark too many each one
   is. */
static void advance (gp_display *d, int32_t c, gp_showing how) {
  bool mark = how != GP_SHOW_BYTE && gp_unicode_ismark(c);
  bool shown = how == GP_SHOW_AS_IT_IS;
  d->before = shown ? c : 0;
  if (mark && d->marks < MAXMARKS)
    d->marks = shown ? d->marks + 1 : 0;
  else if (!mark)
    d->marks = 0;
  if (!shown || gp_unicode_direction(c) != 0)
    d->left = shown && gp_unicode_direction(c) < 0;
  if (!shown || !(mark || c == ZWJ || WITHIN(skins, c)))
    d->base = d->before;
}

gp_showing gp_display_next (gp_display *d, const char *text, size_t len,
                            int32_t *c, size_t *bytes) {
  size_t n = gp_unicode_read(c, text, len);
  gp_showing how = GP_SHOW_BYTE;
  *bytes = n > 0 ? n : 1;
  if (n > 0)
    how = decide(d, *c, text + n, len - n);
  else
    *c = (unsigned char)*text;
  advance(d, *c, how);
  return how;
}
