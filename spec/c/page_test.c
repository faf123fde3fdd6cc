/*
** page_test.c - what a head shows of where a request comes from.
*/
#include "wire/page.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define GET "GET / HTTP/1.1\r\n"

static gp_pagesigns look (const char *head) {
  gp_pagesigns signs;
  gp_page_look(&signs, head, strlen(head));
  return signs;
}

/* Whether a header among others shows a browser. */
static bool shows (const char *line) {
  static const char *const forms[] = {
    GET "%s\r\n\r\n", GET "Host: x\r\n%s\r\nAccept: a\r\n\r\n",
    "OPTIONS * HTTP/1.0\r\nX:\r\n%s\r\n\r\n"};
  char head[256];
  size_t i, n = 0;
  for (i = 0; i < 3; i++) {
    snprintf(head, sizeof head, forms[i], line);
    n += look(head).browser;
  }
  CHECK(n == 0 || n == 3);
  return n == 3;
}

TEST(pagebrowser, "a browser shows in the names of headers, in any case") {
  static const char *const all[] = {"Accept-Language: en",
                                    "accept-language:",
                                    "ACCEPT-LANGUAGE: x",
                                    "Referer: http://a/",
                                    "Cookie: a=b",
                                    "Origin: null",
                                    "origin:\t",
                                    "Sec-Fetch-Site: none",
                                    "sec-:",
                                    "SEC-WebSocket-Key: a",
                                    "Sec-CH-UA: x",
                                    "cookie:a"};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++)
    CHECK(shows(all[i]));
}

TEST(pagenone, "what only resembles these shows none") {
  static const char *const all[] = {"Gop2p-Cookie: Origin: a",
                                    "X-Origin: a",
                                    "Origins: a",
                                    "Accept: Referer: a",
                                    "Section: a",
                                    "Sec: a",
                                    "Accept-Languages: en",
                                    "Accept-Encoding: gzip",
                                    "Origin",
                                    "User-Agent: Mozilla/5.0 Origin: x",
                                    "Access-Control-Request-Method: PUT"};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++)
    CHECK(!shows(all[i]));
  CHECK(!look("GET /Origin:a HTTP/1.1\r\n\r\n").browser);
  CHECK(!look("Origin: x\r\n\r\n").browser); /* the request line */
}

static void hostis (const char *expected, const char *lines) {
  char head[256];
  gp_pagesigns signs;
  snprintf(head, sizeof head, GET "%s\r\n", lines);
  signs = look(head);
  if (expected == NULL) {
    CHECK(signs.host == NULL);
    return;
  }
  CHECK(signs.host != NULL && signs.host_len == strlen(expected) &&
        memcmp(signs.host, expected, signs.host_len) == 0);
}

TEST(pagehost, "the host is the first one, without spaces around it") {
  hostis(NULL, "");
  hostis(NULL, "Hosts: a\r\nX-Host: b\r\n");
  hostis("a:1", "Host: a:1\r\n");
  hostis("a b", "Accept: x\r\nhOST:\t a b \t\r\nHost: c\r\n");
  hostis("[::1]:5", "Origin: x\r\nHost:[::1]:5\r\n");
  hostis("", "Host:   \r\nHost: b\r\n");
}
