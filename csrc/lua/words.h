/*
** lua/words.h - what a word may become, as readline wants it.
*/
#ifndef gp_lua_words_h
#define gp_lua_words_h

#include <lua.h>
#include <stdbool.h>
#pragma GCC visibility push(hidden)

/*
** The list of strings on top, without those that takes() is false for: what
** all begin with, then each, then NULL. For readline, which frees it. NULL
** when it is empty or memory is out.
*/
char **lgp_words (lua_State *L, bool (*takes)(const char *word));

#pragma GCC visibility pop
#endif
