/*
** node/stats.c - what a node knows about itself and its peers.
*/
#include <stdlib.h>
#include <string.h>

#include "node/stats.h"

#include "node/contact.h"

/* What the program is having done; the node's own requests do not count. */
static bool counts (const gp_errand *e) {
  return e->failure->purpose <= GP_PURPOSE_SERVE;
}

static void queued (const gp_contact *c, size_t *messages, size_t *bytes) {
  const gp_errand *e = c->asked;
  if (e != NULL && counts(e)) {
    ++*messages;
    *bytes += gp_message_len(e->failure->msg);
  }
  for (e = c->first; e != NULL; e = e->next) {
    *messages += counts(e);
    *bytes += gp_message_len(e->failure->msg);
  }
}

void gp_node_stats (const gp_node *n, gp_stats *out) {
  const gp_peerentry *e;
  memset(out, 0, sizeof *out);
  out->members = n->nmembers;
  out->inbox_messages = n->inbox.count;
  out->inbox_bytes = n->inbox.bytes;
  out->lostevents = n->events.lost;
  out->health = n->detect.health;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    const gp_contact *c = (const gp_contact *)e;
    out->suspected += c->vigil.suspected != 0;
    out->failed += c->vigil.lost;
    queued(c, &out->outbox_messages, &out->outbox_bytes);
  }
}

static gp_state stateof (const gp_contact *c) {
  switch (c->standing) {
    case GP_MEMBER:
      return c->vigil.suspected != 0 ? GP_STATE_SUSPECTED : GP_STATE_ALIVE;
    default: return c->vigil.lost ? GP_STATE_FAILED : GP_STATE_CANDIDATE;
  }
}

gp_err gp_node_states (const gp_node *n, uint64_t now, gp_peerstates *out) {
  const gp_peerentry *e;
  memset(out, 0, sizeof *out);
  if (n->contacts.count == 0)
    return GP_OK;
  out->at = calloc(n->contacts.count, sizeof *out->at);
  if (out->at == NULL)
    return GP_ENOMEM;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    const gp_contact *c = (const gp_contact *)e;
    gp_peerstate *p = &out->at[out->n];
    if (c->standing == GP_STRANGER)
      continue;
    p->peer = gp_peer_ref(e->peer);
    p->state = stateof(c);
    p->form = c->form;
    p->ours = c->ours;
    memcpy(p->name, c->name, sizeof p->name);
    p->rtt = c->vigil.rtt == 0 ? UINT32_MAX : c->vigil.rtt - 1;
    p->heard = c->vigil.heard == 0 ? UINT64_MAX : now - c->vigil.heard;
    queued(c, &p->messages, &p->bytes);
    out->n++;
  }
  return GP_OK;
}

void gp_peerstates_clear (gp_peerstates *ps) {
  size_t i;
  for (i = 0; i < ps->n; i++)
    gp_peer_unref(ps->at[i].peer);
  free(ps->at);
  memset(ps, 0, sizeof *ps);
}
