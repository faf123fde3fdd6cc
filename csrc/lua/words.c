/*
** lua/words.c - what a word may become, as readline wants it.
*/
#include "lua/words.h"

#include <stdlib.h>
#include <string.h>

static void freewords (char **words, size_t n) {
  while (n-- > 0)
    free(words[n]);
  free(words);
}

/* How far 'a' and 'b' are the same, 'n' at most. */
static size_t common (const char *a, const char *b, size_t n) {
  size_t i = 0;
  while (i < n && a[i] == b[i] && a[i] != '\0')
    i++;
  return i;
}

/* Takes what the line cannot take out of the list of strings on top. */
static void dropunfit (lua_State *L, bool (*takes)(const char *word)) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, -1), i, kept = 0;
  for (i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, i);
    if (takes(lua_tostring(L, -1)))
      lua_rawseti(L, -2, ++kept);
    else
      lua_pop(L, 1);
  }
  for (i = kept + 1; i <= n; i++) {
    lua_pushnil(L);
    lua_rawseti(L, -2, i);
  }
}

char **lgp_words (lua_State *L, bool (*takes)(const char *word)) {
  size_t n, i, same = 0;
  char **words;
  dropunfit(L, takes);
  n = (size_t)lua_rawlen(L, -1);
  words = n == 0 ? NULL : calloc(n + 2, sizeof *words);
  if (words == NULL)
    return NULL;
  for (i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i);
    words[i] = strdup(lua_tostring(L, -1));
    lua_pop(L, 1);
    if (words[i] == NULL) {
      freewords(words, i);
      return NULL;
    }
    same = i == 1 ? strlen(words[1]) : common(words[1], words[i], same);
  }
  words[0] = strndup(words[1], same);
  if (words[0] == NULL || n == 1) {
    free(words[1]);
    words[1] = NULL;
  }
  if (words[0] == NULL) {
    freewords(words, n + 1);
    return NULL;
  }
  return words;
}
