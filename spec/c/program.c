/*
** program.c - see program.h.
*/
#include "program.h"

#include <stdio.h>
#include <string.h>

#include "node/visitors.h"

static gp_peer *peer (const char *text, size_t len) {
  gp_peer *p;
  SAME(gp_peer_parse(&p, text, len), GP_OK);
  return p;
}

static gp_peerlist list (const char *names) {
  gp_peerlist l = {0, 0, NULL};
  while (*names != '\0') {
    size_t len = strcspn(names, " ");
    gp_peer *p = peer(names, len);
    SAME(gp_peerlist_add(&l, p), GP_OK);
    gp_peer_unref(p);
    names += len + (names[len] == ' ');
  }
  return l;
}

gp_receipt *program_tell (script *s, const char *to, const char *text) {
  size_t len = strlen(text);
  gp_peerlist l = list(to);
  gp_blob *data = gp_blob_new(len);
  gp_receipt *r;
  CHECK(data != NULL);
  memcpy(data->bytes, text, len);
  SAME(gp_node_post(s->node, data, &l, false, s->now, &r), GP_OK);
  gp_blob_unref(data);
  gp_peerlist_clear(&l);
  return r;
}

gp_receipt *program_say (script *s, const char *text) {
  return program_tell(s, "", text);
}

gp_receipt *program_join (script *s, const char *entry) {
  gp_peer *p = peer(entry, strlen(entry));
  gp_receipt *r;
  SAME(gp_node_connect(s->node, p, s->opt.request_timeout_ms, s->now, &r),
       GP_OK);
  gp_peer_unref(p);
  return r;
}

gp_receipt *program_visit (script *s, const char *entry) {
  gp_peer *p = peer(entry, strlen(entry));
  gp_receipt *r;
  SAME(gp_node_visit(s->node, p, s->opt.request_timeout_ms, s->now, &r),
       GP_OK);
  gp_peer_unref(p);
  return r;
}

void program_joined (script *s, const actor *entry, const char *names) {
  char connect[GP_PEER_TEXT + 16];
  gp_receipt *r = program_join(s, entry->name);
  snprintf(connect, sizeof connect, "connect %s ", entry->name);
  script_respond(s, connect, entry, names);
  CHECK(r->joined);
  gp_receipt_unref(r);
  (void)script_sent(s);
  while (*told_event(s->node) != '\0')
    continue;
}

gp_receipt *program_leave (script *s) {
  gp_receipt *r;
  SAME(gp_node_leave(s->node, s->now, &r), GP_OK);
  return r;
}

bool program_hasroom (script *s, const char *to) {
  gp_peerlist l = list(to);
  bool has = gp_node_hasroom(s->node, &l, s->now);
  gp_peerlist_clear(&l);
  return has;
}

void program_resume (script *s, const char *known, bool left) {
  gp_peerlist l = list(known);
  SAME(gp_node_resume(s->node, &l, left, s->now), GP_OK);
  gp_peerlist_clear(&l);
}

void program_forget (gp_receipt *r) {
  gp_receipt_unref(r);
}

const char *program_news (script *s) {
  static char text[4096];
  const char *(*const kinds[])(gp_node * n) = {told_failure, told_event,
                                               told_message};
  const char *t;
  size_t i, len = 0;
  text[0] = '\0';
  for (i = 0; i < 3; i++)
    while (*(t = kinds[i](s->node)) != '\0')
      len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                              len == 0 ? "" : "; ", t);
  return text;
}
