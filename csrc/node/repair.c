/*
** node/repair.c - lists that differ are made one, and who failed is tried
** again.
**
** Two of ours compare digests of their lists now and then, and ask for a
** list, by connecting again, only where they differ. Go members have no
** digest: one of them is connected to again, soon after there is a new one
** and then more and more rarely.
*/
#include "node/contact.h"

#define FIRST_PAUSE 1000 /* ms; grows by an eighth each time */
#define MOST_PAUSE 60000
#define GIVE_UP 86400000  /* ms: one that failed is tried for so long */
#define GIVE_UP_NEW 60000 /* likewise one that was only named to us */
#define AGAIN_AFTER 1000  /* ms between two tries, whatever speaks for one */
#define FRUITLESS 30000 /* ms: a list that taught nothing is asked for anew */
#define FIRST_RELIST 3000
#define MOST_RELIST 120000

/* FNV-1a, then the finish of splitmix64: names differ in a letter only. */
uint64_t gp_repair_digest (const gp_peer *p) {
  const char *s = gp_peer_text(p);
  uint64_t h = 14695981039346656037u;
  while (*s != '\0')
    h = (h ^ (unsigned char)*s++) * 1099511628211u;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
  return h ^ (h >> 31);
}

uint64_t gp_node_digest (const gp_node *n) {
  return gp_repair_digest(n->self) ^ n->digest;
}

static void list (gp_node *n, gp_contact *c) {
  c->vigil.tried = n->now;
  if (gp_contact_insert(n, c, GP_PURPOSE_LIST, n->self, NULL, n->now) ==
      GP_OK)
    gp_contact_advance(n, c, n->now);
}

void gp_repair_compare (gp_node *n, gp_contact *c, uint64_t digest) {
  uint64_t own = gp_node_digest(n);
  uint64_t both = digest ^ own * 31;
  uint64_t pause = both == c->vigil.fruitless ? FRUITLESS : AGAIN_AFTER;
  if (digest == own || c->leaving || n->left ||
      (c->vigil.tried != 0 && n->now - c->vigil.tried < pause))
    return;
  c->vigil.fruitless = both;
  list(n, c);
}

static uint64_t jitter (gp_node *n, uint64_t time) {
  return time - gp_random_below(&n->detect.random, time / 4 + 1);
}

static void retryat (gp_node *n, gp_contact *c, uint64_t at) {
  c->vigil.retry = at;
  gp_detect_lookat(n, c, at);
}

/* Those that failed are no more than the members there may be. */
bool gp_repair_limit (gp_node *n, gp_contact *c) {
  if (n->nfailing <= n->opt.max_members)
    return true;
  gp_contact_stand(n, c, GP_STRANGER);
  return false;
}

bool gp_repair_begin (gp_node *n, gp_contact *c) {
  if (!gp_repair_limit(n, c))
    return false;
  c->vigil.since = n->now;
  c->vigil.pause = FIRST_PAUSE;
  retryat(n, c, n->now + jitter(n, FIRST_PAUSE));
  return true;
}

static void hasten (gp_node *n, gp_contact *c, uint64_t spread) {
  uint64_t at = n->now + gp_random_below(&n->detect.random, spread);
  if (at < c->vigil.tried + AGAIN_AFTER)
    at = c->vigil.tried + AGAIN_AFTER;
  if (at < c->vigil.retry)
    retryat(n, c, at);
}

void gp_repair_hasten (gp_node *n, gp_contact *c) {
  hasten(n, c, 100);
}

void gp_repair_resume (gp_node *n, gp_contact *c, size_t count) {
  if (gp_repair_begin(n, c))
    hasten(n, c, 100 + 10 * (uint64_t)count);
  else
    gp_contact_release(n, c);
}

void gp_repair_hastenall (gp_node *n) {
  gp_peerentry *e;
  if (n->nfailing == 0)
    return;
  for (e = n->contacts.first; e != NULL; e = e->next)
    if (((gp_contact *)e)->standing == GP_FAILING)
      hasten(n, (gp_contact *)e, 2 * AGAIN_AFTER);
}

static bool isbeingmet (const gp_contact *c) {
  return (c->asked != NULL &&
          c->asked->failure->purpose == GP_PURPOSE_RECONNECT) ||
         (c->first != NULL &&
          c->first->failure->purpose == GP_PURPOSE_RECONNECT);
}

void gp_repair_retry (gp_node *n, gp_contact *c) {
  gp_vigil *v = &c->vigil;
  bool had = v->lost || c->standing == GP_FAILING;
  uint64_t limit = had ? GIVE_UP : GIVE_UP_NEW;
  if (n->now - v->since > limit) {
    gp_contact_reject(n, c);
    gp_contact_release(n, c);
    return;
  }
  v->tried = n->now;
  v->pause += v->pause / 8;
  if (v->pause > MOST_PAUSE)
    v->pause = MOST_PAUSE;
  retryat(n, c, n->now + jitter(n, v->pause));
  if (!isbeingmet(c) && gp_contact_insert(n, c, GP_PURPOSE_RECONNECT, n->self,
                                          NULL, n->now) == GP_OK)
    gp_contact_advance(n, c, n->now);
}

bool gp_repair_isdue (const gp_node *n) {
  return n->now >= n->detect.repairat;
}

/* The larger the network, the more are there who compare. */
void gp_repair_compared (gp_node *n) {
  uint64_t period = 2000;
  size_t i;
  for (i = n->nmembers; i > 1; i /= 2)
    period += 1000;
  n->detect.repairat = n->now + jitter(n, period);
}

void gp_repair_met (gp_node *n, const gp_contact *c) {
  if (c->ours || n->opt.probe_interval_ms == 0)
    return;
  n->detect.relistpause = FIRST_RELIST;
  n->detect.relistat = n->now + jitter(n, FIRST_RELIST);
}

void gp_repair_relist (gp_node *n) {
  gp_contact *chosen = NULL;
  uint64_t count = 0;
  gp_peerentry *e;
  for (e = n->contacts.first; e != NULL; e = e->next) {
    gp_contact *c = (gp_contact *)e;
    if (c->standing == GP_MEMBER && !c->ours && !c->leaving && c->reachable &&
        gp_random_below(&n->detect.random, ++count) == 0)
      chosen = c;
  }
  n->detect.relistat = UINT64_MAX;
  if (chosen == NULL)
    return;
  if (n->detect.relistpause < MOST_RELIST)
    n->detect.relistpause *= 2;
  n->detect.relistat = n->now + jitter(n, n->detect.relistpause);
  list(n, chosen);
}
