/*
** value/nick.c - which texts are nicks, and how they stand in headers.
*/
#include "value/nick.h"

#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

static bool isletter (utf8proc_category_t c) {
  return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

/* Unicode has a sign of Braille without a dot. */
#define BLANK 0x2800

/* What has no category is not assigned: nobody knows how it looks. */
static bool isvisible (utf8proc_int32_t c) {
  const utf8proc_property_t *p = utf8proc_get_property(c);
  switch (p->category) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO: return false;
    default: return !p->ignorable && c != BLANK;
  }
}

static bool isreserved (utf8proc_int32_t c) {
  return c < 0x80 && memchr(":[]@/,#", c, 7) != NULL;
}

bool gp_nick_isvalid (const char *text, size_t len) {
  const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
  size_t at = 0, count = 0;
  while (at < len && count < GP_NICK_CHARS) {
    utf8proc_int32_t c;
    utf8proc_ssize_t n = utf8proc_iterate(bytes + at,
                                          (utf8proc_ssize_t)(len - at), &c);
    if (n <= 0 || !isvisible(c) || isreserved(c) ||
        (count == 0 && !isletter(utf8proc_category(c))))
      return false;
    at += (size_t)n;
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
