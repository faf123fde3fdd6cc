/*
** nick_fuzz.c - nicks, as they are and percent-encoded.
*/
#include "fuzz.h"

#include <string.h>

#include "value/nick.h"

/* Encoded, it is plain and comes back. */
static void again (const char *nick) {
  char text[GP_NICK_ENCODED + 1], back[GP_NICK_BYTES + 1];
  fuzz_check(strlen(nick) <= GP_NICK_BYTES);
  fuzz_check(strpbrk(nick, " :[]@/,#\t\r\n") == NULL);
  gp_nick_encode(text, nick);
  fuzz_check(strlen(text) <= GP_NICK_ENCODED);
  fuzz_check(strpbrk(text, " :[]@/,#\t\r\n\"\\") == NULL);
  fuzz_check(gp_nick_decode(back, text));
  fuzz_check(strcmp(back, nick) == 0);
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t len) {
  char *text = malloc(len + 1), *nick = malloc(len); /* no zero byte behind */
  char back[GP_NICK_BYTES + 1];
  fuzz_check(text != NULL && (nick != NULL || len == 0));
  if (len > 0) {
    memcpy(text, data, len);
    memcpy(nick, data, len);
  }
  text[len] = '\0';
  if (gp_nick_isvalid(nick, len)) {
    fuzz_check(strlen(text) == len);
    again(text);
  }
  if (gp_nick_decode(back, text)) {
    fuzz_check(gp_nick_isvalid(back, strlen(back)));
    again(back);
  }
  free(text);
  free(nick);
  return 0;
}
