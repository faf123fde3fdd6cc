/*
** lua/libedit.h - what libedit lacks of GNU readline's interface.
*/
#ifndef gp_lua_libedit_h
#define gp_lua_libedit_h

#include <stdbool.h>

#include "lua/readline.h"
#pragma GCC visibility push(hidden)

/* Sets what lua/readline.c has not set of 'rl', where 'library' is libedit.
   'rl' stays for good. */
bool lgp_libedit_fill (lgp_readline *rl, void *library);

#pragma GCC visibility pop
#endif
