/*
** node/cookies.c - by what nodes of ours know each other again.
*/
#include "node/cookies.h"

#include <string.h>

#include "base/crypto.h"
#include "node/state.h"
#include "value/address.h"

static bool isequal (const gp_cookie *a, const gp_cookie *b) {
  return gp_crypto_equal(a->bytes, b->bytes, sizeof a->bytes);
}

gp_shown gp_cookies_judge (const gp_record *peer, const gp_extension *x) {
  const gp_cookies *c = &peer->cookies;
  bool has_one = peer->compat.ours &&
                 peer->claim.version >= GP_VERSION_COOKIES;
  if (c->has_its)
    return x->has_cookie &&
               (isequal(&x->cookie, &c->its) ||
                (c->has_former && isequal(&x->cookie, &c->former)))
             ? GP_SHOWN_ITS
             : GP_SHOWN_WRONG;
  if (x->has_cookie)
    return GP_SHOWN_UNKNOWN;
  return has_one ? GP_SHOWN_WRONG : GP_SHOWN_NONE;
}

/* It may go by two names here, to each of which it shows one. */
void gp_cookies_learn (gp_record *peer, const gp_extension *x) {
  gp_cookies *c = &peer->cookies;
  if (c->has_its && x->has_cookie && isequal(&x->cookie, &c->its))
    return;
  c->has_former = c->has_its && x->has_cookie;
  c->former = c->its;
  c->has_its = x->has_cookie;
  c->its = x->cookie;
}

bool gp_cookies_issame (const gp_record *a, const gp_record *b) {
  return a->cookies.has_its && b->cookies.has_its &&
         isequal(&a->cookies.its, &b->cookies.its);
}

bool gp_cookies_mayask (gp_record *peer, uint64_t pause_ms, uint64_t now) {
  gp_cookies *c = &peer->cookies;
  if (c->asked_at != 0 && now < c->asked_at + pause_ms)
    return false;
  c->asked_at = now;
  return true;
}

void gp_cookies_reset (gp_record *peer) {
  memset(&peer->cookies, 0, sizeof peer->cookies);
}

/* Each is another one, also for an address that was dialled before: other
   processes may have been there. */
static void make (gp_node *n, gp_cookie *out, const gp_peer *at) {
  unsigned char text[sizeof(uint64_t) + GP_PEER_TEXT];
  uint64_t number = ++n->admission.jar.made;
  size_t len = strlen(gp_peer_text(at));
  memcpy(text, &number, sizeof number);
  memcpy(text + sizeof number, gp_peer_text(at), len);
  gp_crypto_mac(out->bytes, n->self.opt.cookie_key, text,
                sizeof number + len);
}

void gp_cookies_show (gp_node *n, gp_record *peer, gp_extension *x) {
  gp_cookies *c = &peer->cookies;
  if (!c->has_ours)
    make(n, &c->ours, gp_record_dialled(peer));
  c->has_ours = true;
  x->has_cookie = true;
  x->cookie = c->ours;
}

void gp_cookies_ask (const gp_node *n, gp_extension *to,
                     const gp_extension *shown, const gp_peer *at) {
  if (!shown->has_cookie)
    return;
  to->topic = GP_TOPIC_COOKIE;
  to->who.peer = n->self.identity.peer; /* that is short: strangers can have
                                           others asked */
  to->has_cookie = true;
  to->cookie = shown->cookie;
  to->process = n->self.identity.process;
  to->about = at;
}

/* Whether two addresses are equal, and so are two ports. */
static bool isendpoint (const char *a, int port, const char *b, int other) {
  return port == other &&
         (strcmp(a, b) == 0 ||
          (strchr(b, ':') == NULL && gp_address_samenetwork(a, b)));
}

/* Whether we know that process by another name than the peer's. */
static bool isanother (const gp_node *n, const gp_record *peer,
                       uint64_t process) {
  const gp_record *other = gp_record_first(&n->peers);
  while (other != NULL && (other == peer || other->claim.process != process))
    other = gp_record_next(other);
  return other != NULL;
}

/*
** Behind a port forwarding it was shown the cookie at another endpoint; then
** it asks from that address, and calls itself by that port. So may another
** one of its machine, or of its network, that has a liar beside it: unless
** it is called as the peer is, we must not know it by another name.
*/
static bool isforwarded (const gp_node *n, const gp_record *peer,
                         const gp_recvreq *probe, const char *address) {
  const gp_peer *name = probe->ext.who.peer;
  return isendpoint(probe->remote, gp_peer_port(name), address,
                    gp_peer_port(gp_record_dialled(peer))) &&
         (gp_peer_equal(name, gp_record_name(peer)) ||
          !isanother(n, peer, probe->ext.process));
}

/* Whether it is where the peer responds, or where we await its first
   response: it was shown the cookie there. */
static bool isthere (const gp_node *n, const gp_record *peer,
                     const gp_recvreq *probe) {
  const gp_peer *at = gp_record_dialled(peer), *told = probe->ext.about;
  const char *address = peer->names.remote[0] != '\0'
                          ? peer->names.remote
                          : n->transport.whereis(n->transport.self, at);
  if (address == NULL || probe->ext.who.peer == NULL)
    return false;
  return (told != NULL &&
          isendpoint(gp_peer_address(told), gp_peer_port(told), address,
                     gp_peer_port(at))) ||
         isforwarded(n, peer, probe, address);
}

static bool isfor (const gp_node *n, const gp_record *peer,
                   const gp_recvreq *probe) {
  uint64_t process = peer->claim.process;
  return peer->cookies.has_ours &&
         (process == 0 || process == probe->ext.process) &&
         isequal(&peer->cookies.ours, &probe->ext.cookie) &&
         isthere(n, peer, probe);
}

bool gp_cookies_isours (const gp_node *n, const gp_recvreq *probe) {
  const gp_record *peer = gp_record_first(&n->peers);
  while (peer != NULL && !isfor(n, peer, probe))
    peer = gp_record_next(peer);
  return peer != NULL;
}
