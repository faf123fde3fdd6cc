/*
** sim/weigh.c - how many bytes a request or an answer would take.
**
** It is written as it would go out, and thrown away. What the HTTP library
** adds is added: the first line, the length of a body, the date of an
** answer. TCP and what is below it are left out.
*/
#include <stdio.h>
#include <string.h>

#include "sim/host.h"
#include "wire/codec.h"

#define DATE 37 /* "Date: Wed, 25 Nov 2026 12:00:00 GMT", CR, LF */

static size_t weigh (const gp_httpout *out, bool length) {
  size_t i, size = strlen("\r\n");
  for (i = 0; i < out->nheaders; i++)
    size += strlen(out->headers[i].name) + strlen(": \r\n") +
            strlen(out->headers[i].value);
  if (length) {
    size_t body = out->body == NULL ? 0 : out->body->len;
    size += (size_t)snprintf(NULL, 0, "Content-Length: %zu\r\n", body) + body;
  }
  return size;
}

static const char *methodof (const gp_httpout *out) {
  static const char *const names[] = {"GET",    "POST",    "PUT",
                                      "DELETE", "OPTIONS", "OTHER"};
  return names[out->method];
}

void gp_sim_weighrequest (gp_sim *s, const gp_sendreq *asking) {
  gp_httpout out;
  gp_scratch scratch;
  if (!s->weighs || gp_wire_writerequest(&out, &scratch, asking) != GP_OK)
    return;
  s->count.bytes += strlen(methodof(&out)) + strlen(" / HTTP/1.1\r\n") +
                    weigh(&out, out.body != NULL);
  gp_blob_unref(out.body);
}

/* The reason of a refusal is as long as that of 503, more or less. */
void gp_sim_weighresponse (gp_sim *s, const gp_sendresp *answer,
                           gp_form form) {
  const char *reason = "Service Unavailable";
  gp_httpout out;
  gp_scratch scratch;
  if (!s->weighs ||
      gp_wire_writeresponse(&out, &scratch, answer, form) != GP_OK)
    return;
  if (out.status == 200 || out.status == 204)
    reason = out.status == 200 ? "OK" : "No Content";
  s->count.bytes += strlen("HTTP/1.1 200 \r\n") + strlen(reason) + DATE +
                    weigh(&out, out.status != 204);
  gp_blob_unref(out.body);
}

void gp_sim_setweighing (gp_sim *s, bool on) {
  s->weighs = on;
}
