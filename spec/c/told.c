/*
** told.c - see told.h.
*/
#include "told.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define TOLD_TEXT 4096

const char *told_message (gp_node *n) {
  static char text[TOLD_TEXT];
  const gp_message *m = gp_node_peekmessage(n);
  if (m == NULL)
    return "";
  snprintf(text, sizeof text, "%s%s %.*s", gp_peer_address(m->from),
           m->type == GP_DIRECT ? ">" : ":", (int)gp_message_len(m),
           m->data == NULL ? "" : m->data->bytes);
  gp_node_dropmessage(n);
  return text;
}

const char *told_failure (gp_node *n) {
  static const char *const doing[] = {"joining", "greeting", "sending",
                                      "leaving", "serving",  "meeting"};
  static char text[TOLD_TEXT];
  const gp_failure *f = gp_node_peekfailure(n);
  if (f == NULL)
    return "";
  CHECK(f->purpose <= GP_PURPOSE_MEET);
  snprintf(text, sizeof text, "%s %s: %s", doing[f->purpose],
           f->peer == NULL ? "-" : gp_peer_address(f->peer),
           gp_err_code(f->error));
  gp_node_dropfailure(n);
  return text;
}

static const char *nickof (const gp_peer *p) {
  return gp_peer_nick(p)[0] == '\0' ? "-" : gp_peer_nick(p);
}

const char *told_event (gp_node *n) {
  static const char *const kinds[] = {"joined",    "left",   "failed",
                                      "recovered", "joined", "renamed"};
  static char text[TOLD_TEXT];
  const gp_event *e = gp_node_peekevent(n);
  if (e == NULL)
    return "";
  snprintf(text, sizeof text, "%s %s", gp_peer_address(e->peer),
           kinds[e->kind]);
  if (e->former != NULL)
    snprintf(text + strlen(text), 300, ": %s to %s", nickof(e->former),
             nickof(e->peer));
  if (e->reason != GP_OK)
    snprintf(text + strlen(text), 40, ": %s", gp_err_code(e->reason));
  gp_node_dropevent(n);
  return text;
}

const char *told_members (const gp_node *n) {
  static char text[TOLD_TEXT];
  gp_peerlist list = {0, 0, NULL};
  size_t i, len = 0;
  SAME(gp_node_members(n, &list), GP_OK);
  text[0] = '\0';
  for (i = 0; i < list.n; i++)
    len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                            i == 0 ? "" : " ", gp_peer_address(list.at[i]));
  CHECK(gp_node_isconnected(n) == (list.n > 0));
  gp_peerlist_clear(&list);
  return text;
}
