/*
** net/hostcheck.c - see net/hostcheck.h.
*/
#include "net/hostcheck.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "net/socketaddress.h"
#include "net/source.h"
#include "value/address.h"

#define NAME_MAX_LEN 253 /* RFC 1035, 2.3.4, as text */

static bool isnamechar (char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
}

bool gp_hostcheck_isname (const char *name) {
  gp_socketaddress a;
  size_t i, len = strlen(name);
  if (gp_socketaddress_parse(&a, name, 0))
    return true;
  for (i = 0; i < len; i++)
    if (!isnamechar(name[i]))
      return false;
  return len > 0 && len <= NAME_MAX_LEN;
}

/* Copies a name without the brackets of IPv6, or the dot that may end it.
   False: it is too long for one. */
static bool copyname (char out[NAME_MAX_LEN + 1], const char *name,
                      size_t len) {
  if (len >= 2 && name[0] == '[' && name[len - 1] == ']') {
    name++;
    len -= 2;
  }
  else if (len > 1 && name[len - 1] == '.')
    len--;
  if (len > NAME_MAX_LEN)
    return false;
  memcpy(out, name, len);
  out[len] = '\0';
  return true;
}

/* The length of a 'Host' without its port. */
static size_t nameof (const char *host, size_t len) {
  size_t at = len;
  while (at > 0 && host[at - 1] >= '0' && host[at - 1] <= '9')
    at--;
  return at > 0 && host[at - 1] == ':' ? at - 1 : len;
}

static bool same (const char *a, const char *b) {
  return gp_ascii_isword(a, strlen(a), b);
}

static bool isadded (const gp_hostcheck *g, const char *name) {
  size_t i;
  for (i = 0; i < g->count; i++)
    if (same(g->names[i], name))
      return true;
  return false;
}

/* No page was loaded from an address that leads elsewhere, so where the
   kernel cannot be asked it is believed. */
static bool isownaddress (const char *name) {
  char source[INET6_ADDRSTRLEN];
  bool equal = false;
  gp_err e = gp_source_find(name, source, &equal);
  return equal || e == GP_EMFILE || e == GP_ENOMEM;
}

static bool ismachine (const char *name) {
  char own[NAME_MAX_LEN + 2];
  if (gethostname(own, sizeof own) != 0)
    return false;
  own[sizeof own - 1] = '\0';
  return same(own, name);
}

void gp_hostcheck_init (gp_hostcheck *g, const char *listen) {
  g->only_here = gp_address_isinternal(listen);
}

void gp_hostcheck_clear (gp_hostcheck *g) {
  while (g->count > 0)
    free(g->names[--g->count]);
}

gp_err gp_hostcheck_add (gp_hostcheck *g, const char *name) {
  char bare[NAME_MAX_LEN + 1];
  char *copy;
  if (!copyname(bare, name, strlen(name)))
    return GP_OK; /* nobody can be dialled there */
  copy = strdup(bare);
  if (copy == NULL)
    return GP_ENOMEM;
  g->names[g->count++] = copy;
  return GP_OK;
}

bool gp_hostcheck_admits (const gp_hostcheck *g, const char *host,
                          size_t len) {
  char name[NAME_MAX_LEN + 1];
  if (!g->only_here || host == NULL || len == 0)
    return true;
  return copyname(name, host, nameof(host, len)) &&
         gp_hostcheck_isname(name) &&
         (gp_address_isinternal(name) || gp_address_isthishost(name) ||
          isadded(g, name) || ismachine(name) || isownaddress(name));
}
