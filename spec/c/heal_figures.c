/*
** heal_figures.c - how soon a network heals, and what that costs.
**
** Times are virtual, but for those that are called real. All follow from the
** seed.
*/
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "figures.h"
#include "gp_sim.h"
#include "world.h"

#define MOST 1000

typedef struct net {
  gp_sim *sim;
  size_t n;
  gp_station *at[MOST];
} net;

static void add (net *w) {
  gp_nodeopt opt;
  char name[32];
  gp_peer *p;
  world_options(&opt);
  snprintf(name, sizeof name, "n%zu:5000", w->n);
  p = world_peer(name);
  if (gp_sim_add(w->sim, p, &opt, NULL, &w->at[w->n]) != GP_OK)
    exit(2);
  gp_station_setgroups(w->at[w->n], (uint64_t)1 << w->n % 64);
  gp_peer_unref(p);
  w->n++;
}

static void open (net *w, uint64_t seed, size_t n) {
  w->n = 0;
  if (gp_sim_new(&w->sim, seed) != GP_OK)
    exit(2);
  while (w->n < n)
    add(w);
}

static void join (net *w, size_t i, size_t entry) {
  gp_receipt *r;
  if (gp_node_connect(gp_station_node(w->at[i]),
                      gp_station_self(w->at[entry]), 5000, gp_sim_now(w->sim),
                      &r) != GP_OK)
    exit(2);
  gp_receipt_unref(r);
}

static void pass (net *w, uint64_t time) {
  gp_sim_run(w->sim, gp_sim_now(w->sim) + time);
}

static uint64_t chance (net *w, uint64_t n) {
  return gp_random_below(gp_sim_random(w->sim), n);
}

/* Nobody stands in a list who does not live, so the number is enough. */
static bool iswhole (net *w) {
  size_t i;
  for (i = 0; i < w->n; i++) {
    gp_stats stats;
    gp_node_stats(gp_station_node(w->at[i]), &stats);
    if (stats.members != w->n - 1)
      return false;
  }
  return true;
}

/* How long it takes from now, in steps of 'step'; 'limit': longer. */
static uint64_t untilwhole (net *w, uint64_t step, uint64_t limit) {
  uint64_t since = gp_sim_now(w->sim);
  while (!iswhole(w) && gp_sim_now(w->sim) - since < limit)
    pass(w, step);
  return gp_sim_now(w->sim) - since;
}

static void network (net *w, uint64_t seed, size_t n) {
  size_t i;
  open(w, seed, n);
  for (i = 1; i < n; i++) {
    join(w, i, (size_t)chance(w, i));
    pass(w, 100);
  }
  (void)untilwhole(w, 100, 60000);
}

/* Takes the events; counts those of a kind. */
static size_t take (net *w, size_t i, gp_eventkind kind) {
  gp_node *n = gp_station_node(w->at[i]);
  const gp_event *e;
  size_t count = 0;
  while (n != NULL && (e = gp_node_peekevent(n)) != NULL) {
    count += e->kind == kind;
    gp_node_dropevent(n);
  }
  return count;
}

static size_t takeall (net *w, gp_eventkind kind) {
  size_t i, count = 0;
  for (i = 0; i < w->n; i++)
    count += take(w, i, kind);
  return count;
}

static void joins (uint64_t seed) {
  static net w;
  size_t i, whole = 0;
  for (i = 0; i < 50; i++) {
    network(&w, seed + i, 4);
    add(&w);
    add(&w);
    join(&w, 4, 0);
    join(&w, 5, 3);
    whole += untilwhole(&w, 10, 1000) < 1000;
    gp_sim_free(w.sim);
  }
  printf("two join at once through two entry points    %zu of 50 whole\n",
         whole);
  open(&w, seed, 16);
  for (i = 1; i < 16; i++) {
    pass(&w, chance(&w, 50));
    join(&w, i, (size_t)chance(&w, i));
  }
  printf("16 nodes, whole after the last join          %" PRIu64 " ms\n",
         untilwhole(&w, 10, 60000));
  gp_sim_free(w.sim);
}

static void cuts (uint64_t seed) {
  static net w;
  size_t i;
  network(&w, seed, 10);
  for (i = 0; i < 30; i++) {
    uint64_t some = 1 + chance(&w, 1022);
    if (gp_sim_cut(w.sim, some, chance(&w, 2) == 0 ? ~some : 1023) != GP_OK)
      exit(2);
    pass(&w, 333);
    if (i % 3 == 2)
      gp_sim_heal(w.sim, UINT64_MAX, UINT64_MAX);
  }
  printf("10 nodes, whole after 30 cuts in 10 s        %" PRIu64 " ms\n",
         untilwhole(&w, 10, 120000));
  gp_sim_free(w.sim);
}

static void partitions (uint64_t seed, size_t n) {
  static net w;
  uint64_t half = ((uint64_t)1 << n / 2) - 1;
  uint64_t longest = 0;
  size_t i;
  for (i = 0; i < 20; i++) {
    uint64_t took;
    network(&w, seed + i, n);
    if (gp_sim_cut(w.sim, half, ~half) != GP_OK ||
        gp_sim_cut(w.sim, ~half, half) != GP_OK)
      exit(2);
    pass(&w, 120000);
    gp_sim_heal(w.sim, UINT64_MAX, UINT64_MAX);
    took = untilwhole(&w, 10, 120000);
    longest = took > longest ? took : longest;
    gp_sim_free(w.sim);
  }
  printf("%2zu nodes, a partition of 2 min, whole after  %" PRIu64
         " ms at most, of 20\n",
         n, longest);
}

