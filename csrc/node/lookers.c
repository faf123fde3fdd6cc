/*
** node/lookers.c - those that ask for the list of members and do not join.
*/
#include "node/lookers.h"

#include <stdlib.h>
#include <string.h>

#include "base/index.h"
#include "node/admission.h"
#include "node/respond.h"
#include "node/state.h"
#include "wire/refusal.h"

#define INTERVAL_MS 1000 /* between two probes for a source */
#define TIMEOUT_MS 1200  /* of such a probe */
#define MAX_PROBED 64    /* at once */
#define MAX_SOURCES 1024 /* that are remembered, the newest */

/* The ids of their probes have this slot, which no record has. */
#define LOOKER_SLOT (UINT32_MAX - 1)

typedef struct looker {
  gp_ring place; /* in gp_lookers */
  uint64_t id;   /* of its probe */
  uint64_t process;
  gp_exchange *exchange;
} looker;

void gp_lookers_init (gp_lookers *ls) {
  gp_ring_init(&ls->probed);
  gp_ttlmap_init(&ls->recent, MAX_SOURCES, INTERVAL_MS);
}

static void add (gp_lookers *ls, looker *l, uint64_t process,
                 gp_exchange *x) {
  l->id = (uint64_t)++ls->sequence << 32 | LOOKER_SLOT;
  l->process = process;
  l->exchange = x;
  gp_ring_append(&ls->probed, &l->place);
  ls->count++;
}

/* Its exchange, which is to be responded to. */
static gp_exchange *takeout (gp_lookers *ls, looker *l) {
  gp_exchange *x = l->exchange;
  gp_ring_remove(&l->place);
  ls->count--;
  free(l);
  return x;
}

static looker *find (const gp_lookers *ls, uint64_t id) {
  gp_ring *at;
  for (at = ls->probed.next; at != &ls->probed; at = at->next) {
    looker *l = gp_ring_of(looker, place, at);
    if (l->id == id)
      return l;
  }
  return NULL;
}

void gp_lookers_clear (gp_node *n) {
  gp_lookers *ls = &n->admission.lookers;
  while (!gp_ring_empty(&ls->probed))
    gp_respond(n, takeout(ls, gp_ring_of(looker, place, ls->probed.next)),
               503, gp_wire_busy);
  gp_ttlmap_clear(&ls->recent);
}

/*
** Where the node of a looker is probed: never elsewhere than where its
** request came from, so that nobody can have other machines probed. Of its
** own name only the port counts. NULL: it has none, or no memory.
*/
static gp_peer *placeof (const gp_recvreq *request) {
  const gp_peer *name = request->ext.about;
  gp_peer *at;
  if (name == NULL || request->ext.who.process == 0 ||
      gp_peer_new(&at, request->remote, strlen(request->remote),
                  gp_peer_port(name)) != GP_OK)
    return NULL;
  return at;
}

static gp_err sendprobe (gp_node *n, const looker *l, const gp_peer *at) {
  gp_sendreq request;
  memset(&request, 0, sizeof request);
  request.from = n->self.identity.peer;
  request.to = at;
  return n->transport.send(n->transport.self, l->id, at, &request,
                           TIMEOUT_MS);
}

/* False: it could not be, and nothing was taken. */
static bool probe (gp_node *n, const gp_recvreq *request, const gp_peer *at,
                   gp_exchange *x) {
  gp_lookers *ls = &n->admission.lookers;
  looker *l = NULL;
  if (ls->count < MAX_PROBED)
    l = calloc(1, sizeof *l);
  if (l == NULL)
    return false;
  add(ls, l, request->ext.who.process, x);
  if (sendprobe(n, l, at) == GP_OK)
    return true;
  (void)takeout(ls, l);
  return false;
}

/* Whether a source is to wait; from now on others of it are. */
static bool issoon (gp_node *n, const char *remote) {
  gp_ttlmap *recent = &n->admission.lookers.recent;
  uint64_t key = gp_index_hash(remote);
  bool soon = gp_ttlmap_get(recent, key, n->now) != 0;
  if (!soon)
    gp_ttlmap_raise(recent, key, 1, n->now);
  return soon;
}

bool gp_lookers_asked (gp_node *n, const gp_recvreq *request,
                       gp_exchange *x) {
  gp_peer *at = placeof(request);
  bool waits = false;
  if (gp_compat_isourselves(n, &request->ext.who))
    gp_respond_yourself(n, x);
  else if (at == NULL)
    gp_respond(n, x, 403, gp_wire_unreached);
  else if (issoon(n, request->remote))
    gp_respond(n, x, 429, gp_wire_toosoon);
  else {
    waits = probe(n, request, at, x);
    if (!waits)
      gp_respond(n, x, 503, gp_wire_busy);
  }
  gp_peer_unref(at);
  return !waits;
}

static void givelist (gp_node *n, gp_exchange *x) {
  gp_peerlist list = {0, 0, NULL};
  if (gp_admission_list(n, &list) == GP_OK)
    gp_respond_look(n, x, &list);
  else
    gp_respond(n, x, 503, gp_wire_busy);
  gp_peerlist_clear(&list);
}

bool gp_lookers_responded (gp_node *n, uint64_t id, gp_err error,
                           const gp_recvresp *response) {
  looker *l = find(&n->admission.lookers, id);
  bool is;
  gp_exchange *x;
  if (l == NULL)
    return false;
  is = error == GP_OK && response->ext.who.process == l->process;
  x = takeout(&n->admission.lookers, l);
  if (is)
    givelist(n, x);
  else
    gp_respond(n, x, 403, gp_wire_unreached);
  return true;
}
