/*
** base/pattern.c - see base/pattern.h.
**
** A pattern has no alternatives and no groups that repeat, so it is a row of
** items. Each has at most one choice open at a time, which stands in the item
** itself; those that are open are linked, the last one first. What comes
** after an item is matched anew for each way to match it, and so are its
** captures: a capture that is read is one of the way that led there.
*/
#include "base/pattern.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef unsigned char byte;

typedef enum itemkind {
  ONE,      /* a byte of the set */
  MOST,     /* such bytes, as many as there are, at most one or any number */
  FEWEST,   /* any number of them, as few as will do */
  OPEN,     /* "(" */
  CLOSE,    /* its ")" */
  POSITION, /* "()" */
  REPEATED, /* "%1" */
  BALANCED, /* "%bxy": from the first of two bytes to the second */
  FRONTIER, /* "%f[set]" */
  LAST,     /* "$": the end of the subject */
  END       /* of the pattern */
} itemkind;

#define SETBYTES (256 / 8)

typedef struct item {
  itemkind kind;
  bool once;             /* MOST: at most one */
  int capture;           /* OPEN, CLOSE, POSITION, REPEATED */
  byte set[SETBYTES];    /* a bit for each byte; BALANCED: first and second */
  const byte *from, *to; /* an open choice: least and present end */
  struct item *below;    /* the choice that was opened before it */
} item;

struct gp_pattern {
  bool anchored; /* is tried at the begin of the subject alone */
  int captures;
  int unclosed[GP_PATTERN_CAPTURES]; /* while it is read: those still open, */
  int depth;                         /* and how many */
  bool closed[GP_PATTERN_CAPTURES];
  gp_capture caught[GP_PATTERN_CAPTURES];
  char why[64];
  item items[];
};

/* Reading */

typedef struct reader {
  gp_pattern *p;
  item *next; /* the item that is to be made */
  const char *at, *end;
} reader;

/* No byte of the text makes more than one item: "x+" is two. */
size_t gp_pattern_size (size_t len) {
  return sizeof(gp_pattern) + (len + 1) * sizeof(item);
}

static bool has (const byte *set, byte c) {
  return (set[c / 8] >> c % 8 & 1) != 0;
}

static void add (byte *set, byte c) {
  set[c / 8] = (byte)(set[c / 8] | 1 << c % 8);
}

static bool inrange (int c, int first, int last) {
  return c >= first && c <= last;
}

/* Whether a byte is in the class that a small letter names. */
static bool isin (char class, int c) {
  bool small = inrange(c, 'a', 'z'), capital = inrange(c, 'A', 'Z');
  bool digit = inrange(c, '0', '9'), graphic = inrange(c, 33, 126);
  switch (class) {
    case 'a': return small || capital;
    case 'c': return c < 32 || c == 127;
    case 'd': return digit;
    case 'g': return graphic;
    case 'l': return small;
    case 'p': return graphic && !(small || capital || digit);
    case 's': return c == ' ' || inrange(c, '\t', '\r');
    case 'u': return capital;
    case 'w': return small || capital || digit;
    case 'x': return digit || inrange(c, 'a', 'f') || inrange(c, 'A', 'F');
    case 'z': return c == 0; /* of an earlier Lua, which 5.4 still knows */
    default: return false;
  }
}

/* What stands after a "%": a class, all but a class, or a byte itself. */
static void addclass (byte *set, char name) {
  bool others = inrange(name, 'A', 'Z');
  char class = others ? (char)(name - 'A' + 'a') : name;
  int c;
  if (class == '\0' || strchr("acdglpsuwxz", class) == NULL) {
    add(set, (byte)name);
    return;
  }
  for (c = 0; c < 256; c++)
    if (isin(class, c) != others)
      add(set, (byte)c);
}

static void addrange (byte *set, byte first, byte last) {
  int c;
  for (c = first; c <= last; c++)
    add(set, (byte)c);
}

static const char *complain (reader *r, const char *why) {
  snprintf(r->p->why, sizeof r->p->why, "%s", why);
  return r->p->why;
}

/* The "]" that ends the set which begins at 'at', or NULL: one that comes at
   once, or after a "%", is a byte of it. */
static const char *setend (const char *at, const char *end) {
  const char *p = at + 1;
  if (p < end && *p == '^')
    p++;
  do {
    if (p >= end)
      return NULL;
    if (*p++ == '%' && p < end)
      p++;
  } while (p >= end || *p != ']');
  return p;
}

/* Reads "[...]"; what is wrong, or NULL. */
static const char *readset (reader *r, byte *set) {
  const char *at = r->at + 1, *close = setend(r->at, r->end);
  bool others = at < r->end && *at == '^';
  int i;
  if (close == NULL)
    return complain(r, "malformed pattern (missing ']')");
  for (at += others; at < close; at++) {
    if (*at == '%')
      addclass(set, *++at);
    else if (at[1] == '-' && at + 2 < close) {
      addrange(set, (byte)at[0], (byte)at[2]);
      at += 2;
    }
    else
      add(set, (byte)*at);
  }
  for (i = 0; others && i < SETBYTES; i++)
    set[i] = (byte)~set[i];
  r->at = close + 1;
  return NULL;
}

