/*
** base/blob.h - bytes that several requests share.
**
** Immutable and counted: a broadcast is encoded once, however many members
** it goes to.
*/
#ifndef gp_base_blob_h
#define gp_base_blob_h

#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef struct gp_blob {
  unsigned refs;
  size_t len;
  char bytes[]; /* 'len' of them, then a zero byte */
} gp_blob;

/* With one reference, its bytes not yet written; NULL when out of memory. */
gp_blob *gp_blob_new (size_t len);

gp_blob *gp_blob_ref (gp_blob *b);

/* NULL is allowed. */
void gp_blob_unref (gp_blob *b);

#pragma GCC visibility pop
#endif
