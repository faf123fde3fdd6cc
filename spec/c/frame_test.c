/*
** frame_test.c - the frame of a request, fed in pieces of every size.
*/
#include "wire/frame.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define HOST "Host: x\r\n"

/*
** The status of a request that comes in pieces of 'step' bytes, and how many
** bytes of it belonged to it; its head at most 200 bytes, its body 20.
*/
static int frame (const char *bytes, size_t step, size_t *used, bool *whole) {
  size_t len = strlen(bytes), at = 0;
  gp_frame f;
  int status = 0;
  gp_frame_init(&f, 200, 20);
  while (at < len && status == 0 && f.part != GP_FRAME_WHOLE) {
    size_t n = len - at < step ? len - at : step, took;
    status = gp_frame_feed(&f, bytes + at, n, &took);
    at += took;
    if (status == 0 && f.part == GP_FRAME_JUDGE)
      status = gp_frame_judge(&f, bytes, at);
  }
  *used = at;
  *whole = f.part == GP_FRAME_WHOLE;
  return status;
}

/* In whatever pieces it comes, it is whole before 'rest'. */
static void good (const char *bytes, const char *rest) {
  char text[1024];
  size_t step, used;
  bool whole;
  snprintf(text, sizeof text, "%s%s", bytes, rest);
  for (step = 1; step <= strlen(text); step++) {
    SAME(frame(text, step, &used, &whole), 0);
    CHECK(whole);
    SAME(used, strlen(bytes));
  }
}

static void bad (int status, const char *bytes) {
  size_t step, used;
  bool whole;
  for (step = 1; step <= strlen(bytes); step++)
    SAME(frame(bytes, step, &used, &whole), status);
}

TEST(framegood, "a good request ends where it says") {
  static const char *const rests[] = {"", "G", "GET / HTTP/1.1\r\n\r\n"};
  size_t i;
  for (i = 0; i < 3; i++) {
    good("GET / HTTP/1.1\r\n\r\n", rests[i]);
    good("OPTIONS * HTTP/1.0\r\n" HOST "\r\n", rests[i]);
    good("PUT /a?b HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
         rests[i]);
    good("PUT / HTTP/1.1\r\nContent-Length: 1\r\n\r\na", rests[i]);
    good("GET / HTTP/1.1\r\ncontent-length: \t020 \r\n\r\n"
         "01234567890123456789",
         rests[i]);
    good("POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n"
         "A\r\n0123456789\r\n00a\r\n0123456789\r\n0\r\n\r\n",
         rests[i]);
  }
}

TEST(framebad, "what breaks a rule has its status, however it comes") {
  bad(400, "GET / HTTP/1.1\r\n" HOST HOST "\r\n");
  bad(400, "GET / HTTP/1.1\n");
  bad(400, "GET / HTTP/1.1\rX");
  bad(405, "BREW / HTTP/1.1\r\n\r\n");
  bad(411, "POST / HTTP/1.1\r\n\r\n");
  bad(413, "GET / HTTP/1.1\r\nContent-Length: 21\r\n\r\n");
  bad(413, "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n");
  bad(413, "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
           "a\r\n0123456789\r\nb\r\n");
  bad(400, "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
           "00000000000000000");
  bad(400, "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
           "0\r\nX: y\r\n\r\n");
  bad(501, "GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n");
  bad(505, "GET / HTTP/3.0\r\n\r\n");
}

/* The status of a body in 'count' chunks of 'size' bytes. */
static int chunks (size_t count, size_t size) {
  static const char head[] =
    "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  char piece[1024], line[16];
  size_t used, i;
  int status;
  gp_frame f;
  gp_frame_init(&f, 200, 1 << 20);
  SAME(gp_frame_feed(&f, head, sizeof head - 1, &used), 0);
  status = gp_frame_judge(&f, head, used);
  memset(piece, 'a', sizeof piece);
  sprintf(line, "%zx\r\n", size);
  memcpy(piece, line, strlen(line));
  memcpy(piece + strlen(line) + size, "\r\n", 2);
  for (i = 0; i < count && status == 0; i++)
    status = gp_frame_feed(&f, piece, strlen(line) + size + 2, &used);
  if (status == 0)
    status = gp_frame_feed(&f, "0\r\n\r\n", 5, &used);
  CHECK(status != 0 || f.part == GP_FRAME_WHOLE);
  return status;
}

