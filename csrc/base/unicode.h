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

/* Whether nothing is seen of it by itself: space, what is of format as below,
   and the blank of Braille. */
bool gp_unicode_isblank (int32_t c);

/* Whether it is known to show: neither blank, nor unassigned, private or a
   format character with a look. */
bool gp_unicode_isvisible (int32_t c);

/* Whether it separates words or lines. */
bool gp_unicode_isspace (int32_t c);

/* Whether it stands between characters and is not there for a person: a
   joiner, a mark of direction, a byte order mark; no tag, which may belong
   to a flag. */
bool gp_unicode_iszerowidth (int32_t c);

/* Whether it combines with what stands before it. */
bool gp_unicode_ismark (int32_t c);

/* Whether it is a picture, alone or as part of a sequence of emoji. */
bool gp_unicode_ispicture (int32_t c);

/* Whether it is a control character, or has an effect on others or on the
   line, but no look of its own: joiners, overrides, tags and the like. */
bool gp_unicode_isformat (int32_t c);

/* Where the text goes on after it, as it is a letter or the like: 1: to the
   right, -1: to the left, 0: as others say. */
int gp_unicode_direction (int32_t c);

/*
** Whether a person takes 'c' for the begin of another letter than 'before'
** (UAX 29). '*state' is 0 for the first two; both must then go through all
** that follow.
*/
bool gp_unicode_breaks (int32_t before, int32_t c, int32_t *state);

#define GP_FOLD_MOST 64 /* characters that are folded at once */
#define GP_FOLD_ROOM (GP_FOLD_MOST * 18 * 4) /* bytes that they become */

/*
** Of a letter, as a person takes it, or of what several are compared by:
** regardless of case, accents, and of how its characters are composed, how
** wide they are or how they look. 'text' is UTF-8 of at most GP_FOLD_MOST
** characters; the bytes that are put into 'out', which has GP_FOLD_ROOM.
**
** By NFKC_Casefold (Unicode 3.13), without the accents on letters: marks
** above, below and across, and the points of Hebrew and Arabic. What makes
** another letter or syllable stays: vowel signs, viramas, nuktas, the voicing
** of kana. A dotless i is an i, since a capital one may be either.
*/
size_t gp_unicode_fold (char *out, const char *text, size_t len);

/* Columns of a terminal that it takes: 0, 1 or 2. */
int gp_unicode_width (int32_t c);

#pragma GCC visibility pop
#endif
