/*
** lua/text.c - texts of others, as a person is shown them, and what a person
** takes for the letters of a text.
*/
#include <lauxlib.h>
#include <stdbool.h>

#include "base/display.h"
#include "base/unicode.h"
#include "lua/core.h"

/* How a text writes what is not shown as it is, and what it writes for a
   control character or a byte that is none of UTF-8. */
typedef struct style {
  const char *code, *byte;
  bool pairs; /* codes of 16 bits, beyond these in pairs (UTF-16) */
} style;

static const style styles[] = {{"<U+%04X>", "?", false},
                               {"\\u{%04X}", "\\x%02x", false},
                               {"\\u%04x", "\\u%04x", true}};
static const char *const stylenames[] = {"terminal", "log", "json", NULL};

static void addformat (luaL_Buffer *b, const char *format, unsigned code) {
  char text[16];
  int len = snprintf(text, sizeof text, format, code);
  luaL_addlstring(b, text, (size_t)len);
}

static void addcode (luaL_Buffer *b, const style *s, int32_t c) {
  unsigned code = (unsigned)c;
  if (!s->pairs || code < 0x10000) {
    addformat(b, s->code, code);
  }
  else {
    addformat(b, s->code, 0xD800 + ((code - 0x10000) >> 10));
    addformat(b, s->code, 0xDC00 + ((code - 0x10000) & 0x3FF));
  }
}

/*
** core.visible(text, style) -> text that shows what is in it, and commands
** nothing; base/display.h says what that is. In the style "terminal" a code
** stands as <U+202E>, and "?" for a control character, but for tabs and the
** ends of lines, and for a byte that is none of UTF-8. In a "log" these are
** \u{202E} and \x1b. "json" takes a string of JSON and gives one of the same
** value.
*/
static int core_visible (lua_State *L) {
  size_t len, at = 0, n;
  const char *text = luaL_checklstring(L, 1, &len);
  const style *s = &styles[luaL_checkoption(L, 2, NULL, stylenames)];
  gp_display d = {0};
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (; at < len; at += n) {
    int32_t c;
    gp_showing how = gp_display_next(&d, text + at, len - at, &c, &n);
    if (how == GP_SHOW_AS_IT_IS || c == '\n' || c == '\t')
      luaL_addlstring(&b, text + at, n);
    else if (how == GP_SHOW_CODE)
      addcode(&b, s, c);
    else
      addformat(&b, s->byte, (unsigned)c);
  }
  luaL_pushresult(&b);
  return 1;
}

static size_t checkfrom (lua_State *L, size_t len) {
  lua_Integer at = luaL_checkinteger(L, 2);
  luaL_argcheck(L, at >= 1 && (size_t)at <= len + 1, 2, "out of range");
  return (size_t)at - 1;
}

/* The character that 'text' begins with, or the byte, which is then negative:
   it belongs to no letter. */
static int32_t next (const char *text, size_t len, size_t *bytes) {
  int32_t c;
  size_t n = gp_unicode_read(&c, text, len);
  *bytes = n > 0 ? n : 1;
  return n > 0 ? c : -1;
}

static bool breaks (int32_t before, int32_t c, int32_t *state) {
  if (before >= 0 && c >= 0)
    return gp_unicode_breaks(before, c, state);
  *state = 0;
  return true;
}

/*
** core.letters(text, from, limit) -> bytes, whole
**
** How many of at most 'limit' bytes of the text, from the one at 'from' on,
** are whole letters, as a person takes them (UAX 29); of a letter that is
** longer by itself, how many are whole characters: then 'whole' is false. A
** byte that is none of UTF-8 counts as one. Takes the time to read so many.
*/
static int core_letters (lua_State *L) {
  size_t len, at = 0, n, letters = 0;
  const char *text = luaL_checklstring(L, 1, &len);
  size_t from = checkfrom(L, len);
  lua_Integer limit = luaL_checkinteger(L, 3);
  int32_t before = -1, state = 0;
  for (text += from, len -= from; at < len; at += n) {
    int32_t c = next(text + at, len - at, &n);
    if (breaks(before, c, &state))
      letters = at;
    if ((lua_Integer)(at + n) > limit)
      break;
    before = c;
  }
  if (at == len)
    letters = at;
  lua_pushinteger(L, (lua_Integer)(letters > 0 ? letters : at));
  lua_pushboolean(L, letters > 0 || at == 0);
  return 2;
}

/* The columns of the character that 'text' begins with. By Unicode, not by
   the locale: it is the terminal that decodes. */
static int charwidth (int32_t c) {
  return c < 0 ? 1 : gp_unicode_width(c);
}

