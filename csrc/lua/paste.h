/*
** lua/paste.h - whether a line begins with what was pasted.
**
** Terminals put marks around what is pasted where readline asks for them,
** which takes line breaks between them for a part of the line. One line is
** read at a time.
*/
#ifndef gp_lua_paste_h
#define gp_lua_paste_h

#include <stdbool.h>
#pragma GCC visibility push(hidden)

/* A line is about to be read. */
void lgp_paste_begin (void);

/* It gets a key, the marks included; 'empty': it has no character yet. */
void lgp_paste_key (int key, bool empty);

/* Whether the line, which was read, begins with what was pasted while it was
   empty. */
bool lgp_paste_isat (const char *line);

#pragma GCC visibility pop
#endif
