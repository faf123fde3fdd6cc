/*
** node/machine.c - which addresses are one machine.
*/
#include "node/machine.h"

#include <string.h>

#include "base/crypto.h"
#include "node/state.h"
#include "value/address.h"

bool gp_machine_ishere (const gp_node *n, const char *address) {
  return gp_address_isinternal(address) ||
         n->transport.ishere(n->transport.self, address);
}

/* A machine has a /64 to itself as a rule, and changes within it (RFC
   8981). */
bool gp_machine_isone (const gp_node *n, const char *a, const char *b) {
  return gp_address_samehost(a, b) || gp_address_samenetwork(a, b) ||
         (gp_machine_ishere(n, a) && gp_machine_ishere(n, b));
}

uint64_t gp_machine_hash (const gp_node *n, const char *address) {
  char network[GP_NETWORK_TEXT] = "";
  (void)gp_address_network(network, address);
  return gp_siphash(&n->self.opt.secret, network, strlen(network));
}
