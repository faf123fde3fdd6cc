/*
** gp_contact.c - who is who.
**
** Go tells members apart by the text of their names (protocol.md); the same
** process may stand in the lists under several, and each member may know us
** under another. Here the names of one process are kept together, so that
** nobody is written to twice and nobody is taken for a stranger.
*/
#include "gp_contact.h"

#include <stdlib.h>
#include <string.h>

gp_contact *gp_contact_find (const gp_node *n, const gp_peer *p) {
  gp_entry *e = gp_members_find(&n->contacts, p);
  if (e != NULL || n->naliases == 0)
    return (gp_contact *)e;
  for (e = n->contacts.first; e != NULL; e = e->next)
    if (gp_peerlist_has(&((gp_contact *)e)->aliases, p))
      return (gp_contact *)e;
  return NULL;
}

gp_contact *gp_contact_get (gp_node *n, const gp_peer *p) {
  gp_contact *c = gp_contact_find(n, p);
  if (c != NULL)
    return c;
  c = calloc(1, sizeof *c);
  if (c == NULL)
    return NULL;
  c->entry.peer = gp_peer_ref(p);
  c->since = n->lastid;
  if (gp_members_add(&n->contacts, &c->entry) != GP_OK) {
    gp_peer_unref(p);
    free(c);
    return NULL;
  }
  return c;
}

void gp_contact_release (gp_node *n, gp_contact *c) {
  if (c->standing != GP_STRANGER || c->asked != NULL || c->first != NULL ||
      c->claiming)
    return;
  gp_contact_endcheck(n, c);
  gp_node_remember(n, c);
  gp_members_remove(&n->contacts, &c->entry);
  n->naliases -= c->aliases.n;
  gp_peerlist_clear(&c->aliases);
  gp_peer_unref(c->entry.peer);
  gp_peer_unref(c->dial);
  gp_peer_unref(c->usas);
  free(c);
}

/* Whether it is to be known after a restart. */
static bool counts (gp_standing standing) {
  return standing == GP_MEMBER || standing == GP_FAILING;
}

void gp_contact_stand (gp_node *n, gp_contact *c, gp_standing standing) {
  if (c->standing != standing && (counts(c->standing) || counts(standing)))
    gp_signal_raise(&n->signals[GP_SIGNAL_KNOWN]);
  if (c->standing == GP_MEMBER)
    n->nmembers--;
  if (c->standing == GP_CANDIDATE)
    n->ncandidates--;
  if (c->standing == GP_FAILING)
    n->nfailing--;
  c->standing = standing;
  if (standing == GP_MEMBER)
    n->nmembers++;
  if (standing == GP_CANDIDATE)
    n->ncandidates++;
  if (standing == GP_FAILING)
    n->nfailing++;
  if (standing == GP_STRANGER) {
    c->leaving = c->known = false;
    memset(&c->vigil, 0, sizeof c->vigil);
  }
}

void gp_contact_welcome (gp_node *n, gp_contact *c, bool come) {
  bool news = c->standing != GP_MEMBER;
  gp_contact_stand(n, c, GP_MEMBER);
  c->vigil.retry = 0;
  if (!c->known)
    gp_node_note(n, come ? GP_JOINED : GP_MET, c->entry.peer, GP_OK);
  else if (c->vigil.lost) {
    gp_node_note(n, GP_RECOVERED, c->entry.peer, GP_OK);
    gp_repair_hastenall(n);
  }
  if (news && n->nmembers == 1)
    gp_repair_hastenall(n);
  c->known = true;
  c->vigil.lost = false;
  if (!news)
    return;
  gp_detect_begin(n, c);
  gp_repair_met(n, c);
}

/* A goodbye may overtake the answer to a message that arrived before it. */
void gp_contact_left (gp_node *n, gp_contact *c) {
  if (c->known)
    gp_node_note(n, GP_LEFT, c->entry.peer, GP_OK);
  if (!c->ours)
    gp_bygones_remember(&n->departed, gp_peer_hash(c->entry.peer), 1, n->now);
  gp_contact_stand(n, c, GP_STRANGER);
  if (c->asked != NULL && c->asked->failure->doing == GP_SENDING)
    gp_contact_abandonunasked(n, c, GP_ENOTCONN);
  else
    gp_contact_abandon(n, c, GP_ENOTCONN);
}

