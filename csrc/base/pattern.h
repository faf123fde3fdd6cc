/*
** base/pattern.h - Lua's patterns, in a number of steps that is limited.
**
** What a pattern means is what string.match of Lua 5.4 takes it for in the
** locale "C", but for its limit on nested matches: here none are. A pattern
** that is malformed is so from the beginning, whatever it is held against.
** Allocates nothing, calls no function again from within.
*/
#ifndef gp_base_pattern_h
#define gp_base_pattern_h

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

#define GP_PATTERN_CAPTURES 32 /* as LUA_MAXCAPTURES */

typedef struct gp_pattern gp_pattern;

typedef enum gp_patternresult {
  GP_PATTERN_FOUND,
  GP_PATTERN_MISSING,
  GP_PATTERN_TIRED /* the steps have not been enough to tell */
} gp_patternresult;

/* What a capture has caught, counted from the begin of the subject. */
typedef struct gp_capture {
  size_t from, len;
  bool isposition; /* "()": 'from' is all that it is */
} gp_capture;

/* The memory that a pattern with so many bytes of text needs; aligned as
   malloc's. */
size_t gp_pattern_size (size_t len);

/* Reads a text into '*p'; keeps none of it. NULL, or what is wrong with it in
   Lua's words: a text that stands in '*p'. */
const char *gp_pattern_read (gp_pattern *p, const char *text, size_t len);

/*
** Looks for the pattern in a subject. A step is one part of the pattern that
** is tried at one place, or one byte that a repetition, "%bxy" or "%1" goes
** over.
*/
gp_patternresult gp_pattern_match (gp_pattern *p, const char *subject,
                                   size_t len, size_t steps);

/* How many captures the pattern has; 1, which is all that was found, when it
   names none. What each, from 0 on, has caught when it was found last. */
int gp_pattern_captures (const gp_pattern *p);
gp_capture gp_pattern_capture (const gp_pattern *p, int i);

#pragma GCC visibility pop
#endif
