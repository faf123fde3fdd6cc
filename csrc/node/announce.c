/*
** node/announce.c - whether one that lets us in is called what it says.
*/
#include "node/announce.h"

#include <stdlib.h>
#include <string.h>

#include "node/cookies.h"
#include "node/hearsay.h"
#include "node/naming.h"
#include "node/state.h"

#define TIMEOUT_MS 1000

/* The ids of these probes have this slot, which no record has. */
#define ANNOUNCE_SLOT (UINT32_MAX - 2)

void gp_announcements_init (gp_announcements *as) {
  gp_ring_init(&as->all);
}

void gp_announce_free (gp_announcement *a) {
  gp_ring_remove(&a->place);
  gp_peer_unref(a->of);
  gp_recvresp_clear(&a->response);
  free(a);
}

void gp_announcements_clear (gp_node *n) {
  gp_ring *all = &n->admission.announcements.all;
  while (!gp_ring_empty(all)) {
    gp_announcement *a = gp_ring_of(gp_announcement, place, all->next);
    gp_request_finish(a->r, &n->report, GP_ECANCELED, 0);
    gp_announce_free(a);
  }
}

/* Whether 'name' is but another word for where 'remote' was dialled, and no
   other one's. */
static bool isthere (const gp_node *n, const gp_record *peer,
                     const gp_peer *name, const char *remote) {
  const gp_record *same = gp_peers_find(&n->peers, name);
  return (same == NULL || same == peer) &&
         gp_peer_port(name) == gp_peer_port(gp_record_dialled(peer)) &&
         gp_naming_isat(name, remote);
}

/* Or it is known already that it is called so. */
static bool isknown (const gp_node *n, const gp_record *peer,
                     const gp_extension *x) {
  const gp_record *same = gp_peers_find(&n->peers, x->who.peer);
  return same != NULL &&
         (same == peer || gp_cookies_judge(same, x) == GP_SHOWN_ITS);
}

bool gp_announce_isnew (const gp_node *n, const gp_record *peer,
                        const gp_request *r, const gp_recvresp *response) {
  const gp_purposerule *rule = gp_purpose_rule(gp_request_purpose(r));
  const gp_identity *who = &response->ext.who;
  return rule->type == GP_CONNECT && !rule->bare && !rule->hasty &&
         who->peer != NULL && !isknown(n, peer, &response->ext) &&
         !isthere(n, peer, who->peer,
                  response->remote == NULL ? "" : response->remote);
}

static bool copy (gp_announcement *a, const gp_recvresp *response) {
  a->response = *response;
  memset(&a->response.list, 0, sizeof a->response.list);
  gp_extension_copy(&a->response.ext, &response->ext);
  if (response->remote != NULL) {
    strncpy(a->remote, response->remote, sizeof a->remote - 1);
    a->response.remote = a->remote;
  }
  return gp_peerlist_copy(&a->response.list, &response->list) == GP_OK;
}

static gp_announcement *add (gp_node *n, const gp_record *peer,
                             const gp_recvresp *response) {
  gp_announcements *as = &n->admission.announcements;
  gp_announcement *a = calloc(1, sizeof *a);
  if (a == NULL)
    return NULL;
  a->id = (uint64_t)++as->sequence << 32 | ANNOUNCE_SLOT;
  a->of = gp_peer_ref(gp_record_name(peer));
  gp_ring_append(&as->all, &a->place);
  if (copy(a, response))
    return a;
  gp_announce_free(a);
  return NULL;
}

static gp_err send (gp_node *n, const gp_announcement *a, gp_record *by) {
  const gp_extension *x = &a->response.ext;
  gp_sendreq request;
  memset(&request, 0, sizeof request);
  gp_cookies_ask(n, &request.ext, x, NULL);
  request.from = n->self.identity.peer;
  request.to = a->response.ext.who.peer;
  request.cause = GP_CAUSE_CLAIM;
  request.claimer = a->response.remote;
  request.anew = true;
  request.ranges = gp_hearsay_ranges(n, by);
  return n->transport.send(n->transport.self, a->id, request.to, &request,
                           TIMEOUT_MS);
}

bool gp_announce_ask (gp_node *n, gp_record *peer, gp_request *r,
                      const gp_recvresp *response) {
  const gp_peer *name = response->ext.who.peer;
  gp_announcement *a = NULL;
  if (!gp_peer_isany(name) && gp_hearsay_mayname(n, peer, name) &&
      gp_hearsay_take(n, peer))
    a = add(n, peer, response);
  if (a == NULL)
    return false;
  if (send(n, a, peer) != GP_OK) {
    gp_announce_free(a);
    return false;
  }
  a->r = r;
  gp_outbox_pause(n, peer, n->now + 2 * TIMEOUT_MS);
  return true;
}

gp_announcement *gp_announce_take (gp_node *n, uint64_t id) {
  const gp_ring *all = &n->admission.announcements.all, *r;
  if ((uint32_t)id != ANNOUNCE_SLOT)
    return NULL;
  for (r = all->next; r != all; r = r->next)
    if (gp_ring_of(gp_announcement, place, r)->id == id)
      return gp_ring_of(gp_announcement, place, r);
  return NULL;
}

bool gp_announce_holds (const gp_announcement *a, gp_err error,
                        const gp_recvresp *response) {
  const gp_extension *x = &a->response.ext;
  return error == GP_OK && x->who.process != 0 &&
         response->ext.who.process == x->who.process &&
         (x->has_cookie ? response->ext.confirmed
                        : gp_identity_lackscookies(&response->ext.who));
}