TEST(framemany, "a body may have few small chunks, and many large ones") {
  SAME(chunks(GP_FRAME_CHUNKS, 1), 0);
  SAME(chunks(GP_FRAME_CHUNKS + 1, 1), 0); /* 257 bytes are one more */
  SAME(chunks(GP_FRAME_CHUNKS + 2, 1), 400);
  SAME(chunks(512, 128), 0);
  SAME(chunks(514, 128), 400);
  SAME(chunks(4096, 256), 0);
  SAME(chunks(4097, 256), 413);
  SAME(chunks(5000, GP_FRAME_CHUNK_MEAN - 1), 413); /* the limit is nearer */
}

TEST(framehead, "a head has its size and no more") {
  char text[256] = "GET / HTTP/1.1\r\nX: ";
  size_t len = strlen(text);
  memset(text + len, 'a', 200 - 4 - len);
  strcpy(text + 196, "\r\n\r\n");
  good(text, "");
  strcpy(text + 196, "a\r\n\r\n");
  bad(431, text);
}

/* A request whose first line is 'line'. */
static int firstline (const char *line) {
  char text[300];
  size_t used;
  bool whole;
  int status;
  snprintf(text, sizeof text, "%s\r\nContent-Length: 0\r\n\r\n", line);
  status = frame(text, sizeof text, &used, &whole);
  SAME(whole, status == 0);
  return status;
}

static void firstlines (int status, const char *const *lines) {
  for (; *lines != NULL; lines++) {
    if (firstline(*lines) != status)
      test_note("'%s'", *lines);
    SAME(firstline(*lines), status);
  }
}

TEST(framemethods, "six methods are taken, other words are not known") {
  static const char *const taken[] = {
    "GET / HTTP/1.1",     "POST / HTTP/1.1",
    "PUT / HTTP/1.1",     "DELETE / HTTP/1.1",
    "PATCH / HTTP/1.1",   "OPTIONS / HTTP/1.1",
    "OPTIONS * HTTP/1.1", NULL};
  static const char *const unknown[] = {"HEAD / HTTP/1.1", "get / HTTP/1.1",
                                        "GETS / HTTP/1.1", "GE / HTTP/1.1",
                                        "G-!~ / HTTP/1.1", NULL};
  static const char *const none[] = {"",
                                     " / HTTP/1.1",
                                     "G(T / HTTP/1.1",
                                     "G\tT / HTTP/1.1",
                                     "G\xe9T / HTTP/1.1",
                                     NULL};
  firstlines(0, taken);
  firstlines(405, unknown);
  firstlines(400, none);
}

TEST(frametargets, "a target is a path, a star or an address of HTTP") {
  static const char *const good[] = {"GET /x HTTP/1.1",
                                     "GET /!~?a=b#c HTTP/1.1",
                                     "GET /x//y HTTP/1.1",
                                     "GET /longer//than/http HTTP/1.1",
                                     "GET * HTTP/1.1",
                                     "GET http://a/ HTTP/1.1",
                                     "GET http://host HTTP/1.1",
                                     "GET HTTP://Ho-s.t_1/x/y HTTP/1.1",
                                     "GET http://host: HTTP/1.1",
                                     "GET http://host:1 HTTP/1.1",
                                     "GET http://host:65535/ HTTP/1.1",
                                     NULL};
  static const char *const bad[] = {"GET  HTTP/1.1",
                                    "GET x HTTP/1.1",
                                    "GET //x HTTP/1.1",
                                    "GET ** HTTP/1.1",
                                    "GET /\xe9 HTTP/1.1",
                                    "GET /\t HTTP/1.1",
                                    "GET http:// HTTP/1.1",
                                    "GET http:/// HTTP/1.1",
                                    "GET http://:80/x HTTP/1.1",
                                    "GET https://host/ HTTP/1.1",
                                    "GET http://h@host/ HTTP/1.1",
                                    "GET http://host:x/ HTTP/1.1",
                                    "GET http://host:8x/ HTTP/1.1",
                                    "GET http://host:65536/ HTTP/1.1",
                                    "GET http://host:8:8/ HTTP/1.1",
                                    NULL};
  firstlines(0, good);
  firstlines(400, bad);
}