/* To the program, one name has gone and another has come. */
static void notename (gp_node *n, const gp_contact *c, const gp_peer *old) {
  if (!c->known)
    return;
  gp_node_note(n, GP_LEFT, old, GP_OK);
  gp_node_note(n, GP_JOINED, c->entry.peer, GP_OK);
}

/* What becomes the name is no alias any more. */
static void takealias (gp_node *n, gp_contact *c, const gp_peer *p) {
  if (gp_peerlist_remove(&c->aliases, p))
    n->naliases--;
}

#define MOST_ALIASES 16 /* of one contact; then the oldest goes */

/* Without memory for it, a name is not known: it will be met again. */
static void addalias (gp_node *n, gp_contact *c, const gp_peer *p) {
  if (gp_peer_equal(c->entry.peer, p) || gp_peerlist_has(&c->aliases, p))
    return;
  if (c->aliases.n == MOST_ALIASES)
    takealias(n, c, c->aliases.at[0]);
  if (gp_peerlist_add(&c->aliases, p) == GP_OK)
    n->naliases++;
}

void gp_contact_rename (gp_node *n, gp_contact *c, const gp_peer *p) {
  gp_peer *old = c->entry.peer;
  c->confirmed = true;
  if (gp_peer_equal(old, p))
    return;
  takealias(n, c, p);
  if (c->dial == NULL)
    c->dial = gp_peer_ref(old);
  gp_members_rename(&n->contacts, &c->entry, gp_peer_ref(p));
  gp_signal_raise(&n->signals[GP_SIGNAL_KNOWN]);
  addalias(n, c, old);
  notename(n, c, old);
  gp_peer_unref(old);
}

/* IPv4 and IPv6 loopback lead to the same listeners. */
static bool isthishost (const char *address) {
  return strcmp(address, "127.0.0.1") == 0 || strcmp(address, "::1") == 0 ||
         strcmp(address, "localhost") == 0;
}

static bool samehost (const char *a, const char *b) {
  return strcmp(a, b) == 0 || (isthishost(a) && isthishost(b));
}

/* Whether 'c' listens at a numeric address and port, as far as is known.
   Most are at another, which shows without a look at their names. */
static bool isat (const gp_contact *c, const char *remote, int port) {
  bool answered = c->remote[0] != '\0';
  const gp_peer *p;
  if (answered && !samehost(c->remote, remote))
    return false;
  p = c->dial == NULL ? c->entry.peer : c->dial;
  return gp_peer_port(p) == port &&
         (answered || samehost(gp_peer_address(p), remote));
}

/* Whether one that asks from 'remote' could be called 'p': a numeric name
   tells an address of its own. */
static bool couldbe (const gp_peer *p, const char *remote) {
  return gp_peer_isany(p) || !gp_peer_isnumeric(p) ||
         samehost(gp_peer_address(p), remote);
}

/*
** Only one process listens at an address and port. So whoever asks from
** there, with that port for its own, is the one that answered there: also
** when it is known by other names than the one that it calls itself. One
** that connects may be another program, come in its place.
*/
gp_contact *gp_contact_recognise (gp_node *n, const gp_peer *p,
                                  const char *remote, bool connecting) {
  gp_contact *c = gp_contact_find(n, p);
  gp_entry *e;
  if (c != NULL) {
    if (!c->confirmed)
      gp_contact_rename(n, c, p);
    return c;
  }
  for (e = n->contacts.first; e != NULL; e = e->next) {
    c = (gp_contact *)e;
    if ((connecting || !c->confirmed) && c->standing != GP_STRANGER &&
        couldbe(p, remote) && isat(c, remote, gp_peer_port(p))) {
      gp_contact_rename(n, c, p);
      return c;
    }
  }
  return NULL;
}

