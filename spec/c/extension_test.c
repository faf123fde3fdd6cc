/*
** extension_test.c - what nodes of ours say to each other in headers of their
** own, there and back.
*/
#include "wire/extension.h"

#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "test.h"
#include "wirekit.h"
#include "world.h"

/* What 'x' is received as, in a request; to be cleared. */
static gp_extension carried (const gp_extension *x, gp_method method) {
  gp_extension out;
  gp_extensiontext text;
  gp_httpout http;
  wiretext w;
  memset(&http, 0, sizeof http);
  memset(&out, 0, sizeof out);
  http.method = method;
  gp_extension_write(&http, &text, x);
  CHECK(http.nheaders + 3 <= GP_HEADERS_MAX); /* a form adds three */
  wiretext_sent(&w, &http);
  gp_extension_readrequest(&out, &w.in);
  return out;
}

/* What headers are read as, which a test has written. */
static gp_extension request (const char *method, const char *headers) {
  gp_extension out;
  char text[400];
  wiretext w;
  memset(&out, 0, sizeof out);
  snprintf(text, sizeof text, "%s / HTTP/1.1\n%s\n\n", method, headers);
  wiretext_made(&w, text);
  gp_extension_readrequest(&out, &w.in);
  return out;
}

static gp_extension response (int status, const char *headers) {
  gp_extension out;
  char text[400];
  wiretext w;
  memset(&out, 0, sizeof out);
  snprintf(text, sizeof text, "HTTP/1.1 %d X\n%s\n\n", status, headers);
  wiretext_made(&w, text);
  gp_extension_readresponse(&out, &w.in);
  return out;
}

/* The one header that 'x' is written as. */
static void writes (const gp_extension *x, const char *name,
                    const char *value) {
  gp_extensiontext text;
  gp_httpout out;
  memset(&out, 0, sizeof out);
  gp_extension_write(&out, &text, x);
  SAME(out.nheaders, 1);
  TEXT(out.headers[0].name, name);
  TEXT(out.headers[0].value, value);
}

TEST(saysnothing, "one that has nothing of ours to say adds no header") {
  gp_extension none, back;
  gp_extensiontext text;
  gp_httpout out;
  memset(&none, 0, sizeof none);
  memset(&out, 0, sizeof out);
  gp_extension_write(&out, &text, &none);
  SAME(out.nheaders, 0);
  none.digest.bytes[0] = 8; /* that alone is none */
  none.alone = true;
  gp_extension_write(&out, &text, &none);
  SAME(out.nheaders, 0);
  back = carried(&none, GP_POST);
  CHECK(back.who.peer == NULL && back.about == NULL && !back.has_digest);
  SAME(back.topic, GP_TOPIC_NONE);
  SAME(back.number, 0);
}

TEST(sayswho, "an announcement tells peer, process, nick and version") {
  gp_extension x, back;
  gp_extensiontext text;
  gp_httpout out;
  memset(&x, 0, sizeof x);
  memset(&out, 0, sizeof out);
  x.who.peer = world_peer("[::1]:5000");
  x.who.process = 0x00fedcba98765432;
  x.who.version = 2;
  gp_extension_write(&out, &text, &x);
  SAME(out.nheaders, 3);
  TEXT(wiretext_header(&out, "Gop2p-Lua"), "1 [::1]:5000");
  TEXT(wiretext_header(&out, "Gop2p-Process"), "00fedcba98765432");
  TEXT(wiretext_header(&out, "Gop2p-Version"), "2");
  back = carried(&x, GP_GET);
  CHECK(gp_peer_equal(back.who.peer, x.who.peer));
  CHECK(back.who.process == x.who.process);
  TEXT(back.who.nick, "");
  SAME(back.who.version, 2);
  gp_extension_clear(&back);
  gp_extension_clear(&x);
}

