/*
** base/ascii.h - letters in either case, as protocols have them: those of
** ASCII, whatever the locale is.
*/
#ifndef gp_base_ascii_h
#define gp_base_ascii_h

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Whether the first 'n' bytes are the same, but for the case of letters. */
bool gp_ascii_same (const char *a, const char *b, size_t n);

/* Whether all 'n' bytes of 'text' are the word, likewise. */
bool gp_ascii_isword (const char *text, size_t n, const char *word);

#pragma GCC visibility pop
#endif
