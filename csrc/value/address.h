/*
** value/address.h - what the text of an address means, as far as it shows
** without asking anybody.
*/
#ifndef gp_value_address_h
#define gp_value_address_h

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Whether it is this machine's loopback: localhost, 127.0.0.1 or ::1, which
   lead to the same listeners. */
bool gp_address_isloopback (const char *address);

/* The same, or 0.0.0.0 or ::, which reach this machine when they are dialled
   from it. */
bool gp_address_isthishost (const char *address);

/* Whether a name is "localhost" or below it, RFC 6761 6.3; a dot may end
   it. */
bool gp_address_islocalname (const char *name);

/*
** Whether it is an address that every machine has for itself: such a name,
** 127.0.0.0/8, or ::1, in any spelling. A node that is called so is reached
** from its own machine alone.
*/
bool gp_address_isinternal (const char *address);

/*
** Why a node that is called so is reached by nobody, in words that follow
** "nobody can reach ADDRESS: "; NULL: nothing in the text speaks against it.
** Brackets of an IPv6 address are allowed. Static text.
*/
const char *gp_address_fault (const char *address);

#define GP_NETWORK_TEXT 50 /* INET6_ADDRSTRLEN and "/64" */

/*
** What a numeric address counts as where it is counted how much comes from
** somewhere: an IPv4 address, also as IPv6 has it, as itself; an IPv6 one as
** its /64, in which any machine may take as many addresses as it likes (RFC
** 4291, 2.5.1; RFC 6177). False: it is not numeric.
*/
bool gp_address_network (char out[GP_NETWORK_TEXT], const char *address);

/* Where an address lies; bits, so that there are sets of them. */
typedef enum gp_range {
  GP_RANGE_PUBLIC = 1,
  GP_RANGE_LOOPBACK = 2,  /* as gp_address_isinternal says */
  GP_RANGE_PRIVATE = 4,   /* RFC 1918, RFC 6598, fc00::/7, fec0::/10 */
  GP_RANGE_LINKLOCAL = 8, /* 169.254.0.0/16, fe80::/10 */
  GP_RANGE_NOBODY = 16    /* 0.0.0.0/8, ::, multicast, 240.0.0.0/4 */
} gp_range;

/* The one of a numeric address; of an IPv4 address also as IPv6 carries it. A
   name that has to be looked up counts as public: look at what it stands
   for. */
gp_range gp_address_range (const char *address);

/* The ranges of those that may be named by one that is in 'by': what anybody
   reaches, and where it is itself. */
unsigned gp_address_mayname (gp_range by);

/* Whether both are the same host: one text, or both loopback. */
bool gp_address_samehost (const char *a, const char *b);

/* Whether two numeric addresses are in one network. */
bool gp_address_samenetwork (const char *a, const char *b);

#pragma GCC visibility pop
#endif
