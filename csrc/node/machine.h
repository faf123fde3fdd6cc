/*
** node/machine.h - which addresses are one machine, as far as we can see.
**
** Has no state; which addresses are this machine's the transport knows.
*/
#ifndef gp_node_machine_h
#define gp_node_machine_h

#include <stdbool.h>
#include <stdint.h>

#include "node/transport.h"
#pragma GCC visibility push(hidden)

/* Whether an address is one of this machine's: "localhost", or a numeric
   one. */
bool gp_machine_ishere (const gp_node *n, const char *address);

/* Whether two addresses are one machine: equal, both of this one, or (IPv6)
   of one /64. */
bool gp_machine_isone (const gp_node *n, const char *a, const char *b);

/* A number for the machine at a numeric address, by which nobody can tell
   which two have the same. */
uint64_t gp_machine_hash (const gp_node *n, const char *address);

#pragma GCC visibility pop
#endif
