/*
** value/nick.c - which texts are nicks, and how they stand in headers.
*/
#include "value/nick.h"

#include <stdio.h>
#include <string.h>

#include "base/unicode.h"

static bool isreserved (int32_t c) {
  return c < 0x80 && memchr(":[]@/,#", c, 7) != NULL;
}

bool gp_nick_isvalid (const char *text, size_t len) {
  size_t at = 0, count = 0;
  while (at < len && count < GP_NICK_CHARS) {
    int32_t c;
    size_t n = gp_unicode_read(&c, text + at, len - at);
    if (n == 0 || !gp_unicode_isvisible(c) || isreserved(c) ||
        (count == 0 && !gp_unicode_isletter(c)))
      return false;
    at += n;
    count++;
  }
  return count > 0 && at == len;
}

/* RFC 3986 2.3. Not the functions of ctype.h: they go by the locale. */
static bool isunreserved (char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

void gp_nick_encode (char *out, const char *nick) {
  for (; *nick != '\0'; nick++) {
    if (isunreserved(*nick))
      *out++ = *nick;
    else
      out += sprintf(out, "%%%02X", (unsigned)(unsigned char)*nick);
  }
  *out = '\0';
}

static int digit (char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool gp_nick_decode (char *out, const char *text) {
  char *begin = out;
  for (; *text != '\0' && out - begin < GP_NICK_BYTES; text++) {
    if (isunreserved(*text))
      *out++ = *text;
    else if (*text == '%' && digit(text[1]) >= 0 && digit(text[2]) >= 0) {
      *out++ = (char)(digit(text[1]) * 16 + digit(text[2]));
      text += 2;
    }
    else
      return false;
  }
  *out = '\0';
  return *text == '\0' && gp_nick_isvalid(begin, (size_t)(out - begin));
}
