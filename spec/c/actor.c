/*
** actor.c - see actor.h.
*/
#include "actor.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

const char *actor_place (char out[32], const char *name) {
  size_t len = strcspn(name, ":");
  snprintf(out, 32, "10.%d.%d.%d", len > 2 ? name[2] : 0, name[0],
           len > 1 ? name[1] : ':');
  return out;
}

const char *actor_remote (const actor *a) {
  static char remote[2][32];
  static unsigned last;
  if (a->remote != NULL)
    return a->remote;
  last = !last;
  return actor_place(remote[last], a->name);
}

uint64_t actor_process (const actor *a) {
  return a->process != 0
           ? a->process
           : 100000 + 1000 * (unsigned)a->name[0] + (unsigned)a->name[1];
}

void actor_identify (gp_identity *who, const actor *a) {
  if (a->program != ACTOR_OURS)
    return;
  SAME(gp_peer_parse(&who->peer, a->name, strlen(a->name)), GP_OK);
  who->process = actor_process(a);
  who->version = a->version == 0 ? GP_VERSION : a->version;
  if (a->called != NULL)
    snprintf(who->nick, sizeof who->nick, "%s", a->called);
}

void actor_showcookie (gp_extension *x, const actor *a) {
  uint64_t process;
  if (a->program != ACTOR_OURS ||
      (a->version != 0 && a->version < GP_VERSION_COOKIES))
    return;
  x->has_cookie = true;
  memset(&x->cookie, 0, sizeof x->cookie);
  strncpy((char *)x->cookie.bytes, a->name, 8);
  process = actor_process(a);
  memcpy(x->cookie.bytes + 8, &process, 8);
}

void actor_show (gp_identity *who, const actor *a) {
  if (a->program == ACTOR_OURS)
    who->process = actor_process(a);
}

bool actor_hasheaders (const actor *a) {
  return a->program == ACTOR_SEED || a->program == ACTOR_V112;
}

gp_form actor_form (const actor *a, bool islist) {
  if (!actor_hasheaders(a))
    return GP_FORM_V113;
  if (!islist)
    return GP_FORM_HEADERS;
  return a->program == ACTOR_SEED ? GP_FORM_SEED : GP_FORM_V112;
}

void actor_parselist (gp_peerlist *list, const char *text) {
  while (*text != '\0') {
    size_t len = strcspn(text, " ");
    gp_peer *p;
    SAME(gp_peer_parse(&p, text, len), GP_OK);
    SAME(gp_peerlist_add(list, p), GP_OK);
    gp_peer_unref(p);
    text += len + (text[len] == ' ');
  }
}
