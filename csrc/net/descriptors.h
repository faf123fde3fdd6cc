/*
** net/descriptors.h - whether the process runs out of descriptors.
**
** Some are kept back, 64 at most: what strangers can have this process open,
** by connecting to it or by naming others to it, never takes those, so that
** there is always one for a member. Owns nothing.
*/
#ifndef gp_net_descriptors_h
#define gp_net_descriptors_h

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* How many have to be given back until more are left than are kept back;
   0: they are not scarce. */
size_t gp_descriptors_missing (void);

#pragma GCC visibility pop
#endif
