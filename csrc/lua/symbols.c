/*
** lua/symbols.c - addresses that are looked up by name in a shared library.
*/
#include "lua/symbols.h"

#include <dlfcn.h>
#include <string.h>

bool lgp_symbols_find (void *library, const lgp_symbol *symbols, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    void *found = dlsym(library, symbols[i].name);
    if (found == NULL)
      return false;
    memcpy(symbols[i].at, &found, sizeof found);
  }
  return true;
}
