/*
** wire/given.c - which published program can have given a response.
**
** The heads are those of the recordings (spec/wire). Go's net/http adds Date
** to all of them, the length of the body or that it comes in chunks, and
** "Connection: close" where it was asked to.
*/
#include "wire/given.h"

#include <string.h>

#include "wire/extension.h"
#include "wire/refusal.h"

static bool has (const gp_httpin *in, gp_headername name, const char *value) {
  const char *found = gp_httpin_header(in, name);
  return found != NULL && strcmp(found, value) == 0;
}

/* As Go's net/http writes an error. */
static bool iserror (const gp_httpin *in) {
  return has(in, GP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8") &&
         has(in, GP_HEADER_X_CONTENT_TYPE_OPTIONS, "nosniff");
}

/* The one response of v1.1.3 without the four headers. */
static bool isyourself (const gp_httpin *in) {
  size_t len = strlen(gp_wire_yourself);
  return in->status == 400 && iserror(in) && in->len == len &&
         memcmp(in->body, gp_wire_yourself, len) == 0;
}

static bool isv113 (const gp_httpin *in) {
  return (has(in, GP_HEADER_ALLOW_CREDENTIALS, "true") &&
          has(in, GP_HEADER_ALLOW_HEADERS, "*") &&
          has(in, GP_HEADER_ALLOW_METHODS, "*") &&
          has(in, GP_HEADER_ALLOW_ORIGIN, "*")) ||
         isyourself(in);
}

/* How many headers net/http has added; one that breaks its rules counts more
   than there can be. */
static size_t added (const gp_httpin *in) {
  const char *connection = gp_httpin_header(in, GP_HEADER_CONNECTION);
  bool sized = gp_httpin_header(in, GP_HEADER_CONTENT_LENGTH) != NULL;
  if (gp_httpin_header(in, GP_HEADER_DATE) == NULL ||
      sized == has(in, GP_HEADER_TRANSFER_ENCODING, "chunked") ||
      (connection != NULL && strcmp(connection, "close") != 0))
    return in->nheaders + 1;
  return connection == NULL ? 2 : 3;
}

bool gp_given_toprobe (const gp_httpin *in) {
  return gp_httpin_header(in, GP_HEADER_ALLOW_ORIGIN) == NULL;
}

/* These headers and no others, or a member would be what any server is. */
static bool isheaders (const gp_httpin *in) {
  size_t count = added(in);
  if (gp_given_toprobe(in))
    return in->status == 200 && has(in, GP_HEADER_CONTENT_LENGTH, "0") &&
           in->nheaders == count;
  if (!has(in, GP_HEADER_ALLOW_ORIGIN, "*"))
    return false;
  if (in->status != 200)
    return iserror(in) && in->nheaders == count + 3;
  return in->nheaders ==
         count + 1 + has(in, GP_HEADER_CONTENT_TYPE, "text/plain");
}

gp_form gp_given_form (const gp_httpin *in) {
  if (gp_extension_isours(in) || isv113(in))
    return GP_FORM_V113;
  return isheaders(in) ? GP_FORM_HEADERS : GP_FORM_UNKNOWN;
}
