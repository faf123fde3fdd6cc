/*
** value/address.c - what the text of an address means.
*/
#include "value/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"

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

bool gp_address_islocalname (const char *name) {
  static const char local[] = "localhost";
  size_t n = strlen(name), len = sizeof local - 1;
  if (n > 0 && name[n - 1] == '.')
    n--;
  return n >= len && gp_ascii_same(name + n - len, local, len) &&
         (n == len || name[n - len - 1] == '.');
}

/* An IPv4 address, also as IPv6 has it (::ffff:10.0.0.5), in host order. */
static bool readipv4 (uint32_t *out, const char *address) {
  struct in_addr v4;
  struct in6_addr v6;
  if (inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_V4MAPPED(&v6))
    memcpy(&v4, v6.s6_addr + 12, sizeof v4);
  else if (inet_pton(AF_INET, address, &v4) != 1)
    return false;
  *out = ntohl(v4.s_addr);
  return true;
}

bool gp_address_isinternal (const char *address) {
  struct in6_addr v6;
  uint32_t v4;
  if (readipv4(&v4, address))
    return v4 >> 24 == 127;
  return gp_address_islocalname(address) ||
         (inet_pton(AF_INET6, address, &v6) == 1 &&
          IN6_IS_ADDR_LOOPBACK(&v6));
}

bool gp_address_network (char out[GP_NETWORK_TEXT], const char *address) {
  struct in6_addr v6;
  struct in_addr v4;
  uint32_t number;
  if (readipv4(&number, address)) {
    v4.s_addr = htonl(number);
    return inet_ntop(AF_INET, &v4, out, GP_NETWORK_TEXT) != NULL;
  }
  if (inet_pton(AF_INET6, address, &v6) != 1)
    return false;
  memset(v6.s6_addr + 8, 0, 8);
  if (inet_ntop(AF_INET6, &v6, out, GP_NETWORK_TEXT) == NULL)
    return false;
  strcat(out, "/64");
  return true;
}

bool gp_address_samenetwork (const char *a, const char *b) {
  char na[GP_NETWORK_TEXT], nb[GP_NETWORK_TEXT];
  return gp_address_network(na, a) && gp_address_network(nb, b) &&
         strcmp(na, nb) == 0;
}

static gp_range rangeof4 (uint32_t v4) {
  if (v4 >> 24 == 0 || v4 >> 28 >= 0xE)
    return GP_RANGE_NOBODY;
  if (v4 >> 24 == 127)
    return GP_RANGE_LOOPBACK;
  if (v4 >> 16 == 0xA9FE) /* 169.254 */
    return GP_RANGE_LINKLOCAL;
  return v4 >> 24 == 10 || v4 >> 20 == 0xAC1 || /* 172.16 to 172.31 */
             v4 >> 16 == 0xC0A8 ||              /* 192.168 */
             v4 >> 22 == 0x191                  /* 100.64 to 100.127 */
           ? GP_RANGE_PRIVATE
           : GP_RANGE_PUBLIC;
}

/*
** Whether an IPv6 address leads to an IPv4 one, at the gateway of a network
** (64:ff9b::/96, RFC 6052; 2002::/16, RFC 3056) or by the system itself
** (::a.b.c.d).
*/
static bool carriesipv4 (const struct in6_addr *v6, uint32_t *out) {
  static const unsigned char nat64[12] = {0, 0x64, 0xFF, 0x9B};
  const unsigned char *b = v6->s6_addr;
  if (memcmp(b, nat64, sizeof nat64) == 0 || IN6_IS_ADDR_V4COMPAT(v6))
    b += 12;
  else if (b[0] == 0x20 && b[1] == 0x02)
    b += 2;
  else
    return false;
  *out = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 |
         b[3];
  return true;
}

