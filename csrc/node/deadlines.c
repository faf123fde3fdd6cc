#include "node/deadlines.h"
#include "node/state.h"
void gp_deadlines_lookat (gp_node *n, uint64_t at) {
  if (at < n->deadlines.patience_at)
    n->deadlines.patience_at = at;
}
void gp_deadlines_watch (gp_node *n, gp_record *peer, uint64_t at) {
  if (gp_ring_empty(&peer->watched.ring)) {
    gp_ring *all = &n->deadlines.watched, *before = all->prev;
    while (before != all &&
           gp_ring_of(gp_record, watched.ring, before)->entry.number >
             peer->entry.number)
      before = before->prev;
    gp_ring_append(before->next, &peer->watched.ring);
  }
  if (at < n->deadlines.watch_at)
    n->deadlines.watch_at = at;
}
