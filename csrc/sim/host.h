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
  gp_peerentry entry;
  gp_simhost *station;
} gp_simname;

struct gp_simhost {
  gp_turn turn; /* the node's next tick, or the end of a stall */
  gp_simhost *next;
  gp_sim *sim;
  size_t number; /* counted from one */
  gp_peer *self;
  gp_node *node; /* NULL: none */
  bool touched;  /* its next tick is to be looked up */
  gp_simhost *nexttouched;
  bool hanging, crashing, plain;
  uint64_t wakes; /* GP_NEVER: when it is told to */
  uint64_t groups;
  char remote[16];            /* numeric IPv4 address */
  gp_ring asking;             /* its requests whose end it waits for */
  gp_ring arrived;            /* requests that are not served yet */
  uint32_t probe_interval_ms; /* what its node's options say */
  uint64_t digest;            /* of its list, when all became calm */
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
  gp_simhost *first, *last, *touched;
  gp_peertable names; /* of gp_simname */
  uint32_t minlatency, maxlatency, loss, breaks, copies;
  gp_cut *cuts;
  size_t ncuts;
  bool weighs;     /* requests and answers, in bytes */
  bool skips;      /* probes, while all is calm */
  uint64_t calmat; /* GP_NEVER: it is; else it is looked at then */
  gp_simcount count;
  uint64_t trace;
};

typedef struct gp_simrequest gp_simrequest;

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
uint64_t gp_sim_arrival (gp_sim *s, const gp_simhost *from,
                         const gp_simhost *to);

void gp_sim_note (gp_sim *s, gp_simtrace what, const gp_simhost *where,
                  uint64_t id, unsigned how);

/* Whether what is sent from the one to the other is lost. */
bool gp_sim_iscut (const gp_sim *s, const gp_simhost *from,
                   const gp_simhost *to);

/*
** sim/steady.c
*/

/* Something has changed: all probe, and for a while. */
void gp_sim_disturb (gp_sim *s);

/* A node has been called: while all is calm its list must not have become
   another. */
void gp_sim_checklist (const gp_simhost *st);

/* Nobody probes any more, if nobody needs to. */
void gp_sim_checksteady (gp_sim *s);

/*
** sim/weigh.c
*/

/* Count the bytes of one, if they are to be. */
void gp_sim_weighrequest (gp_sim *s, const gp_sendreq *asking);
void gp_sim_weighresponse (gp_sim *s, const gp_sendresp *answer,
                           gp_form form);

/*
** sim/host.c
*/

/* Its node has been called: when it wants its tick is to be looked up. */
void gp_simhost_touch (gp_simhost *st);

/* Looks up the next ticks of all that were touched. */
void gp_sim_rearm (gp_sim *s);

/* Its turn has come. */
void gp_simhost_turn (gp_simhost *st);

/* It has no node any more. */
void gp_simhost_free (gp_simhost *st);

/*
** sim/request.c
*/

/* The calls of gp_transport; their 'self' is a station. */
gp_err gp_sim_send (void *self, uint64_t id, const gp_peer *dial,
                    const gp_sendreq *asking, uint32_t timeout);
void gp_sim_respond (void *self, gp_exchange *x, const gp_sendresp *a);
bool gp_sim_isgone (void *self, const gp_exchange *x);

/* The turn of a request has come. Returns where. */
gp_simhost *gp_sim_proceed (gp_simrequest *r);

/* The oldest of what came while it stood still. */
void gp_sim_servenext (gp_simhost *st);

/* Its station stands still or goes on: whether it waits has changed. */
void gp_sim_reschedule (gp_simhost *st);

/* Its station has no node any more: nobody waits for its requests, and what
   came to it unread is reset. */
void gp_sim_orphan (gp_simhost *st);

/* Frees a request that nobody knows of any more. */
void gp_sim_drop (gp_simrequest *r);

#pragma GCC visibility pop
#endif
