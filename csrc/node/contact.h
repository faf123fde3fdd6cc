/*
** node/contact.h - inside the node: the peers it deals with and the errands
** to each.
*/
#ifndef gp_node_contact_h
#define gp_node_contact_h

#include "base/ttlmap.h"
#include "node/detect.h"
#include "value/peertable.h"
#include "node/node.h"
#include "base/queue.h"
#include "base/ring.h"
#pragma GCC visibility push(hidden)

/*
** A peer that does not answer within this time (ms) holds up neither a
** connect, a leave nor the back-pressure of a broadcast, nor does a newcomer
** whose form is asked for wait longer for its list.
*/
#define GP_PATIENCE 1000

#define GP_BYGONE_TIME 120000 /* ms: a message may come as late */

/*
** So long (ms) a list does not bring back a Go member that took leave: it may
** be older than the goodbye, and a Go program that is about to end still
** lets everybody in. One of ours that has left says so when it is asked.
*/
#define GP_DEPARTED_TIME 10000

#define GP_REMOTE_MAX 46 /* a numeric address, INET6_ADDRSTRLEN */

typedef enum gp_standing {
  GP_STRANGER,  /* only written to */
  GP_CANDIDATE, /* named to us and greeted, has not answered yet */
  GP_MEMBER,
  GP_FAILING /* was one, and does not answer; it is tried again */
} gp_standing;

/* One request to be made to a peer. */
typedef struct gp_errand gp_errand;
struct gp_errand {
  gp_errand *next;
  gp_failure *failure; /* what it is, and what is told if it fails */
  gp_receipt *receipt; /* begun; NULL: nobody waits for the end */
  uint64_t since;      /* queued, then first asked, at this time */
  uint32_t timeout;    /* all tries together, from the first */
  bool asked;          /* at least once */
  bool hopeful;        /* the peer could be reached until then */
  bool moved;          /* it was to go to another name */
  uint64_t nonce;      /* of its number, from its first try on; 0: none */
  bool unsure;         /* an earlier try may have carried it */
  bool again;          /* asked anew after the peer was named anew */
};

typedef struct gp_contact {
  gp_peerentry entry; /* its peer is the name that it calls itself */
  gp_indexlink place; /* where it listens, as far as is known */
  gp_standing standing;
  char remote[GP_REMOTE_MAX]; /* numeric address it answered from, or "" */
  bool confirmed;             /* it does; else it is what somebody calls it */
  bool known;                 /* the program has been told that it joined */
  gp_ring aliases;            /* of gp_alias */
  gp_peer *dial;              /* where it is reached; NULL: under its name */
  gp_peer *usas;  /* the name that it knows us by; NULL: our own */
  bool told;      /* by itself, since it was last asked something */
  bool reachable; /* as far as its last answer tells */
  bool leaving;   /* we are taking leave of it */
  bool ours;      /* it announced itself as a node of ours */
  gp_form form;
  gp_errand *first, *last; /* still to be asked, oldest first */
  size_t count, bytes;     /* of them, messages and their data */
  gp_errand *asked;        /* on the way, or NULL */
  uint64_t pause;   /* what is first is tried again then; 0: no pause */
  uint64_t checkat; /* its list is looked at for our name then; 0: not */
  unsigned checks;  /* so many times more */
  unsigned checked; /* so often, in vain, the last time then: */
  uint64_t lastcheck;
  unsigned tries;     /* of what is first, that failed */
  uint64_t nonce, id; /* of its newest message */
  uint64_t since;     /* our last message when it came to be known */
  uint64_t entered;   /* it asked for our whole list then; or 0 */
  uint64_t said;      /* the last broadcast that was to go to it */
  uint64_t process;   /* it is; 0: not told */
  uint64_t former;    /* process at its address; 0: not known */
  char name[GP_NAME_MAX + 1];
  bool claiming;     /* it waits whether its name is another's */
  uint32_t sequence; /* of the request on the way */
  gp_vigil vigil;
  gp_ring watched; /* see gp_detect_lookat */
} gp_contact;

/* Another name of the same process. */
typedef struct gp_alias {
  gp_peerentry entry;
  gp_ring ring;
  gp_contact *contact;
} gp_alias;

/* A request whose answer must wait, and until when. */
typedef struct gp_held gp_held;
struct gp_held {
  gp_held *next;
  gp_message *msg;
  gp_exchange *reply;
  gp_form form;
  uint64_t until;
};

typedef struct gp_holding {
  gp_held *first, *last;
} gp_holding;

