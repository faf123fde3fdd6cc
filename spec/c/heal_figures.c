/*
** heal_figures.c - how soon a network heals, and what that costs.
**
** Times are virtual, but for those that are called real; bytes are those of
** HTTP, requests and responses, as gp_sim_setweighing counts them. All but
** what is real follows from the seed.
*/
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "figures.h"
#include "sim/sim.h"
#include "world.h"

#define MOST 1000

typedef struct net {
  gp_sim *sim;
  size_t n, ours; /* the others do as Go programs do, and come last */
  gp_simhost *at[MOST];
} net;

static uint64_t seed;
static bool missed; /* a limit */

/* One line of the table. */
static void row (size_t nodes, bool good, const char *what,
                 const char *format, ...)
  __attribute__((format(printf, 4, 5)));

static void row (size_t nodes, bool good, const char *what,
                 const char *format, ...) {
  va_list args;
  va_start(args, format);
  printf("%5zu  %-46s ", nodes, what);
  vprintf(format, args);
  puts(good ? "" : "  MISSED");
  fflush(stdout);
  va_end(args);
  missed = missed || !good;
}

static void options (gp_nodeopt *opt, bool ours) {
  gp_nodeopt_init(opt);
  if (!ours)
    opt->probe_interval_ms = 0;
}

static void add (net *w) {
  gp_nodeopt opt;
  char name[32];
  gp_peer *p;
  options(&opt, w->n < w->ours);
  snprintf(name, sizeof name, "n%zu:5000", w->n);
  p = world_peer(name);
  if (gp_sim_add(w->sim, p, &opt, NULL, &w->at[w->n]) != GP_OK)
    exit(2);
  if (w->n >= w->ours)
    gp_simhost_setplain(w->at[w->n]);
  gp_simhost_setgroups(w->at[w->n], (uint64_t)1 << w->n % 64);
  gp_peer_unref(p);
  w->n++;
}

static void open (net *w, uint64_t from, size_t n) {
  w->n = 0;
  w->ours = MOST;
  if (gp_sim_new(&w->sim, from) != GP_OK)
    exit(2);
  gp_sim_setweighing(w->sim, true);
  while (w->n < n)
    add(w);
}

