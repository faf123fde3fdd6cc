/*
** jsonreader.c - see jsonreader.h.
**
** The cursor is a stack of places in a copy of the text, which 'parse' has
** found to be right, so that steps need not look for errors. A string with a
** backslash is not understood: no test has one.
*/
#include "jsonreader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "test.h"

#define MAXDEPTH 8

typedef struct reader {
  char *text; /* NULL: none is being read */
  size_t depth;
  const char *at[MAXDEPTH + 2];
} reader;

static const char *space (const char *s) {
  return s + strspn(s, " \t\r\n");
}

/* Each of these returns what follows, or NULL: it is not such a thing. */

static const char *skipstring (const char *s) {
  if (*s++ != '"')
    return NULL;
  for (; *s != '"'; s++)
    if ((unsigned char)*s < ' ' || *s == '\\')
      return NULL;
  return s + 1;
}

static const char *skipdigits (const char *s) {
  size_t n = s == NULL ? 0 : strspn(s, "0123456789");
  return n == 0 ? NULL : s + n;
}

static const char *skipnumber (const char *s) {
  s += *s == '-';
  s = *s == '0' ? s + 1 : skipdigits(s);
  if (s != NULL && *s == '.')
    s = skipdigits(s + 1);
  if (s != NULL && (*s == 'e' || *s == 'E')) {
    s++;
    s = skipdigits(s + (*s == '-' || *s == '+'));
  }
  return s;
}

static const char *skipvalue (const char *s, int depth);

/* What stands between brackets, with commas. */
static const char *skiptree (const char *s, int depth) {
  char end = *s == '{' ? '}' : ']';
  s = space(s + 1);
  if (*s == end)
    return s + 1;
  for (;;) {
    if (end == '}') {
      s = skipstring(s);
      if (s == NULL || *(s = space(s)) != ':')
        return NULL;
      s = space(s + 1);
    }
    s = skipvalue(s, depth + 1);
    if (s == NULL)
      return NULL;
    s = space(s);
    if (*s == end)
      return s + 1;
    if (*s != ',')
      return NULL;
    s = space(s + 1);
  }
}

static const char *skipvalue (const char *s, int depth) {
  static const char *const words[] = {"null", "true", "false"};
  size_t i;
  for (i = 0; i < 3; i++)
    if (strncmp(s, words[i], strlen(words[i])) == 0)
      return s + strlen(words[i]);
  if (*s == '{' || *s == '[')
    return depth < MAXDEPTH ? skiptree(s, depth) : NULL;
  return *s == '"' ? skipstring(s) : skipnumber(s);
}

static gp_err parse (void *self, const char *text, size_t len) {
  reader *r = self;
  const char *end;
  CHECK(r->text == NULL);
  r->text = malloc(len + 1);
  if (r->text == NULL)
    return GP_ENOMEM;
  memcpy(r->text, text, len);
  r->text[len] = '\0';
  r->depth = 0;
  r->at[0] = space(r->text);
  end = skipvalue(r->at[0], 0);
  if (end != NULL && space(end) == r->text + len)
    return GP_OK;
  free(r->text);
  r->text = NULL;
  return GP_EBADMSG;
}

static const char *here (void *self) {
  const reader *r = self;
  CHECK(r->text != NULL);
  return r->at[r->depth];
}

static gp_jsontype type (void *self) {
  switch (*here(self)) {
    case 'n': return GP_JSON_NULL;
    case 't':
    case 'f': return GP_JSON_BOOLEAN;
    case '"': return GP_JSON_STRING;
    case '{':
    case '[': return GP_JSON_TREE;
    default: return GP_JSON_NUMBER;
  }
}

static bool enter (reader *r, const char *s) {
  r->at[++r->depth] = s;
  return true;
}

typedef int (*comparison)(const char *a, const char *b, size_t n);

static bool step (reader *r, const char *name, comparison differ) {
  const char *s = here(r);
  size_t len = strlen(name);
  while (*(s = space(s + 1)) == '"') {
    const char *end = skipstring(s), *value = space(space(end) + 1);
    if ((size_t)(end - s) == len + 2 && differ(s + 1, name, len) == 0)
      return enter(r, value);
    s = space(skipvalue(value, 0));
  }
  return false;
}

static bool field (void *self, const char *name) {
  return *here(self) == '{' &&
         (step(self, name, strncmp) || step(self, name, strncasecmp));
}

static bool item (void *self, size_t index) {
  const char *s = here(self);
  if (*s != '[' || *space(s + 1) == ']')
    return false;
  for (s = space(s + 1); index > 0; index--) {
    s = space(skipvalue(s, 0));
    if (*s == ']')
      return false;
    s = space(s + 1);
  }
  return enter(self, s);
}

static void leave (void *self) {
  reader *r = self;
  here(self);
  if (r->depth-- > 0)
    return;
  free(r->text);
  r->text = NULL;
}

static double number (void *self) {
  return strtod(here(self), NULL);
}

static const char *string (void *self, size_t *len) {
  const char *s = here(self);
  *len = (size_t)(skipstring(s) - s) - 2;
  return s + 1;
}

gp_json jsonreader (void) {
  static reader one;
  gp_json json = {&one, parse, type, field, item, leave, number, string};
  one.text = NULL; /* a case that failed may have left one */
  return json;
}
