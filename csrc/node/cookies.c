/*
** node/cookies.c - by what nodes of ours know each other again.
*/
#include "node/cookies.h"

#include <string.h>

#include "base/crypto.h"
#include "node/machine.h"
#include "node/state.h"

static bool isequal (const gp_cookie *a, const gp_cookie *b) {
  return gp_crypto_equal(a->bytes, b->bytes, sizeof a->bytes);
}

gp_shown gp_cookies_judge (const gp_record *peer, const gp_extension *x) {
  const gp_cookies *c = &peer->cookies;
  bool has_one = peer->compat.ours &&
                 peer->claim.version >= GP_VERSION_COOKIES;
  if (c->has_its)
    return x->has_cookie && isequal(&x->cookie, &c->its) ? GP_SHOWN_ITS
                                                         : GP_SHOWN_WRONG;
  if (x->has_cookie)
    return GP_SHOWN_UNKNOWN;
  return has_one ? GP_SHOWN_WRONG : GP_SHOWN_NONE;
}

void gp_cookies_learn (gp_record *peer, const gp_extension *x) {
  peer->cookies.has_its = x->has_cookie;
  if (x->has_cookie)
    peer->cookies.its = x->cookie;
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

/* A byte of zero tells a process from an address, whose text has none. */
static void makefor (const gp_node *n, gp_cookie *out, uint64_t process) {
  unsigned char tagged[1 + sizeof process] = {0};
  memcpy(tagged + 1, &process, sizeof process);
  gp_crypto_mac(out->bytes, n->self.opt.cookie_key, tagged, sizeof tagged);
}

static void makeat (const gp_node *n, gp_cookie *out, const gp_peer *at) {
  const char *text = gp_peer_text(at);
  gp_crypto_mac(out->bytes, n->self.opt.cookie_key, text, strlen(text));
}

/* What we show to the process under another name, or NULL. */
static const gp_cookies *twin (const gp_node *n, uint64_t process) {
  const gp_record *peer = gp_record_first(&n->peers);
  while (peer != NULL &&
         (peer->claim.process != process || !peer->cookies.has_ours))
    peer = gp_record_next(peer);
  return process == 0 || peer == NULL ? NULL : &peer->cookies;
}

/* It stays the same for as long as the peer is the same, also when its
   process comes to be known. */
static const gp_cookie *ours (const gp_node *n, gp_record *peer) {
  gp_cookies *c = &peer->cookies;
  const gp_cookies *other;
  if (c->has_ours)
    return &c->ours;
  other = twin(n, peer->claim.process);
  c->has_ours = true;
  c->made_for = other != NULL ? other->made_for : peer->claim.process;
  if (other != NULL)
    c->ours = other->ours;
  else if (c->made_for != 0)
    makefor(n, &c->ours, c->made_for);
  else
    makeat(n, &c->ours, gp_record_dialled(peer));
  return &c->ours;
}

void gp_cookies_show (const gp_node *n, gp_record *peer, gp_extension *x) {
  x->has_cookie = true;
  x->cookie = *ours(n, peer);
}

/* Whether a probe comes from where we dial the peer: then it is the one that
   we await. */
static bool isfrom (const gp_node *n, const gp_record *peer,
                    const gp_recvreq *probe) {
  const gp_peer *at = gp_record_dialled(peer);
  const char *address = n->transport.whereis(n->transport.self, at);
  return address != NULL && probe->ext.who.peer != NULL &&
         gp_peer_port(probe->ext.who.peer) == gp_peer_port(at) &&
         gp_machine_isone(n, address, probe->remote);
}

static bool isfor (const gp_node *n, const gp_record *peer,
                   const gp_recvreq *probe) {
  const gp_cookies *c = &peer->cookies;
  uint64_t process = peer->claim.process;
  return c->has_ours && c->made_for == 0 &&
         isequal(&c->ours, &probe->ext.cookie) &&
         (process == probe->ext.process ||
          (process == 0 && isfrom(n, peer, probe)));
}

bool gp_cookies_ismade (const gp_node *n, const gp_recvreq *probe) {
  const gp_record *peer;
  gp_cookie made;
  makefor(n, &made, probe->ext.process);
  if (probe->ext.process != 0 && isequal(&made, &probe->ext.cookie))
    return true;
  for (peer = gp_record_first(&n->peers); peer != NULL;
       peer = gp_record_next(peer))
    if (isfor(n, peer, probe))
      return true;
  return false;
}
