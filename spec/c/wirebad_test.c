/*
** wirebad_test.c - what is not understood is refused, with its status.
*/
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "test.h"
#include "wire/refusal.h"
#include "wirekit.h"
#include "world.h"

#define SELF "ours:7301"

/* The status of a request; 'in' is to be cleared. */
static int status (gp_recvreq *in, const char *bytes) {
  gp_peer *self = world_peer(SELF);
  const char *text = NULL;
  wiretext w;
  int is;
  wiretext_made(&w, bytes);
  is = wiretext_readrequest(in, &text, &w, self);
  gp_peer_unref(self);
  if (is == 400)
    CHECK(text == gp_wire_notvalid || text == gp_wire_yourself);
  if (is == 405)
    CHECK(text == gp_wire_notallowed);
  return is;
}

static void refused (int want, const char *bytes) {
  gp_recvreq in;
  int is = status(&in, bytes);
  if (is != want)
    test_note("%s", bytes);
  SAME(is, want);
  gp_recvreq_clear(&in);
}

/* A request in JSON. */
static const char *json (const char *body) {
  static char bytes[1024];
  snprintf(bytes, sizeof bytes, "POST / HTTP/1.1\nHost: " SELF "\n\n%s",
           body);
  return bytes;
}

#define FROM "\"from\":{\"port\":1,\"address\":\"a\"}"

TEST(jsonrefused, "JSON that is no message is refused with 400") {
  static const char *const bad[] = {
    "",
    " ",
    "x",
    "[]",
    "null",
    "{",
    "{}",
    "{\"type\":2}",
    "{" FROM "}",
    "{\"type\":2," FROM,
    "{\"type\":2," FROM "}}",
    "[{\"type\":2," FROM "}]",
    "{\"type\":\"2\"," FROM "}",
    "{\"type\":null," FROM "}",
    "{\"type\":1.5," FROM "}",
    "{\"type\":-0.5," FROM "}",
    "{\"type\":2," FROM ",\"data\":1}",
    "{\"type\":2," FROM ",\"data\":true}",
    "{\"type\":2," FROM ",\"data\":{}}",
    "{\"type\":2," FROM ",\"data\":\"A\"}",
    "{\"type\":2," FROM ",\"data\":\"AAA$\"}",
    "{\"type\":3," FROM ",\"to\":1}",
    "{\"type\":3," FROM ",\"to\":\"b:2\"}",
    "{\"type\":3," FROM ",\"to\":[1]}",
    "{\"type\":3," FROM ",\"to\":[{\"port\":1,\"address\":\"b\"},{}]}",
    "{\"type\":2,\"from\":null}",
    "{\"type\":2,\"from\":\"a:1\"}",
    "{\"type\":2,\"from\":[]}",
    "{\"type\":2,\"from\":{}}",
    "{\"type\":2,\"from\":{\"port\":1}}",
    "{\"type\":2,\"from\":{\"address\":\"a\"}}",
    "{\"type\":2,\"from\":{\"port\":1,\"address\":1}}",
    "{\"type\":2,\"from\":{\"port\":1,\"address\":null}}",
    "{\"type\":2,\"from\":{\"port\":1,\"address\":\"\"}}",
    "{\"type\":2,\"from\":{\"port\":1,\"address\":\"a b\"}}"};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++)
    refused(400, json(bad[i]));
}

TEST(jsontype, "a type that nobody knows is refused with 405, as Go does") {
  refused(405, json("{\"type\":4," FROM "}"));
  refused(405, json("{\"type\":-1," FROM "}"));
  refused(405, json("{\"type\":100}"));
  refused(0, json("{\"type\":0," FROM "}"));
  refused(0, json("{\"type\":3," FROM "}"));
}

/* The port of the sender, or the status. */
static int port (const char *text) {
  char body[200];
  gp_recvreq in;
  int is;
  snprintf(body, sizeof body,
           "{\"type\":2,\"from\":{\"address\":\"a\",\"port\":%s}}", text);
  is = status(&in, json(body));
  if (is == 0)
    is = gp_peer_port(in.msg->from);
  gp_recvreq_clear(&in);
  return is;
}

#define BAD 400