TEST(sayslongest, "the longest nick and version have their room") {
  gp_extension x, back;
  gp_extensiontext text;
  gp_httpout out;
  int i;
  memset(&x, 0, sizeof x);
  memset(&out, 0, sizeof out);
  x.who.peer = world_peer("a:1");
  x.who.process = UINT64_MAX;
  x.who.version = 999999999;
  for (i = 0; i < GP_NICK_CHARS; i++)
    strcat(x.who.nick, "\U00020000");
  gp_extension_write(&out, &text, &x);
  SAME(strlen(wiretext_header(&out, "Gop2p-Process")), 17 + GP_NICK_ENCODED);
  back = carried(&x, GP_GET);
  TEXT(back.who.nick, x.who.nick);
  CHECK(back.who.process == x.who.process);
  SAME(back.who.version, x.who.version);
  gp_extension_clear(&back);
  gp_extension_clear(&x);
}

TEST(oldreads, "a nick that version 1 knows stands as it did there") {
  gp_extension x;
  gp_extensiontext text;
  gp_httpout out;
  memset(&x, 0, sizeof x);
  memset(&out, 0, sizeof out);
  x.who.peer = world_peer("a:1");
  x.who.process = 15;
  strcpy(x.who.nick, "Ann-2_b.c");
  gp_extension_write(&out, &text, &x);
  TEXT(wiretext_header(&out, "Gop2p-Process"), "000000000000000f Ann-2_b.c");
  gp_extension_clear(&x);
}

TEST(version, "who announces itself has a version, the first one untold") {
  static const struct {
    const char *headers;
    unsigned version;
    bool named; /* its peer is understood, and process and nick */
  } all[] = {{"Gop2p-Lua: 1 b:1", 1, true},
             {"Gop2p-Lua: 1 b:1\nGop2p-Version: 2", 2, true},
             {"Gop2p-Lua: 1 b:1\nGop2p-Version: 31", 31, true},
             {"Gop2p-Lua: 1 b:1\nGop2p-Version: ", 1, true},
             {"Gop2p-Lua: 1 b:1\nGop2p-Version: x", 1, true},
             {"Gop2p-Lua: 1 b:1\nGop2p-Version: 0", 1, true},
             {"Gop2p-Lua: 1 b:1\nGop2p-Version: -3", 1, true},
             {"Gop2p-Lua: 2 b:1", 2, false},
             {"Gop2p-Lua: 3 b:1\nGop2p-Version: 2", 3, false},
             {"Gop2p-Lua: 12 b:1", 12, false},
             {"Gop2p-Lua: -2 b:1", 0, true},
             {"Gop2p-Lua: 0 b:1", 0, true},
             {"Gop2p-Version: 2", 0, true}};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    char headers[200];
    gp_extension x, y;
    bool announced = strstr(all[i].headers, "Lua: 1 b") != NULL;
    snprintf(headers, sizeof headers,
             "%s\nGop2p-Process: 000000000000000f ann", all[i].headers);
    x = request("GET", headers);
    y = response(200, headers);
    if (x.who.version != all[i].version)
      test_note("'%s'", all[i].headers);
    SAME(x.who.version, all[i].version);
    SAME(y.who.version, all[i].version);
    SAME(x.who.peer != NULL, announced);
    SAME(y.who.peer != NULL, announced);
    SAME(x.who.process, all[i].named ? 15 : 0);
    TEXT(y.who.nick, all[i].named ? "ann" : "");
    gp_extension_clear(&x);
    gp_extension_clear(&y);
  }
}

TEST(saysnumber, "a message has the number of its process and its own") {
  gp_extension x, back;
  memset(&x, 0, sizeof x);
  x.nonce = 1;
  x.number = 42;
  writes(&x, "Gop2p-Id", "0000000000000001-2a");
  x.nonce = x.number = UINT64_MAX;
  writes(&x, "Gop2p-Id", "ffffffffffffffff-ffffffffffffffff");
  back = carried(&x, GP_POST);
  CHECK(back.nonce == UINT64_MAX && back.number == UINT64_MAX);
  x.nonce = 0;
  back = carried(&x, GP_POST);
  CHECK(back.nonce == 0 && back.number == 0);
  x.nonce = 1;
  x.number = 0;
  back = carried(&x, GP_POST);
  CHECK(back.nonce == 0 && back.number == 0);
}

