/*
** lua/values.h - messages, errors and events as plain Lua tables.
**
** Each push makes a new table; nothing of the core is kept. Metatables are
** filled by lua/gop2p/values.lua. 'namesake': the nick of the sender, or of
** the peer that an event is about, is another one's by now.
*/
#ifndef gp_lua_values_h
#define gp_lua_values_h

#include <lua.h>
#include <stdbool.h>

#include "base/blob.h"
#include "base/err.h"
#include "value/event.h"
#include "value/message.h"
#include "value/receipt.h"
#pragma GCC visibility push(hidden)

void lgp_pushmessage (lua_State *L, const gp_message *m, bool namesake);
void lgp_pushfailure (lua_State *L, const gp_failure *f);
void lgp_pushevent (lua_State *L, const gp_event *ev, bool namesake,
                    bool former_namesake);

/* Pushes nil and an error with the given text; returns 2, for 'return'. */
int lgp_fail (lua_State *L, gp_err e, const char *text);

/* Pushes a userdata with the string at 'arg' as a blob, which lives as long
   as the userdata stands on the stack. */
gp_blob *lgp_checkblob (lua_State *L, int arg);

#pragma GCC visibility pop
#endif
