/*
** value/peer.c - the name of a node.
*/
#include "value/peer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/index.h"
#include "base/os.h"

/* A thousand nodes that know each other hold a million: one block each. */
struct gp_peer {
  unsigned refs;
  uint32_t hash;
  uint16_t port;
  uint16_t host, address, nick; /* where they start in 'bytes' */
  char bytes[]; /* text, host, address, nick, each with its zero byte */
};

static bool ishostchar (char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

static bool ishostname (const char *address, size_t len) {
  size_t i;
  for (i = 0; i < len; i++)
    if (!ishostchar(address[i]))
      return false;
  return len > 0 && len <= GP_ADDRESS_MAX;
}

static bool isipv6 (const char *address) {
  struct in6_addr ignored;
  return inet_pton(AF_INET6, address, &ignored) == 1;
}

/* Copies the address without brackets; tells whether it is an IPv6 one. */
static bool takeipv6 (char *to, const char *address, size_t len) {
  if (len >= 2 && address[0] == '[' && address[len - 1] == ']') {
    address++;
    len -= 2;
  }
  if (len == 0 || len > INET6_ADDRSTRLEN || memchr(address, 0, len) != NULL)
    return false;
  memcpy(to, address, len);
  to[len] = '\0';
  return isipv6(to);
}

static gp_err make (gp_peer **out, const char *address, bool v6, int port,
                    const char *nick) {
  char host[GP_ADDRESS_MAX + 3], text[GP_PEER_TEXT];
  size_t hostlen, textlen, len = strlen(address), nicklen = strlen(nick);
  gp_peer *p;
  snprintf(host, sizeof host, v6 ? "[%s]" : "%s", address);
  snprintf(text, sizeof text, "%s:%d", host, port);
  hostlen = strlen(host);
  textlen = strlen(text);
  p = malloc(sizeof *p + textlen + hostlen + len + nicklen + 4);
  if (p == NULL)
    return GP_ENOMEM;
  p->refs = 1;
  p->port = (uint16_t)port;
  p->hash = gp_index_hash(text);
  p->host = (uint16_t)(textlen + 1);
  p->address = (uint16_t)(p->host + hostlen + 1);
  p->nick = (uint16_t)(p->address + len + 1);
  memcpy(p->bytes, text, textlen + 1);
  memcpy(p->bytes + p->host, host, hostlen + 1);
  memcpy(p->bytes + p->address, address, len + 1);
  memcpy(p->bytes + p->nick, nick, nicklen + 1);
  *out = p;
  return GP_OK;
}

gp_err gp_peer_new (gp_peer **out, const char *address, size_t len,
                    int64_t port) {
  char plain[GP_ADDRESS_MAX + 1];
  bool v6 = takeipv6(plain, address, len);
  if (port < 1 || port > 65535 || !(v6 || ishostname(address, len)))
    return GP_EINVAL;
  if (!v6) {
    memcpy(plain, address, len);
    plain[len] = '\0';
  }
  return make(out, plain, v6, (int)port, "");
}

gp_err gp_peer_nicknamed (gp_peer **out, const gp_peer *p, const char *nick) {
  const char *address = gp_peer_address(p);
  return make(out, address, strchr(address, ':') != NULL, p->port, nick);
}

int64_t gp_peer_parseport (const char *text, size_t len) {
  int64_t port = 0;
  size_t i;
  if (len < 1 || len > 5)
    return -1;
  for (i = 0; i < len; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    port = port * 10 + (text[i] - '0');
  }
  return port;
}

gp_err gp_peer_parse (gp_peer **out, const char *text, size_t len) {
  const char *colon = gp_os_memrchr(text, ':', len);
  size_t host = colon == NULL ? len : (size_t)(colon - text);
  if (colon == NULL)
    return GP_EINVAL;
  if (memchr(text, ':', host) != NULL && text[0] != '[')
    return GP_EINVAL; /* "::1:5000" could be read in two ways */
  return gp_peer_new(out, text, host,
                     gp_peer_parseport(colon + 1, len - host - 1));
}

gp_peer *gp_peer_ref (const gp_peer *p) {
  gp_peer *own = (gp_peer *)p; /* only its count changes */
  own->refs++;
  return own;
}

void gp_peer_unref (const gp_peer *p) {
  gp_peer *own = (gp_peer *)p;
  if (own != NULL && --own->refs == 0)
    free(own);
}

const char *gp_peer_address (const gp_peer *p) {
  return p->bytes + p->address;
}

const char *gp_peer_nick (const gp_peer *p) {
  return p->bytes + p->nick;
}

int gp_peer_port (const gp_peer *p) {
  return p->port;
}

size_t gp_peer_size (const gp_peer *p) {
  return sizeof *p + p->nick + strlen(gp_peer_nick(p)) + 1;
}

bool gp_peer_equal (const gp_peer *a, const gp_peer *b) {
  return a == b || (a->hash == b->hash && strcmp(a->bytes, b->bytes) == 0);
}

uint32_t gp_peer_hash (const gp_peer *p) {
  return p->hash;
}

uint32_t gp_peer_publichash (const gp_peer *p) {
  const char *text = p->bytes;
  uint32_t h = 2166136261u;
  for (; *text != '\0'; text++)
    h = (h ^ (unsigned char)*text) * 16777619u;
  return h;
}

bool gp_peer_isany (const gp_peer *p) {
  const char *address = gp_peer_address(p);
  return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

bool gp_peer_isnumeric (const gp_peer *p) {
  struct in_addr ignored;
  const char *address = gp_peer_address(p);
  return isipv6(address) || inet_pton(AF_INET, address, &ignored) == 1;
}

const char *gp_peer_host (const gp_peer *p) {
  return p->bytes + p->host;
}

const char *gp_peer_text (const gp_peer *p) {
  return p->bytes;
}