static gp_range rangeof6 (const struct in6_addr *v6) {
  uint32_t v4;
  if (IN6_IS_ADDR_UNSPECIFIED(v6) || IN6_IS_ADDR_MULTICAST(v6))
    return GP_RANGE_NOBODY;
  if (IN6_IS_ADDR_LOOPBACK(v6))
    return GP_RANGE_LOOPBACK;
  if (IN6_IS_ADDR_LINKLOCAL(v6))
    return GP_RANGE_LINKLOCAL;
  if ((v6->s6_addr[0] & 0xFE) == 0xFC || IN6_IS_ADDR_SITELOCAL(v6))
    return GP_RANGE_PRIVATE;
  return carriesipv4(v6, &v4) ? rangeof4(v4) : GP_RANGE_PUBLIC;
}

gp_range gp_address_range (const char *address) {
  struct in6_addr v6;
  uint32_t v4;
  if (gp_address_islocalname(address))
    return GP_RANGE_LOOPBACK;
  if (readipv4(&v4, address))
    return rangeof4(v4);
  return inet_pton(AF_INET6, address, &v6) == 1 ? rangeof6(&v6)
                                                : GP_RANGE_PUBLIC;
}

unsigned gp_address_mayname (gp_range by) {
  return GP_RANGE_PUBLIC | (by & ~(unsigned)GP_RANGE_NOBODY);
}

static const char unspecified[] =
  "name an address of this machine (see option listen)";
static const char multicast[] = "it is a multicast address";
static const char broadcast[] = "it is the broadcast address";
static const char linklocal[] =
  "others do not know the zone of a link-local address";
static const char lookalike[] = "it looks like an IPv4 address, and is none";

static const char *faultof4 (uint32_t v4) {
  return v4 == 0            ? unspecified
         : v4 == UINT32_MAX ? broadcast
         : v4 >> 28 == 0xE  ? multicast
                            : NULL;
}

static const char *faultof6 (const struct in6_addr *v6) {
  return IN6_IS_ADDR_UNSPECIFIED(v6) ? unspecified
         : IN6_IS_ADDR_MULTICAST(v6) ? multicast
         : IN6_IS_ADDR_LINKLOCAL(v6) ? linklocal
                                     : NULL;
}

/*
** Whether the last label of a name is a number, decimal or hexadecimal: then
** resolvers take all of it for an IPv4 address, and each in its own way. No
** host is called so (URL standard, "ends in a number checker").
*/
static bool endsinnumber (const char *name, size_t len) {
  const char *end = name + len, *label = end;
  while (label > name && label[-1] != '.')
    label--;
  if (end - label >= 2 && label[0] == '0' && (label[1] | 0x20) == 'x')
    return strspn(label + 2, "0123456789abcdefABCDEF") >=
           (size_t)(end - label - 2);
  return end > label && strspn(label, "0123456789") >= (size_t)(end - label);
}

/* "0", "00", "0x0" and "0.0" are 0.0.0.0 to resolvers. */
static const char *faultofname (const char *name) {
  size_t len = strlen(name);
  if (len > 0 && name[len - 1] == '.')
    len--;
  if (!endsinnumber(name, len))
    return NULL;
  return strspn(name, "0xX.") >= len ? unspecified : lookalike;
}

const char *gp_address_fault (const char *address) {
  char bare[INET6_ADDRSTRLEN + 2] = "";
  size_t len = strlen(address), start = 0;
  struct in6_addr v6;
  uint32_t v4;
  if (len >= 2 && address[0] == '[' && address[len - 1] == ']') {
    start = 1;
    len -= 2;
  }
  if (memchr(address + start, '%', len) != NULL) /* its zone follows */
    len = strcspn(address + start, "%");
  if (len >= sizeof bare)
    return faultofname(address);
  memcpy(bare, address + start, len);
  if (readipv4(&v4, bare))
    return faultof4(v4);
  if (inet_pton(AF_INET6, bare, &v6) == 1)
    return faultof6(&v6);
  return faultofname(bare);
}
