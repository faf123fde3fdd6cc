/*
** figures.h - how fast the simulator is, and how large a node.
*/
#ifndef figures_h
#define figures_h

#include <stddef.h>
#include <stdint.h>

/* Prints a table. The exit status. */
int figures (void);

/* The same: how soon a network heals, and what that costs. */
int healfigures (uint64_t seed);

/* Bytes of memory that are in use. */
size_t figures_bytes (void);

#endif
