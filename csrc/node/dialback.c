/*
** node/dialback.c - whether whoever asks for something can be reached.
*/
#include "node/dialback.h"

#include <stdlib.h>
#include <string.h>

#include "node/respond.h"
#include "node/state.h"
#include "wire/refusal.h"

#define TIMEOUT_MS 1200 /* of such a probe */
#define MAX_WAITING 128 /* at once, */
#define MAX_EACH 32     /* and of them at one address */

/* The ids of these probes have this slot, which no record has. */
#define DIALBACK_SLOT (UINT32_MAX - 1)

void gp_dialbacks_init (gp_dialbacks *ds) {
  gp_ring_init(&ds->all);
}

static gp_dialback *dialbackof (const gp_ring *place) {
  return gp_ring_of(gp_dialback, place, place);
}

static gp_dialback *takeout (gp_dialbacks *ds, gp_dialback *d) {
  gp_ring_remove(&d->place);
  ds->count--;
  return d;
}

void gp_dialback_free (gp_dialback *d) {
  gp_peer_unref(d->at);
  gp_recvreq_clear(&d->request);
  free(d);
}

void gp_dialbacks_clear (gp_node *n) {
  gp_dialbacks *ds = &n->admission.dialbacks;
  while (!gp_ring_empty(&ds->all)) {
    gp_dialback *d = takeout(ds, dialbackof(ds->all.next));
    gp_respond(n, d->exchange, 503, gp_wire_busy);
    gp_dialback_free(d);
  }
}

gp_peer *gp_dialback_endpoint (const gp_recvreq *request) {
  const gp_peer *name = request->msg == NULL ? request->ext.about
                                             : request->msg->from;
  gp_peer *at;
  if (name == NULL || request->ext.who.process == 0 ||
      gp_peer_new(&at, request->remote, strlen(request->remote),
                  gp_peer_port(name)) != GP_OK)
    return NULL;
  return at;
}

static bool hasroom (const gp_dialbacks *ds, const gp_peer *at) {
  const char *address = gp_peer_address(at);
  const gp_ring *r;
  size_t count = 0;
  if (ds->count >= MAX_WAITING)
    return false;
  for (r = ds->all.next; r != &ds->all; r = r->next)
    count += strcmp(gp_peer_address(dialbackof(r)->at), address) == 0;
  return count < MAX_EACH;
}

static gp_err sendprobe (gp_node *n, const gp_dialback *d) {
  gp_sendreq request;
  memset(&request, 0, sizeof request);
  request.from = n->self.identity.peer;
  request.to = d->at;
  return n->transport.send(n->transport.self, d->id, d->at, &request,
                           TIMEOUT_MS);
}

static void copyrequest (gp_recvreq *to, const gp_recvreq *from,
                         const char *remote) {
  to->form = from->form;
  to->msg = from->msg == NULL ? NULL : gp_message_ref(from->msg);
  to->host = from->host == NULL ? NULL : gp_peer_ref(from->host);
  to->remote = remote;
  gp_extension_copy(&to->ext, &from->ext);
}

static gp_dialback *add (gp_dialbacks *ds, const gp_recvreq *request,
                         gp_peer *at, gp_exchange *x) {
  gp_dialback *d = calloc(1, sizeof *d);
  if (d == NULL)
    return NULL;
  d->id = (uint64_t)++ds->sequence << 32 | DIALBACK_SLOT;
  d->at = gp_peer_ref(at);
  copyrequest(&d->request, request, gp_peer_address(at));
  d->exchange = x;
  gp_ring_append(&ds->all, &d->place);
  ds->count++;
  return d;
}

bool gp_dialback_begin (gp_node *n, const gp_recvreq *request, gp_peer *at,
                        gp_exchange *x) {
  gp_dialbacks *ds = &n->admission.dialbacks;
  gp_dialback *d = hasroom(ds, at) ? add(ds, request, at, x) : NULL;
  if (d == NULL)
    return false;
  if (sendprobe(n, d) == GP_OK)
    return true;
  gp_dialback_free(takeout(ds, d));
  return false;
}

bool gp_dialback_isfor (const gp_node *n, const gp_record *peer) {
  const gp_ring *r, *all = &n->admission.dialbacks.all;
  for (r = all->next; r != all; r = r->next) {
    const gp_message *msg = dialbackof(r)->request.msg;
    if (msg != NULL && gp_peers_find(&n->peers, msg->from) == peer)
      return true;
  }
  return false;
}

gp_dialback *gp_dialback_take (gp_node *n, uint64_t id) {
  gp_dialbacks *ds = &n->admission.dialbacks;
  gp_ring *r;
  for (r = ds->all.next; r != &ds->all; r = r->next)
    if (dialbackof(r)->id == id)
      return takeout(ds, dialbackof(r));
  return NULL;
}
