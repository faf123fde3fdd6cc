/*
** lua/symbols.h - addresses that are looked up by name in a shared library.
*/
#ifndef gp_lua_symbols_h
#define gp_lua_symbols_h

#include <stdbool.h>
#include <stddef.h>
#pragma GCC visibility push(hidden)

/* A name, and where the address that is found for it goes. */
typedef struct lgp_symbol {
  const char *name;
  void *at;
} lgp_symbol;

/* Whether all 'n' are in 'library', a handle of dlopen. */
bool lgp_symbols_find (void *library, const lgp_symbol *symbols, size_t n);

#pragma GCC visibility pop
#endif
