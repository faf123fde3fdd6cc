/*
** node/respond.h - the response that is owed to a request.
**
** Each call gives it, once, in the form that the exchange has, and the
** exchange is gone. Whoever is called by an address that we have dialled in
** vain is told that, too (node/unreached.h).
*/
#ifndef gp_node_respond_h
#define gp_node_respond_h

#include "node/roster.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

/* A status; 'text' (static) says why when it is a refusal, else NULL. Shows
   that it is one of ours, as every response does. */
void gp_respond (gp_node *n, gp_exchange *x, int status, const char *text);

/* Too many like it wait: 503, and its connection ends, for others. */
void gp_respond_toomany (gp_node *n, gp_exchange *x);

/* To a connect of our own process: 400, and who we are, by which it knows
   that. */
void gp_respond_yourself (gp_node *n, gp_exchange *x);

/* To a connect: 200, a list of peers, which keeps what is written of it, who
   we are, and the cookie that stands in 'own', if any. */
void gp_respond_list (gp_node *n, gp_exchange *x, gp_roster *roster,
                      const gp_extension *own);

/* To a probe for the list: the same, and what a probe is told. */
void gp_respond_look (gp_node *n, gp_exchange *x, gp_roster *roster);

/* To a probe that asks about a cookie: 204, who we are, and whether it is one
   that we have made for that process. */
void gp_respond_cookie (gp_node *n, gp_exchange *x, bool confirmed);

/* To a probe: 204 and who we are; with the digest of our list, or without. */
void gp_respond_probe (gp_node *n, gp_exchange *x, bool with_digest);

#pragma GCC visibility pop
#endif
