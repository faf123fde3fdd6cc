/*
** node/compat.c - which program a peer is, and what it calls us.
*/
#include "node/compat.h"

#include <string.h>

#include "node/state.h"
#include "value/address.h"

void gp_compat_setprogram (gp_node *n, gp_record *peer, gp_form form,
                           bool ours) {
  gp_compat *c = &peer->compat;
  if (c->form != form || c->ours != ours)
    c->since = n->now;
  c->form = form;
  c->ours = ours;
}

bool gp_compat_isheaderform (gp_form form) {
  return form == GP_FORM_SEED || form == GP_FORM_V112;
}

const gp_peer *gp_compat_ourname (const gp_node *n, const gp_record *peer) {
  const gp_peer *alias = peer->compat.our_alias;
  return alias == NULL ? n->self.identity.peer : alias;
}

/* NULL: our own name. */
static void setalias (const gp_node *n, gp_record *peer,
                      const gp_peer *name) {
  gp_compat *c = &peer->compat;
  bool own = name == NULL || gp_peer_equal(name, n->self.identity.peer);
  gp_peer_unref(c->our_alias);
  c->our_alias = own ? NULL : gp_peer_ref(name);
}

/* Whether it told the alias itself, and was sent nothing since. */
static bool istold (const gp_record *peer) {
  return peer->compat.told &&
         peer->compat.told_at_sequence == peer->outbox.sequence;
}

/*
** v1.1.3 does not say what it calls us. Its own style is a good guess
** (protocol.md); a 403 corrects it.
*/
static void guessalias (const gp_node *n, gp_record *peer) {
  const gp_peer *name = gp_record_name(peer);
  const char *address = gp_peer_address(name);
  gp_peer *us = NULL;
  if (gp_peer_isany(name) &&
      gp_peer_new(&us, address, strlen(address),
                  gp_peer_port(n->self.identity.peer)) != GP_OK)
    us = NULL;
  setalias(n, peer, us);
  gp_peer_unref(us);
}

/* The header forms tell it in 'Host'. */
void gp_compat_learnalias (gp_node *n, gp_record *peer,
                           const gp_recvreq *request) {
  if (peer->compat.ours)
    setalias(n, peer, NULL);
  else if (request->form == GP_FORM_HEADERS) {
    setalias(n, peer, request->host);
    peer->compat.told = true;
    peer->compat.told_at_sequence = peer->outbox.sequence;
  }
  else if (!gp_membership_ismember(peer))
    guessalias(n, peer);
}

/* Whether what stands at 'remote' is this machine. */
static bool ishere (const gp_node *n, const char *remote) {
  return strncmp(remote, "127.", 4) == 0 || strcmp(remote, "::1") == 0 ||
         strcmp(remote, gp_peer_address(n->self.identity.peer)) == 0;
}

/* Our port, and an address that means this machine at 'remote'. */
static bool ismine (const gp_node *n, const gp_peer *name,
                    const char *remote) {
  return n->self.opt.on_loopback &&
         gp_peer_port(name) == gp_peer_port(n->self.identity.peer) &&
         gp_address_isthishost(gp_peer_address(name)) && ishere(n, remote);
}

/* Not for IPv6: another program may listen at the same port there. */
bool gp_compat_isself (const gp_node *n, const gp_peer *name,
                       const char *remote) {
  return gp_peer_equal(name, n->self.identity.peer) ||
         (strchr(gp_peer_address(name), ':') == NULL &&
          ismine(n, name, remote));
}

bool gp_compat_isourselves (const gp_node *n, const gp_identity *who) {
  return who->process != 0 && who->process == n->self.identity.process;
}

static bool isalias (const gp_node *n, const gp_record *peer,
                     const gp_peer *name) {
  const gp_peer *alias = peer->compat.our_alias;
  if (gp_peer_equal(name, n->self.identity.peer))
    return false;
  return (alias != NULL && gp_peer_equal(name, alias)) ||
         ismine(n, name, peer->names.remote);
}

const gp_peer *gp_compat_aliasin (const gp_node *n, const gp_record *peer,
                                  const gp_peerlist *list) {
  size_t i;
  for (i = 0; i < list->n; i++)
    if (isalias(n, peer, list->at[i]))
      return list->at[i];
  return NULL;
}

/* Takes 'name' back where the peer holds us under another one, too. Without
   memory it keeps both, until the next check. */
static void dropalias (gp_node *n, gp_record *peer, const gp_peer *name) {
  gp_request *r = gp_request_newown(n, peer, GP_PURPOSE_DROP_ALIAS, name);
  if (r != NULL)
    gp_outbox_insert(n, peer, r);
}

