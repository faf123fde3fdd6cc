/*
** base/ring.h - a list whose links are part of what is listed.
**
** Knows nothing of its members and owns none of them. A ring is a head or a
** member; one that stands in no list is alone with itself, so removing it
** again is harmless.
*/
#ifndef gp_base_ring_h
#define gp_base_ring_h

#include <stdbool.h>
#include <stddef.h>

typedef struct gp_ring gp_ring;
struct gp_ring {
  gp_ring *next, *prev;
};

/* The struct of 'type' whose field 'field' is the ring 'r'. */
#define gp_ring_of(type, field, r) \
  ((type *)(void *)((char *)(r)-offsetof(type, field)))

static inline void gp_ring_init (gp_ring *r) {
  r->next = r->prev = r;
}

static inline bool gp_ring_empty (const gp_ring *head) {
  return head->next == head;
}

static inline void gp_ring_remove (gp_ring *r) {
  r->prev->next = r->next;
  r->next->prev = r->prev;
  gp_ring_init(r);
}

/* Puts 'r', which stands in no list, before 'head': as the last one. */
static inline void gp_ring_append (gp_ring *head, gp_ring *r) {
  r->prev = head->prev;
  r->next = head;
  head->prev->next = r;
  head->prev = r;
}

/* Puts 'r', which stands in no list, after 'head': as the first one. */
static inline void gp_ring_prepend (gp_ring *head, gp_ring *r) {
  gp_ring_append(head->next, r);
}

/* Takes 'r' out of its list, if any, and makes it the last of 'head'. */
static inline void gp_ring_move (gp_ring *head, gp_ring *r) {
  gp_ring_remove(r);
  gp_ring_append(head, r);
}

#endif
