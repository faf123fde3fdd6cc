/*
** wire/jsonscan.h - looks through a JSON text before it is parsed.
**
** A parser builds all that stands in a text, whoever sent it; that may cost
** much more than reading what a message has. So bounds are checked first, in
** one pass that keeps counts alone, and with them what two readers would not
** read alike. What else is wrong the parser finds: of a text that is JSON
** the scan sees what is there, of any other it says anything.
*/
#ifndef gp_wire_jsonscan_h
#define gp_wire_jsonscan_h

#include <stddef.h>

#include "base/err.h"
#pragma GCC visibility push(hidden)

/*
** Levels of objects and arrays. A direct message has three: itself, the list
** of its receivers, one of these.
*/
#define GP_JSONSCAN_DEPTH 8

/*
** Fields of one object. A message has four, a peer two; what later versions,
** or other programs, may add has room.
*/
#define GP_JSONSCAN_FIELDS 32

/*
** Values in all, objects and arrays among them. A peer is three: so the
** members of a list, and the receivers of a direct message, which are as
** many at most, can be 10,900, where a node takes 4,096 unless it is told
** otherwise.
*/
#define GP_JSONSCAN_VALUES 32768

/* Characters of a number, or of a word such as null. A port has five. */
#define GP_JSONSCAN_PLAIN 64

/*
** GP_EBADMSG: more than the bounds allow, or an object that has a field of
** ours (wire/jsonform.h) twice, as Go's decoder matches names: without case,
** where also U+017F is an s. Which of the two counts every reader decides in
** its own way.
*/
gp_err gp_jsonscan (const char *text, size_t len);

#pragma GCC visibility pop
#endif
