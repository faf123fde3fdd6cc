/*
** node/contact.c - who is who.
**
** Go tells members apart by the text of their names (protocol.md); the same
** process may stand in the lists under several, and each member may know us
** under another. Here the names of one process are kept together, so that
** nobody is written to twice and nobody is taken for a stranger.
*/
#include "node/contact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gp_contact *gp_contact_find (const gp_node *n, const gp_peer *p) {
  gp_peerentry *e = gp_peertable_find(&n->contacts, p);
  if (e != NULL)
    return (gp_contact *)e;
  e = gp_peertable_find(&n->aliases, p);
  return e == NULL ? NULL : ((gp_alias *)e)->contact;
}

/* IPv4 and IPv6 loopback lead to the same listeners. */
static bool isthishost (const char *address) {
  return strcmp(address, "127.0.0.1") == 0 || strcmp(address, "::1") == 0 ||
         strcmp(address, "localhost") == 0;
}

static bool samehost (const char *a, const char *b) {
  return strcmp(a, b) == 0 || (isthishost(a) && isthishost(b));
}

/* An address and a port as the index has them. */
static uint32_t place (const char *address, int port) {
  if (isthishost(address))
    address = "localhost";
  return gp_index_hash(address) + (uint32_t)port;
}

/* Where 'c' listens, as far as is known. */
static const char *hostof (const gp_contact *c) {
  bool answered = c->remote[0] != '\0';
  return answered ? c->remote : gp_peer_address(gp_contact_dialled(c));
}

static int portof (const gp_contact *c) {
  return gp_peer_port(gp_contact_dialled(c));
}

static uint32_t placeof (const gp_contact *c) {
  return place(hostof(c), portof(c));
}

static gp_err enter (gp_node *n, gp_contact *c) {
  gp_err e = gp_peertable_add(&n->contacts, &c->entry);
  if (e != GP_OK)
    return e;
  e = gp_index_add(&n->places, &c->place, placeof(c));
  if (e != GP_OK)
    gp_peertable_remove(&n->contacts, &c->entry);
  return e;
}

gp_contact *gp_contact_get (gp_node *n, const gp_peer *p) {
  gp_contact *c = gp_contact_find(n, p);
  if (c != NULL)
    return c;
  c = calloc(1, sizeof *c);
  if (c == NULL)
    return NULL;
  c->entry.peer = gp_peer_ref(p);
  gp_ring_init(&c->aliases);
  gp_ring_init(&c->watched);
  c->since = n->lastid;
  if (enter(n, c) != GP_OK) {
    gp_peer_unref(p);
    free(c);
    return NULL;
  }
  return c;
}

static gp_alias *oldestalias (const gp_contact *c) {
  return gp_ring_of(gp_alias, ring, c->aliases.next);
}

static void dropalias (gp_node *n, gp_alias *a) {
  gp_peertable_remove(&n->aliases, &a->entry);
  gp_ring_remove(&a->ring);
  gp_peer_unref(a->entry.peer);
  free(a);
}

void gp_contact_release (gp_node *n, gp_contact *c) {
  if (c->standing != GP_STRANGER || c->asked != NULL || c->first != NULL ||
      c->claiming)
    return;
  gp_contact_endcheck(n, c);
  gp_node_remember(n, c);
  gp_peertable_remove(&n->contacts, &c->entry);
  gp_index_remove(&n->places, &c->place);
  gp_ring_remove(&c->watched);
  while (!gp_ring_empty(&c->aliases))
    dropalias(n, oldestalias(c));
  gp_peer_unref(c->entry.peer);
  gp_peer_unref(c->dial);
  gp_peer_unref(c->usas);
  free(c);
}

/* Whether it is to be known after a restart. */
static bool counts (gp_standing standing) {
  return standing == GP_MEMBER || standing == GP_FAILING;
}

/* It counts as what it is, one more or (-1) one less. */
static void tally (gp_node *n, const gp_contact *c, int more) {
  switch (c->standing) {
    case GP_CANDIDATE: n->ncandidates += (size_t)more; break;
    case GP_FAILING: n->nfailing += (size_t)more; break;
    case GP_MEMBER:
      n->nmembers += (size_t)more;
      n->digest ^= gp_repair_digest(c->entry.peer);
      break;
    default: break;
  }
}

