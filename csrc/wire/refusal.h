/*
** wire/refusal.h - what the refusals say, in the body of their response.
**
** Those of the published protocol are word for word Go's (protocol.md).
*/
#ifndef gp_wire_refusal_h
#define gp_wire_refusal_h

#include "base/err.h"
#pragma GCC visibility push(hidden)

/* The status for what an error of reading says: 0, 400, 503 (GP_ENOMEM). */
int gp_refusal_status (gp_err e);

/* What a request that could not be read is told with 400, 405 and 503. */
const char *gp_refusal_text (int status);

extern const char gp_wire_notvalid[];      /* 400 */
extern const char gp_wire_yourself[];      /* 400 */
extern const char gp_wire_notregistered[]; /* 403 */
extern const char gp_wire_browser[];       /* 403; ours */
extern const char gp_wire_unreached[];     /* 403; ours */
extern const char gp_wire_notallowed[];    /* 405 */
extern const char gp_wire_taken[];         /* 409; ours */
extern const char gp_wire_toolarge[];      /* 413; ours */
extern const char gp_wire_otherhost[];     /* 421; ours */
extern const char gp_wire_toosoon[];       /* 429; ours */
extern const char gp_wire_busy[];          /* 503; ours, Go never says it */
extern const char gp_wire_nosign[];        /* 504; ours */

#pragma GCC visibility pop
#endif
