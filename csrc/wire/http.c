/*
** wire/http.c - see wire/http.h.
*/
#include "wire/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

const char *gp_httpin_header (const gp_httpin *in, const char *name) {
  return in->find(in->headers, name);
}

/* Whether a header is one of ours, or says who speaks or what is meant: of
   two such, other programs may believe the other one. */
static bool decides (const char *name) {
  static const char *const names[] = {"Peer_address", "Peer_port",
                                      "Content-Length", "Transfer-Encoding",
                                      "Host"};
  size_t len = strlen(name), i;
  if (len > 6 && gp_ascii_same(name, "Gop2p-", 6))
    return true;
  for (i = 0; i < sizeof names / sizeof *names; i++)
    if (gp_ascii_isword(name, len, names[i]))
      return true;
  return false;
}

void gp_httpin_count (gp_httpin *in, const char *name, const char *value) {
  in->nheaders++;
  if (!in->ambiguous && decides(name))
    in->ambiguous = gp_httpin_header(in, name) != value;
}

gp_peer *gp_httpin_peer (const gp_httpin *in, const char *name,
                         const char *prefix) {
  const char *value = gp_httpin_header(in, name);
  size_t skip = strlen(prefix);
  gp_peer *p;
  if (value == NULL || strncmp(value, prefix, skip) != 0)
    return NULL;
  value += skip;
  return gp_peer_parse(&p, value, strlen(value)) == GP_OK ? p : NULL;
}

/* In lines that each end with a zero and one byte more. */
static const char *findline (const void *lines, const char *name) {
  size_t len = strlen(name);
  const char *line = lines;
  for (; *line != '\0'; line += strlen(line) + 2)
    if (gp_ascii_same(line, name, len) && line[len] == ':')
      return line + len + 1 + strspn(line + len + 1, " \t");
  return NULL;
}

bool gp_httpin_cut (gp_httpin *in, char *head) {
  char *line = strstr(head, "\r\n"), *end;
  if (line == NULL || strncmp(head, "HTTP/1.", 7) != 0 || head[8] != ' ')
    return false;
  line += 2;
  in->status = atoi(head + 9);
  in->headers = line;
  in->find = findline;
  while ((end = strstr(line, "\r\n")) != NULL && end != line) {
    *end = '\0';
    line = end + 2;
  }
  *line = '\0';
  return true;
}

bool gp_httpin_isok (const gp_httpin *in) {
  return in->status >= 200 && in->status <= 299;
}

void gp_httpout_addheader (gp_httpout *out, const char *name,
                           const char *value) {
  out->headers[out->nheaders].name = name;
  out->headers[out->nheaders++].value = value;
}

static bool isline (const char *text) {
  return text[strcspn(text, "\r\n")] == '\0';
}

size_t gp_httpout_size (const gp_httpout *out) {
  size_t i, size = 1;
  if (out->nheaders > GP_HEADERS_MAX || out->method == GP_OTHER)
    return 0;
  for (i = 0; i < out->nheaders; i++) {
    const gp_header *h = &out->headers[i];
    if (!isline(h->name) || !isline(h->value))
      return 0;
    size += strlen(h->name) + strlen(h->value) + 2;
  }
  return size;
}

static const char *keep (char **p, const char *text) {
  char *copy = *p;
  size_t size = strlen(text) + 1;
  memcpy(copy, text, size);
  *p += size;
  return copy;
}

void gp_httpout_copy (gp_httpout *to, const gp_httpout *from, char *texts) {
  size_t i;
  *to = *from;
  for (i = 0; i < from->nheaders; i++) {
    to->headers[i].name = keep(&texts, from->headers[i].name);
    to->headers[i].value = keep(&texts, from->headers[i].value);
  }
  if (from->body != NULL)
    gp_blob_ref(from->body);
}
