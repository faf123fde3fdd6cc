/*
** wirekit.c - see wirekit.h.
*/
#include "wirekit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "jsonreader.h"
#include "test.h"

static gp_method method (const char *line) {
  static const char *const names[] = {"GET ", "POST ", "PUT ", "DELETE ",
                                      "OPTIONS "};
  int i;
  for (i = GP_GET; i < GP_OTHER; i++)
    if (strncmp(line, names[i], strlen(names[i])) == 0)
      break;
  return (gp_method)i;
}

/* Ends the line, and returns the next. */
static char *nextline (char *line) {
  char *end = strchr(line, '\n');
  CHECK(end != NULL);
  *end = '\0';
  if (end > line && end[-1] == '\r')
    end[-1] = '\0';
  return end + 1;
}

static void addheaders (wiretext *w) {
  size_t i;
  for (i = 0; i < w->nheaders; i++)
    gp_httpin_addheader(&w->in, w->headers[i].name, w->headers[i].value);
}

static void parse (wiretext *w) {
  char *line = w->bytes, *next = nextline(line);
  memset(&w->in, 0, sizeof w->in);
  w->nheaders = 0;
  w->in.remote = "192.0.2.1";
  w->in.method = method(line);
  if (strncmp(line, "HTTP/1.1 ", 9) == 0)
    w->in.status = atoi(line + 9);
  for (line = next; *line != '\r' && *line != '\n'; line = next) {
    char *colon = strchr(line, ':');
    next = nextline(line);
    CHECK(colon != NULL && colon[1] == ' ');
    *colon = '\0';
    w->headers[w->nheaders].name = line;
    w->headers[w->nheaders++].value = colon + 2;
  }
  addheaders(w);
  line = nextline(line);
  w->in.len = strlen(line);
  w->in.body = w->in.len == 0 ? NULL : line;
}

void wiretext_recorded (wiretext *w, const char *form, const char *name) {
  char path[128];
  size_t len;
  FILE *f;
  snprintf(path, sizeof path, "spec/wire/%s/%s.http", form, name);
  f = fopen(path, "rb");
  if (f == NULL)
    test_note("%s is not there", path);
  CHECK(f != NULL);
  len = fread(w->bytes, 1, sizeof w->bytes - 1, f);
  fclose(f);
  w->bytes[len] = '\0';
  parse(w);
}

void wiretext_made (wiretext *w, const char *text) {
  CHECK(strlen(text) < sizeof w->bytes);
  strcpy(w->bytes, text);
  parse(w);
}

void wiretext_sent (wiretext *w, const gp_httpout *out) {
  memset(w, 0, sizeof *w);
  memcpy(w->headers, out->headers, sizeof out->headers);
  w->nheaders = out->nheaders;
  w->in.method = out->method;
  w->in.status = out->status;
  w->in.remote = "192.0.2.1";
  addheaders(w);
  if (out->body != NULL && out->body->len > 0) {
    w->in.body = out->body->bytes;
    w->in.len = out->body->len;
  }
}

const char *wiretext_header (const gp_httpout *out, const char *name) {
  const char *found = "";
  size_t i;
  for (i = 0; i < out->nheaders; i++) {
    if (strcasecmp(out->headers[i].name, name) == 0) {
      CHECK(*found == '\0'); /* none stands twice */
      found = out->headers[i].value;
    }
  }
  return found;
}

const char *wiretext_body (const gp_httpout *out) {
  if (out->body == NULL)
    return "";
  SAME(out->body->bytes[out->body->len], '\0');
  SAME(strlen(out->body->bytes), out->body->len);
  return out->body->bytes;
}

int wiretext_readrequest (gp_recvreq *out, const char **text,
                          const wiretext *w, const gp_peer *self) {
  gp_json json = jsonreader();
  return gp_wire_readrequest(out, text, &w->in, &json, self);
}

gp_err wiretext_readresponse (gp_recvresp *out, const wiretext *w,
                              gp_listing lists) {
  gp_json json = jsonreader();
  return gp_wire_readresponse(out, &w->in, &json, lists);
}