TEST(jsonport,
     "a port is a whole number, or one to five digits in a string") {
  SAME(port("1"), 1);
  SAME(port("65535"), 65535);
  SAME(port("5001.0"), 5001);
  SAME(port("\"1\""), 1);
  SAME(port("\"90\""), 90);
  SAME(port("\"07302\""), 7302);
  SAME(port("\"65535\""), 65535);
  SAME(port("0"), BAD);
  SAME(port("-1"), BAD);
  SAME(port("0.5"), BAD);
  SAME(port("1.5"), BAD);
  SAME(port("65535.5"), BAD);
  SAME(port("65536"), BAD);
  SAME(port("1e300"), BAD);
  SAME(port("\"\""), BAD);
  SAME(port("\"0\""), BAD);
  SAME(port("\"65536\""), BAD);
  SAME(port("\"007302\""), BAD);
  SAME(port("\"/302\""), BAD);
  SAME(port("\"730:\""), BAD);
  SAME(port("null"), BAD);
  SAME(port("true"), BAD);
  SAME(port("[]"), BAD);
}

TEST(jsonaccepted, "JSON may have spaces, other fields, any case, and gaps") {
  gp_recvreq in;
  SAME(status(&in, json(" \t\n {\"x\":[1,{\"y\":[]}], \"TYPE\" : 3,\n"
                        "\"From\":{\"ADDRESS\":\"a\",\"Port\":1,\"z\":0},"
                        "\"to\":null,\"DATA\":null}")),
       0);
  SAME(in.form, GP_FORM_V113);
  SAME(in.msg->type, GP_DIRECT);
  TEXT(gp_peer_text(in.msg->from), "a:1");
  CHECK(in.msg->data == NULL && in.msg->to.n == 0);
  TEXT(gp_peer_text(in.host), SELF);
  gp_recvreq_clear(&in);
  SAME(status(&in, json("{\"type\":2," FROM ",\"data\":\"\"}")), 0);
  CHECK(in.msg->data != NULL && in.msg->data->len == 0);
  gp_recvreq_clear(&in);
  SAME(status(&in, json("{\"type\":3," FROM ",\"to\":["
                        "{\"port\":1,\"address\":\"b\"},"
                        "{\"port\":\"2\",\"address\":\"c\"}]}")),
       0);
  SAME(in.msg->to.n, 2);
  TEXT(gp_peer_text(in.msg->to.at[0]), "b:1");
  TEXT(gp_peer_text(in.msg->to.at[1]), "c:2");
  gp_recvreq_clear(&in);
}

TEST(yourself, "what is sent in our own name is refused in every form") {
  gp_peer *self = world_peer(SELF);
  static const char *const texts[] = {
    "GET / HTTP/1.1\nPeer_address: ours\nPeer_port: 7301\n\n",
    "POST / HTTP/1.1\n\n"
    "{\"type\":0,\"from\":{\"port\":7301,\"address\":\"ours\"}}",
    "GET / HTTP/1.1\nPeer_address: ours\nPeer_port: 7301\n"
    "Gop2p-Process: 0123456789abcdef\n\n", /* announces nobody */
    "POST / HTTP/1.1\nGop2p-Lua: 1 ours:7301\n"
    "Gop2p-Process: 0123456789abcdef\n\n"
    "{\"type\":2,\"from\":{\"port\":7301,\"address\":\"ours\"}}"};
  size_t i;
  for (i = 0; i < 4; i++) {
    gp_recvreq in;
    const char *text;
    wiretext w;
    wiretext_made(&w, texts[i]);
    SAME(wiretext_readrequest(&in, &text, &w, self), 400);
    CHECK(text == gp_wire_yourself);
    CHECK(in.host == NULL); /* it said none */
    gp_recvreq_clear(&in);
  }
  gp_peer_unref(self);
}

TEST(ourprocess, "a connect of ours says its process: the node judges that") {
  gp_recvreq in;
  SAME(status(&in, "GET / HTTP/1.1\nPeer_address: ours\nPeer_port: 7301\n"
                   "Gop2p-Lua: 1 ours:7301\n"
                   "Gop2p-Process: 0123456789abcdef\n\n"),
       0);
  gp_recvreq_clear(&in);
}

/* A request of the older forms. */
static const char *headers (const char *method, const char *lines) {
  static char bytes[1024];
  snprintf(bytes, sizeof bytes, "%s / HTTP/1.1\n%s\nsome data", method,
           lines);
  return bytes;
}

