/*
** program.h - what the program of a scripted node (script.h) calls.
**
** Peers are texts: "b:1", of several "b:1 c:1", of none "". Every call checks
** what it gets and ends the case when that is an error.
*/
#ifndef program_h
#define program_h

#include "script.h"

/* Puts a text on its way: to everybody, or to those named. */
gp_receipt *program_say (script *s, const char *text);
gp_receipt *program_tell (script *s, const char *to, const char *text);

gp_receipt *program_join (script *s, const char *entry);
gp_receipt *program_visit (script *s, const char *entry);
/* The same, and 'entry' lets us in with this list; nothing else of it is left
   to be read. */
void program_joined (script *s, const actor *entry, const char *names);

gp_receipt *program_leave (script *s);

/* Whether the receivers can take one more. */
bool program_hasroom (script *s, const char *to);

/* It is told right after the start that these were known before. */
void program_resume (script *s, const char *known, bool left);

/* Gives the receipt away unclaimed. */
void program_forget (gp_receipt *r);

/* All that it is told and has not read: "sending c: ETIMEDOUT; c left". */
const char *program_news (script *s);

#endif
