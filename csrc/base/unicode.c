/*
** base/unicode.c - see base/unicode.h.
*/
#include "base/unicode.h"

#include <utf8proc.h>

size_t gp_unicode_read (int32_t *out, const char *text, size_t len) {
  utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text,
                                        (utf8proc_ssize_t)len, out);
  return n > 0 ? (size_t)n : 0;
}

bool gp_unicode_isletter (int32_t c) {
  utf8proc_category_t category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool gp_unicode_isspace (int32_t c) {
  utf8proc_category_t is = utf8proc_category(c);
  return (c >= '\t' && c <= '\r') || c == 0x85 ||
         (is >= UTF8PROC_CATEGORY_ZS && is <= UTF8PROC_CATEGORY_ZP);
}

bool gp_unicode_iszerowidth (int32_t c) {
  const utf8proc_property_t *p = utf8proc_get_property(c);
  return p->category == UTF8PROC_CATEGORY_CF && p->ignorable && c <= 0xFFFF;
}

bool gp_unicode_ismark (int32_t c) {
  utf8proc_category_t category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

bool gp_unicode_ispicture (int32_t c) {
  return utf8proc_get_property(c)->boundclass ==
         UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

/* What will be without a look when it is assigned: utf8proc knows of no
   property that a character has before. */
static bool isreserved (int32_t c) {
  return c == 0x2065 || (c >= 0xFFF0 && c <= 0xFFF8) ||
         (c >= 0xE0000 && c <= 0xE0FFF);
}

/* The signs between which an interlinear annotation stands. */
static bool isannotation (int32_t c) {
  return c >= 0xFFF9 && c <= 0xFFFB;
}

/* They place hieroglyphs, and have no look where they do. */
static bool isplacing (int32_t c) {
  return c >= 0x13430 && c <= 0x1343F;
}

bool gp_unicode_isformat (int32_t c) {
  const utf8proc_property_t *p = utf8proc_get_property(c);
  return p->ignorable || p->category == UTF8PROC_CATEGORY_CC ||
         p->category == UTF8PROC_CATEGORY_ZL ||
         p->category == UTF8PROC_CATEGORY_ZP || isreserved(c) ||
         isannotation(c) || isplacing(c);
}

/* A sign of Braille without a dot, which Unicode does not count as space. */
#define BRAILLE_BLANK 0x2800

bool gp_unicode_isblank (int32_t c) {
  return gp_unicode_isspace(c) || gp_unicode_isformat(c) ||
         c == BRAILLE_BLANK;
}

bool gp_unicode_isvisible (int32_t c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO: return false;
    default: return !gp_unicode_isblank(c);
  }
}

int gp_unicode_direction (int32_t c) {
  utf8proc_bidi_class_t is =
    (utf8proc_bidi_class_t)utf8proc_get_property(c)->bidi_class;
  if (gp_unicode_isformat(c))
    return 0;
  if (is == UTF8PROC_BIDI_CLASS_R || is == UTF8PROC_BIDI_CLASS_AL)
    return -1;
  return is == UTF8PROC_BIDI_CLASS_L ? 1 : 0;
}

bool gp_unicode_breaks (int32_t before, int32_t c, int32_t *state) {
  return utf8proc_grapheme_break_stateful(before, c, state);
}

int gp_unicode_width (int32_t c) {
  return utf8proc_charwidth(c);
}

/* Canonical combining classes (UAX 44, table 15). Between these ranges are
   those of single scripts, whose marks belong to their syllables. */
static bool isaccent (const utf8proc_property_t *p) {
  utf8proc_propval_t class = p->combining_class;
  return class == 1 || (class >= 10 && class <= 36) || class >= 200;
}

#define DOTLESS_I 0x131

/* Without the accents on letters: 'n' characters become so many. */
static utf8proc_ssize_t strip (int32_t *at, utf8proc_ssize_t n) {
  utf8proc_ssize_t i, kept = 0;
  bool onletter = false;
  for (i = 0; i < n; i++) {
    if (!gp_unicode_ismark(at[i]))
      onletter = gp_unicode_isletter(at[i]);
    else if (onletter && isaccent(utf8proc_get_property(at[i])))
      continue;
    at[kept++] = at[i] == DOTLESS_I ? 'i' : at[i];
  }
  return kept;
}

size_t gp_unicode_fold (char *out, const char *text, size_t len) {
  int32_t at[GP_FOLD_MOST * 18];
  size_t bytes = 0;
  utf8proc_ssize_t i;
  utf8proc_ssize_t n = utf8proc_decompose(
    (const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, at,
    GP_FOLD_MOST * 18,
    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
  n = utf8proc_normalize_utf32(at, strip(at, n),
                               UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  for (i = 0; i < n; i++)
    bytes += (size_t)utf8proc_encode_char(at[i],
                                          (utf8proc_uint8_t *)out + bytes);
  return bytes;
}
