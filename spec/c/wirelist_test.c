/*
** wirelist_test.c - the list of members that a connect is responded to with,
** or a probe for it.
*/
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "test.h"
#include "wire/jsonform.h"
#include "wirekit.h"
#include "world.h"

static gp_err list (gp_recvresp *in, int code, const char *body) {
  char text[400];
  wiretext w;
  snprintf(text, sizeof text,
           "HTTP/1.1 %d X\nAccess-Control-Allow-Origin: *\nDate: x\n"
           "Content-Length: 9\n\n%s",
           code, body);
  wiretext_made(&w, text);
  return wiretext_readresponse(in, &w, GP_LISTS_MEMBERS);
}

#define A "{\"port\":1,\"address\":\"a\"}"
#define QUOTED "{\"port\":\"2\",\"address\":\"b\"}"

TEST(listrefused,
     "a response that should be a list and is none is an error") {
  static const char *const bad[] = {"",
                                    " ",
                                    "x",
                                    "{}",
                                    "null",
                                    "1",
                                    "[",
                                    "[" A,
                                    "[" A "],",
                                    "[" A ",]",
                                    "[1]",
                                    "[null]",
                                    "[{}]",
                                    "[" A ",{\"port\":1}]",
                                    "[\"a:1\"]",
                                    A,
                                    "[{\"port\":0,\"address\":\"a\"}]",
                                    "[" A ",[]]",
                                    "\"[]\""};
  gp_recvresp in;
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    gp_err e = list(&in, 200, bad[i]);
    if (e != GP_EPROTO)
      test_note("%s", bad[i]);
    SAME(e, GP_EPROTO);
    SAME(in.list.n, 0);
    gp_recvresp_clear(&in);
    SAME(list(&in, 400, bad[i]), GP_OK); /* a refusal is none */
    SAME(in.status, 400);
    gp_recvresp_clear(&in);
  }
}

TEST(listaccepted, "a list may have spaces; its ports show the form") {
  gp_recvresp in;
  SAME(list(&in, 200, " \r\n\t[ ]"), GP_OK);
  SAME(in.form, GP_FORM_HEADERS);
  gp_recvresp_clear(&in);
  SAME(list(&in, 200, "[" A "]"), GP_OK);
  SAME(in.form, GP_FORM_V112);
  SAME(in.list.n, 1);
  gp_recvresp_clear(&in);
  SAME(list(&in, 200, "[" A " , " QUOTED "]"), GP_OK);
  SAME(in.form, GP_FORM_SEED);
  SAME(in.list.n, 2);
  TEXT(gp_peer_text(in.list.at[1]), "b:2");
  gp_recvresp_clear(&in);
  SAME(list(&in, 199, "[" A "]"), GP_OK); /* no success */
  SAME(in.list.n, 0);
  gp_recvresp_clear(&in);
  SAME(list(&in, 300, "[" A "]"), GP_OK);
  SAME(in.list.n, 0);
  gp_recvresp_clear(&in);
}

TEST(listmemory, "a list that finds no memory is empty") {
  uint64_t n;
  for (n = 1;; n++) {
    gp_recvresp in;
    gp_err e;
    memory_fail(n, true);
    e = list(&in, 200, "[" A "," A "," A "," A "," QUOTED "]");
    SAME(e, memory_heal() ? GP_ENOMEM : GP_OK);
    SAME(in.list.n, e == GP_OK ? 5 : 0);
    gp_recvresp_clear(&in);
    if (e == GP_OK)
      break;
  }
  CHECK(n > 7);
}

TEST(ipv6, "an IPv6 address stands in brackets on the wire") {
  gp_peerlist list = {0, 0, NULL};
  gp_sendresp response;
  gp_scratch scratch;
  gp_httpout out;
  gp_recvresp in;
  wiretext w;
  gp_peer *p = world_peer("[::1]:65535");
  memset(&response, 0, sizeof response);
  SAME(gp_peerlist_add(&list, p), GP_OK);
  response.status = 200;
  response.list = &list;
  SAME(gp_wire_writeresponse(&out, &scratch, &response, GP_FORM_V112), GP_OK);
  TEXT(wiretext_body(&out), "[{\"port\":65535,\"address\":\"[::1]\"}]");
  wiretext_sent(&w, &out);
  SAME(wiretext_readresponse(&in, &w, GP_LISTS_MEMBERS), GP_OK);
  SAME(in.list.n, 1);
  CHECK(gp_peer_equal(in.list.at[0], p));
  gp_recvresp_clear(&in);
  gp_blob_unref(out.body);
  gp_peerlist_clear(&list);
  gp_peer_unref(p);
}

