/*
** node/respond.c - the response that is owed to a request.
*/
#include "node/respond.h"

#include <string.h>

#include "node/state.h"
#include "node/unreached.h"
#include "wire/refusal.h"

static void give (gp_node *n, gp_exchange *x, gp_sendresp *response) {
  const gp_peer *sender = gp_unreached_take(x);
  if (sender != NULL && gp_unreached_has(n, sender))
    response->ext.unreached = sender;
  n->transport.respond(n->transport.self, x, response);
  gp_peer_unref(sender);
}

static void refuse (gp_node *n, gp_exchange *x, int status, const char *text,
                    bool closes) {
  gp_sendresp response;
  memset(&response, 0, sizeof response);
  response.status = status;
  response.text = text;
  response.closes = closes;
  response.ext.who.process = n->self.identity.process;
  give(n, x, &response);
}

void gp_respond (gp_node *n, gp_exchange *x, int status, const char *text) {
  refuse(n, x, status, text, false);
}

void gp_respond_toomany (gp_node *n, gp_exchange *x) {
  refuse(n, x, 503, gp_wire_busy, true);
}

void gp_respond_yourself (gp_node *n, gp_exchange *x) {
  gp_sendresp response;
  memset(&response, 0, sizeof response);
  response.status = 400;
  response.text = gp_wire_yourself;
  response.ext.who = n->self.identity;
  give(n, x, &response);
}

/* 'response' has what is beyond that. */
static void givelist (gp_node *n, gp_exchange *x, gp_sendresp *response,
                      gp_roster *roster) {
  response->status = 200;
  response->list = &roster->list;
  response->encoded = roster->encoded;
  response->ext.who = n->self.identity;
  give(n, x, response);
}

void gp_respond_list (gp_node *n, gp_exchange *x, gp_roster *roster,
                      const gp_extension *own) {
  gp_sendresp response;
  memset(&response, 0, sizeof response);
  response.ext.has_cookie = own->has_cookie;
  response.ext.cookie = own->cookie;
  givelist(n, x, &response, roster);
}

void gp_respond_look (gp_node *n, gp_exchange *x, gp_roster *roster) {
  gp_sendresp response;
  memset(&response, 0, sizeof response);
  response.ext.has_list = true;
  givelist(n, x, &response, roster);
}

void gp_respond_cookie (gp_node *n, gp_exchange *x, bool confirmed) {
  gp_sendresp response;
  memset(&response, 0, sizeof response);
  response.status = 204;
  response.ext.who = n->self.identity;
  response.ext.confirmed = confirmed;
  give(n, x, &response);
}

void gp_respond_probe (gp_node *n, gp_exchange *x, bool with_digest) {
  gp_sendresp response;
  memset(&response, 0, sizeof response);
  response.status = 204;
  response.ext.who = n->self.identity;
  if (with_digest)
    response.ext.digest = gp_membership_digest(n);
  response.ext.has_digest = !gp_digest_isnone(response.ext.digest);
  give(n, x, &response);
}
