/*
** figures.h - how fast the simulator is, and how large a node.
*/
#ifndef figures_h
#define figures_h

#include <stdint.h>

/* Prints a table. The exit status. */
int figures (void);

/* The same: how soon a network heals, and what that costs. */
int healfigures (uint64_t seed);

#endif
