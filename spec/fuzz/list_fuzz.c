/*
** list_fuzz.c - responses whole, with the list of members that a connect
** gets, in all forms.
*/
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "wire/codec.h"
#include "wire/jsonform.h"

/* What a program that quotes ports or does not would respond with. */
static void again (const gp_peerlist *list, bool quoted,
                   const gp_json *json) {
  gp_blob *b = gp_jsonform_writelist(list, quoted);
  gp_peerlist is = {0, 0, NULL};
  bool is_quoted = false;
  fuzz_check(b != NULL);
  fuzz_check(gp_jsonform_readlist(&is, &is_quoted, b->bytes, b->len, json) ==
             GP_OK);
  fuzz_check(fuzz_samelist(&is, list));
  fuzz_check(list->n == 0 || is_quoted == quoted);
  gp_peerlist_clear(&is);
  gp_blob_unref(b);
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t len) {
  gp_json json = fuzz_json();
  gp_recvresp response;
  gp_err e;
  fuzz_http h;
  fuzz_http_read(&h, data, len);
  e = gp_wire_readresponse(&response, &h.in, &json, GP_LISTS_MEMBERS);
  fuzz_check(e == GP_OK || e == GP_EPROTO);
  fuzz_check(e == GP_OK || response.list.n == 0);
  if (e == GP_OK) {
    again(&response.list, true, &json);
    again(&response.list, false, &json);
  }
  gp_recvresp_clear(&response);
  fuzz_http_clear(&h);
  fuzz_json_done(&json);
  return 0;
}
