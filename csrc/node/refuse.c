/*
** node/refuse.c - requests that were refused, told to the program.
*/
#include <string.h>

#include "node/contact.h"

static gp_blob *blobof (const char *text) {
  size_t len = strlen(text);
  gp_blob *b = gp_blob_new(len);
  if (b != NULL)
    memcpy(b->bytes, text, len);
  return b;
}

/* Refusals that are told in a second (ms), and how many at most. */
#define REFUSALS_TIME 1000
#define REFUSALS_MOST 16

static bool maytell (gp_node *n, uint64_t now) {
  if (now >= n->refusing + REFUSALS_TIME) {
    n->refusing = now;
    n->refusals = 0;
  }
  return n->refusals++ < REFUSALS_MOST;
}

void gp_node_overlooked (gp_node *n, uint64_t count) {
  n->lost += count;
}

void gp_node_refused (gp_node *n, gp_err error, int status,
                      const char *origin, uint64_t now) {
  gp_failure *f = NULL;
  if (maytell(n, now))
    f = gp_failure_new(GP_PURPOSE_SERVE, NULL, NULL);
  if (f == NULL) {
    n->lost++;
    return;
  }
  f->error = error;
  f->status = status;
  f->origin = origin == NULL ? NULL : blobof(origin);
  gp_node_tell(n, f);
  gp_failure_unref(f);
}
