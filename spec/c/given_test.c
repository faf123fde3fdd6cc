/*
** given_test.c - which program can have given a response.
*/
#include <stdio.h>
#include <string.h>

#include "test.h"
#include "wire/given.h"
#include "wirekit.h"

#define FOUR \
  "Access-Control-Allow-Credentials: true\n" \
  "Access-Control-Allow-Headers: *\nAccess-Control-Allow-Methods: *\n" \
  "Access-Control-Allow-Origin: *\n"
#define ONE "Access-Control-Allow-Origin: *\n"
#define DATE "Date: Sun, 22 Nov 2026 10:33:19 GMT\n"
#define EMPTY DATE "Content-Length: 0\n"
#define ERROR \
  "Content-Type: text/plain; charset=utf-8\n" \
  "X-Content-Type-Options: nosniff\n" DATE "Content-Length: 20\n"
#define CLOSE "Connection: close\n"
#define YOURSELF "You can not connect with yourself.\n"

static gp_form of (int status, const char *head, const char *body) {
  char text[800];
  wiretext w;
  snprintf(text, sizeof text, "HTTP/1.1 %d X\n%s\n%s", status, head, body);
  wiretext_made(&w, text);
  return gp_given_form(&w.in);
}

static void all (gp_form is, int status, const char *const *heads) {
  for (; *heads != NULL; heads++) {
    gp_form found = of(status, *heads, "");
    if (found != is)
      test_note("%s", *heads);
    SAME(found, is);
  }
}

TEST(givenfour,
     "v1.1.3 is told by its four headers, whatever stands beside") {
  static const char *const good[] = {
    FOUR EMPTY, FOUR, FOUR "Server: nginx\nVia: 1.1 x\n", NULL};
  static const char *const bad[] = {
    "Access-Control-Allow-Headers: *\nAccess-Control-Allow-Methods: *\n" ONE,
    "Access-Control-Allow-Credentials: true\n"
    "Access-Control-Allow-Methods: *\n" ONE,
    "Access-Control-Allow-Credentials: true\n"
    "Access-Control-Allow-Headers: *\n" ONE,
    "Access-Control-Allow-Credentials: true\n"
    "Access-Control-Allow-Headers: *\nAccess-Control-Allow-Methods: *\n",
    "Access-Control-Allow-Credentials: false\n"
    "Access-Control-Allow-Headers: *\nAccess-Control-Allow-Methods: *\n" ONE,
    "Access-Control-Allow-Credentials: true\n"
    "Access-Control-Allow-Headers: X\nAccess-Control-Allow-Methods: *\n" ONE,
    "Access-Control-Allow-Credentials: true\n"
    "Access-Control-Allow-Headers: *\n"
    "Access-Control-Allow-Methods: GET, POST\n" ONE,
    "Access-Control-Allow-Credentials: true\n"
    "Access-Control-Allow-Headers: *\nAccess-Control-Allow-Methods: *\n"
    "Access-Control-Allow-Origin: http://a\n",
    NULL};
  static const int statuses[] = {200, 204, 403, 500};
  size_t i;
  for (i = 0; i < 4; i++) {
    all(GP_FORM_V113, statuses[i], good);
    all(GP_FORM_UNKNOWN, statuses[i], bad);
  }
}

TEST(givenyourself, "v1.1.3 has none where it refuses its own name") {
  SAME(of(400, ERROR, YOURSELF), GP_FORM_V113);
  SAME(of(400, ERROR, "You"), GP_FORM_UNKNOWN);
  SAME(of(400, ERROR, ""), GP_FORM_UNKNOWN);
  SAME(of(403, ERROR, YOURSELF), GP_FORM_UNKNOWN);
  SAME(of(400, EMPTY, YOURSELF), GP_FORM_UNKNOWN);
}

TEST(givenours, "ours is told by its process, whatever is missing") {
  static const char *const good[] = {
    "Gop2p-Process: 0123456789abcdef\n",
    FOUR "Gop2p-Process: 00000000000000ff"
         " ann\n",
    "Gop2p-Process: 0123456789abcdef\n" CLOSE "Content-Length: 0\n", NULL};
  static const char *const bad[] = {"Gop2p-Process: 0123456789abcde\n",
                                    "Gop2p-Process: \n", "Gop2p-Lua: 1 a:1\n",
                                    NULL};
  all(GP_FORM_V113, 503, good);
  all(GP_FORM_V113, 200, good);
  all(GP_FORM_UNKNOWN, 503, bad);
}

