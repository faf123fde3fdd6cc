/*
** lua/options.h - the options of a node, from a Lua table.
*/
#ifndef gp_lua_options_h
#define gp_lua_options_h

#include <lua.h>

#include "net/service.h"
#pragma GCC visibility push(hidden)

/* What a name has to be (value/nick.h), in words. */
#define LGP_NAME_EXPECTED \
  "1 to 32 visible characters expected, a letter first, none of them a " \
  "space or one of : [ ] @ / , #"

/*
** Sets 'opt' to the defaults and then to what the table at 'arg' says (nil:
** nothing). An unknown option and a value out of range raise an error that
** names it. Texts are borrowed from the table.
*/
void lgp_options_read (lua_State *L, int arg, gp_serviceopt *opt);

#pragma GCC visibility pop
#endif
