/*
** wire/page.h - what the head of a request shows of where it comes from: a
** page in a browser, and which host it was meant for.
**
** Looks at the bytes of a head before the HTTP library does, and judges
** nothing. Keeps nothing. Knows no socket and no HTTP library.
*/
#ifndef gp_wire_page_h
#define gp_wire_page_h

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef struct gp_pagesigns {
  bool browser;     /* it has headers that browsers send, and no node does */
  const char *host; /* value of the first 'Host', in the head; or NULL */
  size_t host_len;
} gp_pagesigns;

/*
** Looks at a head, all 'len' bytes of it with the empty line, as wire/frame.h
** gives one out to be judged: its lines end with CR LF.
*/
void gp_page_look (gp_pagesigns *out, const char *head, size_t len);

#pragma GCC visibility pop
#endif
