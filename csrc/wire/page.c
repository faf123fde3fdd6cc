/*
** wire/page.c - see wire/page.h.
*/
#include "wire/page.h"

#include <string.h>

#include "base/ascii.h"
#include "wire/headername.h"

#define ANY_SEC "Sec-" /* forbidden to scripts (Fetch, 2.2.2), as a whole */

/*
** A page can leave out some of these, none can leave out all: 'Origin' goes
** with all that may change something (Fetch, 3.1), 'Sec-Fetch-*' with all to
** this machine (Fetch Metadata, 2), 'Accept-Language' with nearly all, also
** to a name that was bound anew. Go programs and ours send none of them.
*/
static bool isbrowsers (gp_headername name, const char *text, size_t len) {
  switch (name) {
    case GP_HEADER_ACCEPT_LANGUAGE:
    case GP_HEADER_COOKIE:
    case GP_HEADER_ORIGIN:
    case GP_HEADER_REFERER: return true;
    case GP_HEADER_OTHER:
      return len >= sizeof ANY_SEC - 1 &&
             gp_ascii_same(text, ANY_SEC, sizeof ANY_SEC - 1);
    default: return false;
  }
}

static bool isspacing (char c) {
  return c == ' ' || c == '\t';
}

static void keephost (gp_pagesigns *out, const char *at, const char *end) {
  while (at < end && isspacing(*at))
    at++;
  while (at < end && isspacing(end[-1]))
    end--;
  out->host = at;
  out->host_len = (size_t)(end - at);
}

void gp_page_look (gp_pagesigns *out, const char *head, size_t len) {
  const char *end = head + len;
  const char *at = memchr(head, '\r', len); /* of the request line */
  memset(out, 0, sizeof *out);
  while (at != NULL && (at += 2) < end) {
    const char *cr = memchr(at, '\r', (size_t)(end - at));
    const char *colon = cr == NULL ? NULL
                                   : memchr(at, ':', (size_t)(cr - at));
    size_t chars = colon == NULL ? 0 : (size_t)(colon - at);
    gp_headername name = gp_headername_of(at, chars);
    if (isbrowsers(name, at, chars))
      out->browser = true;
    else if (out->host == NULL && name == GP_HEADER_HOST)
      keephost(out, colon + 1, cr);
    at = cr;
  }
}
