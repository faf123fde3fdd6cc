/*
** figures.c - see figures.h.
*/
#include "figures.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/sim.h"
#include "world.h"

#define SEED 1

static double seconds (void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

size_t figures_bytes (void) {
  struct mallinfo2 m = mallinfo2();
  return m.uordblks + m.hblkhd;
}

static gp_simhost *add (gp_sim *s, size_t i) {
  gp_nodeopt opt;
  gp_simhost *st;
  char name[32];
  gp_peer *p;
  gp_nodeopt_init(&opt);
  snprintf(name, sizeof name, "n%zu:5000", i);
  p = world_peer(name);
  if (gp_sim_add(s, p, &opt, NULL, &st) != GP_OK)
    exit(2);
  gp_peer_unref(p);
  return st;
}

static void connect (gp_simhost *st, gp_simhost *entry, gp_sim *s) {
  gp_receipt *r;
  if (gp_node_connect(gp_simhost_node(st), gp_simhost_self(entry), 5000,
                      gp_sim_now(s), &r) != GP_OK)
    exit(2);
  gp_receipt_unref(r);
}

static void broadcast (gp_simhost *st, gp_sim *s) {
  gp_peerlist nobody = {0, 0, NULL};
  gp_blob *data = gp_blob_new(100);
  gp_receipt *r;
  if (data == NULL || gp_node_post(gp_simhost_node(st), data, &nobody, false,
                                   gp_sim_now(s), &r) != GP_OK)
    exit(2);
  gp_blob_unref(data);
  gp_receipt_unref(r);
}

static void line (const char *what, size_t n, gp_sim *s, double since,
                  uint64_t steps) {
  double took = seconds() - since;
  uint64_t done = gp_sim_count(s)->steps - steps;
  printf("%5zu nodes, %-24s %9" PRIu64 " steps %7.3f s %9.0f steps/s\n", n,
         what, done, took, (double)done / took);
}

static void empty (gp_simhost **at, size_t n) {
  size_t i;
  for (i = 0; i < n; i++)
    while (gp_node_peekmessage(gp_simhost_node(at[i])) != NULL)
      gp_node_dropmessage(gp_simhost_node(at[i]));
}

static void measure (size_t n) {
  gp_simhost **at = calloc(n, sizeof *at);
  size_t i, before = figures_bytes();
  double since = seconds();
  uint64_t steps = 0;
  gp_sim *s;
  if (at == NULL || gp_sim_new(&s, SEED) != GP_OK)
    exit(2);
  for (i = 0; i < n; i++)
    at[i] = add(s, i);
  printf("%5zu nodes, alone: %zu bytes each\n", n,
         (figures_bytes() - before) / n);
  for (i = 1; i < n; i++) {
    connect(at[i], at[gp_random_below(gp_sim_random(s), i)], s);
    gp_sim_run(s, gp_sim_now(s) + 100);
  }
  line("joined one by one", n, s, since, steps);
  printf("%5zu nodes, joined: %zu bytes each\n", n,
         (figures_bytes() - before) / n);
  since = seconds();
  steps = gp_sim_count(s)->steps;
  for (i = 0; i < n && i < 200; i++) {
    broadcast(at[i], s);
    gp_sim_run(s, gp_sim_now(s) + 100);
  }
  line("200 broadcasts", n, s, since, steps);
  empty(at, n);
  gp_sim_free(s);
  free(at);
}

int figures (void) {
  printf("seed %d\n", SEED);
  measure(10);
  measure(100);
  measure(1000);
  return 0;
}
