/*
** node/report.h - what the program is told: failures and events, in bounded
** queues, and the signals that something is there to be taken.
**
** Owns gp_report. Decides nothing about peers.
*/
#ifndef gp_node_report_h
#define gp_node_report_h

#include <stdint.h>

#include "base/queue.h"
#include "node/node.h"
#include "value/event.h"
#include "value/receipt.h"
#pragma GCC visibility push(hidden)

typedef struct gp_report {
  gp_signal *signals; /* GP_SIGNALS of them, borrowed */
  gp_queue failures;  /* of gp_failure */
  uint64_t lost;      /* failures that found no room */
  gp_events events;
  uint64_t refusals_at; /* the present second of refusals began then, */
  unsigned refusals;    /* and so many were told in it */
} gp_report;

/* Borrows 'signals'. GP_ENOMEM. */
gp_err gp_report_init (gp_report *r, const gp_nodeopt *opt,
                       gp_signal *signals);
void gp_report_clear (gp_report *r);

void gp_report_raise (gp_report *r, gp_nodesignal signal);

/* Takes a reference of 'f'. Where there is no room it is only counted. */
void gp_report_failure (gp_report *r, gp_failure *f);

/* Makes one out of these, of which 'peer' may be NULL, and reports it. */
void gp_report_error (gp_report *r, gp_purpose purpose, const gp_peer *peer,
                      gp_err error);

/* A member has tried in vain to reach this node (node/reach.h). */
void gp_report_unreached (gp_report *r, const gp_peer *peer);

void gp_report_event (gp_report *r, gp_eventkind kind, const gp_peer *peer,
                      gp_err reason);

/* A member that was 'former' has another nick. */
void gp_report_renamed (gp_report *r, const gp_peer *former,
                        const gp_peer *peer);

/*
** A request from 'origin' (text; NULL: not known) was refused with 'status'.
** A few are told in a second, the others only counted: whoever keeps on
** breaking rules must not drive other failures out of the queue.
*/
void gp_report_refusal (gp_report *r, gp_err error, int status,
                        const char *origin, uint64_t now);

/* So many failures more of which nothing else is known. */
void gp_report_overlooked (gp_report *r, uint64_t count);

/* How many found no room since this was last asked. */
uint64_t gp_report_takelost (gp_report *r);

/* The oldest event, or NULL; borrowed until the next one or its drop. */
const gp_event *gp_report_peekevent (const gp_report *r);
void gp_report_dropevent (gp_report *r);

/* The oldest failure, or NULL; borrowed until it is dropped. */
gp_failure *gp_report_peekfailure (const gp_report *r);
void gp_report_dropfailure (gp_report *r);

#pragma GCC visibility pop
#endif