static bool isloopback (const char *address) {
  return isthishost(address) || strcmp(address, "0.0.0.0") == 0 ||
         strcmp(address, "::") == 0;
}

/* Whether what stands at 'remote' is this machine. */
static bool ishere (const gp_node *n, const char *remote) {
  return strncmp(remote, "127.", 4) == 0 || strcmp(remote, "::1") == 0 ||
         strcmp(remote, gp_peer_address(n->self)) == 0;
}

gp_contact *gp_contact_meant (const gp_node *n, const gp_peer *p) {
  gp_contact *c = gp_contact_find(n, p);
  gp_entry *e;
  if (c != NULL || !isloopback(gp_peer_address(p)))
    return c;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    const gp_peer *at;
    c = (gp_contact *)e;
    at = c->dial == NULL ? e->peer : c->dial;
    if (c->standing == GP_MEMBER && gp_peer_port(at) == gp_peer_port(p) &&
        isloopback(gp_peer_address(at)))
      return c;
  }
  return NULL;
}

gp_contact *gp_contact_twin (const gp_node *n, const gp_contact *c) {
  const gp_peer *p = c->dial == NULL ? c->entry.peer : c->dial;
  gp_entry *e;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    gp_contact *other = (gp_contact *)e;
    if (other != c && other->standing == GP_MEMBER &&
        isat(other, c->remote, gp_peer_port(p)))
      return other;
  }
  return NULL;
}

void gp_contact_merge (gp_node *n, gp_contact *c, gp_contact *gone) {
  gp_peer *name = gp_peer_ref(gone->entry.peer);
  bool confirmed = gone->confirmed;
  size_t i;
  if (gone->known)
    gp_node_note(n, GP_LEFT, name, GP_OK);
  gp_contact_stand(n, gone, GP_STRANGER);
  for (i = 0; i < gone->aliases.n; i++)
    addalias(n, c, gone->aliases.at[i]);
  gp_contact_release(n, gone);
  if (confirmed && !c->confirmed)
    gp_contact_rename(n, c, name);
  else
    addalias(n, c, name);
  gp_peer_unref(name);
}

/* Out of memory it is dialled by its name, which serves on this machine. */
void gp_contact_setdial (gp_contact *c, const char *address) {
  gp_peer *dial;
  if (!gp_peer_isany(c->entry.peer) || address[0] == '\0')
    return;
  if (gp_peer_new(&dial, address, strlen(address),
                  gp_peer_port(c->entry.peer)) != GP_OK)
    return;
  gp_peer_unref(c->dial);
  c->dial = dial;
}

void gp_contact_setusas (const gp_node *n, gp_contact *c, const gp_peer *p) {
  gp_peer_unref(c->usas);
  c->usas = p == NULL || gp_peer_equal(p, n->self) ? NULL : gp_peer_ref(p);
}

/* Our port, and an address that means this machine at 'remote'. */
static bool ismine (const gp_node *n, const gp_peer *p, const char *remote) {
  return n->opt.onloopback && gp_peer_port(p) == gp_peer_port(n->self) &&
         isloopback(gp_peer_address(p)) && ishere(n, remote);
}

/* At the same port of IPv6 may be somebody else. */
bool gp_contact_isself (const gp_node *n, const gp_peer *p,
                        const char *remote) {
  return gp_peer_equal(p, n->self) ||
         (strchr(gp_peer_address(p), ':') == NULL && ismine(n, p, remote));
}

/* Another name of ours than the one that we call ourselves. */
static bool isus (const gp_node *n, const gp_contact *c, const gp_peer *p) {
  if (gp_peer_equal(p, n->self))
    return false;
  return (c->usas != NULL && gp_peer_equal(p, c->usas)) ||
         ismine(n, p, c->remote);
}

const gp_peer *gp_contact_usin (const gp_node *n, const gp_contact *c,
                                const gp_peerlist *list) {
  size_t i;
  for (i = 0; i < list->n; i++)
    if (isus(n, c, list->at[i]))
      return list->at[i];
  return NULL;
}
