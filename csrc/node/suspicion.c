/*
** node/suspicion.c - whether one peer is alive.
*/
#include "node/suspicion.h"

#include <string.h>

#define HELP_MS 500       /* without a response: others are asked to try */
#define PROBE_MS 1200     /* without any: it is suspected */
#define ROUND_MS 600      /* a suspect is probed this often */
#define TOLD_MS 1000      /* between two tellings that are heeded */
#define SUSPICION_MS 4500 /* a suspect fails after */
#define REFUSING_MS 1500  /* one that refuses, with time to start again */

static uint64_t stretched (uint64_t ms, unsigned self_doubt) {
  return ms * (self_doubt + 1);
}

static void suspect (gp_liveness *l, uint64_t now, uint64_t round_at) {
  if (l->state == GP_ALIVE)
    l->alive = l->dead = 0;
  l->state = GP_SUSPECTED;
  l->state_at = now;
  l->round_at = round_at;
}

/* Neither a response nor a refutation is awaited any more. */
static void settle (gp_liveness *l) {
  l->state = GP_ALIVE;
  l->refused_at = 0;
}

void gp_suspicion_heard (gp_liveness *l, uint64_t now) {
  l->heard_at = now;
  l->reachable = true;
  settle(l);
}

void gp_suspicion_responded (gp_liveness *l, uint64_t now) {
  gp_suspicion_heard(l, now);
  l->responded_at = now;
}

void gp_suspicion_setreachable (gp_liveness *l, bool reachable) {
  l->reachable = reachable;
}

void gp_suspicion_begin (gp_liveness *l, uint64_t now) {
  l->state = GP_PROBED;
  l->state_at = now;
  l->helped = false;
  l->helpers = l->alive = l->dead = 0;
  l->reason = GP_ETIMEDOUT;
}

void gp_suspicion_setrtt (gp_liveness *l, uint32_t ms) {
  l->rtt_ms = ms + 1;
}

void gp_suspicion_sethelpers (gp_liveness *l, unsigned count) {
  l->helpers = count;
}

void gp_suspicion_said (gp_liveness *l, bool alive) {
  l->alive += alive;
  l->dead += !alive;
}

/* That nobody listens at its address any more is no matter of opinion. */
static bool isvouched (const gp_liveness *l) {
  return l->alive > l->dead && l->refused_at == 0;
}

/* That another node suspects it is no reason of its own. */
void gp_suspicion_missed (gp_liveness *l, gp_err error) {
  if (l->state == GP_PROBED ||
      (l->state == GP_SUSPECTED && l->reason == GP_ETIMEDOUT))
    l->reason = error;
}

void gp_suspicion_notsent (gp_liveness *l, uint64_t now) {
  if (l->state == GP_PROBED)
    l->state = GP_ALIVE;
  else if (l->state == GP_SUSPECTED)
    l->state_at = now;
}

bool gp_suspicion_refused (gp_liveness *l, uint64_t now) {
  if (l->refused_at == 0)
    l->refused_at = now;
  l->reason = GP_ECONNREFUSED;
  if (l->state == GP_SUSPECTED)
    return false;
  suspect(l, now, now + ROUND_MS);
  l->reachable = false;
  return true;
}

bool gp_suspicion_told (gp_liveness *l, uint64_t now) {
  if (l->told_at != 0 && now < l->told_at + TOLD_MS)
    return false;
  l->told_at = now;
  l->reason = GP_ETIMEDOUT;
  suspect(l, now, now);
  return true;
}

static gp_suspicion_step tickprobe (gp_liveness *l, uint64_t now,
                                    uint64_t *due_at) {
  if (!l->helped && now >= l->state_at + HELP_MS) {
    l->helped = true;
    return GP_STEP_HELP;
  }
  if (now < l->state_at + PROBE_MS) {
    *due_at = l->state_at + (l->helped ? PROBE_MS : HELP_MS);
    return GP_STEP_NONE;
  }
  l->reachable = false;
  if (isvouched(l)) {
    settle(l);
    return GP_STEP_NONE;
  }
  suspect(l, now, now + ROUND_MS);
  return GP_STEP_SUSPECT;
}

static gp_suspicion_step ticksuspect (gp_liveness *l, unsigned self_doubt,
                                      uint64_t now, uint64_t *due_at) {
  uint64_t end = l->state_at + stretched(SUSPICION_MS, self_doubt);
  if (l->refused_at != 0 && l->reason == GP_ECONNREFUSED)
    end = l->refused_at + stretched(REFUSING_MS, self_doubt);
  if (now >= end) {
    bool vouched = isvouched(l);
    settle(l);
    return vouched ? GP_STEP_NONE : GP_STEP_FAIL;
  }
  if (now >= l->round_at) {
    l->round_at = now + ROUND_MS;
    return GP_STEP_PROBE;
  }
  *due_at = l->round_at < end ? l->round_at : end;
  return GP_STEP_NONE;
}

gp_suspicion_step gp_suspicion_tick (gp_liveness *l, unsigned self_doubt,
                                     uint64_t now, uint64_t *due_at) {
  *due_at = UINT64_MAX;
  switch (l->state) {
    case GP_PROBED: return tickprobe(l, now, due_at);
    case GP_SUSPECTED: return ticksuspect(l, self_doubt, now, due_at);
    default: return GP_STEP_NONE;
  }
}

bool gp_suspicion_isdoubtful (const gp_liveness *l) {
  return l->helpers > 0 && l->alive + l->dead == 0;
}

/* Waiting up to 'due_at' counts, but at most 'most'; the stall after it does
   not. */
static uint64_t postponed (uint64_t since, uint64_t due_at, uint64_t now,
                           uint64_t most) {
  uint64_t waited = due_at > since ? due_at - since : 0;
  return now - (waited < most ? waited : most);
}

void gp_suspicion_forgive (gp_liveness *l, unsigned self_doubt,
                           uint64_t due_at, uint64_t now) {
  if (l->state == GP_PROBED)
    l->state = GP_ALIVE;
  if (l->refused_at != 0)
    l->refused_at = postponed(l->refused_at, due_at, now,
                              stretched(REFUSING_MS, self_doubt) - ROUND_MS);
  if (l->state != GP_SUSPECTED)
    return;
  l->state_at = postponed(l->state_at, due_at, now,
                          stretched(SUSPICION_MS, self_doubt) - ROUND_MS);
  l->round_at = now;
}

void gp_suspicion_reset (gp_liveness *l) {
  bool reachable = l->reachable;
  memset(l, 0, sizeof *l);
  l->reachable = reachable;
}
