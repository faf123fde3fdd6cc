/*
** base/display.h - which characters of a text of others may be shown to a
** person as they are.
**
** Control characters command a terminal; overrides, isolates and separators
** of lines put words where they do not stand; what has no look of its own
** hides. None of them is shown as it is, except where a script needs it and
** it does what it is for: joiners beside Arabic and Indic letters and within
** emoji, the space of no width beside Thai and Khmer, marks of direction
** beside words that are written to the left, where they move no more than
** these words do, variation selectors, the tags of a flag, and the like.
** Space of any kind is shown as it is, and so is the blank of Braille, which
** stands between its signs. Goes by no locale.
*/
#ifndef gp_base_display_h
#define gp_base_display_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef enum gp_showing {
  GP_SHOW_AS_IT_IS,
  GP_SHOW_CODE,    /* it would not be seen, or would disturb */
  GP_SHOW_CONTROL, /* it commands a terminal: C0, DEL or C1 */
  GP_SHOW_BYTE     /* it is a byte that is none of UTF-8 */
} gp_showing;

/* What stands before, all zero at the begin of a text. */
typedef struct gp_display {
  int32_t before; /* the character just before, as it is shown */
  int32_t base;   /* the last one that is no mark, selector or modifier */
  unsigned marks; /* that stand on it */
  bool left;      /* the last letter, in this line, is written to the left */
  unsigned tags;  /* characters that are left of the tags of a flag */
} gp_display;

/* How to show the character that 'text', not empty, begins with: '*c', of so
   many bytes. Takes constant time. */
gp_showing gp_display_next (gp_display *d, const char *text, size_t len,
                            int32_t *c, size_t *bytes);

#pragma GCC visibility pop
#endif
