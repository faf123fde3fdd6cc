/*
** wire/http.c - see wire/http.h.
*/
#include "wire/http.h"

#include <stdlib.h>
#include <string.h>

const char *gp_httpin_header (const gp_httpin *in, gp_headername name) {
  return in->headers[name];
}

void gp_httpin_noheaders (gp_httpin *in) {
  memset(in->headers, 0, sizeof in->headers);
  in->nheaders = 0;
  in->ambiguous = false;
}

void gp_httpin_addheader (gp_httpin *in, const char *name,
                          const char *value) {
  gp_headername which = gp_headername_of(name, strlen(name));
  in->nheaders++;
  if (which == GP_HEADER_OTHER)
    return;
  if (in->headers[which] == NULL)
    in->headers[which] = value;
  else if (gp_headername_decides(which))
    in->ambiguous = true;
}

gp_peer *gp_httpin_peer (const gp_httpin *in, gp_headername name,
                         const char *prefix) {
  const char *value = gp_httpin_header(in, name);
  size_t skip = strlen(prefix);
  gp_peer *p;
  if (value == NULL || strncmp(value, prefix, skip) != 0)
    return NULL;
  value += skip;
  return gp_peer_parse(&p, value, strlen(value)) == GP_OK ? p : NULL;
}

bool gp_httpin_cut (gp_httpin *in, char *head) {
  char *line = strstr(head, "\r\n"), *end;
  if (line == NULL || strncmp(head, "HTTP/1.", 7) != 0 || head[8] != ' ')
    return false;
  in->status = atoi(head + 9);
  gp_httpin_noheaders(in);
  for (line += 2; (end = strstr(line, "\r\n")) != NULL && end != line;
       line = end + 2) {
    char *colon = memchr(line, ':', (size_t)(end - line));
    if (colon == NULL)
      continue;
    *colon = *end = '\0';
    gp_httpin_addheader(in, line, colon + 1 + strspn(colon + 1, " \t"));
  }
  return true;
}

bool gp_httpin_isok (const gp_httpin *in) {
  return in->status >= 200 && in->status <= 299;
}

void gp_httpout_addheader (gp_httpout *out, gp_headername name,
                           const char *value) {
  out->headers[out->nheaders].name = gp_headername_text(name);
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