static void loss (uint64_t seed) {
  static net w;
  network(&w, seed, 50);
  (void)takeall(&w, GP_FAILED);
  gp_sim_setloss(w.sim, 100000);
  pass(&w, 600000);
  printf("50 nodes, 10 %% loss for 10 min               %zu false failures\n",
         takeall(&w, GP_FAILED));
  gp_sim_free(w.sim);
}

static int earlier (const void *a, const void *b) {
  const uint32_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* Lets 'runs' networks lose one node each; when all others know it. */
static void detection (uint64_t seed, size_t n, size_t runs, bool hangs) {
  static net w;
  static uint32_t took[200 * MOST];
  size_t i, run, count = 0;
  for (run = 0; run < runs; run++) {
    uint64_t since;
    network(&w, seed + run, n);
    pass(&w, chance(&w, 5000));
    (void)takeall(&w, GP_FAILED);
    since = gp_sim_now(w.sim);
    if (hangs)
      gp_station_hang(w.at[n - 1]);
    else
      gp_station_crash(w.at[n - 1]);
    w.n--;
    while (gp_sim_now(w.sim) - since < 30000) {
      pass(&w, 10);
      for (i = 0; i < w.n; i++)
        if (take(&w, i, GP_FAILED) > 0)
          took[count++] = (uint32_t)(gp_sim_now(w.sim) - since);
    }
    gp_sim_free(w.sim);
  }
  qsort(took, count, sizeof *took, earlier);
  printf("%4zu nodes, one %s: failed after  %5u p50 %6u p99 %6u max ms"
         "  (%zu of %zu)\n",
         n, hangs ? "hangs     " : "is killed ", took[count / 2],
         took[count * 99 / 100], took[count - 1], count, runs * (n - 1));
}

/* Bytes of the headers and the body, with the first line. */
static size_t length (const gp_httpout *out) {
  size_t i, len = 20 + 2;
  for (i = 0; i < out->nheaders; i++)
    len += strlen(out->headers[i].name) + strlen(out->headers[i].value) + 4;
  return len;
}

/* Of a probe and its answer as they go over the wire. */
static size_t probebytes (void) {
  gp_peer *p = world_peer("n100:5000");
  gp_asking asking;
  gp_answer answer = {204, NULL, NULL, p, NULL};
  gp_httpout out;
  gp_scratch scratch;
  size_t len;
  memset(&asking, 0, sizeof asking);
  asking.form = GP_FORM_V113;
  asking.from = asking.to = asking.self = p;
  if (gp_wire_ask(&out, &scratch, &asking) != GP_OK)
    exit(2);
  len = length(&out);
  if (gp_wire_answer(&out, &scratch, &answer, GP_FORM_V113) != GP_OK)
    exit(2);
  len += length(&out);
  gp_peer_unref(p);
  return len;
}

static void rest (uint64_t seed, size_t n) {
  static net w;
  gp_simcount before;
  double each;
  network(&w, seed, n);
  pass(&w, 60000);
  before = *gp_sim_count(w.sim);
  pass(&w, 60000);
  each = (double)(gp_sim_count(w.sim)->requests - before.requests) / 60 /
         (double)n;
  printf("%4zu nodes at rest, each and every second     %.2f requests, %.0f "
         "bytes with the answers, %" PRIu64 " names in all\n",
         n, each, each * (double)probebytes(),
         gp_sim_count(w.sim)->names - before.names);
  gp_sim_free(w.sim);
}

static double seconds (void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t bytes (void) {
  struct mallinfo2 m = mallinfo2();
  return m.uordblks + m.hblkhd;
}

static void thousand (uint64_t seed, bool atonce) {
  static net w;
  size_t i, before = bytes();
  double since = seconds();
  uint64_t took;
  open(&w, seed, MOST);
  for (i = 1; i < MOST; i++) {
    join(&w, i, atonce ? 0 : (size_t)chance(&w, i));
    if (!atonce)
      pass(&w, 100);
  }
  took = gp_sim_now(w.sim);
  took = untilwhole(&w, 100, 600000) + took;
  printf("%d join %s    whole after %.1f s, %.1f s real; %" PRIu64
         " requests, %zu bytes a node\n",
         MOST, atonce ? "all at once     " : "one after other ",
         (double)took / 1000, seconds() - since,
         gp_sim_count(w.sim)->requests, (bytes() - before) / MOST);
  gp_sim_free(w.sim);
}

int healfigures (uint64_t seed) {
  int hangs;
  printf("seed %" PRIu64 "\n", seed);
  joins(seed);
  cuts(seed);
  partitions(seed, 2);
  partitions(seed, 10);
  partitions(seed, 50);
  loss(seed);
  for (hangs = 0; hangs <= 1; hangs++) {
    detection(seed, 10, 100, hangs != 0);
    detection(seed, 100, 20, hangs != 0);
    detection(seed, 1000, 1, hangs != 0);
    fflush(stdout);
  }
  rest(seed, 10);
  rest(seed, 100);
  rest(seed, 1000);
  fflush(stdout);
  thousand(seed, false);
  thousand(seed, true);
  return 0;
}
