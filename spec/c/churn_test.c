/*
** churn_test.c - nodes come, go and talk at random: no message is heard
** twice or out of order.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define NODES 20
#define LONGEST 20000 /* virtual ms of one run */

#define MESSAGES 1000

/*
** One run. Node 3 is called "n3:5000", and can be reached as "m3:5000"; in
** every other run without loss somebody tries. What is sent to two names
** keeps no order until they are known to be one, so in such a run order is
** not looked at; with loss it may even arrive under both.
*/
typedef struct run {
  world w;
  uint64_t seed;
  uint32_t loss;
  uint64_t stalled[NODES]; /* it stands still until then */
  gp_peer *alias[NODES];
  unsigned said[NODES]; /* messages, of all its lives */
  unsigned lives[NODES];
  unsigned life[NODES][MESSAGES];     /* in which it was said */
  bool heard[NODES][NODES][MESSAGES]; /* by whom, from whom */
  unsigned newest[NODES][NODES];
  size_t messages;
} run;

static bool lives (run *r, size_t i) {
  return world_node(&r->w, i) != NULL;
}

/* Whoever stands still calls nothing. */
static bool stands (const run *r, size_t i) {
  return gp_sim_now(r->w.sim) <= r->stalled[i];
}

static bool aliases (const run *r) {
  return r->seed % 2 == 0 && r->loss == 0;
}

/* What a process said that was killed may come late. */
static bool inorder (const run *r, size_t i, size_t from, unsigned number) {
  unsigned newest = r->newest[i][from];
  return aliases(r) || number > newest ||
         r->life[from][number] < r->life[from][newest];
}

/* Every text is a number that its sender has not used before. What a process
   heard that was killed, the next one may hear again. */
static void hear (run *r, size_t i) {
  gp_node *n = world_node(&r->w, i);
  const gp_message *m;
  while (n != NULL && (m = gp_node_peekmessage(n)) != NULL) {
    size_t from = strtoul(gp_peer_address(m->from) + 1, NULL, 10);
    unsigned number = (unsigned)strtoul(m->data->bytes, NULL, 10);
    world_check(&r->w, !r->heard[i][from][number], "heard twice", i);
    world_check(&r->w, inorder(r, i, from, number), "out of order", i);
    r->heard[i][from][number] = true;
    if (number > r->newest[i][from])
      r->newest[i][from] = number;
    r->messages++;
    gp_node_dropmessage(n);
  }
  while (n != NULL && gp_node_peekfailure(n) != NULL)
    gp_node_dropfailure(n);
}

static size_t another (run *r, size_t i) {
  return (i + 1 + (size_t)world_chance(&r->w, NODES - 1)) % NODES;
}

static void say (run *r, size_t i) {
  char text[16];
  gp_receipt *rec;
  CHECK(++r->said[i] < MESSAGES);
  r->life[i][r->said[i]] = r->lives[i];
  snprintf(text, sizeof text, "%u", r->said[i]);
  if (world_chance(&r->w, 3) == 0)
    rec = world_tell(&r->w, i, another(r, i), text);
  else
    rec = world_say(&r->w, i, text);
  rec->claimed = world_chance(&r->w, 2) == 0;
  world_forget(rec);
}

static void join (run *r, size_t i) {
  size_t entry = another(r, i);
  const gp_peer *name = gp_simhost_self(r->w.at[entry]);
  gp_receipt *rec;
  if (aliases(r) && world_chance(&r->w, 3) == 0)
    name = r->alias[entry];
  SAME(gp_node_connect(world_node(&r->w, i), name, 5000, gp_sim_now(r->w.sim),
                       &rec),
       GP_OK);
  world_forget(rec);
}

static void end (run *r, size_t i) {
  if (world_chance(&r->w, 2) == 0)
    gp_simhost_crash(r->w.at[i]);
  else
    gp_simhost_stop(r->w.at[i]);
}

static void stall (run *r, size_t i) {
  uint64_t time = world_chance(&r->w, 8000);
  r->stalled[i] = gp_sim_now(r->w.sim) + time;
  gp_simhost_stall(r->w.at[i], time);
}