TEST(frameversions, "the version is 1.0 or 1.1, and ends the line") {
  static const char *const good[] = {"GET / HTTP/1.0", "GET / HTTP/1.1",
                                     NULL};
  static const char *const other[] = {"GET / HTTP/1.2", "GET / HTTP/0.9",
                                      "GET / HTTP/2.0", "GET / HTTP/1./",
                                      NULL};
  static const char *const bad[] = {"GET /",           "GET / ",
                                    "GET / http/1.1",  "GET / HTTP/1",
                                    "GET / HTTP/1,1",  "GET / HTTP/1.10",
                                    "GET / HTTP/1.1 ", "GET / XTTP/1.1",
                                    "GET / HTTPx1.1",  "GET",
                                    "GET /  HTTP/1.1", NULL};
  firstlines(0, good);
  firstlines(505, other);
  firstlines(400, bad);
}

/* A request with these header lines, each with its end. */
static int header (const char *method, const char *lines) {
  char text[400];
  size_t used;
  bool whole;
  int status;
  snprintf(text, sizeof text, "%s\r\n%s\r\n", method, lines);
  status = frame(text, sizeof text, &used, &whole);
  CHECK(used <= strlen(text));
  return status;
}

#define GET "GET / HTTP/1.1"
#define OLD "GET / HTTP/1.0"

TEST(framenames, "the name of a header is a token and ends with a colon") {
  static const char letters[] = "!#$%&'*+-.^_`|~09azAZ",
                    bad[] = "(),/;<=>?@[\\]{}\" \t\xe9";
  const char *c;
  char line[40];
  for (c = letters; *c != '\0'; c++) {
    snprintf(line, sizeof line, "%c:\r\n", *c);
    SAME(header(GET, line), 0);
  }
  for (c = bad; *c != '\0'; c++) {
    snprintf(line, sizeof line, "X%cX: y\r\n", *c);
    if (header(GET, line) != 400)
      test_note("'%c'", *c);
    SAME(header(GET, line), 400);
  }
  SAME(header(GET, "X\r\n"), 400);
  SAME(header(GET, ": y\r\n"), 400);
  SAME(header(GET, " X: y\r\n"), 400);
  SAME(header(GET, "X : y\r\n"), 400);
  SAME(header(GET, "X: y\r\n z\r\n"), 400);
  SAME(header(GET, "X: a:b \t\x80\xff\r\n"), 0);
  SAME(header(GET, "X: \x01\r\n"), 400);
  SAME(header(GET, "X: \x1f\r\n"), 400);
  SAME(header(GET, "X: \x7f\r\n"), 400);
}

TEST(framelengths, "the length is said once, in digits, if a body is meant") {
  SAME(header("POST / HTTP/1.1", "X: y\r\n"), 411);
  SAME(header("PUT / HTTP/1.1", "X: y\r\n"), 411);
  SAME(header("PATCH / HTTP/1.0", "X: y\r\n"), 411);
  SAME(header("DELETE / HTTP/1.1", "X: y\r\n"), 0);
  SAME(header("PUT / HTTP/1.1", "CONTENT-length:0\r\n"), 0);
  SAME(header(GET, "Content-Length: \t 20\t \r\n"), 0);
  SAME(header(GET, "Content-Length: 000000000000000000000020\r\n"), 0);
  SAME(header(GET, "Content-Length: 21\r\n"), 413);
  SAME(header(GET, "Content-Length: 200\r\n"), 413);
  SAME(header(GET, "Content-Length: 99999999999999999999999\r\n"), 413);
  SAME(header(GET, "Content-Length:\r\n"), 400);
  SAME(header(GET, "Content-Length: x\r\n"), 400);
  SAME(header(GET, "Content-Length: -1\r\n"), 400);
  SAME(header(GET, "Content-Length: 1/\r\n"), 400);
  SAME(header(GET, "Content-Length: 1:\r\n"), 400);
  SAME(header(GET, "Content-Length: 1 1\r\n"), 400);
  SAME(header(GET, "Content-Length: 1\r\nContent-Length: 1\r\n"), 400);
  SAME(header(GET, "Content-Lengt: x\r\nContent-Lengthy: x\r\n"), 0);
}

