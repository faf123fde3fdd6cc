/*
** world.c - see world.h.
*/
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/state.h"
#include "node/visitors.h"
#include "told.h"

static uint64_t number (const char *variable, uint64_t otherwise) {
  const char *text = getenv(variable);
  return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

uint64_t world_firstseed (void) {
  return number("FIRST", 1);
}

bool world_hasseed (uint64_t seed, uint64_t n) {
  uint64_t count = (number("SEEDS", 200) * n + 199) / 200;
  bool has = seed < world_firstseed() + count;
  test_seed(has ? seed : 0);
  return has;
}

gp_peer *world_peer (const char *text) {
  gp_peer *p;
  SAME(gp_peer_parse(&p, text, strlen(text)), GP_OK);
  return p;
}

static void open (world *w, uint64_t seed, size_t n,
                  uint32_t probe_interval_ms) {
  gp_nodeopt_init(&w->opt);
  w->opt.probe_interval_ms = probe_interval_ms;
  w->n = 0;
  SAME(gp_sim_new(&w->sim, seed), GP_OK);
  while (w->n < n)
    world_add(w, NULL);
}

void world_open (world *w, uint64_t seed, size_t n) {
  open(w, seed, n, 600);
}

void world_openquiet (world *w, uint64_t seed, size_t n) {
  open(w, seed, n, 0);
}

void world_network (world *w, uint64_t seed, size_t n) {
  size_t i;
  world_open(w, seed, n);
  world_joinall(w, n);
  for (i = 0; i < n; i++)
    gp_simhost_setgroups(w->at[i], (uint64_t)1 << i);
  world_ignore(w);
}

/* One line for each run into the file that TRACES names: equal files mean
   that a change of the core has changed no run. */
static void record (const world *w) {
  const char *name = getenv("TRACES");
  FILE *f = name == NULL ? NULL : fopen(name, "a");
  if (f == NULL)
    return;
  fprintf(f, "%016" PRIx64 " %s\n", gp_sim_trace(w->sim), test_running());
  fclose(f);
}

void world_close (world *w) {
  record(w);
  gp_sim_free(w->sim);
}

size_t world_add (world *w, const char *name) {
  char own[32];
  gp_peer *self;
  snprintf(own, sizeof own, "n%zu:5000", w->n);
  self = world_peer(name == NULL ? own : name);
  SAME(gp_sim_add(w->sim, self, &w->opt, NULL, &w->at[w->n]), GP_OK);
  gp_peer_unref(self);
  return w->n++;
}

void world_start (world *w, size_t i) {
  SAME(gp_simhost_start(w->at[i], &w->opt, NULL), GP_OK);
}

void world_renew (world *w, size_t i) {
  gp_simhost_stop(w->at[i]);
  world_start(w, i);
}

gp_node *world_node (world *w, size_t i) {
  return gp_simhost_node(w->at[i]);
}

gp_receipt *world_join (world *w, size_t i, size_t entry) {
  gp_receipt *r;
  SAME(gp_node_connect(world_node(w, i), gp_simhost_self(w->at[entry]),
                       w->opt.request_timeout_ms, gp_sim_now(w->sim), &r),
       GP_OK);
  return r;
}

gp_receipt *world_visit (world *w, size_t i, size_t entry) {
  gp_receipt *r;
  SAME(gp_node_visit(world_node(w, i), gp_simhost_self(w->at[entry]),
                     w->opt.request_timeout_ms, gp_sim_now(w->sim), &r),
       GP_OK);
  return r;
}

void world_joinall (world *w, size_t n) {
  size_t i;
  for (i = 1; i < n; i++)
    SAME(world_end(w, world_join(w, i, 0)), GP_OK);
}

static gp_receipt *post (world *w, size_t i, const gp_peerlist *to,
                         const char *text) {
  size_t len = strlen(text);
  gp_blob *data = gp_blob_new(len);
  gp_receipt *r;
  CHECK(data != NULL);
  memcpy(data->bytes, text, len);
  SAME(
    gp_node_post(world_node(w, i), data, to, false, gp_sim_now(w->sim), &r),
    GP_OK);
  gp_blob_unref(data);
  return r;
}

gp_receipt *world_say (world *w, size_t i, const char *text) {
  gp_peerlist nobody = {0, 0, NULL};
  return post(w, i, &nobody, text);
}

gp_receipt *world_tell (world *w, size_t i, size_t to, const char *text) {
  gp_peerlist one = {0, 0, NULL};
  gp_receipt *r;
  SAME(gp_peerlist_add(&one, gp_simhost_self(w->at[to])), GP_OK);
  r = post(w, i, &one, text);
  gp_peerlist_clear(&one);
  return r;
}

gp_receipt *world_leave (world *w, size_t i) {
  gp_receipt *r;
  SAME(gp_node_leave(world_node(w, i), gp_sim_now(w->sim), &r), GP_OK);
  return r;
}

gp_err world_end (world *w, gp_receipt *r) {
  const gp_failure *f;
  gp_err e = GP_OK;
  r->claimed = true;
  while (!gp_receipt_issettled(r))
    CHECK(gp_sim_step(w->sim, UINT64_MAX) != NULL);
  f = gp_receipt_nextfailure(r, NULL);
  if (f != NULL)
    e = f->error;
  gp_receipt_unref(r);
  return e;
}

void world_forget (gp_receipt *r) {
  gp_receipt_unref(r);
}

void world_prove (world *w) {
  size_t i;
  for (i = 0; i < w->n; i++) {
    gp_node *n = gp_simhost_node(w->at[i]);
    gp_record *peer = n == NULL ? NULL : gp_record_first(&n->peers);
    for (; peer != NULL; peer = gp_record_next(peer))
      gp_hearsay_setproven(n, peer, true);
  }
}

uint64_t world_chance (world *w, uint64_t n) {
  return gp_random_below(gp_sim_random(w->sim), n);
}

void world_part (world *w, uint64_t some, uint64_t others) {
  SAME(gp_sim_cut(w->sim, some, others), GP_OK);
  SAME(gp_sim_cut(w->sim, others, some), GP_OK);
}

void world_pass (world *w, uint64_t time) {
  gp_sim_run(w->sim, gp_sim_now(w->sim) + time);
}

const char *world_hear (world *w, size_t i) {
  gp_node *n = world_node(w, i);
  return n == NULL ? "" : told_message(n);
}

const char *world_complaint (world *w, size_t i) {
  return told_failure(world_node(w, i));
}

const char *world_event (world *w, size_t i) {
  return told_event(world_node(w, i));
}

void world_ignore (world *w) {
  size_t i;
  for (i = 0; i < w->n; i++)
    while (world_node(w, i) != NULL && *world_event(w, i) != '\0')
      continue;
}

const char *world_members (world *w, size_t i) {
  return told_members(world_node(w, i));
}

void world_check (const world *w, bool holds, const char *what, size_t i) {
  if (!holds)
    test_note("n%zu, at %llu ms: %s", i,
              (unsigned long long)gp_sim_now(w->sim), what);
  CHECK(holds);
}

bool world_knowsall (world *w, size_t i) {
  gp_peerlist list = {0, 0, NULL};
  size_t j, live = 0, known = 0;
  SAME(gp_node_members(world_node(w, i), &list), GP_OK);
  for (j = 0; j < w->n; j++) {
    if (j != i && world_node(w, j) != NULL) {
      live++;
      known += gp_peerlist_has(&list, gp_simhost_self(w->at[j]));
    }
  }
  live = live == known && list.n == live;
  gp_peerlist_clear(&list);
  return live;
}

bool world_iswhole (world *w) {
  size_t i;
  for (i = 0; i < w->n; i++)
    if (world_node(w, i) != NULL && !world_knowsall(w, i))
      return false;
  return true;
}