/* Each with the longest address that there is. */
TEST(longlists, "a list of any length has its room") {
  gp_peerlist list = {0, 0, NULL};
  gp_blob *b;
  size_t i;
  for (i = 0; i < 40; i++) {
    char address[GP_ADDRESS_MAX];
    gp_peer *p;
    memset(address, 'a', sizeof address);
    SAME(gp_peer_new(&p, address, sizeof address, 65535), GP_OK);
    SAME(gp_peerlist_add(&list, p), GP_OK);
    gp_peer_unref(p);
    b = gp_jsonform_writelist(&list, true);
    CHECK(b != NULL);
    SAME(b->len, 2 + i + (i + 1) * (GP_ADDRESS_MAX + 29));
    gp_blob_unref(b);
  }
  gp_peerlist_clear(&list);
}

TEST(listprobes, "a probe for the list names its sender as a header form") {
  gp_sendreq request;
  gp_httpout out;
  gp_scratch scratch;
  gp_recvreq in;
  const char *text;
  wiretext w;
  gp_peer *self = world_peer("localhost:1"), *to = world_peer("b:2");
  memset(&request, 0, sizeof request);
  request.from = request.ext.about = self;
  request.to = to;
  request.ext.topic = GP_TOPIC_LIST;
  SAME(gp_wire_writerequest(&out, &scratch, &request), GP_OK);
  SAME(out.method, GP_OPTIONS);
  TEXT(wiretext_header(&out, "Gop2p-List"), "1");
  TEXT(wiretext_header(&out, "Peer_address"), "localhost");
  TEXT(wiretext_header(&out, "Peer_port"), "1");
  wiretext_sent(&w, &out);
  SAME(wiretext_readrequest(&in, &text, &w, to), 0);
  CHECK(in.msg == NULL && in.ext.topic == GP_TOPIC_LIST);
  CHECK(gp_peer_equal(in.ext.about, self));
  gp_recvreq_clear(&in);
  wiretext_made(&w, "OPTIONS / HTTP/1.1\nGop2p-List: 1\nPeer_port: 1\n\n");
  SAME(wiretext_readrequest(&in, &text, &w, to), 0);
  CHECK(in.ext.topic == GP_TOPIC_LIST && in.ext.about == NULL);
  gp_recvreq_clear(&in);
  gp_peer_unref(self);
  gp_peer_unref(to);
}

TEST(listgiven, "its response has a list where it says so") {
  static const char list[] = "[{\"port\":1,\"address\":\"a\"}]";
  static const struct {
    const char *head, *body;
    gp_err error;
    size_t n;
  } all[] = {{"200 X\nGop2p-List: 1", list, GP_OK, 1},
             {"200 X\nGop2p-List: 1", "[]", GP_OK, 0},
             {"200 X\nGop2p-List: 1", "", GP_EPROTO, 0},
             {"200 X\nA: b", list, GP_OK, 0},
             {"200 X\nA: b", "", GP_OK, 0},
             {"204 X\nA: b", "", GP_OK, 0},
             {"403 X\nGop2p-List: 1", "no", GP_OK, 0}};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    char text[200];
    gp_recvresp in;
    wiretext w;
    snprintf(text, sizeof text, "HTTP/1.1 %s\n\n%s", all[i].head,
             all[i].body);
    wiretext_made(&w, text);
    SAME(wiretext_readresponse(&in, &w, GP_LISTS_IF_SAID), all[i].error);
    SAME(in.list.n, all[i].n);
    gp_recvresp_clear(&in);
    SAME(wiretext_readresponse(&in, &w, GP_LISTS_NOTHING), GP_OK);
    CHECK(in.list.n == 0 && !in.ext.has_list); /* nobody has asked for it */
    gp_recvresp_clear(&in);
  }
}