/* core.fit(text [, columns]) -> how many bytes of it, in whole letters, have
   room in so many columns of a line, and how many columns those take; no
   limit: all */
static int core_fit (lua_State *L) {
  size_t len, at = 0, n, letters = 0;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_Integer limit = luaL_optinteger(L, 2, LUA_MAXINTEGER);
  lua_Integer taken = 0, columns = 0;
  int32_t before = -1, state = 0;
  for (; at < len; at += n) {
    int32_t c = next(text + at, len - at, &n);
    if (breaks(before, c, &state)) {
      letters = at;
      columns = taken;
    }
    if (charwidth(c) > limit - taken)
      break;
    taken += charwidth(c);
    before = c;
  }
  lua_pushinteger(L, (lua_Integer)(at == len ? at : letters));
  lua_pushinteger(L, at == len ? taken : columns);
  return 2;
}

/* core.skip(text, at) -> where, from 'at' on, the first character is that is
   neither space, of any kind, nor zero-width; whether space was before it */
static int core_skip (lua_State *L) {
  size_t len, at, n;
  const char *text = luaL_checklstring(L, 1, &len);
  bool spaced = false;
  for (at = checkfrom(L, len); at < len; at += n) {
    int32_t c = next(text + at, len - at, &n);
    if (c < 0 || !(gp_unicode_isspace(c) || gp_unicode_iszerowidth(c)))
      break;
    spaced = spaced || gp_unicode_isspace(c);
  }
  lua_pushinteger(L, (lua_Integer)at + 1);
  lua_pushboolean(L, spaced);
  return 2;
}

/* The end of what is neither space nor, at the end, zero-width; with 'all'
   to the end of the text, and else to the first space. */
static size_t endof (const char *text, size_t len, size_t at, bool all) {
  size_t n, end;
  for (end = at; at < len; at += n) {
    int32_t c = next(text + at, len - at, &n);
    bool space = c >= 0 && gp_unicode_isspace(c);
    if (space && !all)
      break;
    if (!space && (c < 0 || !gp_unicode_iszerowidth(c)))
      end = at + n;
  }
  return end;
}

/* core.wordend(text, at) -> where the word ends that begins at 'at', without
   zero-width characters behind it: the byte after it */
static int core_wordend (lua_State *L) {
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  size_t at = checkfrom(L, len);
  lua_pushinteger(L, (lua_Integer)endof(text, len, at, false) + 1);
  return 1;
}

/* core.textend(text) -> the same for all of the text */
static int core_textend (lua_State *L) {
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_pushinteger(L, (lua_Integer)endof(text, len, 0, true) + 1);
  return 1;
}

/* The bytes of the letter that 'text' begins with, or of its first
   GP_FOLD_MOST characters; 0: it begins with a byte that is none of UTF-8. */
static size_t letter (const char *text, size_t len) {
  size_t at, n;
  int32_t state = 0, c, before = next(text, len, &at);
  int count;
  if (before < 0)
    return 0;
  for (count = 1; at < len && count < GP_FOLD_MOST; count++) {
    c = next(text + at, len - at, &n);
    if (breaks(before, c, &state))
      break;
    before = c;
    at += n;
  }
  return at;
}

/*
** core.fold(text) -> what is compared of it, regardless of case and accents;
** base/unicode.h says what that is. Bytes that are none of UTF-8 stay.
*/
static int core_fold (lua_State *L) {
  size_t len, at = 0, n;
  const char *text = luaL_checklstring(L, 1, &len);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (; at<len; at += n> 0 ? n : 1) {
    n = letter(text + at, len - at);
    if (n == 0)
      luaL_addchar(&b, text[at]);
    else
      luaL_addsize(&b, gp_unicode_fold(luaL_prepbuffsize(&b, GP_FOLD_ROOM),
                                       text + at, n));
  }
  luaL_pushresult(&b);
  return 1;
}

/* core.blank(char) -> " " for space of any kind, "" for another character of
   which nothing is seen, nil for one that shows, or is none of UTF-8 */
static int core_blank (lua_State *L) {
  size_t len, n;
  const char *text = luaL_checklstring(L, 1, &len);
  int32_t c = next(text, len, &n);
  if (c < 0 || !gp_unicode_isblank(c))
    luaL_pushfail(L);
  else
    lua_pushstring(L, gp_unicode_isspace(c) ? " " : "");
  return 1;
}

void lgp_open_text (lua_State *L) {
  static const luaL_Reg functions[] = {{"visible", core_visible},
                                       {"letters", core_letters},
                                       {"fit", core_fit},
                                       {"fold", core_fold},
                                       {"skip", core_skip},
                                       {"wordend", core_wordend},
                                       {"textend", core_textend},
                                       {"blank", core_blank},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
