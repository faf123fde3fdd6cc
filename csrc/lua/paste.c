/*
** lua/paste.c - whether a line begins with what was pasted.
*/
#include "lua/paste.h"

#include <stddef.h>
#include <string.h>

static const char before[] = "\033[200~", after[] = "\033[201~";

/* What was pasted while the line was empty: its first line that has a
   character, or as much of it as has room. */
static char first[256];
static size_t length;

/* Which mark comes next, and how much of it has come; and whether what comes
   belongs into 'first'. */
static const char *mark = before;
static size_t matched;
static bool keeping;

void lgp_paste_begin (void) {
  length = matched = 0;
  mark = before;
  keeping = false;
}

static void keep (char c) {
  if (c == '\r' || c == '\n')
    keeping = length == 0;
  else if (length < sizeof first)
    first[length++] = c;
}

static void passmark (bool empty) {
  keeping = mark == before && empty;
  if (keeping)
    length = 0;
  mark = mark == before ? after : before;
  matched = 0;
}

/* What began like a mark and goes on otherwise, such as a colour, is text. */
static void keepmatched (void) {
  size_t i;
  for (i = 0; keeping && i < matched; i++)
    keep(mark[i]);
  matched = 0;
}

void lgp_paste_key (int key, bool empty) {
  char c = (char)key;
  if (c != mark[matched])
    keepmatched();
  if (c == mark[matched])
    matched++;
  else if (keeping)
    keep(c);
  if (mark[matched] == '\0')
    passmark(empty);
}

bool lgp_paste_isat (const char *line) {
  return length > 0 &&
         strncmp(line + strspn(line, "\r\n"), first, length) == 0;
}