/* Reads what one byte is matched by. */
static const char *readsingle (reader *r, byte *set) {
  char c = *r->at;
  if (c == '[')
    return readset(r, set);
  r->at++;
  if (c == '.') {
    memset(set, 0xFF, SETBYTES);
  }
  else if (c != '%') {
    add(set, (byte)c);
  }
  else {
    if (r->at == r->end)
      return complain(r, "malformed pattern (ends with '%')");
    addclass(set, *r->at++);
  }
  return NULL;
}

static item *make (reader *r, itemkind kind) {
  item *it = r->next++;
  memset(it, 0, sizeof *it);
  it->kind = kind;
  return it;
}

/* A byte, and how often it comes. */
static const char *readbytes (reader *r) {
  item *it = make(r, ONE);
  const char *why = readsingle(r, it->set);
  char suffix = why == NULL && r->at < r->end ? *r->at : '\0';
  if (suffix == '\0' || strchr("*+?-", suffix) == NULL)
    return why;
  r->at++;
  if (suffix == '+') {
    item *more = make(r, MOST);
    memcpy(more->set, it->set, SETBYTES);
  }
  else {
    it->kind = suffix == '-' ? FEWEST : MOST;
    it->once = suffix == '?';
  }
  return NULL;
}

static const char *readopen (reader *r) {
  gp_pattern *p = r->p;
  bool position = r->at + 1 < r->end && r->at[1] == ')';
  if (p->captures == GP_PATTERN_CAPTURES)
    return complain(r, "too many captures");
  r->at += position ? 2 : 1;
  make(r, position ? POSITION : OPEN)->capture = p->captures;
  p->closed[p->captures] = position;
  if (!position)
    p->unclosed[p->depth++] = p->captures;
  p->captures++;
  return NULL;
}

static const char *readclose (reader *r) {
  gp_pattern *p = r->p;
  int capture;
  if (p->depth == 0)
    return complain(r, "invalid pattern capture");
  capture = p->unclosed[--p->depth];
  make(r, CLOSE)->capture = capture;
  p->closed[capture] = true;
  r->at++;
  return NULL;
}

static const char *readrepeated (reader *r) {
  int capture = r->at[1] - '1';
  if (capture < 0 || capture >= r->p->captures || !r->p->closed[capture]) {
    snprintf(r->p->why, sizeof r->p->why, "invalid capture index %%%d",
             capture + 1);
    return r->p->why;
  }
  make(r, REPEATED)->capture = capture;
  r->at += 2;
  return NULL;
}

static const char *readbalanced (reader *r) {
  item *it;
  if (r->end - r->at < 4)
    return complain(r, "malformed pattern (missing arguments to '%b')");
  it = make(r, BALANCED);
  it->set[0] = (byte)r->at[2];
  it->set[1] = (byte)r->at[3];
  r->at += 4;
  return NULL;
}

static const char *readfrontier (reader *r) {
  r->at += 2;
  if (r->at == r->end || *r->at != '[')
    return complain(r, "missing '[' after '%f' in pattern");
  return readset(r, make(r, FRONTIER)->set);
}

static const char *readitem (reader *r) {
  char c = *r->at;
  char after = c == '%' && r->at + 1 < r->end ? r->at[1] : '\0';
  if (c == '(')
    return readopen(r);
  if (c == ')')
    return readclose(r);
  if (inrange(after, '0', '9'))
    return readrepeated(r);
  if (after == 'b')
    return readbalanced(r);
  if (after == 'f')
    return readfrontier(r);
  if (c != '$' || r->at + 1 < r->end)
    return readbytes(r);
  make(r, LAST);
  r->at++;
  return NULL;
}

static bool isany (const item *it) {
  int i;
  for (i = 0; i < SETBYTES; i++)
    if (it->set[i] != 0xFF)
      return false;
  return (it->kind == MOST && !it->once) || it->kind == FEWEST;
}

/* Whether it begins with ".*" or ".-": what the rest does not match after
   that, it matches from no later begin either, unless it repeats what was
   caught there. */
static bool beginswithany (const gp_pattern *p) {
  const item *it = p->items, *other;
  while (it->kind == OPEN || it->kind == POSITION)
    it++;
  if (!isany(it))
    return false;
  for (other = it; other->kind != END; other++)
    if (other->kind == REPEATED)
      return false;
  return true;
}

const char *gp_pattern_read (gp_pattern *p, const char *text, size_t len) {
  reader r = {p, p->items, text, text + len};
  memset(p, 0, sizeof *p);
  p->anchored = len > 0 && *text == '^';
  r.at += p->anchored;
  while (r.at < r.end) {
    const char *why = readitem(&r);
    if (why != NULL)
      return why;
  }
  if (p->depth > 0)
    return complain(&r, "unfinished capture");
  make(&r, END);
  p->anchored = p->anchored || beginswithany(p);
  return NULL;
}

