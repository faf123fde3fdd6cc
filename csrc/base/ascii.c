/*
** base/ascii.c - see base/ascii.h.
*/
#include "base/ascii.h"

#include <string.h>

static int small (char c) {
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool gp_ascii_same (const char *a, const char *b, size_t n) {
  size_t i;
  for (i = 0; i < n; i++)
    if (a[i] != b[i] && small(a[i]) != small(b[i]))
      return false;
  return true;
}

bool gp_ascii_isword (const char *text, size_t n, const char *word) {
  return strlen(word) == n && gp_ascii_same(text, word, n);
}