struct gp_node {
  gp_peer *self;
  gp_identity identity; /* with the same peer */
  gp_transport transport;
  gp_nodeopt opt;
  gp_signal *signals;
  gp_peertable contacts, aliases;
  gp_index places; /* of contacts */
  size_t nmembers, ncandidates, nfailing;
  uint64_t digest; /* of the members */
  gp_queue inbox;  /* of gp_message */
  gp_queue errors; /* of gp_failure */
  gp_events events;
  uint64_t lost;
  gp_holding messages;        /* for which the inbox has no room yet */
  gp_holding newcomers;       /* whose form is being found out */
  gp_errand *late, *lastlate; /* failed before they could be asked */
  size_t impatient;           /* errands that somebody waits for in person */
  size_t pausing;             /* pauses and checks of contacts */
  uint64_t patienceat;        /* none of them is over before */
  uint64_t lastid;            /* of our newest message */
  gp_ttlmap bygones;          /* newest messages of processes that are gone */
  gp_ttlmap departed;         /* names of Go members that have said goodbye */
  uint64_t refusing;          /* since when refusals are counted, */
  unsigned refusals;          /* and how many were told */
  uint32_t sequence;
  uint64_t now; /* of the last call */
  bool left;    /* it wants to be in no network */
  bool taken;   /* the program was told that its name is another's */
  gp_detect detect;
};

/*
** node/contact.c
*/

/* The contact that goes by the name 'p', or NULL. */
gp_contact *gp_contact_find (const gp_node *n, const gp_peer *p);

/* The same, made a stranger when there is none; NULL: out of memory. */
gp_contact *gp_contact_get (gp_node *n, const gp_peer *p);

/*
** The contact that asks as 'p' from the numeric address 'remote', or NULL.
** It may turn out to be one that was known under another name only.
** 'connecting': that is what it asks.
*/
gp_contact *gp_contact_recognise (gp_node *n, const gp_peer *p,
                                  const char *remote, bool connecting);

/*
** The contact that a program means by 'p', or NULL: on this machine
** localhost, 127.0.0.1, ::1 and 0.0.0.0 mean the same.
*/
gp_contact *gp_contact_meant (const gp_node *n, const gp_peer *p);

/* Frees it unless it is a candidate, a member or still being dealt with. */
void gp_contact_release (gp_node *n, gp_contact *c);

/* It has said that it is no member any more. */
void gp_contact_left (gp_node *n, gp_contact *c);

/* Changes its standing, keeping count. */
void gp_contact_stand (gp_node *n, gp_contact *c, gp_standing standing);

/*
** It is a member, and the program is told of it: whether it has 'come' to us,
** or we to it.
*/
void gp_contact_welcome (gp_node *n, gp_contact *c, bool come);

/* It calls itself 'p'; what it was called before is an alias. */
void gp_contact_rename (gp_node *n, gp_contact *c, const gp_peer *p);

/*
** Another contact that is the same process as 'c', for it answers at the
** same numeric address and port; or NULL.
*/
gp_contact *gp_contact_twin (const gp_node *n, const gp_contact *c);

/* 'gone' is the same process as 'c', which takes over its names. */
void gp_contact_merge (gp_node *n, gp_contact *c, gp_contact *gone);

/* One that calls itself 0.0.0.0 or :: is dialled at 'address' instead. */
void gp_contact_setdial (gp_node *n, gp_contact *c, const char *address);

/* It has answered from a numeric address. */
void gp_contact_setremote (gp_node *n, gp_contact *c, const char *address);

/* It knows us by the name 'p'; NULL: our own. */
void gp_contact_setusas (const gp_node *n, gp_contact *c, const gp_peer *p);

/* Whether one at 'remote' means us by 'p', as far as that is certain. */
bool gp_contact_isself (const gp_node *n, const gp_peer *p,
                        const char *remote);

/*
** Another name than our own, in the list of 'c', that can only be us; or
** NULL.
*/
const gp_peer *gp_contact_usin (const gp_node *n, const gp_contact *c,
                                const gp_peerlist *list);

/*
** node/errand.c
*/

bool gp_contact_isfull (const gp_node *n, const gp_contact *c);

/*
** Queues an errand to 'c' and starts it if it can be. 'receipt' (or NULL) is
** begun. GP_ENOMEM: nothing was done.
*/
gp_err gp_contact_queue (gp_node *n, gp_contact *c, gp_purpose doing,
                         gp_message *msg, gp_receipt *receipt,
                         uint32_t timeout, uint64_t now);

/*
** An errand of the node's own in the name of 'from', before all others, and
** 'e' (or NULL) right after it. What is asked follows from 'doing'.
*/
gp_err gp_contact_insert (gp_node *n, gp_contact *c, gp_purpose doing,
                          const gp_peer *from, gp_errand *e, uint64_t now);

/* Whether its caller waits for it, so that it must not take too long. */
bool gp_errand_isawaited (const gp_errand *e);

/* Where it is reached. */
const gp_peer *gp_contact_dialled (const gp_contact *c);

/* Asks what is next, unless it is being asked or in a pause. */
void gp_contact_advance (gp_node *n, gp_contact *c, uint64_t now);
void gp_contact_endpause (gp_node *n, gp_contact *c);

/*
** Ends all errands to 'c' with 'error', the one on the way too: its answer
** will be ignored. The contact stays.
*/
void gp_contact_abandon (gp_node *n, gp_contact *c, gp_err error);

