/*
** script.h - one node, called "a:1", whose transport is the test.
**
** What the node sends and what it responds stands here as text. The test
** says how each request ends, and hands in those of others, the actors: any
** published program, or a node of ours. Nothing else happens, and time
** passes as the test lets it. Every call checks what it gets and ends the
** case when that is an error.
*/
#ifndef script_h
#define script_h

#include "actor.h"
#include "node/node.h"
#include "node/record.h"
#include "test.h"
#include "told.h"
#include "wire/records.h"

#define SCRIPT_MAX 300 /* requests of each direction */
#define SCRIPT_TEXT 320

/* One that the node has sent. */
typedef struct script_request {
  uint64_t id;
  char text[SCRIPT_TEXT];
  uint32_t timeout_ms;
  gp_extension ext;
  bool proven, claim, anew; /* as gp_sendreq has them */
  char claimer[GP_REMOTE_MAX];
  unsigned ranges;
  bool over, hidden;
} script_request;

/* One that came to it. */
typedef struct script_exchange {
  gp_exchange head;
  char text[SCRIPT_TEXT]; /* of the response, once it was given */
  gp_digest digest;       /* that it says, */
  uint64_t process;       /* and this */
  bool confirmed, shown;  /* the cookie that it asks about; one of ours */
  bool closed;            /* its connection ends with it */
  bool gone;              /* its sender waits no more */
} script_exchange;

typedef struct script {
  gp_nodeopt opt;
  gp_node *node;
  gp_peer *self;
  gp_ready ready;
  gp_signal signals[GP_SIGNALS];
  uint64_t now;  /* begins at 1000 s */
  gp_err refuse; /* what comes of sending: not GP_OK, nothing is sent, */
  size_t refused_count; /* so often until now, SCRIPT_MAX ends the case */
  script_request sent[SCRIPT_MAX];
  size_t sent_count, seen_count;
  script_exchange received[SCRIPT_MAX];
  size_t received_count;
  bool silent; /* nobody is there: whoever claims something is asked in vain,
                  until the test responds */
} script;

/* The options are the defaults, but for a nonce, and that nobody is probed;
   the test may change them before it starts the node. */
void script_init (script *s);
void script_start (script *s);

/* Both. */
void script_open (script *s);

/* The node is freed. Whatever was owed must have had its response then. */
void script_close (script *s);

/* Lets so many ms pass; the node ticks whenever it is due. */
void script_pass (script *s, uint64_t ms);

/* The same until something is sent; returns how much passed. */
uint64_t script_untilsent (script *s);

/* So many ms pass, but this process stands still, and there is one tick. */
void script_stall (script *s, uint64_t ms);

/* Whether a signal was raised since this was asked last. */
bool script_raised (script *s, gp_nodesignal signal);

/* The record that goes by a name, or by that of an actor; or NULL. */
gp_record *script_record (const script *s, const char *name);
gp_record *script_of (const script *s, const actor *a);

/*
** What the node has sent since this was asked last, oldest first: each is
** said as
**   connect|disconnect|broadcast|direct|probe DIALLED FORM
** in the form any, headers, seed, v112 or v113, and, where that is so, "as
** NAME" (not our own), its text in quotes, "#3" (its number, where it has
** one), "otherwise" (with a nonce that is not ours), "reconnect", "alone",
** "brief", "visit", "help NAME", "suspect NAME", "digest", "list of NAME",
** "anonymous" (a connect that does not say who we are).
** "connect b:1 any brief; probe c:1 v113".
*/
const char *script_sent (script *s);

/* The oldest that is on its way, and whose text begins so. */
const script_request *script_find (script *s, const char *text);

/* So many are on their way, of those whose text begins so. */
size_t script_count (const script *s, const char *text);

/* It ends: with an error; with a success of 'by', a list of whom is "c:1 d:1"
   where one was asked for (NULL: a probe is given none); refused by it with
   'status'; or as is said. */
void script_fail (script *s, const char *text, gp_err error);
void script_respond (script *s, const char *text, const actor *by,
                     const char *list);
void script_refuse (script *s, const char *text, const actor *by, int status);
void script_end (script *s, const char *text, gp_err error,
                 const gp_recvresp *response);

/* A success of 'by' as above, to be changed, given to script_end and
   cleared. */
gp_recvresp script_response (script *s, const char *text, const actor *by,
                             const char *list);

/* A request of 'by', to be changed and handed in; 'text': of a message. */
gp_recvreq script_ask (const script *s, const actor *by, gp_msgtype type,
                       const char *text);

/* Its probe, with a topic; 'about' may be NULL. */
gp_recvreq script_probe (const actor *by, gp_topic topic, const char *about);

/*
** Hands one in, and clears it. Returns the number of its exchange, counted
** from zero. Where the node asks the actor that it was made for last whether
** it has sent it, it has.
*/
size_t script_receive (script *s, gp_recvreq *request);

/* The same, made at once. */
size_t script_connect (script *s, const actor *by);
size_t script_disconnect (script *s, const actor *by);
size_t script_say (script *s, const actor *by, const char *text,
                   uint64_t number);

/*
** The response of an exchange; "" while it is owed: a status, the form, and
** where that is so a refusal's text without its line end, a list in brackets,
** "as asked" (by a probe), "digest", "unreached NAME" (was dialled in vain),
** "anonymous" (does not say who we are, and is no refusal of it).
** "200 v113 [c:1 d:1]", "403 v113 Peer not registered".
*/
const char *script_given (const script *s, size_t exchange);

/* Its sender waits no more. */
void script_giveup (script *s, size_t exchange);

/* A member of ours says that it suspects 'about'. */
void script_suspect (script *s, const actor *about);

/* The node probes it now, out of turn. */
void script_detect (script *s, const actor *a);

/* As if its address had responded to the node before. */
void script_prove (script *s, const actor *a);

/* It connects and is let in, and nothing of that is left to be read. */
void script_member (script *s, const actor *a);

/* We have joined through it, and nothing of that is left to be read. */
void script_join (script *s, const actor *entry, const char *list);

/* Starts to join; posts a text, to everybody if 'to' is NULL; leaves. */
gp_receipt *script_dial (script *s, const char *entry);
gp_receipt *script_post (script *s, const char *to, const char *text);
gp_receipt *script_leave (script *s);

/* How a call ended; gives its receipt back. */
gp_err script_result (gp_receipt *r);

#endif
