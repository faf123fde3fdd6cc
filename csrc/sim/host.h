/*
** sim/host.h - inside the simulator: its stations and the requests
** between them.
**
** Part of gp_sim, split from it for size. sim/sim.c has the clock and what
** can go wrong, sim/steady.c when nobody needs to probe, sim/host.c the
** stations, sim/request.c the way of a request, sim/weigh.c its bytes.
*/
#ifndef gp_sim_host_h
#define gp_sim_host_h

#include "base/heap.h"
#include "value/peertable.h"
#include "base/ring.h"
#include "sim/sim.h"
#pragma GCC visibility push(hidden)

#define GP_NEVER UINT64_MAX

/* What stands in the heap: a request's next turn, or a station's. */
typedef struct gp_turn {
  gp_heapitem item;
  bool ofstation;
} gp_turn;

/* A name of a station. */
typedef struct gp_simname {
  gp_entry entry;
  gp_station *station;
} gp_simname;

struct gp_station {
  gp_turn turn; /* the node's next tick, or the end of a stall */
  gp_station *next;
  gp_sim *sim;
  size_t number; /* counted from one */
  gp_peer *self;
  gp_node *node; /* NULL: none */
  bool touched;  /* its next tick is to be looked up */
  gp_station *nexttouched;
  bool hanging, crashing, plain;
  uint64_t wakes; /* GP_NEVER: when it is told to */
  uint64_t groups;
  char remote[16];    /* numeric IPv4 address */
  gp_ring asking;     /* its requests whose end it waits for */
  gp_ring arrived;    /* requests that are not served yet */
  uint32_t probetime; /* what its node's options say */
  uint64_t digest;    /* of its list, when all became calm */
  gp_ready ready;
  gp_signal signals[GP_SIGNALS];
};

typedef struct gp_cut {
  uint64_t from, to;
} gp_cut;

struct gp_sim {
  uint64_t now;
  gp_random random;
  gp_heap heap;
  size_t turns; /* that may stand in the heap at once */
  gp_station *first, *last, *touched;
  gp_members names; /* of gp_simname */
  uint32_t minlatency, maxlatency, loss, breaks, copies;
  gp_cut *cuts;
  size_t ncuts;
  bool weighs;     /* requests and answers, in bytes */
  bool skips;      /* probes, while all is calm */
  uint64_t calmat; /* GP_NEVER: it is; else it is looked at then */
  gp_simcount count;
  uint64_t trace;
};

/* What happened, for gp_sim_trace. */
typedef enum gp_simtrace {
  GP_TRACE_TICK,
  GP_TRACE_ARRIVED,
  GP_TRACE_ENDED,
  GP_TRACE_FAULT
} gp_simtrace;

/*
** sim/sim.c
*/

/* Makes room in the heap for one more turn, which its owner gives back by
   counting 'turns' down. GP_ENOMEM. */
gp_err gp_sim_addturn (gp_sim *s);

/* When a message that is sent now arrives; GP_NEVER: it is lost. NULL is
   somewhere that has no station. */
uint64_t gp_sim_arrival (gp_sim *s, const gp_station *from,
                         const gp_station *to);

void gp_sim_note (gp_sim *s, gp_simtrace what, const gp_station *where,
                  uint64_t id, unsigned how);

/* Whether what is sent from the one to the other is lost. */
bool gp_sim_iscut (const gp_sim *s, const gp_station *from,
                   const gp_station *to);

/*
** sim/steady.c
*/

/* Something has changed: all probe, and for a while. */
void gp_sim_disturb (gp_sim *s);

/* A node has been called: while all is calm its list must not have become
   another. */
void gp_sim_looklist (const gp_station *st);

/* Nobody probes any more, if nobody needs to. */
void gp_sim_lookcalm (gp_sim *s);

/*
** sim/weigh.c
*/

/* Count the bytes of one, if they are to be. */
void gp_sim_weighasking (gp_sim *s, const gp_asking *asking);
void gp_sim_weighanswer (gp_sim *s, const gp_answer *answer, gp_form form);

/*
** sim/host.c
*/

/* Its node has been called: when it wants its tick is to be looked up. */
void gp_station_touch (gp_station *st);

/* Looks up the next ticks of all that were touched. */
void gp_sim_rearm (gp_sim *s);

/* Its turn has come. */
void gp_station_turn (gp_station *st);

/* It has no node any more. */
void gp_station_free (gp_station *st);

/*
** sim/request.c
*/

/* The calls of gp_transport; their 'self' is a station. */
gp_err gp_sim_ask (void *self, uint64_t id, const gp_peer *dial,
                   const gp_asking *asking, uint32_t timeout);
void gp_sim_answer (void *self, gp_reply *r, const gp_answer *a,
                    gp_form form);
bool gp_sim_gone (void *self, const gp_reply *r);

/* The turn of a request has come. Returns where. */
gp_station *gp_sim_proceed (gp_reply *r);

/* The oldest of what came while it stood still. */
void gp_sim_servenext (gp_station *st);

/* Its station stands still or goes on: whether it waits has changed. */
void gp_sim_reschedule (gp_station *st);

/* Its station has no node any more: nobody waits for its requests, and what
   came to it unread is reset. */
void gp_sim_orphan (gp_station *st);

/* Frees a request that nobody knows of any more. */
void gp_sim_drop (gp_reply *r);

#pragma GCC visibility pop
#endif
