/*
** sim/weigh.c - see sim/weigh.h.
*/
#include "sim/weigh.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "wire/codec.h"

#define DATE 37 /* "Date: Wed, 25 Nov 2026 12:00:00 GMT", CR, LF */

/* Headers and body; 'has_length': with the length of the body. */
static size_t rest (const gp_httpout *out, bool has_length) {
  size_t i, size = strlen("\r\n");
  for (i = 0; i < out->nheaders; i++)
    size += strlen(out->headers[i].name) + strlen(": \r\n") +
            strlen(out->headers[i].value);
  if (has_length) {
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

size_t gp_weigh_request (const gp_sendreq *request) {
  gp_httpout out;
  gp_scratch scratch;
  size_t size;
  if (gp_wire_writerequest(&out, &scratch, request) != GP_OK)
    return 0;
  size = strlen(methodof(&out)) + strlen(" / HTTP/1.1\r\n") +
         rest(&out, out.body != NULL);
  gp_blob_unref(out.body);
  return size;
}

/* The reason of a refusal is as long as that of 503, more or less. */
size_t gp_weigh_response (const gp_sendresp *response, gp_form form) {
  const char *reason = "Service Unavailable";
  gp_httpout out;
  gp_scratch scratch;
  size_t size;
  if (gp_wire_writeresponse(&out, &scratch, response, form) != GP_OK)
    return 0;
  if (out.status == 200 || out.status == 204)
    reason = out.status == 200 ? "OK" : "No Content";
  size = strlen("HTTP/1.1 200 \r\n") + strlen(reason) + DATE +
         rest(&out, out.status != 204);
  gp_blob_unref(out.body);
  return size;
}
