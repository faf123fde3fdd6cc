/*
** node/detect.h - inside the node: which members are alive, and what is done
** about those that are not.
*/
#ifndef gp_node_detect_h
#define gp_node_detect_h

#include "node/node.h"
#include "base/random.h"
#include "base/ring.h"
#pragma GCC visibility push(hidden)

struct gp_contact;

/* What is known of the life of one peer. Times are zero for never. */
typedef struct gp_vigil {
  uint64_t heard;     /* anything came from it */
  uint64_t answered;  /* it answered us */
  uint32_t rtt;       /* ms of its last probe, and one; 0: none */
  uint64_t trial;     /* an answer is waited for since then */
  bool helped;        /* others have been asked to try, in this trial */
  unsigned helpers;   /* of them, those that were asked */
  unsigned nacks;     /* and those that said anything */
  uint64_t suspected; /* no answer came, since then */
  uint64_t round;     /* a suspect is asked again then */
  uint64_t refused;   /* first refusal since it was heard */
  gp_err reason;
  bool lost;          /* the program has been told that it failed */
  uint64_t since;     /* it is tried again since then */
  uint64_t retry;     /* and will be once more then */
  uint64_t tried;     /* and was last then */
  uint32_t pause;     /* ms until the next try but one */
  uint64_t fruitless; /* digests of the two lists when its was asked for */
} gp_vigil;

/* A request for a sign of life that is on the way. */
typedef struct gp_probe gp_probe;
struct gp_probe {
  gp_probe *next;
  uint64_t id;
  gp_peer *about;    /* who is to be alive */
  gp_peer *via;      /* who was asked to try; NULL: it was asked itself */
  gp_peer *claimant; /* who came with its name; or NULL */
  uint64_t since;
  gp_exchange *reply; /* owed to a member that asked us to try; or NULL */
  gp_form form;       /* of that answer */
};

typedef struct gp_detect {
  gp_random random;
  gp_probe *probes;
  size_t helping; /* of them, for others */
  uint32_t sequence;
  uint32_t *round; /* slots of the members, in the order of this round */
  size_t roundsize, roundlen, roundat;
  uint64_t nextprobe; /* UINT64_MAX: there is nobody to probe */
  bool watching;      /* the last probe was of the neighbours as well */
  gp_ring watched;    /* contacts that have something due */
  uint64_t lookat;    /* none of them before */
  unsigned health;    /* how much this node doubts itself: 0 to 3 */
  uint64_t repairat;  /* lists are compared then */
  uint64_t relistat;  /* a Go member is asked for its list then */
  uint32_t relistpause;
} gp_detect;

/*
** node/detect.c
*/

void gp_detect_init (gp_node *n);
void gp_detect_clear (gp_node *n);

/* There is a member more. */
void gp_detect_begin (gp_node *n, struct gp_contact *c);

/* Anything came from it: it lives. */
void gp_detect_heard (gp_node *n, struct gp_contact *c);

/* It answered us. */
void gp_detect_answered (gp_node *n, struct gp_contact *c);

/* Somebody else suspects it: it is asked at once. */
void gp_detect_told (gp_node *n, struct gp_contact *c);

/* It refused a connection: its process is gone, or about to come back. */
void gp_detect_refused (gp_node *n, struct gp_contact *c);

/* Asks for a sign of life, unless one is waited for; 'digest': and compares
   lists. */
void gp_detect_try (gp_node *n, struct gp_contact *c, bool digest);

/* Something is due for 'c' then. */
void gp_detect_lookat (gp_node *n, struct gp_contact *c, uint64_t at);

uint64_t gp_detect_due (const gp_node *n);
void gp_detect_tick (gp_node *n, uint64_t now);

/*
** node/trial.c
*/

/* The ids of probes have this slot, which no contact has. */
#define GP_PROBE_SLOT UINT32_MAX

/* Asks it for a sign of life; with the digest of our list if 'digest'. */
void gp_trial_ask (gp_node *n, const struct gp_contact *c, bool digest);

/* Asks so many others to try, or as many as there are. Returns how many. */
unsigned gp_trial_askothers (gp_node *n, const struct gp_contact *c,
                             unsigned most);

/* Tells all members of ours that 'c' is suspected. */
void gp_trial_announce (gp_node *n, const struct gp_contact *c);

/* Asks 'c' for a sign of life, since 'claimant' came with its name. */
void gp_trial_claim (gp_node *n, const struct gp_contact *c,
                     const struct gp_contact *claimant);

/* A probe of a peer: true when it was answered at once. */
bool gp_trial_asked (gp_node *n, const gp_recvreq *asked, gp_exchange *r);

/* The end of a probe of ours. */
void gp_trial_ended (gp_node *n, uint64_t id, gp_err error,
                     const gp_recvresp *answer);

/* What is owed to others is answered; nothing is waited for any more. */
void gp_trial_clear (gp_node *n);

/*
** node/repair.c
*/

/* That of a list is the exclusive or of those of its peers. */
uint64_t gp_repair_digest (const gp_peer *p);

/* 'c' has a list with this digest: it is asked for if it is another. */
void gp_repair_compare (gp_node *n, struct gp_contact *c, uint64_t digest);

/* There is one more that failed, 'c'. False: there are too many; then it is a
   stranger. */
bool gp_repair_limit (gp_node *n, struct gp_contact *c);

/* The same, and it is tried again from now on, after a pause. */
bool gp_repair_begin (gp_node *n, struct gp_contact *c);

/* The same for one of 'count' that were known before a restart: soon, but
   not all at once. May free it. */
void gp_repair_resume (gp_node *n, struct gp_contact *c, size_t count);

/* It is tried again soon, for it seems to be alive. */
void gp_repair_hasten (gp_node *n, struct gp_contact *c);

/* One that was tried has answered, or is the first to: the network is back
   for others too. */
void gp_repair_hastenall (gp_node *n);

/* Its time has come: it is tried, or given up. May free it. */
void gp_repair_retry (gp_node *n, struct gp_contact *c);

/* The next probe is to carry a digest. */
bool gp_repair_isdue (const gp_node *n);
void gp_repair_compared (gp_node *n);

/* Go members do not compare: one of them is asked for its list, the first
   time soon after one was met. */
void gp_repair_met (gp_node *n, const struct gp_contact *c);
void gp_repair_relist (gp_node *n);

#pragma GCC visibility pop
#endif
