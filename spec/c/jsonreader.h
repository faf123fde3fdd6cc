/*
** jsonreader.h - a JSON reader for tests, which link no library.
**
** As wire/json.h wants it: strict, with the depth that the wire forms are
** read with. 'parse' allocates once; the leave of the root frees that, so a
** case in which one is missing leaks.
*/
#ifndef jsonreader_h
#define jsonreader_h

#include "wire/json.h"

/* All share one cursor: a text has to be left before the next is parsed. */
gp_json jsonreader (void);

#endif