TEST(saystopic, "a probe has a topic, with the peer that it is about") {
  static const struct {
    gp_topic topic;
    const char *name, *value;
  } all[] = {{GP_TOPIC_PROBE, "Gop2p-Probe", "a:1"},
             {GP_TOPIC_SUSPECT, "Gop2p-Suspect", "a:1"},
             {GP_TOPIC_DIGEST, "Gop2p-Digest",
              "ff000000000000000000000000000001 a:1"}};
  gp_peer *a = world_peer("a:1");
  size_t i;
  for (i = 0; i < 3; i++) {
    gp_extension x, back;
    memset(&x, 0, sizeof x);
    x.topic = all[i].topic;
    x.about = a;
    x.digest.bytes[0] = 255;
    x.digest.bytes[15] = 1;
    writes(&x, all[i].name, all[i].value);
    back = carried(&x, GP_OPTIONS);
    SAME(back.topic, all[i].topic);
    CHECK(gp_peer_equal(back.about, a));
    SAME(back.digest.bytes[0], i == 2 ? 255 : 0);
    SAME(back.digest.bytes[15], i == 2);
    CHECK(!back.has_digest); /* that is for responses */
    gp_extension_clear(&back);
    back = carried(&x, GP_GET); /* only of a probe */
    CHECK(back.topic == GP_TOPIC_NONE && back.about == NULL);
  }
  gp_peer_unref(a);
}

TEST(sayslist, "a probe may be for the list, and says who asks") {
  gp_extension x, back;
  memset(&x, 0, sizeof x);
  x.topic = GP_TOPIC_LIST;
  writes(&x, "Gop2p-List", "1");
  x.who.peer = world_peer("a:1");
  x.who.process = 5;
  x.who.version = 2;
  back = carried(&x, GP_OPTIONS);
  SAME(back.topic, GP_TOPIC_LIST);
  CHECK(gp_peer_equal(back.who.peer, x.who.peer) && back.who.process == 5);
  CHECK(back.about == NULL); /* stands in the headers of its form */
  gp_extension_clear(&back);
  back = carried(&x, GP_GET);
  SAME(back.topic, GP_TOPIC_NONE);
  gp_extension_clear(&back);
  gp_extension_clear(&x);
  x.has_list = true;
  writes(&x, "Gop2p-List", "1");
  CHECK(response(200, "Gop2p-List: 1").has_list);
  CHECK(!response(200, "A: b").has_list);
}

TEST(sayscookie, "a probe may ask about a cookie") {
  gp_extension x = {.has_cookie = true, .topic = GP_TOPIC_COOKIE};
  writes(&x, "Gop2p-Cookie",
         "ask 00000000000000000000000000000000 0000000000000000");
  x = carried(&x, GP_OPTIONS);
  CHECK(x.has_cookie && x.topic == GP_TOPIC_COOKIE && x.about == NULL);
}

TEST(saysvisit, "a connect may be that of a visitor") {
  gp_extension x;
  memset(&x, 0, sizeof x);
  x.visit = true;
  writes(&x, "Gop2p-Visit", "1");
  CHECK(carried(&x, GP_GET).visit);
  CHECK(!carried(&x, GP_OPTIONS).visit);
  CHECK(!request("GET", "Gop2p-Brief: 1").visit);
}

TEST(saysreconnect, "a connect may be one that nobody asked for, or brief") {
  gp_extension x, back;
  memset(&x, 0, sizeof x);
  x.topic = GP_TOPIC_RECONNECT;
  writes(&x, "Gop2p-Again", "1");
  back = carried(&x, GP_GET);
  CHECK(back.topic == GP_TOPIC_RECONNECT && !back.alone && !back.brief);
  x.alone = true;
  writes(&x, "Gop2p-Again", "0");
  back = carried(&x, GP_GET);
  CHECK(back.topic == GP_TOPIC_RECONNECT && back.alone);
  memset(&x, 0, sizeof x);
  x.brief = true;
  writes(&x, "Gop2p-Brief", "1");
  back = carried(&x, GP_GET);
  CHECK(back.brief && back.topic == GP_TOPIC_NONE);
}

TEST(saysnotice, "a message may be a notice, a probe may not") {
  gp_extension x, back;
  memset(&x, 0, sizeof x);
  x.notice = true;
  writes(&x, "Gop2p-Notice", "1");
  back = carried(&x, GP_POST);
  CHECK(back.notice);
  back = carried(&x, GP_PUT);
  CHECK(back.notice);
  back = carried(&x, GP_OPTIONS);
  CHECK(!back.notice);
}