/* Matching. What matches an item at 's' ends at what is returned; NULL: it
   does not match. */

typedef struct matcher {
  gp_pattern *p;
  const byte *begin, *end;
  item *choice; /* the open one that was made last */
  size_t steps; /* that are left */
} matcher;

/* So many more were taken. */
static void walk (matcher *m, size_t steps) {
  m->steps -= steps < m->steps ? steps : m->steps;
}

static void keep (matcher *m, item *it) {
  it->below = m->choice;
  m->choice = it;
}

static const byte *most (matcher *m, item *it, const byte *s) {
  const byte *limit = it->once && s < m->end ? s + 1 : m->end;
  it->from = s;
  while (s < limit && has(it->set, *s))
    s++;
  it->to = s;
  walk(m, (size_t)(s - it->from));
  if (s > it->from)
    keep(m, it);
  return s;
}

static const byte *fewest (matcher *m, item *it, const byte *s) {
  it->to = s;
  keep(m, it);
  return s;
}

static const byte *repeated (matcher *m, const item *it, const byte *s) {
  const gp_capture *c = &m->p->caught[it->capture];
  if (c->isposition || (size_t)(m->end - s) < c->len)
    return NULL;
  walk(m, c->len);
  return memcmp(m->begin + c->from, s, c->len) == 0 ? s + c->len : NULL;
}

static const byte *balanced (matcher *m, const item *it, const byte *s) {
  const byte *at = s;
  size_t depth = 1;
  if (s == m->end || *s != it->set[0])
    return NULL;
  while (depth > 0 && ++at < m->end) {
    if (*at == it->set[1])
      depth--;
    else if (*at == it->set[0])
      depth++;
  }
  walk(m, (size_t)(at - s));
  return depth == 0 ? at + 1 : NULL;
}

/* Beyond both ends of the subject stands a zero. */
static const byte *frontier (matcher *m, const item *it, const byte *s) {
  byte before = s == m->begin ? 0 : s[-1];
  byte after = s == m->end ? 0 : *s;
  return !has(it->set, before) && has(it->set, after) ? s : NULL;
}

static const byte *capture (matcher *m, const item *it, const byte *s) {
  gp_capture *c = &m->p->caught[it->capture];
  size_t at = (size_t)(s - m->begin);
  if (it->kind == CLOSE) {
    c->len = at - c->from;
  }
  else {
    c->from = at;
    c->len = 0;
    c->isposition = it->kind == POSITION;
  }
  return s;
}

static const byte *match (matcher *m, item *it, const byte *s) {
  switch (it->kind) {
    case ONE: return s < m->end && has(it->set, *s) ? s + 1 : NULL;
    case MOST: return most(m, it, s);
    case FEWEST: return fewest(m, it, s);
    case REPEATED: return repeated(m, it, s);
    case BALANCED: return balanced(m, it, s);
    case FRONTIER: return frontier(m, it, s);
    case LAST: return s == m->end ? s : NULL;
    default: return capture(m, it, s);
  }
}

/* The next way to match the choice that was made last and has one, which is
   NULL afterwards if there is none; and where it ends. */
static item *another (matcher *m, const byte **s) {
  item *it;
  while ((it = m->choice) != NULL) {
    bool more = it->kind == FEWEST && it->to < m->end &&
                has(it->set, *it->to);
    walk(m, 1);
    if (it->kind == MOST)
      it->to--;
    else if (more)
      it->to++;
    if (!more && (it->kind == FEWEST || it->to == it->from))
      m->choice = it->below;
    *s = it->to;
    if (more || it->kind == MOST)
      return it;
  }
  return NULL;
}

/* The same as gp_pattern_match, from 's' on and nowhere else. */
static gp_patternresult matchat (matcher *m, const byte *s) {
  item *it = m->p->items;
  const byte *begin = s;
  m->choice = NULL;
  while (it->kind != END) {
    if (m->steps == 0)
      return GP_PATTERN_TIRED;
    walk(m, 1);
    s = match(m, it, s);
    if (s == NULL)
      it = another(m, &s);
    if (it == NULL)
      return GP_PATTERN_MISSING;
    it++;
  }
  if (m->p->captures == 0) {
    gp_capture *whole = &m->p->caught[0];
    whole->from = (size_t)(begin - m->begin);
    whole->len = (size_t)(s - begin);
  }
  return GP_PATTERN_FOUND;
}

gp_patternresult gp_pattern_match (gp_pattern *p, const char *subject,
                                   size_t len, size_t steps) {
  const byte *begin = (const byte *)subject, *s = begin;
  matcher m = {p, begin, begin + len, NULL, steps};
  gp_patternresult result;
  do
    result = matchat(&m, s);
  while (result == GP_PATTERN_MISSING && !p->anchored && s++ < m.end);
  return result;
}

int gp_pattern_captures (const gp_pattern *p) {
  return p->captures > 0 ? p->captures : 1;
}

gp_capture gp_pattern_capture (const gp_pattern *p, int i) {
  return p->caught[i];
}
