/*
** wire/jsonscan.c - see wire/jsonscan.h.
*/
#include "wire/jsonscan.h"

#include <stdbool.h>
#include <string.h>

/* An object or an array that has begun. */
typedef struct level {
  bool object;
  bool name;      /* the next string is the name of a field */
  size_t fields;  /* so far */
  unsigned found; /* of those that are read, a bit each */
} level;

typedef struct scan {
  const char *at, *end;
  size_t values, depth, plain;
  level levels[GP_JSONSCAN_DEPTH + 1]; /* the first is outside of all */
} scan;

static int hexdigit (char c) {
  static const char digits[] = "0123456789abcdef";
  const char *found = strchr(digits, c | 0x20);
  return c == '\0' || found == NULL ? -1 : (int)(found - digits);
}

/* What \u and four digits stand for, the cursor being behind the u. */
static int escaped (scan *s) {
  int code = 0, i;
  for (i = 0; i < 4; i++) {
    int digit = s->at < s->end ? hexdigit(*s->at) : -1;
    if (digit < 0)
      return -1;
    code = code << 4 | digit;
    s->at++;
  }
  return code;
}

/* A letter that stands for an ASCII one when case does not count; any other
   code is none. */
static int folded (int code) {
  if (code >= 'A' && code <= 'Z')
    return code - 'A' + 'a';
  return code == 0x17f ? 's' : code < 0x80 ? code : -1;
}

/*
** Steps over one character of a string, and gives it when it is an ASCII one,
** as its escape too, letters in small; -1: it is another. Names have none of
** those that an escape of one letter stands for.
*/
static int nextchar (scan *s) {
  unsigned char c = (unsigned char)*s->at++;
  if (c == 0xc5 && s->at < s->end && (unsigned char)*s->at == 0xbf) {
    s->at++;
    return 's';
  }
  if (c != '\\' || s->at == s->end)
    return folded(c);
  return *s->at++ == 'u' ? folded(escaped(s)) : -1;
}

/* Reads the name of a field to its end. A bit for one that is read; zero: any
   other. */
static unsigned readname (scan *s) {
  static const char *const names[] = {"type", "data", "from",
                                      "to",   "port", "address"};
  char name[8];
  size_t len = 0, i;
  while (s->at < s->end && *s->at != '"') {
    int c = nextchar(s);
    if (len < sizeof name)
      name[len++] = (char)c;
  }
  s->at += s->at < s->end;
  for (i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
      return 1u << i;
  return 0;
}

/* No byte is looked at more than twice. */
static void skipstring (scan *s) {
  const char *at = s->at, *quote = NULL, *escape;
  while (at < s->end) {
    if (quote == NULL || quote < at)
      quote = memchr(at, '"', (size_t)(s->end - at));
    if (quote == NULL)
      break;
    escape = memchr(at, '\\', (size_t)(quote - at));
    if (escape == NULL) {
      s->at = quote + 1;
      return;
    }
    at = escape + 2;
  }
  s->at = s->end;
}

/* False: there is a field too many, or one that is there already. */
static bool field (scan *s, level *l) {
  unsigned name = readname(s);
  bool twice = (l->found & name) != 0;
  l->name = false;
  l->found |= name;
  return !twice && ++l->fields <= GP_JSONSCAN_FIELDS;
}

static bool string (scan *s) {
  level *l = &s->levels[s->depth];
  if (l->name)
    return field(s, l);
  skipstring(s);
  return true;
}

static bool begin (scan *s, bool object) {
  level *l;
  if (s->depth == GP_JSONSCAN_DEPTH)
    return false;
  l = &s->levels[++s->depth];
  memset(l, 0, sizeof *l);
  l->object = l->name = object;
  return ++s->values <= GP_JSONSCAN_VALUES;
}

static bool finish (scan *s) {
  if (s->depth == 0)
    return false;
  s->depth--;
  return true;
}

/* With a comma, and with what begins an object or an array, comes a value. */
static bool comma (scan *s) {
  level *l = &s->levels[s->depth];
  l->name = l->object;
  return ++s->values <= GP_JSONSCAN_VALUES;
}

/* The next character, outside of strings. */
static bool step (scan *s) {
  char c = *s->at++;
  size_t plain = s->plain + 1;
  s->plain = 0;
  switch (c) {
    case '"': return string(s);
    case '{':
    case '[': return begin(s, c == '{');
    case '}':
    case ']': return finish(s);
    case ',': return comma(s);
    case ':':
    case ' ':
    case '\t':
    case '\r':
    case '\n': return true;
    default: s->plain = plain; return plain <= GP_JSONSCAN_PLAIN;
  }
}

gp_err gp_jsonscan (const char *text, size_t len) {
  scan s;
  memset(&s, 0, sizeof s);
  s.at = text;
  s.end = text + len;
  while (s.at < s.end)
    if (!step(&s))
      return GP_EBADMSG;
  return GP_OK;
}