static void join (net *w, size_t i, size_t entry) {
  gp_receipt *r;
  if (gp_node_connect(gp_simhost_node(w->at[i]),
                      gp_simhost_self(w->at[entry]), 5000, gp_sim_now(w->sim),
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

static size_t countours (const net *w) {
  return w->n < w->ours ? w->n : w->ours;
}

/* Nobody stands in a list of ours who does not live, so the number is
   enough. */
static bool iswhole (net *w) {
  size_t i;
  for (i = 0; i < countours(w); i++) {
    gp_stats stats;
    gp_node_stats(gp_simhost_node(w->at[i]), &stats);
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

static void joinall (net *w) {
  size_t i;
  for (i = 1; i < w->n; i++) {
    join(w, i, (size_t)chance(w, i));
    pass(w, 100);
  }
  (void)untilwhole(w, 100, 60 * SECOND);
}

static void network (net *w, uint64_t from, size_t n) {
  open(w, from, n);
  joinall(w);
}

/* Takes the events; counts those of a kind. */
static size_t take (net *w, size_t i, gp_eventkind kind) {
  gp_node *n = gp_simhost_node(w->at[i]);
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

/* Two newcomers through two members, at the same moment. */
static void twoatonce (void) {
  static net w;
  size_t i, whole = 0;
  for (i = 0; i < 50; i++) {
    network(&w, seed + i, 4);
    add(&w);
    add(&w);
    join(&w, 4, 0);
    join(&w, 5, 3);
    whole += untilwhole(&w, 10, SECOND) < SECOND;
    gp_sim_free(w.sim);
  }
  row(6, whole == 50, "two join at once, through two entry points",
      "%zu of 50 whole within 1 s", whole);
}

static void sixteen (void) {
  static net w;
  uint64_t took;
  size_t i;
  open(&w, seed, 16);
  for (i = 1; i < 16; i++) {
    pass(&w, chance(&w, 50));
    join(&w, i, (size_t)chance(&w, i));
  }
  took = untilwhole(&w, 10, 60 * SECOND);
  row(16, took <= SECOND, "whole after the last join",
      "%" PRIu64 " ms  (at most 1 s)", took);
  gp_sim_free(w.sim);
}

static void cuts (void) {
  static net w;
  uint64_t longest = 0;
  size_t i, run;
  for (run = 0; run < 20; run++) {
    uint64_t took;
    network(&w, seed + run, 10);
    for (i = 0; i < 30; i++) {
      uint64_t some = 1 + chance(&w, 1022);
      if (gp_sim_cut(w.sim, some, chance(&w, 2) == 0 ? ~some : 1023) != GP_OK)
        exit(2);
      pass(&w, 333);
      if (i % 3 == 2)
        gp_sim_heal(w.sim, UINT64_MAX, UINT64_MAX);
    }
    took = untilwhole(&w, 10, 120 * SECOND);
    longest = took > longest ? took : longest;
    gp_sim_free(w.sim);
  }
  row(10, longest <= 45 * SECOND,
      "whole after 30 cuts in 10 s, longest of 20",
      "%" PRIu64 " ms  (at most 45 s)", longest);
}

static void partition (size_t n) {
  static net w;
  uint64_t half = ((uint64_t)1 << n / 2) - 1;
  uint64_t longest = 0;
  size_t run;
  for (run = 0; run < 20; run++) {
    uint64_t took;
    network(&w, seed + run, n);
    if (gp_sim_cut(w.sim, half, ~half) != GP_OK ||
        gp_sim_cut(w.sim, ~half, half) != GP_OK)
      exit(2);
    pass(&w, 120 * SECOND);
    gp_sim_heal(w.sim, UINT64_MAX, UINT64_MAX);
    took = untilwhole(&w, 10, 120 * SECOND);
    longest = took > longest ? took : longest;
    gp_sim_free(w.sim);
  }
  row(n, longest <= 30 * SECOND, "whole after 2 min in halves, longest of 20",
      "%" PRIu64 " ms  (at most 30 s)", longest);
}

static void loss (void) {
  static net w;
  size_t failed;
  network(&w, seed, 50);
  (void)takeall(&w, GP_EV_FAILED);
  gp_sim_setloss(w.sim, 100000);
  pass(&w, 600 * SECOND);
  failed = takeall(&w, GP_EV_FAILED);
  row(50, failed == 0, "10 % loss for 10 min", "%zu false failures", failed);
  gp_sim_free(w.sim);
}

static int earlier (const void *a, const void *b) {
  const uint32_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* How many of ours there are but for number 'lost'. */
static size_t observers (const net *w, size_t lost) {
  return countours(w) - (lost < w->ours);
}

/* Number 'lost' is lost, and comes back. Adds when each other noticed. */
static size_t lose (net *w, size_t lost, bool hangs, uint32_t *took) {
  uint64_t since;
  size_t i, count = 0;
  gp_nodeopt opt;
  options(&opt, lost < w->ours);
  pass(w, chance(w, 5000));
  (void)takeall(w, GP_EV_FAILED);
  since = gp_sim_now(w->sim);
  if (hangs)
    gp_simhost_hang(w->at[lost]);
  else
    gp_simhost_crash(w->at[lost]);
  while (count < observers(w, lost) &&
         gp_sim_now(w->sim) - since < 30 * SECOND) {
    pass(w, 10);
    for (i = 0; i < countours(w); i++)
      if (i != lost && take(w, i, GP_EV_FAILED) > 0)
        took[count++] = (uint32_t)(gp_sim_now(w->sim) - since);
  }
  if (hangs)
    gp_simhost_resume(w->at[lost]);
  else if (gp_simhost_start(w->at[lost], &opt, NULL) != GP_OK)
    exit(2);
  (void)untilwhole(w, 100, 120 * SECOND);
  return count;
}

/* One after the other is lost, in a network that is whole: of ours, or of
   the Go programs if there are any. */
static void detection (net *w, size_t times, bool hangs, const char *what) {
  static uint32_t took[100 * MOST];
  uint32_t limit = hangs ? 10 * SECOND : 3 * SECOND;
  size_t i, first = w->n > w->ours ? w->ours : 0, count = 0;
  for (i = 0; i < times; i++)
    count += lose(w, first + (size_t)chance(w, w->n - first), hangs,
                  took + count);
  qsort(took, count, sizeof *took, earlier);
  row(w->n, count == times * observers(w, first) && took[count - 1] <= limit,
      what, "%u p50, %u p99, %u max ms of %zu  (at most %u s)",
      took[count / 2], took[count * 99 / 100], took[count - 1], count,
      limit / SECOND);
}

/* A few of ours among Go programs. */
static void among (size_t ours, size_t plain, const char *killed,
                   const char *hangs) {
  static net w;
  open(&w, seed, ours);
  w.ours = ours;
  while (w.n < ours + plain)
    add(&w);
  joinall(&w);
  detection(&w, 100, false, killed);
  detection(&w, 100, true, hangs);
  gp_sim_free(w.sim);
}

static void rest (net *w) {
  gp_simcount before;
  const gp_simcount *now = gp_sim_count(w->sim);
  double each = 30.0 * (double)w->n;
  pass(w, 30 * SECOND);
  before = *now;
  pass(w, 30 * SECOND);
  row(w->n, now->names == before.names,
      "at rest, each node and second, both ways",
      "%.2f messages, %.0f bytes, %" PRIu64 " names of lists in all",
      2 * (double)(now->requests - before.requests) / each,
      (double)(now->bytes - before.bytes) / each, now->names - before.names);
}

static double seconds (void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The join of a network, of which 'before' and 'since' tell the beginning. */
static void joined (net *w, const char *what, size_t before, double since) {
  const gp_simcount *count = gp_sim_count(w->sim);
  bool whole = iswhole(w);
  uint64_t took = gp_sim_now(w->sim);
  (void)takeall(w, GP_EV_JOINED);
  row(w->n, whole, what,
      "whole at %.1f s (%.0f s of a processor); each node %.0f messages, "
      "%.0f kB sent, %.0f kB of memory",
      (double)took / 1000, seconds() - since,
      2 * (double)count->requests / (double)w->n,
      (double)count->bytes / (double)w->n / 1e3,
      (double)(figures_bytes() - before) / (double)w->n / 1e3);
}

static void size (size_t n, size_t times) {
  static net w;
  size_t before = figures_bytes();
  double since = seconds();
  network(&w, seed, n);
  joined(&w, "join one after the other, every 100 ms", before, since);
  rest(&w);
  detection(&w, times, false, "one is killed: failed after");
  detection(&w, times, true, "one hangs: failed after");
  gp_sim_free(w.sim);
}

/* All through the first, or each through any other. */
static void atonce (size_t n, bool through0) {
  static net w;
  size_t i, before = figures_bytes();
  double since = seconds();
  open(&w, seed, n);
  for (i = 1; i < n; i++)
    join(&w, i, through0 ? 0 : (size_t)chance(&w, i));
  (void)untilwhole(&w, 100, 600 * SECOND);
  joined(&w,
         through0 ? "join all at once, through one"
                  : "join all at once, each through any",
         before, since);
  gp_sim_free(w.sim);
}

int healfigures (uint64_t from) {
  seed = from;
  printf("Times are virtual; bytes are those of HTTP, without TCP.\n"
         "seed %" PRIu64 "\nnodes\n",
         seed);
  twoatonce();
  sixteen();
  cuts();
  partition(2);
  partition(10);
  partition(50);
  loss();
  among(1, 20, "20 Go members and ours, a Go one is killed",
        "20 Go members and ours, a Go one hangs");
  among(5, 20, "20 Go members and 5 of ours, one is killed",
        "20 Go members and 5 of ours, one hangs");
  size(10, 100);
  size(100, 20);
  atonce(50, false);
  atonce(1000, true);
  size(1000, 3);
  return missed;
}