TEST(headersrefused, "headers that name no peer are refused with 400") {
  static const char *const bad[] = {"Peer_address: a\n",
                                    "Peer_address: a\nPeer_port: 0\n",
                                    "Peer_address: a\nPeer_port: 65536\n",
                                    "Peer_address: a\nPeer_port: 000001\n",
                                    "Peer_address: a\nPeer_port: /1\n",
                                    "Peer_address: a\nPeer_port: 1:\n",
                                    "Peer_address: a\nPeer_port: -1\n",
                                    "Peer_address: a\nPeer_port: 1 \n",
                                    "Peer_address: a\nPeer_port: \n",
                                    "Peer_address: \nPeer_port: 1\n",
                                    "Peer_address: a b\nPeer_port: 1\n"};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++)
    refused(400, headers("GET", bad[i]));
  refused(400, headers("GET", "Peer_port: 1\n")); /* neither form */
}

TEST(headersmethods, "the method says what the headers mean") {
  static const struct {
    const char *method;
    int status;
    gp_msgtype type;
  } all[] = {{"GET", 0, GP_CONNECT},     {"DELETE", 0, GP_DISCONNECT},
             {"POST", 0, GP_BROADCAST},  {"PUT", 0, GP_DIRECT},
             {"PATCH", 405, GP_CONNECT}, {"HEAD", 405, GP_CONNECT}};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    gp_recvreq in;
    SAME(status(&in, headers(all[i].method,
                             "peer_ADDRESS: a\nPEER_port: 09090\n")),
         all[i].status);
    if (all[i].status == 0) {
      SAME(in.msg->type, all[i].type);
      TEXT(gp_peer_text(in.msg->from), "a:9090");
      SAME(gp_message_len(in.msg), all[i].type < GP_BROADCAST ? 0 : 9);
      SAME(in.msg->to.n, all[i].type == GP_DIRECT);
    }
    if (in.msg != NULL && in.msg->data != NULL)
      TEXT(in.msg->data->bytes, "some data");
    if (in.msg != NULL && in.msg->to.n > 0)
      TEXT(gp_peer_text(in.msg->to.at[0]), SELF);
    gp_recvreq_clear(&in);
  }
}

TEST(headersdata, "data is the body, of any length") {
  gp_recvreq in;
  SAME(status(&in, "POST / HTTP/1.1\nPeer_address: a\nPeer_port: 1\n\n"), 0);
  SAME(in.msg->data->len, 0);
  gp_recvreq_clear(&in);
  SAME(status(&in, "POST / HTTP/1.1\nPeer_address: a\nPeer_port: 1\n\nx"), 0);
  TEXT(in.msg->data->bytes, "x");
  gp_recvreq_clear(&in);
}

/* Whatever allocation fails, and all after it, until none has to. */
TEST(readmemory, "what finds no memory is told to come again") {
  static const char *const texts[] = {
    "PUT / HTTP/1.1\nPeer_address: a\nPeer_port: 1\n\nx",
    "POST / HTTP/1.1\n\n{\"type\":3,\"data\":\"eA==\"," FROM
    ",\"to\":[{\"port\":1,\"address\":\"b\"}]}"};
  gp_peer *self = world_peer(SELF);
  size_t i;
  for (i = 0; i < 2; i++) {
    uint64_t n;
    for (n = 1;; n++) {
      gp_recvreq in;
      const char *text = NULL;
      wiretext w;
      int is;
      wiretext_made(&w, texts[i]);
      memory_fail(n, true);
      is = wiretext_readrequest(&in, &text, &w, self);
      SAME(is, memory_heal() ? 503 : 0);
      CHECK(is == 0 || text == gp_wire_busy);
      gp_recvreq_clear(&in);
      if (is == 0)
        break;
    }
    CHECK(n > 4);
  }
  gp_peer_unref(self);
}

TEST(refusals, "a refusal has the words for its status") {
  SAME(gp_refusal_status(GP_OK), 0);
  SAME(gp_refusal_status(GP_ENOMEM), 503);
  SAME(gp_refusal_status(GP_EBADMSG), 400);
  SAME(gp_refusal_status(GP_EINVAL), 400);
  CHECK(gp_refusal_text(405) == gp_wire_notallowed);
  CHECK(gp_refusal_text(503) == gp_wire_busy);
  CHECK(gp_refusal_text(400) == gp_wire_notvalid);
}
