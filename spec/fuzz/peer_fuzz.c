/*
** peer_fuzz.c - the names of peers, "host:port", and addresses alone.
*/
#include "fuzz.h"

#include <string.h>

static void again (const gp_peer *p) {
  const char *text = gp_peer_text(p);
  const char *host = gp_peer_host(p);
  gp_peer *q;
  fuzz_check(strlen(text) < GP_PEER_TEXT);
  fuzz_check(gp_peer_port(p) >= 1 && gp_peer_port(p) <= 65535);
  fuzz_check(strpbrk(host, " \"\\/\r\n\t") == NULL);
  fuzz_check(gp_peer_parse(&q, text, strlen(text)) == GP_OK);
  fuzz_check(gp_peer_equal(p, q) && gp_peer_hash(p) == gp_peer_hash(q));
  gp_peer_unref(q);
  fuzz_check(gp_peer_new(&q, host, strlen(host), gp_peer_port(p)) == GP_OK);
  fuzz_check(gp_peer_equal(p, q));
  gp_peer_unref(q);
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t len) {
  char *text = malloc(len); /* no zero byte behind it */
  gp_peer *p;
  fuzz_check(text != NULL || len == 0);
  if (len > 0)
    memcpy(text, data, len);
  if (gp_peer_parse(&p, text, len) == GP_OK) {
    again(p);
    gp_peer_unref(p);
  }
  if (gp_peer_new(&p, text, len, 7301) == GP_OK) {
    again(p);
    gp_peer_unref(p);
  }
  free(text);
  return 0;
}
