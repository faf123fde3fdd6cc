/*
** base/signal.c - the list of raised signals.
*/
#include "base/signal.h"

#include <stddef.h>

void gp_signal_init (gp_signal *s, gp_ready *ready) {
  s->ready = ready;
  s->next = s->prev = NULL;
  s->number = ++ready->count;
  s->raised = false;
}

void gp_signal_raise (gp_signal *s) {
  gp_ready *r = s->ready;
  if (s->raised)
    return;
  s->raised = true;
  s->next = NULL;
  s->prev = r->last;
  if (r->last != NULL)
    r->last->next = s;
  else
    r->first = s;
  r->last = s;
}

void gp_signal_clear (gp_signal *s) {
  gp_ready *r = s->ready;
  if (!s->raised)
    return;
  s->raised = false;
  if (s->prev != NULL)
    s->prev->next = s->next;
  else
    r->first = s->next;
  if (s->next != NULL)
    s->next->prev = s->prev;
  else
    r->last = s->prev;
}

uint64_t gp_ready_next (gp_ready *r) {
  gp_signal *s = r->first;
  if (s == NULL)
    return 0;
  gp_signal_clear(s);
  return s->number;
}
