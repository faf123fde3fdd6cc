/*
** base/unicode.h - what Unicode says of characters.
**
** Which are letters, and which do not show, changes each year: utf8proc has
** the tables, and is named here alone. Goes by no locale.
*/
#ifndef gp_base_unicode_h
#define gp_base_unicode_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* The character that 'text' begins with: its bytes in UTF-8; 0: none. */
size_t gp_unicode_read (int32_t *out, const char *text, size_t len);

bool gp_unicode_isletter (int32_t c);

/* Whether it shows: no space, control, format or unassigned character, and
   none that can be ignored by default. */
bool gp_unicode_isvisible (int32_t c);

/* Columns of a terminal that it takes: 0, 1 or 2. */
int gp_unicode_width (int32_t c);

#pragma GCC visibility pop
#endif
