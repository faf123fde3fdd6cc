/*
** value/address.c - what the text of an address means.
*/
#include "value/address.h"

#include <string.h>

bool gp_address_isloopback (const char *address) {
  return strcmp(address, "127.0.0.1") == 0 || strcmp(address, "::1") == 0 ||
         strcmp(address, "localhost") == 0;
}

bool gp_address_isthishost (const char *address) {
  return gp_address_isloopback(address) || strcmp(address, "0.0.0.0") == 0 ||
         strcmp(address, "::") == 0;
}

bool gp_address_samehost (const char *a, const char *b) {
  return strcmp(a, b) == 0 ||
         (gp_address_isloopback(a) && gp_address_isloopback(b));
}
