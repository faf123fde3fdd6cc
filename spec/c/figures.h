/*
** figures.h - how fast the simulator is, and how large a node.
*/
#ifndef figures_h
#define figures_h

/* Prints a table. The exit status. */
int figures (void);

#endif
