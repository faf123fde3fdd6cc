/*
** wire/http.c - see wire/http.h.
*/
#include "wire/http.h"

#include <string.h>

const char *gp_httpin_header (const gp_httpin *in, const char *name) {
  return in->find(in->headers, name);
}

gp_peer *gp_httpin_peer (const gp_httpin *in, const char *name,
                         const char *prefix) {
  const char *value = gp_httpin_header(in, name);
  size_t skip = strlen(prefix);
  gp_peer *p;
  if (value == NULL || strncmp(value, prefix, skip) != 0)
    return NULL;
  value += skip;
  return gp_peer_parse(&p, value, strlen(value)) == GP_OK ? p : NULL;
}

bool gp_httpin_isok (const gp_httpin *in) {
  return in->status >= 200 && in->status <= 299;
}

void gp_httpout_addheader (gp_httpout *out, const char *name,
                           const char *value) {
  out->headers[out->nheaders].name = name;
  out->headers[out->nheaders++].value = value;
}