TEST(saysdigest,
     "a response tells who gives it, and the digest of its list") {
  gp_extension x, back;
  gp_extensiontext text;
  gp_httpout out;
  wiretext w;
  memset(&x, 0, sizeof x);
  memset(&back, 0, sizeof back);
  memset(&out, 0, sizeof out);
  x.has_digest = true;
  writes(&x, "Gop2p-Digest", "00000000000000000000000000000000");
  CHECK(gp_digest_read(&x.digest, "fedcba98765432100123456789abcdef"));
  x.who.peer = world_peer("a:1");
  x.who.process = 5;
  strcpy(x.who.nick, "J\u00fcrgen");
  x.who.version = 2;
  gp_extension_write(&out, &text, &x);
  out.status = 200;
  wiretext_sent(&w, &out);
  gp_extension_readresponse(&back, &w.in);
  CHECK(back.has_digest && gp_digest_equal(back.digest, x.digest));
  CHECK(gp_peer_equal(back.who.peer, x.who.peer));
  SAME(back.who.process, 5);
  TEXT(back.who.nick, "J\u00fcrgen");
  SAME(back.who.version, 2);
  gp_extension_clear(&back);
  gp_extension_clear(&x);
}

TEST(responsewho, "a refusal announces nobody, but tells process and nick") {
  static const char headers[] =
    "Gop2p-Lua: 1 a:1\nGop2p-Process: 0000000000000005 ann\n";
  static const struct {
    int status;
    bool announced;
  } all[] = {{199, false}, {200, true},  {204, true},
             {299, true},  {300, false}, {409, false}};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    gp_extension x = response(all[i].status, headers);
    SAME(x.who.peer != NULL, all[i].announced);
    SAME(x.who.process, 5);
    TEXT(x.who.nick, "ann");
    gp_extension_clear(&x);
  }
}

TEST(badwho, "an announcement that is not understood is none") {
  static const char *const bad[] = {"",
                                    "Gop2p-Lua: ",
                                    "Gop2p-Lua: 1",
                                    "Gop2p-Lua: 1 ",
                                    "Gop2p-Lua: a:1",
                                    "Gop2p-Lua: 2 a:1",
                                    "Gop2p-Lua: 1a:1",
                                    "Gop2p-Lua: 1  a:1",
                                    "Gop2p-Lua: 1 a:0",
                                    "Gop2p-Lua: 1 a"};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    gp_extension x = request("GET", bad[i]);
    CHECK(x.who.peer == NULL);
  }
}

TEST(badprocess,
     "a process is sixteen digits, then comes a nick or nothing") {
  static const struct {
    const char *value;
    uint64_t process;
    const char *name;
  } all[] = {{"0123456789abcdef", 0x0123456789abcdef, ""},
             {"000000000000000f a", 15, "a"},
             {"000000000000000f ", 15, ""},
             {"000000000000000f 1a", 15, ""},
             {"000000000000000f a b", 15, ""},
             {"000000000000000f_a", 15, ""},
             {"000000000000000f J%C3%BCrgen", 15, "J\u00fcrgen"},
             {"000000000000000f J%C3%BCrgen ", 15, ""},
             {"000000000000000f a%20b", 15, ""},
             {"000000000000000f a%", 15, ""},
             {"000000000000000f J\u00fcrgen", 15, ""},
             {"000000000000000f  a", 15, ""},
             {"000000000000000fa b", 0, ""},
             {"000000000000000 a", 0, ""},
             {"000000000000000F a", 0, ""},
             {"0x0000000000000f a", 0, ""},
             {"000000000000000f annannannannannannannannannannanna", 15, ""},
             {"", 0, ""}};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    char header[100];
    gp_extension x;
    snprintf(header, sizeof header, "Gop2p-Process: %s", all[i].value);
    x = request("GET", header);
    if (x.who.process != all[i].process)
      test_note("'%s'", all[i].value);
    CHECK(x.who.process == all[i].process);
    TEXT(x.who.nick, all[i].name);
  }
}

