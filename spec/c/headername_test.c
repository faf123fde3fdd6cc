/*
** headername_test.c - names of headers, and what is found by them.
*/
#include "wire/headername.h"

#include <ctype.h>
#include <string.h>

#include "test.h"
#include "wire/http.h"

static gp_headername of (const char *text) {
  return gp_headername_of(text, strlen(text));
}

TEST(headername, "each header is found by its name, in any case") {
  gp_headername i;
  for (i = 0; i < GP_HEADER_OTHER; i++) {
    const char *text = gp_headername_text(i);
    char other[64];
    size_t j;
    SAME(of(text), i);
    for (j = 0; text[j] != '\0'; j++)
      other[j] = (char)(j % 2 ? toupper(text[j]) : tolower(text[j]));
    SAME(gp_headername_of(other, j), i);
    other[j] = '#'; /* it is not read on */
    SAME(gp_headername_of(other, j), i);
  }
}

TEST(headernameother, "what is called almost like one is another one") {
  gp_headername i;
  SAME(of(""), GP_HEADER_OTHER);
  SAME(of("Gop2p-"), GP_HEADER_OTHER);
  SAME(of("Server"), GP_HEADER_OTHER);
  for (i = 0; i < GP_HEADER_OTHER; i++) {
    char other[64];
    size_t len = strlen(gp_headername_text(i)), j;
    strcpy(other, gp_headername_text(i));
    strcat(other, "x");
    SAME(of(other), GP_HEADER_OTHER);
    SAME(gp_headername_of(other, len - 1), GP_HEADER_OTHER);
    for (j = 0; j < len; j++) {
      strcpy(other, gp_headername_text(i));
      other[j] = '#';
      SAME(of(other), GP_HEADER_OTHER);
    }
  }
}

TEST(headertwice, "of two with one name the first counts, and what decides "
                  "something must not be there twice") {
  static const struct {
    const char *name;
    bool decides;
  } all[] = {{"Gop2p-Id", true},      {"GOP2P-COOKIE", true},
             {"host", true},          {"PEER_ADDRESS", true},
             {"Peer_Port", true},     {"Content-Length", true},
             {"Content-Type", false}, {"Transfer-Encoding", true},
             {"Date", false},         {"X", false}};
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    gp_headername name = of(all[i].name);
    gp_httpin in;
    gp_httpin_noheaders(&in);
    gp_httpin_addheader(&in, all[i].name, "a");
    CHECK(!in.ambiguous);
    gp_httpin_addheader(&in, all[i].name, "b");
    SAME(in.ambiguous, all[i].decides);
    SAME(in.nheaders, 2);
    if (name != GP_HEADER_OTHER)
      TEXT(gp_httpin_header(&in, name), "a");
    gp_httpin_noheaders(&in);
    SAME(in.nheaders, 0);
    CHECK(!in.ambiguous && gp_httpin_header(&in, GP_HEADER_DATE) == NULL);
  }
}