TEST(framecodings, "the body may come in chunks, and in no other coding") {
  SAME(header(GET, "Transfer-Encoding: chunked\r\n"), 0);
  SAME(header("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n"), 0);
  SAME(header(GET, "transfer-ENCODING: CHUNKED\r\n"), 0);
  SAME(header(GET, "Transfer-Encoding: gzip, chunked\r\n"), 501);
  SAME(header(GET, "Transfer-Encoding:\r\n"), 501);
  SAME(header(OLD, "Transfer-Encoding: chunked\r\n"), 400);
  SAME(header(GET, "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"),
       400);
  SAME(header(GET, "Transfer-Encoding: chunked\r\n"
                   "Transfer-Encoding: chunked\r\n"),
       400);
}

TEST(frameexpect, "only the expectation that everybody meets is met") {
  SAME(header(GET, "Expect: 100-continue\r\n"), 0);
  SAME(header(GET, "expect: 100-Continue\r\n"), 0);
  SAME(header(GET, "Expect: more\r\n"), 417);
  SAME(header(OLD, "Expect: more\r\n"), 0); /* it knew none */
  SAME(header(GET, "Host: a\r\nhost: b\r\n"), 400);
  SAME(header(GET, "Host: a\r\n"), 0);
}

#define CHUNKED "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"

TEST(framechunks, "a chunk has a size in hexadecimal, and all its bytes") {
  good(CHUNKED "0\r\n\r\n", "x");
  good(CHUNKED "0000000000000014\r\n01234567890123456789\r\n0\r\n\r\n", "");
  good(CHUNKED "f\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n.\r\n0\r\n\r\n", "\r\n");
  good(CHUNKED "F\r\n0123456789abcde\r\n00\r\n\r\n", "");
  good(CHUNKED "9\r\n012345678\r\nA\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n",
       "0\r\n\r\n");
  bad(400, CHUNKED "\r\n");
  bad(400, CHUNKED "g");
  bad(400, CHUNKED "G");
  bad(400, CHUNKED "/");
  bad(400, CHUNKED ":");
  bad(400, CHUNKED "@");
  bad(400, CHUNKED "`");
  bad(400, CHUNKED "1;x");
  bad(400, CHUNKED "1 \r\n");
  bad(400, CHUNKED "1\n");
  bad(400, CHUNKED "1\rx");
  bad(400, CHUNKED "1\r\nxx");
  bad(400, CHUNKED "1\r\nx\n");
  bad(400, CHUNKED "1\r\nx\rx");
  bad(400, CHUNKED "0\r\nx");
  bad(400, CHUNKED "0\r\n\rx");
  bad(413, CHUNKED "f0000000000");
}

TEST(framelines, "a head has a hundred and twenty-eight lines at most") {
  char text[2000] = "GET / HTTP/1.1\r\n";
  gp_frame f;
  size_t i, used;
  for (i = 1; i < GP_FRAME_LINES; i++)
    strcat(text, "X: y\r\n");
  gp_frame_init(&f, sizeof text, 0);
  SAME(gp_frame_feed(&f, text, strlen(text), &used), 0);
  SAME(f.part, GP_FRAME_HEAD);
  SAME(gp_frame_feed(&f, "X: y\r\n", 6, &used), 431);
  SAME(used, 6);
  gp_frame_init(&f, sizeof text, 0);
  SAME(gp_frame_feed(&f, text, strlen(text), &used), 0);
  SAME(gp_frame_feed(&f, "\r\n\r\n", 4, &used), 0);
  SAME(used, 2); /* the head ends here */
  SAME(f.part, GP_FRAME_JUDGE);
  bad(400, "\r\n");
  bad(400, "G\nET / HTTP/1.1\r\n");
}

TEST(framereasons, "a status that is given has its words") {
  static const struct {
    int status;
    const char *reason;
  } all[] = {{400, "Bad Request"},
             {403, "Forbidden"},
             {405, "Method Not Allowed"},
             {408, "Request Timeout"},
             {411, "Length Required"},
             {413, "Content Too Large"},
             {417, "Expectation Failed"},
             {421, "Misdirected Request"},
             {431, "Request Header Fields Too Large"},
             {501, "Not Implemented"},
             {503, "Service Unavailable"},
             {505, "HTTP Version Not Supported"}};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++)
    TEXT(gp_frame_reason(all[i].status), all[i].reason);
}