static void act (run *r) {
  size_t i = (size_t)world_chance(&r->w, NODES);
  if (!lives(r, i)) {
    world_start(&r->w, i);
    r->lives[i]++;
    memset(r->heard[i], 0, sizeof r->heard[i]);
    memset(r->newest[i], 0, sizeof r->newest[i]);
    return;
  }
  if (stands(r, i))
    return;
  switch (world_chance(&r->w, 20)) {
    case 0: end(r, i); break;
    case 1: stall(r, i); break;
    case 2: world_forget(world_leave(&r->w, i)); break;
    case 3:
    case 4:
    case 5: join(r, i); break;
    default: say(r, i); break;
  }
}

static void open (run *r) {
  char name[16];
  size_t i;
  world_open(&r->w, r->seed, 0);
  r->w.opt.inbox_messages = 8;
  r->w.opt.outbox_messages = 8;
  r->w.opt.max_errors = 16;
  r->w.opt.max_members = 4 + world_chance(&r->w, NODES);
  for (i = 0; i < NODES; i++) {
    world_add(&r->w, NULL);
    snprintf(name, sizeof name, "m%zu:5000", i);
    r->alias[i] = world_peer(name);
    SAME(gp_simhost_alias(r->w.at[i], r->alias[i]), GP_OK);
  }
}

/* Signs of life are asked for at any time; nothing else is under way. */
static bool isatrest (run *r, size_t i) {
  gp_node *n = world_node(&r->w, i);
  gp_stats stats;
  gp_node_stats(n, &stats);
  return stats.outbox_messages == 0 && stats.inbox_messages == 0 &&
         stats.suspected == 0 &&
         (stats.self_doubt == 0 || stats.members == 0) &&
         gp_node_due(n) > gp_sim_now(r->w.sim);
}

/* Everybody reads until nothing is on its way; then all are at rest. */
static void rest (run *r) {
  size_t i, round;
  for (i = 0; i < NODES; i++)
    gp_simhost_resume(r->w.at[i]);
  for (round = 0; round < 60; round++) {
    world_pass(&r->w, 1000);
    for (i = 0; i < NODES; i++)
      hear(r, i);
  }
  for (i = 0; i < NODES; i++)
    if (lives(r, i))
      world_check(&r->w, isatrest(r, i), "is not at rest", i);
}

static void close (run *r) {
  size_t i;
  for (i = 0; i < NODES; i++)
    gp_peer_unref(r->alias[i]);
  world_close(&r->w);
}

static uint64_t churn (uint64_t seed, uint32_t loss) {
  static run r;
  uint64_t t, trace;
  memset(&r, 0, sizeof r);
  r.seed = seed;
  r.loss = loss;
  open(&r);
  gp_sim_setloss(r.w.sim, loss);
  gp_sim_setbreaks(r.w.sim, 50000);
  for (t = 0; t < LONGEST; t += 1 + world_chance(&r.w, 60)) {
    size_t reader = (size_t)world_chance(&r.w, NODES);
    gp_sim_run(r.w.sim, t);
    act(&r);
    if (!stands(&r, reader))
      hear(&r, reader);
  }
  gp_sim_setloss(r.w.sim, 0);
  gp_sim_setbreaks(r.w.sim, 0);
  rest(&r);
  world_check(&r.w, r.messages > 50, "hardly a message was heard", 0);
  trace = gp_sim_trace(r.w.sim);
  close(&r);
  return trace;
}

TEST(churning, "20 nodes, 200 runs: nothing is heard twice or out of order") {
  EACHSEED (seed, 200)
    churn(seed, 0);
}

TEST(losing, "nor is it with a tenth of the messages lost") {
  EACHSEED (seed, 200)
    churn(seed, 100000);
}

TEST(repeats, "a run of chance is the same the second time") {
  EACHSEED (seed, 10)
    CHECK(churn(seed, 20000) == churn(seed, 20000));
}

/* Whoever leaves and joins orderly ends up in everybody's list. */
static void orderly (uint64_t seed) {
  world w;
  size_t i, round;
  world_network(&w, seed, 8);
  for (round = 0; round < 30; round++) {
    i = 1 + world_chance(&w, 7);
    SAME(world_end(&w, world_leave(&w, i)), GP_OK);
    world_forget(world_say(&w, 0, "x"));
    SAME(world_end(&w, world_join(&w, i, 0)), GP_OK);
    world_pass(&w, world_chance(&w, 30));
  }
  world_pass(&w, 100);
  CHECK(world_iswhole(&w));
  world_close(&w);
}

TEST(comeandgo, "one that leaves and joins in order is in everybody's list") {
  EACHSEED (seed, 200)
    orderly(seed);
}
