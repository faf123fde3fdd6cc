/*
** memory.h - an allocator that counts, and that fails when it is told to.
**
** Memory is full of nonsense when it is given out (but for calloc's) and
** again once it was given back, so that a test shows who reads either. Who
** writes behind its end is ended when it is given back.
** The linker leads malloc, calloc, realloc and free of the core here
** (--wrap); those of the C library's own are not among them.
*/
#ifndef memory_h
#define memory_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pieces that are allocated and not freed. */
size_t memory_used (void);

/* Bytes that were ever asked for. */
uint64_t memory_asked (void);

/* Allocation number 'n' from now on fails, counted from one; if 'stays', so
   do all after it. */
void memory_fail (uint64_t n, bool stays);

/* None fails any more. Whether one has. */
bool memory_heal (void);

#endif
