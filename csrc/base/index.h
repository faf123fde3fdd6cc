/*
** base/index.h - a hash table whose links are part of what is found.
**
** Knows hashes alone: any number of links may have the same one, and whoever
** looks compares what they stand for, the oldest first. Owns none of them.
*/
#ifndef gp_base_index_h
#define gp_base_index_h

#include <stddef.h>
#include <stdint.h>

#include "base/crypto.h"
#include "base/err.h"
#pragma GCC visibility push(hidden)

typedef struct gp_indexlink gp_indexlink;
struct gp_indexlink {
  gp_indexlink *next;
  uint32_t hash;
};

/* A zeroed struct is an empty index. */
typedef struct gp_index {
  size_t count, size;
  gp_indexlink **buckets; /* 'size' of them */
} gp_index;

/* The struct of 'type' whose field 'field' is the link 'l'. */
#define gp_index_of(type, field, l) \
  ((type *)(void *)((char *)(l)-offsetof(type, field)))

/*
** The hash of a text, with a key that each process draws for itself: nobody
** can choose texts for others' nodes that have one hash. Nothing that is
** said, or done first, may follow from it.
*/
uint32_t gp_index_hash (const char *text);

/* The same of a number, of which others may have chosen a part. */
uint32_t gp_index_hashnumber (uint64_t number);

/* What is hashed from now on has this key. For tests: indexes that are not
   empty find nothing any more. */
void gp_index_setkey (const gp_siphashkey *key);

/* Puts in 'l', which is in no index yet. GP_ENOMEM. */
gp_err gp_index_add (gp_index *ix, gp_indexlink *l, uint32_t hash);

/* 'l', which is in it, has this hash from now on. */
void gp_index_move (gp_index *ix, gp_indexlink *l, uint32_t hash);

void gp_index_remove (gp_index *ix, gp_indexlink *l);

/* The oldest link with a hash, and the next one with the same; or NULL. */
gp_indexlink *gp_index_find (const gp_index *ix, uint32_t hash);
gp_indexlink *gp_index_next (const gp_indexlink *l);

/* Frees the index alone. */
void gp_index_clear (gp_index *ix);

#pragma GCC visibility pop
#endif