TEST(badnumber, "a number that is not understood is none") {
  static const char *const bad[] = {"", "1", "1-", "-1", "x-1", "1 1", "1-x"};
  gp_extension x;
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    char header[100];
    snprintf(header, sizeof header, "Gop2p-Id: %s", bad[i]);
    x = request("POST", header);
    if (x.nonce != 0)
      test_note("'%s'", bad[i]);
    CHECK(x.nonce == 0 && x.number == 0);
  }
  x = request("POST", "Gop2p-Id: a-b");
  CHECK(x.nonce == 10 && x.number == 11);
}

#define ZEROS "0000000000000000000000000000000" /* one less than it has */

/* Versions 1 and 2 wrote digests of 16 digits. */
TEST(badtopic, "a topic that is not understood leaves a plain probe") {
  static const char *const bad[] = {"Gop2p-Probe: a",
                                    "Gop2p-Suspect: ",
                                    "Gop2p-Digest: " ZEROS "1",
                                    "Gop2p-Digest: " ZEROS "1 ",
                                    "Gop2p-Digest: " ZEROS "1 a",
                                    "Gop2p-Digest: " ZEROS "1_a:1",
                                    "Gop2p-Digest: " ZEROS " a:1",
                                    "Gop2p-Digest: " ZEROS "01 a:1",
                                    "Gop2p-Digest: " ZEROS "g a:1",
                                    "Gop2p-Digest: 0000000000000001 a:1"};
  gp_extension x;
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    x = request("OPTIONS", bad[i]);
    if (x.topic != GP_TOPIC_NONE || x.about != NULL)
      test_note("'%s'", bad[i]);
    CHECK(x.topic == GP_TOPIC_NONE && x.about == NULL);
  }
  x = request("OPTIONS", "Gop2p-Again: 1\nGop2p-Brief: 1\nGop2p-Id: 1-1\n"
                         "Gop2p-Lua: 1 a:1"); /* not of a probe */
  CHECK(x.topic == GP_TOPIC_NONE && !x.brief && x.number == 0);
  CHECK(x.who.peer == NULL);
  x = request("GET", "Gop2p-Again: x");
  CHECK(x.topic == GP_TOPIC_RECONNECT && !x.alone);
  x = response(200, "Gop2p-Digest: " ZEROS);
  CHECK(!x.has_digest);
  x = response(200, "Gop2p-Digest: 000000000000000a");
  CHECK(!x.has_digest);
  x = response(200, "Gop2p-Digest: " ZEROS "a");
  CHECK(x.has_digest && x.digest.bytes[15] == 10);
  x = response(200, "A: b");
  CHECK(!x.has_digest && x.who.process == 0);
}

TEST(extensioncopy, "a copy holds references of its own") {
  size_t used = memory_used();
  gp_extension x, copy;
  memset(&x, 0, sizeof x);
  gp_extension_copy(&copy, &x);
  CHECK(copy.who.peer == NULL && copy.about == NULL);
  x.who.peer = world_peer("a:1");
  x.about = world_peer("b:2");
  x.number = 3;
  gp_extension_copy(&copy, &x);
  gp_extension_clear(&x);
  CHECK(x.who.peer == NULL && x.about == NULL && x.number == 0);
  SAME(memory_used(), used + 2);
  TEXT(gp_peer_text(copy.who.peer), "a:1");
  TEXT(gp_peer_text(copy.about), "b:2");
  SAME(copy.number, 3);
  gp_extension_clear(&copy);
  SAME(memory_used(), used);
}

TEST(saysunreached, "a response says where the other was dialled in vain") {
  gp_extension x, back;
  memset(&x, 0, sizeof x);
  x.unreached = world_peer("[::1]:5000");
  writes(&x, "Gop2p-Unreached", "[::1]:5000");
  back = carried(&x, GP_POST); /* a request does not */
  CHECK(back.unreached == NULL);
  gp_extension_clear(&back);
  gp_extension_copy(&back, &x);
  gp_extension_clear(&x);
  TEXT(gp_peer_text(back.unreached), "[::1]:5000");
  gp_extension_clear(&back);
  back = response(403, "Gop2p-Unreached: 10.0.0.5:5000");
  TEXT(gp_peer_text(back.unreached), "10.0.0.5:5000");
  gp_extension_clear(&back);
  back = response(200, "Gop2p-Unreached: 10.0.0.5");
  CHECK(back.unreached == NULL);
  gp_extension_clear(&back);
}
