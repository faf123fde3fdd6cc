/*
** lua/characters.h - the characters of a line that is edited.
**
** They are those of UTF-8, whatever the locale is: readline finds these,
** while it runs. Lua, and all else, finds the locale that there is, which
** stays as it is.
*/
#ifndef gp_lua_characters_h
#define gp_lua_characters_h

#include <stdbool.h>
#pragma GCC visibility push(hidden)

/* Between these two calls characters are those of UTF-8. Nothing is done
   where those of the locale are. */
void lgp_characters_edit (void);
void lgp_characters_endedit (void);

/* Whether they are others now than those of the locale. */
bool lgp_characters_areours (void);

/*
** readline makes the locale that the environment names that of the process,
** whenever it begins a line. Notes the one that there is, and puts it back.
*/
void lgp_characters_note (void);
void lgp_characters_restore (void);

#pragma GCC visibility pop
#endif
