/*
** value/message.c - what one node says to another.
*/
#include "value/message.h"

#include <stdlib.h>

gp_err gp_message_new (gp_message **out, gp_msgtype type, const gp_peer *from,
                       const gp_peerlist *to, gp_blob *data) {
  bool talks = type == GP_BROADCAST || type == GP_DIRECT;
  gp_message *m = calloc(1, sizeof *m);
  if (m == NULL)
    return GP_ENOMEM;
  if (talks && to != NULL && gp_peerlist_copy(&m->to, to) != GP_OK) {
    free(m);
    return GP_ENOMEM;
  }
  m->refs = 1;
  m->type = type;
  m->from = gp_peer_ref(from);
  m->data = talks && data != NULL ? gp_blob_ref(data) : NULL;
  *out = m;
  return GP_OK;
}

gp_message *gp_message_ref (gp_message *m) {
  m->refs++;
  return m;
}

void gp_message_unref (gp_message *m) {
  if (m == NULL || --m->refs > 0)
    return;
  gp_peer_unref(m->from);
  gp_peerlist_clear(&m->to);
  gp_blob_unref(m->data);
  gp_blob_unref(m->wire);
  gp_peer_unref(m->wire_from);
  free(m);
}

void gp_message_setfrom (gp_message *m, const gp_peer *from) {
  gp_peer *old = m->from;
  m->from = gp_peer_ref(from);
  gp_peer_unref(old);
}

size_t gp_message_len (const gp_message *m) {
  return m->data == NULL ? 0 : m->data->len;
}

size_t gp_message_size (const gp_message *m) {
  size_t i, size = gp_message_len(m);
  for (i = 0; i < m->to.n && m->to.n > 1; i++)
    size += sizeof *m->to.at + gp_peer_size(m->to.at[i]);
  return size;
}

void gp_message_dropwire (gp_message *m) {
  gp_blob_unref(m->wire);
  gp_peer_unref(m->wire_from);
  m->wire = NULL;
  m->wire_from = NULL;
}

void gp_message_keepwire (gp_message *m, gp_blob *wire, const gp_peer *from) {
  gp_blob_ref(wire);
  gp_peer_ref(from);
  gp_message_dropwire(m);
  m->wire = wire;
  m->wire_from = (gp_peer *)from;
}
