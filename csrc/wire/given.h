/*
** wire/given.h - which published program can have given a response.
**
** Judges by the head of a response alone, and by the body of one refusal.
** What a response lacks shows that no node has given it; what it has can be
** imitated. What follows from either is not decided here.
*/
#ifndef gp_wire_given_h
#define gp_wire_given_h

#include "wire/http.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

/*
** GP_FORM_V113: that program, or a node of ours, which shows its process as
** well, and may show nothing else. GP_FORM_HEADERS: one of the header forms.
** GP_FORM_UNKNOWN: no program of gop2p.
*/
gp_form gp_given_form (const gp_httpin *in);

/* Whether the response is one to a probe, which the header forms give in
   another way than all the rest. */
bool gp_given_toprobe (const gp_httpin *in);

#pragma GCC visibility pop
#endif
