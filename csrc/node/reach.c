/*
** node/reach.c - whether others reach this node.
*/
#include "node/reach.h"

#include <string.h>

#include "node/departure.h"
#include "node/machine.h"
#include "node/state.h"
#include "value/address.h"

/* So long it counts that another machine reached us, that a member did not,
   and that nobody does. */
#define HEARD_MS 60000
#define SAID_MS 60000
#define UNTIL_MS 120000

/* Between two members that are asked. */
#define ASK_MS 10000

/* While nobody says that we are not reached, what comes is noticed so
   often. */
#define NOTICE_MS 1000

bool gp_reach_isunreached (const gp_node *n) {
  return n->now < n->admission.reach.until;
}

static void end (gp_reach *r) {
  r->until = r->said_at = r->asked_at = 0;
  r->by[0] = '\0';
}

void gp_reach_reset (gp_node *n) {
  end(&n->admission.reach);
  n->admission.reach.told_at = 0;
}

/* Whether it is another machine. Who is where is asked of the system only
   when somebody new comes. */
static bool iselsewhere (gp_node *n, const char *remote) {
  gp_reach *r = &n->admission.reach;
  if (strcmp(remote, r->heard) == 0)
    return true;
  if (strcmp(remote, r->here) == 0 || gp_address_isinternal(remote) ||
      strcmp(remote, gp_peer_address(n->self.identity.peer)) == 0)
    return false;
  if (gp_machine_ishere(n, remote))
    strncpy(r->here, remote, sizeof r->here - 1);
  else
    strncpy(r->heard, remote, sizeof r->heard - 1);
  return strcmp(remote, r->heard) == 0;
}

void gp_reach_heard (gp_node *n, const char *remote) {
  gp_reach *r = &n->admission.reach;
  bool known = r->by[0] == '\0' && r->heard_at != 0 &&
               n->now < r->heard_at + NOTICE_MS;
  if (known || !iselsewhere(n, remote))
    return;
  r->heard_at = n->now;
  end(r);
}

/* Whether 'peer' can tell of that: a member of ours on another machine, but
   not on the one at 'but'. What is on this one tells nothing of others. */
static bool cantell (const gp_node *n, const gp_record *peer,
                     const char *but) {
  const char *remote = peer->names.remote;
  return peer->compat.ours && peer->membership == GP_MEMBER &&
         remote[0] != '\0' && !gp_machine_ishere(n, remote) &&
         (but[0] == '\0' || !gp_machine_isone(n, remote, but));
}

/* Asks another one. False: there is none that could be asked. */
static bool askother (gp_node *n) {
  gp_reach *r = &n->admission.reach;
  gp_record *peer, *chosen = NULL;
  uint64_t count = 0;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (cantell(n, peer, r->by) && gp_random_below(&n->random, ++count) == 0)
      chosen = peer;
  if (chosen == NULL)
    return false;
  if (r->asked_at != 0 && n->now < r->asked_at + ASK_MS)
    return true;
  r->asked_at = n->now;
  gp_probe_sendself(n, chosen);
  return true;
}

static void ask (gp_node *n, gp_record *peer) {
  gp_request *r = gp_request_newown(n, peer, GP_PURPOSE_WITHDRAW, NULL);
  if (r == NULL)
    return;
  gp_membership_apply(n, peer, GP_IS_BEING_LEFT, GP_OK);
  gp_outbox_queue(n, peer, r);
}

/* One that failed may be alive where we cannot be heard. */
void gp_reach_withdraw (gp_node *n, gp_record *peer) {
  if (gp_membership_istarget(peer))
    ask(n, peer);
  else if (gp_membership_isfailing(peer)) {
    gp_departure_disconnect(n, peer);
    gp_departure_left(n, peer);
  }
}

static void conclude (gp_node *n) {
  gp_record *peer;
  n->admission.reach.until = n->now + UNTIL_MS;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (gp_record_isgo(peer))
      gp_reach_withdraw(n, peer);
}

/* A member on another machine says so. */
static void weigh (gp_node *n, const gp_record *by) {
  gp_reach *r = &n->admission.reach;
  const char *remote = by->names.remote;
  bool heard = r->heard_at != 0 && n->now < r->heard_at + HEARD_MS;
  bool second = r->by[0] != '\0' && n->now < r->said_at + SAID_MS &&
                !gp_machine_isone(n, remote, r->by);
  if (heard)
    return;
  memcpy(r->by, remote, sizeof r->by);
  r->said_at = n->now;
  if (gp_reach_isunreached(n))
    r->until = n->now + UNTIL_MS;
  else if (second || (!askother(n) && r->heard_at == 0))
    conclude(n);
}

void gp_reach_denied (gp_node *n, const gp_peer *name) {
  const gp_record *by = gp_peers_find(&n->peers, name);
  gp_reach *r = &n->admission.reach;
  bool again = r->heard_at > r->told_at && n->now >= r->heard_at + HEARD_MS;
  if (r->told_at == 0 || again) {
    gp_report_unreached(&n->report, name);
    r->told_at = n->now;
  }
  if (by != NULL && cantell(n, by, ""))
    weigh(n, by);
}

/* Whether it is where we are dialled: 0.0.0.0 is at any address. */
static bool isus (const gp_node *n, const gp_peer *at) {
  const gp_peer *self = n->self.identity.peer;
  return gp_peer_equal(at, self) ||
         (gp_peer_isany(self) && gp_peer_port(at) == gp_peer_port(self));
}

void gp_reach_said (gp_node *n, const gp_record *by,
                    const gp_recvresp *response) {
  const gp_peer *at = response->ext.unreached;
  if (at != NULL && by->compat.ours && gp_membership_ismember(by) &&
      isus(n, at))
    gp_reach_denied(n, gp_record_name(by));
}
