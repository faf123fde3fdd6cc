/*
** list_fuzz.c - answers whole, with the list of members that a connect
** gets, in all forms.
*/
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

/* What a program of that form would answer with the list. */
static void again (const gp_peerlist *list, gp_form form,
                   const gp_json *json) {
  gp_blob *b = gp_wire_writelist(list, form);
  gp_recvresp a;
  memset(&a, 0, sizeof a);
  a.form = GP_FORM_HEADERS;
  fuzz_check(b != NULL);
  fuzz_check(gp_wire_readlist(&a, b->bytes, b->len, json) == GP_OK);
  fuzz_check(fuzz_samelist(&a.list, list));
  fuzz_check(list->n == 0 || a.form == form);
  gp_recvresp_clear(&a);
  gp_blob_unref(b);
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t len) {
  gp_json json = fuzz_json();
  gp_recvresp a;
  gp_err e;
  fuzz_http h;
  fuzz_http_read(&h, data, len);
  e = gp_wire_readresponse(&a, &h.in, &json, true);
  fuzz_check(e == GP_OK || e == GP_EPROTO);
  fuzz_check(e == GP_OK || a.list.n == 0);
  if (e == GP_OK) {
    again(&a.list, GP_FORM_SEED, &json);
    again(&a.list, GP_FORM_V112, &json);
  }
  gp_recvresp_clear(&a);
  fuzz_http_clear(&h);
  fuzz_json_done(&json);
  return 0;
}