/*
** A member that held us twice would send us everything twice. A list from
** before it called us by a name itself does not count against that name.
*/
const gp_peer *gp_compat_settlealias (gp_node *n, gp_record *peer,
                                      const gp_recvresp *response) {
  const gp_peer *us = NULL;
  bool told = istold(peer);
  if (response->ext.who.peer == NULL)
    us = gp_compat_aliasin(n, peer, &response->list);
  if (us != NULL)
    dropalias(n, peer, n->self.identity.peer);
  if (us != NULL || !told)
    setalias(n, peer, us);
  return us;
}

/*
** A v1.1.3 member of ours that connects to us adds us once more when it has
** its response, under a name that it does not tell: its list does, soon
** after. What is to go to it waits for the first look.
**
** To look is to connect. Two of ours that take each other for Go programs,
** since a proxy between them drops our headers, would look at each other for
** ever: so after MANY_CHECKS fruitless looks the interval doubles each time.
*/
#define FIRST_CHECK_MS 100
#define CHECKS 3
#define MANY_CHECKS 12
#define MAX_DOUBLINGS 9  /* they are 51 s apart then */
#define FORGET_MS 120000 /* without any */

/* So long a broadcast may be under way that was to go to both names. */
#define UNDERWAY_MS 1000

static uint64_t intervalof (const gp_compat *c) {
  unsigned over = c->fruitless < MANY_CHECKS ? 0 : c->fruitless - MANY_CHECKS;
  return (uint64_t)FIRST_CHECK_MS
         << (over < MAX_DOUBLINGS ? over : MAX_DOUBLINGS);
}

static void checkat (gp_node *n, gp_record *peer, uint64_t at) {
  peer->compat.check_at = at;
  gp_deadlines_lookat(&n->deadlines, &peer->deadline, at);
}

static void begincheck (gp_node *n, gp_record *peer) {
  gp_compat *c = &peer->compat;
  uint64_t at;
  if (n->now - c->checked_at > FORGET_MS)
    c->fruitless = 0;
  at = n->now + intervalof(c);
  c->checks_left = CHECKS;
  if (c->fruitless <= MANY_CHECKS) {
    gp_outbox_pause(n, peer, at);
    c->twin_until = at + UNDERWAY_MS;
  }
  else if (c->check_at != 0)
    return; /* it is waited for already */
  checkat(n, peer, at);
}

void gp_compat_checked (gp_record *peer) {
  peer->compat.fruitless = 0;
  peer->compat.check_at = 0;
}

/* Connects, so that the response has its list. */
static void look (gp_node *n, gp_record *peer) {
  gp_request *r = gp_request_newown(n, peer, GP_PURPOSE_FIND_ALIAS, NULL);
  if (r == NULL)
    return;
  gp_outbox_insert(n, peer, r);
  gp_outbox_advance(n, peer);
}

static void check (gp_node *n, gp_record *peer) {
  gp_compat *c = &peer->compat;
  uint64_t interval, next;
  c->fruitless++;
  c->checked_at = n->now;
  if (peer->membership == GP_MEMBER)
    look(n, peer);
  if (peer->membership != GP_MEMBER || --c->checks_left == 0) {
    c->check_at = 0;
    return;
  }
  next = (uint64_t)FIRST_CHECK_MS << 2 * (CHECKS - c->checks_left);
  interval = intervalof(c);
  checkat(n, peer, n->now + (next < interval ? interval : next));
}

void gp_compat_look (gp_node *n, gp_record *peer) {
  uint64_t at = peer->compat.check_at;
  if (at == 0)
    return;
  if (at <= n->now)
    check(n, peer);
  else
    gp_deadlines_lookat(&n->deadlines, &peer->deadline, at);
}

void gp_compat_untwin (gp_node *n, gp_record *peer, const gp_peer *had) {
  if (peer->compat.ours)
    return;
  if (peer->compat.form == GP_FORM_V113)
    begincheck(n, peer);
  else if (!gp_peer_equal(gp_compat_ourname(n, peer), had))
    dropalias(n, peer, had);
}

void gp_compat_untwinned (gp_node *n, gp_record *peer) {
  peer->compat.twin_until = n->now + UNDERWAY_MS;
}

/* A connect in our own name is a second one where it has another for us; so
   until that is taken back. */
bool gp_compat_istwin (const gp_node *n, const gp_record *peer) {
  const gp_request *sent = peer->outbox.sent;
  bool asking = sent != NULL &&
                gp_purpose_rule(gp_request_purpose(sent))->own_name;
  return !peer->compat.ours &&
         (asking || n->now < peer->compat.twin_until ||
          gp_outbox_iscurrent(peer, GP_PURPOSE_DROP_ALIAS));
}

void gp_compat_clear (gp_record *peer) {
  gp_peer_unref(peer->compat.our_alias);
}
