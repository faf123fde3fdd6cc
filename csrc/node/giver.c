/*
** node/giver.c - who has given a response.
*/
#include "node/giver.h"

#include "node/state.h"

static bool isheaders (gp_form form) {
  return form == GP_FORM_HEADERS || gp_compat_isheaderform(form);
}

/* The header forms look alike until each has shown which it is. */
static bool isalike (gp_form a, gp_form b) {
  return a == b || (isheaders(a) && isheaders(b) &&
                    (a == GP_FORM_HEADERS || b == GP_FORM_HEADERS));
}

static bool isours (const gp_recvresp *response) {
  const gp_identity *who = &response->ext.who;
  return who->process != 0 || who->peer != NULL;
}

/* Whether the program that a member is can have given it. */
static bool canbeof (const gp_compat *c, const gp_recvresp *response) {
  bool ours = isours(response);
  return c->ours == ours && (ours || isalike(c->form, response->form));
}

/* One of ours that responds well to a probe or a connect tells its name. */
static bool isanonymous (const gp_recvresp *response) {
  const gp_identity *who = &response->ext.who;
  return response->status >= 200 && response->status <= 299 &&
         who->process != 0 && who->peer == NULL;
}

static bool isalien (const gp_recvresp *response, gp_asked what) {
  bool probe = what == GP_ASKED_LIFE || what == GP_ASKED_HELP;
  bool named = what == GP_ASKED_LIFE || what == GP_ASKED_ENTRY;
  return response->form == GP_FORM_UNKNOWN ||
         (isheaders(response->form) && response->toprobe != probe) ||
         (named && isanonymous(response));
}

/* It shows the process that the peer is, or was when it was asked. */
static bool isprocess (const gp_claim *c, const gp_recvresp *response,
                       uint64_t sent_at) {
  uint64_t process = response->ext.who.process;
  return process != 0 &&
         (process == c->process || c->process == 0 || sent_at < c->since);
}

/* A node of ours reads all forms; others take what they do not read for
   something else, if at all. */
bool gp_giver_hastaken (const gp_record *peer, const gp_recvresp *response,
                        uint64_t sent_at) {
  const gp_compat *c = &peer->compat;
  if (sent_at < c->since)
    return true; /* it was sent to the program before */
  if (!c->ours)
    return isours(response) || isalike(c->form, response->form);
  return isprocess(&peer->claim, response, sent_at);
}

/* Of one that is no member nothing is expected but that it is a node. What
   the program before it says late does not count. */
gp_giver gp_giver_of (const gp_record *peer, const gp_recvresp *response,
                      gp_asked what, uint64_t sent_at) {
  if (isalien(response, what))
    return GP_GIVER_ALIEN;
  if (peer == NULL || !gp_membership_ismember(peer) ||
      sent_at < peer->compat.since)
    return GP_GIVER_PEER;
  if (what == GP_ASKED_HELP && !isprocess(&peer->claim, response, sent_at))
    return GP_GIVER_OTHER;
  return canbeof(&peer->compat, response) ? GP_GIVER_PEER : GP_GIVER_OTHER;
}
