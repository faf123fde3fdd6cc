/*
** lies_test.c - liars among honest nodes (liar.h): of these, nobody fails in
** the eyes of another one, is renamed, left out, or not heard; and what liars
** make them dial has its limits.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liar.h"
#include "node/state.h"

#define HOSTS 50       /* of these, */
#define LIARS 8        /* so many liars */
#define NOBODIES 12000 /* names that nobody has */
#define LYING (20 * SECOND)
#define EACH_MS 20  /* each liar says something so often, */
#define SAID_MS 500 /* and any honest one */

/* Honest ones and liars, and what the honest say. */
typedef struct mob {
  world w;
  liars liars;
  unsigned said;                /* in all */
  unsigned by[HOSTS];           /* of each honest one */
  unsigned heard[HOSTS][HOSTS]; /* by the first, of the second */
  gp_receipt *receipts[LYING / SAID_MS + HOSTS];
} mob;

static bool ishonest (mob *m, const gp_peer *p, size_t *which) {
  size_t i = 0;
  while (i < m->w.n && !gp_peer_equal(gp_simhost_self(m->w.at[i]), p))
    i++;
  *which = i;
  return i < m->w.n;
}

static void addhonest (mob *m) {
  char name[32];
  liars_name(name, m->w.n);
  m->w.opt.nick = m->w.n == 0 ? "owner" : NULL;
  world_add(&m->w, name);
  m->w.opt.nick = NULL;
}

static void gather (mob *m, uint64_t seed) {
  memset(m, 0, sizeof *m);
  world_open(&m->w, seed, 0);
  m->w.opt.check_source = true;
  while (m->w.n < HOSTS - LIARS - 1)
    addhonest(m);
  world_joinall(&m->w, m->w.n);
  liars_open(&m->liars, &m->w, LIARS, NOBODIES);
}

/* What an honest one says is the next of its own, but for one that has come
   late; liars say what they like, in their own names. */
static void hear (mob *m, size_t i) {
  gp_node *n = world_node(&m->w, i);
  const gp_message *msg;
  size_t from;
  while ((msg = gp_node_peekmessage(n)) != NULL) {
    if (ishonest(m, msg->from, &from)) {
      unsigned *last = &m->heard[i][from];
      unsigned text = (unsigned)strtoul(msg->data->bytes, NULL, 10);
      bool first = i >= m->liars.honest && *last == 0;
      world_check(&m->w, text > 0 && (first || text == *last + 1),
                  "did not hear the next", i);
      *last = text;
    }
    gp_node_dropmessage(n);
  }
  while (gp_node_peekfailure(n) != NULL)
    gp_node_dropfailure(n);
}

/* Of the honest it is told only that they are there. Who comes late may meet
   a liar that is called like one of them before that one. */
static void see (mob *m, size_t i) {
  gp_node *n = world_node(&m->w, i);
  const gp_event *e;
  size_t about;
  while ((e = gp_node_peekevent(n)) != NULL) {
    if (ishonest(m, e->peer, &about)) {
      bool late = i >= m->liars.honest;
      bool owner = strcmp(gp_peer_nick(e->peer), "owner") == 0;
      bool right = owner == (about == 0) || (late && !owner);
      bool there = e->kind == GP_EV_JOINED || e->kind == GP_EV_MET ||
                   (late && e->kind == GP_EV_RENAMED);
      if (!there || !right)
        test_note("n%zu, kind %d: %s", about, e->kind,
                  gp_err_code(e->reason));
      world_check(&m->w, there, "sees an honest one go, or renamed", i);
      world_check(&m->w, right, "sees another owner", i);
    }
    gp_node_dropevent(n);
  }
}

static void pass (mob *m, uint64_t time) {
  size_t i;
  world_pass(&m->w, time);
  for (i = 0; i < m->w.n; i++) {
    hear(m, i);
    see(m, i);
  }
}

static void speak (mob *m, size_t i) {
  char text[16];
  snprintf(text, sizeof text, "%u", ++m->by[i]);
  m->receipts[m->said] = world_say(&m->w, i, text);
  m->receipts[m->said++]->claimed = true;
}

/* What failed has not been sent to one that is honest. */
static void checkreceipts (mob *m) {
  unsigned k;
  size_t which = 0;
  for (k = 0; k < m->said; k++) {
    gp_receipt *r = m->receipts[k];
    const gp_failure *f = NULL;

    CHECK(gp_receipt_issettled(r));
    while ((f = gp_receipt_nextfailure(r, f)) != NULL)
      world_check(&m->w, f->peer == NULL || !ishonest(m, f->peer, &which),
                  "was not reached", which);
    gp_receipt_unref(r);
  }
}

/* Each lists all, and has heard what they said last, and so all of it. */
static void checkmob (mob *m) {
  size_t i, j;
  for (i = 0; i < m->w.n; i++) {
    gp_peerlist list = {0, 0, NULL};
    SAME(gp_node_members(world_node(&m->w, i), &list), GP_OK);
    for (j = 0; j < m->w.n; j++) {
      const gp_peer *other = gp_simhost_self(m->w.at[j]);
      world_check(&m->w, i == j || gp_peerlist_has(&list, other),
                  "does not list an honest one", i);
      world_check(&m->w, i == j || m->heard[i][j] == m->by[j],
                  "has not heard all", i);
    }
    gp_peerlist_clear(&list);
  }
}

/* Names that nobody has are dialled as far as each liar may name some, and
   as often as a request is sent in such a name, a few times. */
static void checkdials (mob *m, uint64_t time) {
  uint64_t most = m->w.n * LIARS * (100 + 10 * (time / SECOND + 10)) +
                  7 * m->liars.claims;
  if (m->liars.dials > most)
    test_note("%llu dials", (unsigned long long)m->liars.dials);
  CHECK(m->liars.dials <= most);
  CHECK(m->liars.dials > 0);
}

static void lie (mob *m, uint64_t time) {
  uint64_t from = gp_sim_now(m->w.sim), said = from;
  while (gp_sim_now(m->w.sim) < from + time) {
    liars_act(&m->liars);
    pass(m, EACH_MS);
    if (gp_sim_now(m->w.sim) >= said + SAID_MS) {
      speak(m, (size_t)world_chance(&m->w, m->liars.honest));
      said += SAID_MS;
    }
  }
}

static void speakall (mob *m) {
  size_t i;
  for (i = 0; i < m->w.n; i++)
    speak(m, i);
}

/* One that joins among them, through an honest one. */
static void comelate (mob *m) {
  addhonest(m);
  SAME(world_end(&m->w, world_join(&m->w, m->w.n - 1, 3)), GP_OK);
}

TEST(believed, "whatever liars say, the honest know and hear each other") {
  EACHSEED (seed, 40) {
    mob m;
    gather(&m, seed);
    liars_join(&m.liars);
    pass(&m, 2 * SECOND);
    lie(&m, LYING / 2);
    comelate(&m);
    lie(&m, LYING / 2);
    speakall(&m);
    pass(&m, 20 * SECOND);
    checkmob(&m);
    checkreceipts(&m);
    checkdials(&m, LYING + 22 * SECOND);
    world_close(&m.w);
    liars_close(&m.liars);
  }
}