/* The same, but for the one on the way. */
void gp_contact_abandonunasked (gp_node *n, gp_contact *c, gp_err error);

/* Ends with 'error' the messages to 'c' that are next. */
void gp_contact_dropmessages (gp_node *n, gp_contact *c, gp_err error);

/* Not a member after all: what was broadcast to it meanwhile is void. */
void gp_contact_reject (gp_node *n, gp_contact *c);

/* 'to' gets the errands of 'from', but for what was broadcast to both. */
void gp_contact_moveerrands (gp_node *n, gp_contact *to, gp_contact *from,
                             uint64_t now);

/* Memory ran out before all receivers of a message had their errand: the
   receipt fails so. GP_ENOMEM when not even that could be noted. */
gp_err gp_contact_short (gp_node *n, gp_message *msg, gp_receipt *receipt);

/* Ends what failed before it could be asked. */
void gp_contact_finishlate (gp_node *n, uint64_t now);

/*
** node/patience.c
*/

/* Whether 'c' is being asked something and has kept us waiting too long. */
bool gp_contact_isslow (const gp_contact *c, uint64_t now);

/* Says goodbye to 'c', past whatever else it is asked, and does not wait. */
void gp_contact_wave (gp_node *n, const gp_contact *c);

/*
** The member 'gone' has taken leave in 'form'. Our lists have made Go
** programs of the other forms hold it, and they have not understood: at one
** that has ended their broadcasts would stop for good (protocol.md). So each
** is told in its own form, in the name of the one that left.
*/
void gp_contact_relayleave (gp_node *n, const gp_contact *gone, gp_form form);

/* Looks a few times, soon, under which name 'c' has us besides ours. */
void gp_contact_checkname (gp_node *n, gp_contact *c, uint64_t now);
void gp_contact_endcheck (gp_node *n, gp_contact *c);

/* Ends what failed before it could be asked, and patience that is over. */
void gp_contact_tick (gp_node *n, uint64_t now);

/* A pause or the patience with somebody will be over then. */
void gp_contact_lookat (gp_node *n, uint64_t at);

/* When the first of them may be over; UINT64_MAX: there is none. */
uint64_t gp_contact_due (const gp_node *n);

/*
** node/join.c
*/

/*
** What follows from the end of an errand, before it is finished. The
** contact that it concerns from now on: another than 'c' when that one
** turned out to be it. '*keep': the errand was queued again.
*/
gp_contact *gp_join_follow (gp_node *n, gp_contact *c, gp_errand *e,
                            gp_err error, const gp_recvresp *answer,
                            bool *keep, uint64_t now);

/*
** node/name.c
*/

/*
** 'c' has shown who it is, as far as it told. Whether it has taken the place
** of a member: that one has failed, and 'c' is to be met as a newcomer.
*/
bool gp_name_learn (gp_node *n, gp_contact *c, const gp_identity *who);

typedef enum gp_verdict {
  GP_NAME_FREE,
  GP_NAME_TAKEN, /* another one that lives has it */
  GP_NAME_UNSURE /* the same, if it lives: see gp_name_settle */
} gp_verdict;

/* Whether 'c' may be called as it says. Those that were called so, but have
   failed, are gone then. */
gp_verdict gp_name_judge (gp_node *n, const gp_contact *c,
                          const gp_identity *who);

/* Whether a member has its name: then it has another address now. */
bool gp_name_ismoved (const gp_node *n, const gp_contact *c);

/* 'c' is not let in. What was at its address before is gone. */
void gp_name_refuse (gp_node *n, gp_contact *c);

/* 'c' knows our name as another's: the program is told once, until we are
   let in somewhere. */
void gp_name_telltaken (gp_node *n, const gp_contact *c);

/* 'holder' has been asked for a sign of life, since 'claimant' came with its
   name, and was this process; 0: nobody answered. */
void gp_name_settle (gp_node *n, const gp_peer *holder,
                     const gp_peer *claimant, uint64_t process);

/*
** node/serve.c
*/

/* What is held: time passes, the next time that counts, and their end. */
void gp_node_tickheld (gp_node *n, uint64_t now);
uint64_t gp_node_heldtill (const gp_node *n);
void gp_node_dropheld (gp_node *n);

/* A contact goes: should it repeat a message later, it is known again. */
void gp_node_remember (gp_node *n, const gp_contact *c);

/* The form of a newcomer is known, or will not be: it gets its answer. */
void gp_node_admitnewcomer (gp_node *n, gp_contact *c, gp_form form);

/* A newcomer that waits is not let in. */
void gp_node_refusenewcomer (gp_node *n, gp_contact *c, int status,
                             const char *text);

/*
** node/node.c
*/

/* Queues a failure for the program to read. Takes a reference. */
void gp_node_tell (gp_node *n, gp_failure *f);

/* Queues an event likewise. */
void gp_node_note (gp_node *n, gp_eventkind kind, const gp_peer *peer,
                   gp_err reason);

#pragma GCC visibility pop
#endif