TEST(givenprobe,
     "a header form responds to a probe with Go's headers alone") {
  static const char *const good[] = {EMPTY, EMPTY CLOSE, NULL};
  static const char *const bad[] = {"Content-Length: 0\n",
                                    "",
                                    DATE,
                                    DATE "Content-Length: 2\n",
                                    EMPTY "Connection: keep-alive\n",
                                    EMPTY "Server: x\n",
                                    EMPTY DATE,
                                    EMPTY CLOSE CLOSE,
                                    EMPTY "Allow: GET\n",
                                    EMPTY "Content-Type: text/plain\n",
                                    EMPTY "Transfer-Encoding: chunked\n",
                                    DATE "Transfer-Encoding: chunked\n",
                                    NULL};
  all(GP_FORM_HEADERS, 200, good);
  all(GP_FORM_UNKNOWN, 204, good);
  all(GP_FORM_UNKNOWN, 404, good);
  all(GP_FORM_UNKNOWN, 200, bad);
}

TEST(givenheaders, "and to all else with who may read it, and as Go errs") {
  static const char *const good[] = {
    ONE EMPTY, ONE EMPTY CLOSE, ONE "Content-Type: text/plain\n" EMPTY,
    /* what is longer than a buffer of Go's comes in chunks */
    ONE "Content-Type: text/plain\n" DATE "Transfer-Encoding: chunked\n",
    NULL};
  static const char *const bad[] = {
    "Access-Control-Allow-Origin: http://a\n" EMPTY,
    ONE,
    ONE "Content-Length: 0\n",
    ONE DATE,
    ONE ONE EMPTY,
    ONE EMPTY "Vary: X\n",
    ONE EMPTY "Content-Type: text/html\n",
    ONE EMPTY "Server: x\n",
    ONE ERROR,
    ONE DATE "Transfer-Encoding: gzip\n",
    NULL};
  static const char *const errors[] = {ONE ERROR, ONE ERROR CLOSE, NULL};
  static const char *const others[] = {ERROR, ONE ERROR "Server: x\n",
                                       ONE EMPTY, "", NULL};
  all(GP_FORM_HEADERS, 200, good);
  all(GP_FORM_UNKNOWN, 200, bad);
  all(GP_FORM_HEADERS, 403, errors);
  all(GP_FORM_UNKNOWN, 403, others);
}

/* A head without its body. */
static const char *cut (gp_httpin *in, const char *head, gp_headername name) {
  static char text[200];
  const char *value;
  strcpy(text, head);
  memset(in, 0, sizeof *in);
  if (!gp_httpin_cut(in, text))
    return "none";
  value = gp_httpin_header(in, name);
  return value == NULL ? "" : value;
}

TEST(givencut, "of a response that broke off the head is read, as far as "
               "it came") {
  gp_httpin in;
  const gp_headername date = GP_HEADER_DATE, host = GP_HEADER_HOST;
  TEXT(
    cut(&in, "HTTP/1.1 413 X\r\ndate: b\r\nHost:d\r\n\r\nAllow: f\r\n", date),
    "b");
  SAME(in.status, 413);
  SAME(in.nheaders, 2);
  TEXT(cut(&in, "HTTP/1.0 503 X\r\nX: b\r\nHost:\t d\r\n\r\n", host), "d");
  TEXT(cut(&in, "HTTP/1.1 413 X\r\nX: b\r\n\r\nHost: f\r\n", host), "");
  TEXT(cut(&in, "HTTP/1.1 413 X\r\nX: b\r\nHost: d", host), ""); /* not all */
  TEXT(cut(&in, "HTTP/1.1 413 X\r\nHost: b\r\nDate: d", host), "b");
  TEXT(cut(&in, "HTTP/1.1 413 X\r\nHost\r\nHost: b\r\n", host), "b");
  TEXT(cut(&in, "HTTP/1.1 413 X\r\n", host), "");
  TEXT(cut(&in, "HTTP/1.1 413 X", host), "none");
  TEXT(cut(&in, "", host), "none");
  TEXT(cut(&in, "SSH-2.0-OpenSSH\r\n", host), "none");
  TEXT(cut(&in, "HTTP/1.1\r\n\r\n", host), "none");
}