void gp_contact_stand (gp_node *n, gp_contact *c, gp_standing standing) {
  if (c->standing != standing && (counts(c->standing) || counts(standing)))
    gp_signal_raise(&n->signals[GP_SIGNAL_KNOWN]);
  tally(n, c, -1);
  c->standing = standing;
  tally(n, c, 1);
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
    gp_ttlmap_raise(&n->departed, gp_peer_hash(c->entry.peer), 1, n->now);
  gp_contact_stand(n, c, GP_STRANGER);
  if (c->asked != NULL && c->asked->failure->purpose == GP_PURPOSE_MESSAGE)
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

#define MOST_ALIASES 16 /* of one contact; then the oldest goes */

/* It is one of 'c' from now on. */
static void givealias (gp_node *n, gp_contact *c, gp_alias *a) {
  const gp_ring *r;
  size_t count = 0;
  a->contact = c;
  gp_ring_move(&c->aliases, &a->ring);
  for (r = c->aliases.next; r != &c->aliases; r = r->next)
    count++;
  if (count > MOST_ALIASES)
    dropalias(n, oldestalias(c));
}

/* Without memory for it, a name is not known: it will be met again. */
static void addalias (gp_node *n, gp_contact *c, const gp_peer *p) {
  gp_alias *a;
  if (gp_contact_find(n, p) != NULL)
    return;
  a = calloc(1, sizeof *a);
  if (a == NULL)
    return;
  a->entry.peer = gp_peer_ref(p);
  gp_ring_init(&a->ring);
  if (gp_peertable_add(&n->aliases, &a->entry) == GP_OK)
    givealias(n, c, a);
  else {
    gp_peer_unref(p);
    free(a);
  }
}

/* What becomes a name is no alias any more. */
static void takealias (gp_node *n, const gp_peer *p) {
  gp_peerentry *e = gp_peertable_find(&n->aliases, p);
  if (e != NULL)
    dropalias(n, (gp_alias *)e);
}

void gp_contact_rename (gp_node *n, gp_contact *c, const gp_peer *p) {
  gp_peer *old = c->entry.peer;
  c->confirmed = true;
  if (gp_peer_equal(old, p))
    return;
  takealias(n, p);
  if (c->dial == NULL)
    c->dial = gp_peer_ref(old);
  tally(n, c, -1);
  gp_peertable_rename(&n->contacts, &c->entry, gp_peer_ref(p));
  tally(n, c, 1);
  gp_signal_raise(&n->signals[GP_SIGNAL_KNOWN]);
  addalias(n, c, old);
  notename(n, c, old);
  gp_peer_unref(old);
}

/* The next one after 'c' (NULL: the first) that listens at a numeric address
   and a port, as far as is known. */
static gp_contact *nextat (const gp_node *n, const gp_contact *c,
                           const char *remote, int port) {
  gp_indexlink *l = c == NULL ? gp_index_find(&n->places, place(remote, port))
                              : gp_index_next(&c->place);
  for (; l != NULL; l = gp_index_next(l)) {
    gp_contact *d = gp_index_of(gp_contact, place, l);
    if (portof(d) == port && samehost(hostof(d), remote))
      return d;
  }
  return NULL;
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
  int port = gp_peer_port(p);
  if (c != NULL) {
    if (!c->confirmed)
      gp_contact_rename(n, c, p);
    return c;
  }
  if (!couldbe(p, remote))
    return NULL;
  while ((c = nextat(n, c, remote, port)) != NULL) {
    if ((connecting || !c->confirmed) && c->standing != GP_STRANGER) {
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
  gp_peerentry *e;
  if (c != NULL || !isloopback(gp_peer_address(p)))
    return c;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    const gp_peer *at;
    c = (gp_contact *)e;
    at = gp_contact_dialled(c);
    if (c->standing == GP_MEMBER && gp_peer_port(at) == gp_peer_port(p) &&
        isloopback(gp_peer_address(at)))
      return c;
  }
  return NULL;
}

gp_contact *gp_contact_twin (const gp_node *n, const gp_contact *c) {
  gp_contact *other = NULL;
  do
    other = nextat(n, other, c->remote, portof(c));
  while (other != NULL && (other == c || other->standing != GP_MEMBER));
  return other;
}

void gp_contact_merge (gp_node *n, gp_contact *c, gp_contact *gone) {
  gp_peer *name = gp_peer_ref(gone->entry.peer);
  bool confirmed = gone->confirmed;
  if (gone->known)
    gp_node_note(n, GP_LEFT, name, GP_OK);
  gp_contact_stand(n, gone, GP_STRANGER);
  while (!gp_ring_empty(&gone->aliases))
    givealias(n, c, oldestalias(gone));
  gp_contact_release(n, gone);
  if (confirmed && !c->confirmed)
    gp_contact_rename(n, c, name);
  else
    addalias(n, c, name);
  gp_peer_unref(name);
}

/* Out of memory it is dialled by its name, which serves on this machine. */
void gp_contact_setdial (gp_node *n, gp_contact *c, const char *address) {
  gp_peer *dial;
  if (!gp_peer_isany(c->entry.peer) || address[0] == '\0')
    return;
  if (gp_peer_new(&dial, address, strlen(address),
                  gp_peer_port(c->entry.peer)) != GP_OK)
    return;
  gp_peer_unref(c->dial);
  c->dial = dial;
  gp_index_move(&n->places, &c->place, placeof(c));
}

void gp_contact_setremote (gp_node *n, gp_contact *c, const char *address) {
  snprintf(c->remote, sizeof c->remote, "%s", address);
  gp_index_move(&n->places, &c->place, placeof(c));
}

void gp_contact_setusas (const gp_node *n, gp_contact *c, const gp_peer *p) {
  gp_peer_unref(c->usas);
  c->usas = p == NULL || gp_peer_equal(p, n->self) ? NULL : gp_peer_ref(p);
}

/* Our port, and an address that means this machine at 'remote'. */
static bool ismine (const gp_node *n, const gp_peer *p, const char *remote) {
  return n->opt.on_loopback && gp_peer_port(p) == gp_peer_port(n->self) &&
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
