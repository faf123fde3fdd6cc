/*
** node/suspicion.h - whether one peer is alive, as far as we can tell.
**
** Owns gp_liveness, which lies in the peer's record; nobody else writes into
** it. Sends nothing and tells nobody: what follows is the caller's to do.
** Every 'now' is in ms; times are zero for never.
** After SWIM (Das, Gupta, Motivala, DSN 2002, 4.1 and 4.2) and Lifeguard
** (Dadgar, Phillips, Currey, arXiv 1707.00788, IV.A).
*/
#ifndef gp_node_suspicion_h
#define gp_node_suspicion_h

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#pragma GCC visibility push(hidden)

typedef enum gp_liveness_state {
  GP_ALIVE,
  GP_PROBED,   /* a response is awaited */
  GP_SUSPECTED /* none came in time, or it refused */
} gp_liveness_state;

/* Zeroed: nothing is known of it. */
typedef struct gp_liveness {
  gp_liveness_state state;
  bool reachable;        /* as far as the last response tells */
  uint64_t heard_at;     /* anything came from it */
  uint64_t responded_at; /* it responded to us */
  uint32_t rtt_ms;       /* of its last probe, and one; 0: none */
  uint64_t state_at;     /* PROBED or SUSPECTED since then */
  uint64_t round_at;     /* a suspect is probed again then */
  uint64_t refused_at;   /* first refusal since it was heard */
  uint64_t told_at;      /* another node suspected it, and was heeded */
  bool helped;           /* in this probe others have been asked to try, */
  unsigned helpers;      /* so many; */
  unsigned alive, dead;  /* so many have said since it was last heard that
                            they reach it, and that they do not */
  gp_err reason;         /* why it is suspected */
} gp_liveness;

/* What the caller does next. */
typedef enum gp_suspicion_step {
  GP_STEP_NONE,
  GP_STEP_HELP,    /* asks others to probe it, and says how many they are */
  GP_STEP_SUSPECT, /* tells others that it is suspected */
  GP_STEP_PROBE,   /* probes it again, directly and through others */
  GP_STEP_FAIL     /* it is a member no more; what was seen is kept */
} gp_suspicion_step;

/* Any sign of life: whatever was suspected is forgotten. */
void gp_suspicion_heard (gp_liveness *l, uint64_t now);

/* It responded to a request or a probe. */
void gp_suspicion_responded (gp_liveness *l, uint64_t now);

/* The last request to it failed or not: that alone suspects nobody. */
void gp_suspicion_setreachable (gp_liveness *l, bool reachable);

/* A probe of it was sent: a response is awaited from now on. */
void gp_suspicion_begin (gp_liveness *l, uint64_t now);

/* Its response to a probe took so long. */
void gp_suspicion_setrtt (gp_liveness *l, uint32_t ms);

/*
** So many others were asked to probe it; and one of them has said whether it
** could. Where more say that than not it does not fail. One alone may lie,
** and nobody's word is a sign of life by itself.
*/
void gp_suspicion_sethelpers (gp_liveness *l, unsigned count);
void gp_suspicion_said (gp_liveness *l, bool alive);

/* A probe of it ended with this error. */
void gp_suspicion_missed (gp_liveness *l, gp_err error);

/* A probe could not even be sent: this node's own fault proves nothing. */
void gp_suspicion_notsent (gp_liveness *l, uint64_t now);

/* It refused a connection. Whether it is suspected from now on. */
bool gp_suspicion_refused (gp_liveness *l, uint64_t now);

/* Another node suspects it. Whether it is probed at the next tick: not more
   than once a second, whoever and how often they tell. */
bool gp_suspicion_told (gp_liveness *l, uint64_t now);

/*
** Time has passed; to be called until it gives GP_STEP_NONE. '*due_at' is
** when to look again, UINT64_MAX for never. A suspect has 'self_doubt' times
** its time more.
*/
gp_suspicion_step gp_suspicion_tick (gp_liveness *l, unsigned self_doubt,
                                     uint64_t now, uint64_t *due_at);

/* Nobody has said anything, not even those who were asked to probe it: then
   it may well be us (Lifeguard, IV.A). */
bool gp_suspicion_isdoubtful (const gp_liveness *l);

/*
** This process comes at 'now' to what was due at 'due_at', too late: nobody
** has kept it waiting meanwhile, and a suspect is probed once more.
*/
void gp_suspicion_forgive (gp_liveness *l, unsigned self_doubt,
                           uint64_t due_at, uint64_t now);

/* Nothing that was seen counts any more. */
void gp_suspicion_reset (gp_liveness *l);

#pragma GCC visibility pop
#endif
