/*
** sim/sim.h - the transport in memory: many nodes on one virtual clock.
**
** Stands where gp_service stands on a real network: carries the requests and
** responses of its nodes as values, without a socket, a wire form or a
** second of waiting. Everything that is left to chance comes from one seed,
** and nothing else does: the same calls on the same seed give the same run.
** Knows only nodes of ours, but for what gp_simhost_setplain says. Owns its
** hosts and their nodes.
**
** A simulated host is a machine with one node, which comes and goes. Its
** program is whoever uses the simulator: between two steps it may call any
** node. When a node wants its next tick is looked up after gp_simhost_node
** has given it out, so it is to be asked for anew after every step.
**
** What it does not know: connections. Every request stands for itself, a
** lost one is never sent again, and two of one sender may overtake each
** other.
*/
#ifndef gp_sim_sim_h
#define gp_sim_sim_h

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/random.h"
#include "base/signal.h"
#include "node/node.h"
#include "value/peer.h"
#include "wire/records.h"
#pragma GCC visibility push(hidden)

typedef struct gp_sim gp_sim;
typedef struct gp_simhost gp_simhost; /* lives as long as its simulator */

/* What has happened so far. */
typedef struct gp_simcount {
  uint64_t steps;
  uint64_t requests; /* that were made */
  uint64_t failures; /* of them, those without a response */
  uint64_t data;     /* bytes of data in requests */
  uint64_t names;    /* peers in the lists of responses */
  uint64_t bytes;    /* see gp_sim_setweighing */
} gp_simcount;

/* A clock at zero and no host; a message takes 1 to 10 ms. */
gp_err gp_sim_new (gp_sim **out, uint64_t seed);

/*
** NULL is allowed. Receipts of nodes with the host's own signals are to be
** given back before, since theirs stand in the same lists.
*/
void gp_sim_free (gp_sim *s);

/* In virtual ms. */
uint64_t gp_sim_now (const gp_sim *s);

/*
** A new host with a node called 'self', which serves at once. It is
** reached under that name, and by its numeric address with the same port:
** that is the name's own, 127.0.0.1 for what means the machine itself, and
** made up for other names. Borrows 'signals' as gp_node_new does; NULL: the
** host's own. GP_EADDRINUSE: one of the names is another's.
*/
gp_err gp_sim_add (gp_sim *s, const gp_peer *self, const gp_nodeopt *opt,
                   gp_signal *signals, gp_simhost **out);

/* The host that is reached under 'name', or NULL. */
gp_simhost *gp_sim_find (const gp_sim *s, const gp_peer *name);

/* NULL while there is none. */
gp_node *gp_simhost_node (gp_simhost *h);

const gp_peer *gp_simhost_self (const gp_simhost *h);

/*
** Its process is killed: who waits for a response of it is reset, who sends
** it a request from now on is refused.
*/
void gp_simhost_crash (gp_simhost *h);

/* Its node is freed: likewise, but it gives the responses that it owes. */
void gp_simhost_stop (gp_simhost *h);

/*
** A new node under the old name, where there is none. The nonce is drawn.
** 'signals' as in gp_sim_add.
*/
gp_err gp_simhost_start (gp_simhost *h, const gp_nodeopt *opt,
                         gp_signal *signals);

/*
** Its process stands still: what comes to it is accepted and waits, its
** clock does not run. When it goes on, all that has come in is there at
** once, also the requests whose sender waits no more.
*/
void gp_simhost_hang (gp_simhost *h);
void gp_simhost_resume (gp_simhost *h);

/* The groups it is in, a bit for each of 64; none at first. */
void gp_simhost_setgroups (gp_simhost *h, uint64_t groups);

/*
** What is sent from any of the groups 'from' to any of 'to' is lost from now
** on, requests and responses. A partition is two cuts. GP_ENOMEM.
*/
gp_err gp_sim_cut (gp_sim *s, uint64_t from, uint64_t to);

/* Mends the cuts that are all from groups in 'from' to groups in 'to'. */
void gp_sim_heal (gp_sim *s, uint64_t from, uint64_t to);

/* How long a message takes on its way, in ms: any of these alike. */
void gp_sim_setlatency (gp_sim *s, uint32_t min_ms, uint32_t max_ms);

/* How many of a million messages are lost: the sender's time runs out. */
void gp_sim_setloss (gp_sim *s, uint32_t in_million);

/*
** From now on nobody probes while no probe could find anything out: all that
** any node lists live, hear it and list the same, and nothing is left to
** chance. Then a quiet year is as short as a quiet second. After any change
** all probe again, each as often as its options say.
*/
void gp_sim_skipprobes (gp_sim *s);

/*
** Lets the next thing happen, and the time until then pass; returns where it
** did. NULL: nothing happens up to the time 'until', and now it is that
** time.
*/
gp_simhost *gp_sim_step (gp_sim *s, uint64_t until);

/* Borrowed. */
const gp_simcount *gp_sim_count (const gp_sim *s);

/*
** What follows is for the tests in C alone.
*/

/* The generator of the run, for what its program leaves to chance. */
gp_random *gp_sim_random (gp_sim *s);

/* It is reached under 'name' too. GP_EADDRINUSE, GP_ENOMEM. */
gp_err gp_simhost_alias (gp_simhost *h, const gp_peer *name);

/* Its own, GP_SIGNALS of them; they and their list stay for good. */
gp_signal *gp_simhost_signals (gp_simhost *h);

/* Stands still for so long. */
void gp_simhost_stall (gp_simhost *h, uint64_t time_ms);

/*
** What we have added to the protocol neither leaves it nor reaches it from
** now on: others take its node for a Go program of v1.1.3, which it is as
** far as a node can be that does not probe (gp_nodeopt).
*/
void gp_simhost_setplain (gp_simhost *h);

/*
** What responds on a host in the place of a node: fills 'response', where
** 200 stands, and which borrows from 'self'. False: it never responds.
*/
typedef bool gp_simscript (void *self, const gp_recvreq *request,
                           gp_sendresp *response);

/* It responds from now on, while the host has no node. */
void gp_simhost_setscript (gp_simhost *h, gp_simscript *script, void *self);

/* Sends any request from the host, whose response nobody waits for.
   GP_ENOMEM. */
gp_err gp_simhost_forge (gp_simhost *h, const gp_peer *dial,
                         const gp_sendreq *request);

/* Whether no request reaches it, as behind NAT; the responses to its own
   do. */
void gp_simhost_setshielded (gp_simhost *h, bool shielded);

/* How many of a million requests arrive twice, the second one at any time
   within a second; nobody waits for its response. */
void gp_sim_setcopies (gp_sim *s, uint32_t in_million);

/* Of how many responses in a million the connection breaks: the sender of
   the request has GP_ECONNRESET instead, and does not know what became of
   it. */
void gp_sim_setbreaks (gp_sim *s, uint32_t in_million);

/*
** From now on the bytes are counted that requests and responses would take
** as HTTP, also of those that are lost. It costs time, and changes nothing.
*/
void gp_sim_setweighing (gp_sim *s, bool on);

/* Lets all happen up to the time 'until', with nobody reading anything. */
void gp_sim_run (gp_sim *s, uint64_t until);

/* A number that stands for the whole run so far: equal for equal runs. */
uint64_t gp_sim_trace (const gp_sim *s);

#pragma GCC visibility pop
#endif
