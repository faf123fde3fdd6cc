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

TEST(framehead, "a head has its size and no more") {
  char text[256] = "GET / HTTP/1.1\r\nX: ";
  size_t len = strlen(text);
  memset(text + len, 'a', 200 - 4 - len);
  strcpy(text + 196, "\r\n\r\n");
  good(text, "");
  strcpy(text + 196, "a\r\n\r\n");
  bad(431, text);
}
