/*
** base/err.c - names, kinds and words of the errors.
*/
#include "base/err.h"

#include <errno.h>
#include <stddef.h>

typedef struct entry {
  const char *code;
  gp_errkind kind;
  const char *text;
} entry;

static const entry entries[GP_ERR_COUNT] = {
#define GP_ERR_ENTRY(name, kind, text) {"E" #name, GP_KIND_##kind, text},
  GP_ERRORS(GP_ERR_ENTRY)
#undef GP_ERR_ENTRY
};

const char *gp_err_code (gp_err e) {
  return entries[e].code;
}

const char *gp_err_text (gp_err e) {
  return entries[e].text;
}

gp_errkind gp_err_kind (gp_err e) {
  return entries[e].kind;
}

const char *gp_errkind_name (gp_errkind kind) {
  static const char *const names[] = {"connection", "parsing", "internal"};
  return names[kind];
}

gp_err gp_err_fromerrno (int number) {
  switch (number) {
    case 0: return GP_OK;
    case ENOMEM:
    case ENOBUFS: return GP_ENOMEM;
    case EINVAL: return GP_EINVAL;
    case EMFILE:
    case ENFILE: return GP_EMFILE;
    case EADDRINUSE: return GP_EADDRINUSE;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT: return GP_EADDRNOTAVAIL;
    case EACCES:
    case EPERM: return GP_EACCES;
    case ECONNREFUSED: return GP_ECONNREFUSED;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED: return GP_ECONNRESET;
    case EHOSTUNREACH:
    case EHOSTDOWN: return GP_EHOSTUNREACH;
    case ENETUNREACH:
    case ENETDOWN: return GP_ENETUNREACH;
    case ETIMEDOUT: return GP_ETIMEDOUT;
    default: return GP_EIO;
  }
}

gp_err gp_err_fromstatus (int status) {
  switch (status) {
    case 400: return GP_EBADREQUEST;
    case 403: return GP_EFORBIDDEN;
    case 409: return GP_EEXIST;
    case 413: return GP_EMSGSIZE;
    case 421: return GP_EHOST;
    case 429:
    case 503: return GP_EBUSY;
    default: return GP_ESTATUS;
  }
}
