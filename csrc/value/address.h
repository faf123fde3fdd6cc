/*
** value/address.h - what the text of an address means, as far as it shows
** without asking anybody.
*/
#ifndef gp_value_address_h
#define gp_value_address_h

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Whether it is this machine's loopback: localhost, 127.0.0.1 or ::1, which
   lead to the same listeners. */
bool gp_address_isloopback (const char *address);

/* The same, or 0.0.0.0 or ::, which reach this machine when they are dialled
   from it. */
bool gp_address_isthishost (const char *address);

/* Whether both are the same host: one text, or both loopback. */
bool gp_address_samehost (const char *a, const char *b);

#pragma GCC visibility pop
#endif
