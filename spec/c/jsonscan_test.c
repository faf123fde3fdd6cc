/*
** jsonscan_test.c - what stands in a JSON text, before it is parsed.
*/
#include "wire/jsonscan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* A copy to the byte, so that a sanitizer notices what is read behind it. */
static gp_err scan (const char *text, size_t len) {
  char *copy = malloc(len);
  gp_err e;
  CHECK(copy != NULL || len == 0);
  if (len > 0)
    memcpy(copy, text, len);
  e = gp_jsonscan(copy, len);
  free(copy);
  return e;
}

static void each (gp_err want, const char *const *texts) {
  for (; *texts != NULL; texts++) {
    gp_err e = scan(*texts, strlen(*texts));
    if (e != want)
      test_note("%s", *texts);
    SAME(e, want);
  }
}

/* 'before', 'count' times 'many' and 'after'. */
static gp_err repeated (const char *before, const char *many, size_t count,
                        const char *after) {
  size_t len = strlen(many), size, i;
  char *text, *at;
  gp_err e;
  size = strlen(before) + count * len + strlen(after);
  text = malloc(size + 1);
  CHECK(text != NULL);
  at = text + sprintf(text, "%s", before);
  for (i = 0; i < count; i++, at += len)
    memcpy(at, many, len);
  strcpy(at, after);
  e = gp_jsonscan(text, size);
  free(text);
  return e;
}

#define PEER "{\"port\":5000,\"address\":\"a\"}"

TEST(scangood, "what programs send passes the scan, in whatever spelling") {
  static const char *const good[] = {
    "",
    " ",
    "{}",
    "[]",
    "[ " PEER " , " PEER " ]",
    "{\"type\":3,\"data\":\"AA==\",\"from\":" PEER ",\"to\":[" PEER "]}",
    "{\"TYPE\":3,\"From\":" PEER ",\"tO\":[" PEER "]}",
    "{\"x\":1,\"x\":2,\"X\":3}", /* nobody reads these */
    "{\"types\":1,\"type\":2,\"typ\":3,\"\":4}",
    "{\"type\":\"type\",\"x\":\",\\\"type\\\":\"}",
    "{\"x\":[\"type\",\"type\"],\"type\":{\"type\":1}}",
    "{\"address\":1,\"addres\\u017e\":2,\"addressaddress\":3}",
    "{\"from\":1,\"fr\\om\":2,\"fr\\\\om\":3,\"fr\\u00om\":4}",
    NULL};
  each(GP_OK, good);
}

TEST(scantwins, "two fields that are one to a reader do not pass") {
  static const char *const twins[] = {
    "{\"from\":1,\"from\":2}",
    "{\"FROM\":1,\"From\":2}",
    "{\"type\":1,\"x\":2,\"tYPE\":3}",
    "{\"from\":" PEER ",\"to\":[],\"From\" :" PEER "}",
    "{\"from\":{\"port\":1,\"Port\":2}}",
    "[" PEER ",{\"address\":\"a\",\"ADDRESS\":\"b\"}]",
    "{\"address\":1,\"addre\xc5\xbfs\":2}",
    "{\"address\":1,\"addre\\u017fs\":2}",
    "{\"addre\\u017Fs\":1,\"addres\xc5\xbf\":2}",
    "{\"to\":1,\"\\u0074o\":2}",
    "{\"to\":1,\"\\u0054\\u006F\":2}",
    "{\"data\":[[],{\"data\":1}],\"data\":2}",
    "{ \"data\" : \"\\\\\" , \"data\" : 1 }",
    NULL};
  each(GP_EBADMSG, twins);
}

TEST(scandepth, "a text is so deep and no deeper") {
  SAME(repeated("", "[", GP_JSONSCAN_DEPTH, ""), GP_OK);
  SAME(repeated("", "[", GP_JSONSCAN_DEPTH + 1, ""), GP_EBADMSG);
  SAME(repeated("", "{\"a\":", GP_JSONSCAN_DEPTH + 1, ""), GP_EBADMSG);
  SAME(repeated("[", "[]", 1000, "]"), GP_OK);
  SAME(repeated("", "]", 1, ""), GP_EBADMSG);
}

TEST(scanfields, "an object has so many fields and no more") {
  SAME(repeated("{", "\"a\":1,", GP_JSONSCAN_FIELDS - 1, "\"b\":2}"), GP_OK);
  SAME(repeated("{", "\"a\":1,", GP_JSONSCAN_FIELDS, "\"b\":2}"), GP_EBADMSG);
  SAME(repeated("[", "{\"a\":1},", 100, "{}]"), GP_OK);
}

/* What is outside of the list takes one value, or the sender's three and
   three more. */
TEST(scanvalues, "a text has so many values and no more") {
  SAME(repeated("[", "1,", GP_JSONSCAN_VALUES - 1, "1]"), GP_OK);
  SAME(repeated("[", "1,", GP_JSONSCAN_VALUES, "1]"), GP_EBADMSG);
  SAME(repeated("[", "[]", GP_JSONSCAN_VALUES, "]"), GP_EBADMSG);
  SAME(repeated("{\"type\":3,\"data\":null,\"from\":" PEER ",\"to\":[",
                PEER ",", 10900, PEER "]}"),
       GP_OK);
  SAME(repeated("[\"", ",[{", GP_JSONSCAN_VALUES, "\"]"), GP_OK);
}

TEST(scanplain, "a number has so many characters and no more") {
  SAME(repeated("[", "1", GP_JSONSCAN_PLAIN, "]"), GP_OK);
  SAME(repeated("[", "1", GP_JSONSCAN_PLAIN + 1, "]"), GP_EBADMSG);
  SAME(repeated("[", "12,", GP_JSONSCAN_PLAIN, "3]"), GP_OK);
}

TEST(scancut, "a text that ends anywhere is not read beyond") {
  static const char text[] =
    "{\"type\":3,\"fr\\u006fm\":{\"addre\xc5\xbfs\":\"\\\"a\\\\\"}}";
  size_t len;
  for (len = 0; len < sizeof text; len++)
    SAME(scan(text, len), GP_OK);
}
