/*
** lua/characters.c - see lua/characters.h.
*/
#include "lua/characters.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/os.h"

static bool ours;           /* in the place of another locale, */
static gp_os_locale before; /* which is this one */

static char noted[64]; /* the name of a locale */

void lgp_characters_edit (void) {
  if (ours || gp_os_isutf8())
    return;
  before = gp_os_utf8locale();
  ours = true;
}

void lgp_characters_endedit (void) {
  if (ours)
    gp_os_returnlocale(before);
  ours = false;
}

bool lgp_characters_areours (void) {
  return ours;
}

void lgp_characters_note (void) {
  snprintf(noted, sizeof noted, "%s", setlocale(LC_CTYPE, NULL));
}

void lgp_characters_restore (void) {
  if (strcmp(setlocale(LC_CTYPE, NULL), noted) != 0)
    setlocale(LC_CTYPE, noted);
}
