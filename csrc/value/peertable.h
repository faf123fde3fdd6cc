/*
** value/peertable.h - the peers that a node deals with, each once.
**
** Found by name in constant time, by slot (a small number that stays the
** same as long as the entry stands), and walked in the order in which they
** came. An entry is the head of a larger struct of its owner, who allocates
** and frees it; the table only links it.
*/
#ifndef gp_value_peertable_h
#define gp_value_peertable_h

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/index.h"
#include "value/peer.h"
#pragma GCC visibility push(hidden)

typedef struct gp_entry gp_entry;
struct gp_entry {
  gp_peer *peer; /* its owner's reference */
  uint32_t slot;
  uint64_t number;       /* grows in the order in which they came */
  gp_entry *next, *prev; /* in this order */
  gp_link link;
};

/* A zeroed struct is an empty table. */
typedef struct gp_members {
  size_t count, size;
  gp_entry *first, *last;
  gp_index names;
  gp_entry **slots; /* 'size' of them */
} gp_members;

/* Links 'e', whose peer is set and not in the table yet. */
gp_err gp_members_add (gp_members *ms, gp_entry *e);

void gp_members_remove (gp_members *ms, gp_entry *e);

/* 'e' is called 'p' from now on, which nobody else in the table is. Its
   owner sees to the references; slot and order stay. */
void gp_members_rename (gp_members *ms, gp_entry *e, gp_peer *p);

/* The entry called 'p', or NULL. */
gp_entry *gp_members_find (const gp_members *ms, const gp_peer *p);

/* The entry in a slot, or NULL; any number may be asked for. */
gp_entry *gp_members_at (const gp_members *ms, uint32_t slot);

/* Frees the table alone. */
void gp_members_clear (gp_members *ms);

#pragma GCC visibility pop
#endif
