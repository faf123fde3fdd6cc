/*
** net/refusals.c - what a server has refused by itself.
*/
#include "net/refusals.h"

#include <stdio.h>
#include <string.h>

void gp_refusals_add (gp_refusals *r, int status, const char *origin) {
  gp_refusal *added;
  if (r->count == GP_REFUSALS_MAX) {
    r->overlooked++;
    return;
  }
  added = &r->kept[r->count++];
  added->status = status;
  snprintf(added->origin, sizeof added->origin, "%s", origin);
}

bool gp_refusals_next (gp_refusals *r, gp_refusal *out) {
  if (r->count == 0)
    return false;
  *out = r->kept[0];
  r->count--;
  memmove(r->kept, r->kept + 1, r->count * sizeof *r->kept);
  return true;
}

uint64_t gp_refusals_overlooked (gp_refusals *r) {
  uint64_t n = r->overlooked;
  r->overlooked = 0;
  return n;
}
