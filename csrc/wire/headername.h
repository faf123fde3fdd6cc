/*
** wire/headername.h - the headers that are written and read here, by number.
**
** What comes in is gone through once: each header's name becomes a number,
** and its value is found by that from then on.
*/
#ifndef gp_wire_headername_h
#define gp_wire_headername_h

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/*
** By the length of their names. Behind those of ours stands what their value
** is: DIGITS are hexadecimal; PEER is "host:port"; [] may be missing.
*/
typedef enum gp_headername {
  GP_HEADER_DATE,
  GP_HEADER_HOST,
  GP_HEADER_COOKIE, /* a browser's */
  GP_HEADER_EXPECT,
  GP_HEADER_ORIGIN,
  GP_HEADER_REFERER,
  GP_HEADER_GOP2P_ID,  /* 16 DIGITS-DIGITS: the nonce, the count */
  GP_HEADER_GOP2P_LUA, /* 1 PEER: who speaks */
  GP_HEADER_PEER_PORT,
  GP_HEADER_CONNECTION,
  GP_HEADER_GOP2P_LIST,  /* 1: a topic; also of a response */
  GP_HEADER_GOP2P_AGAIN, /* 1; alone: 0 */
  GP_HEADER_GOP2P_BRIEF, /* 1: of a connect */
  GP_HEADER_GOP2P_PROBE, /* PEER: a topic */
  GP_HEADER_GOP2P_VISIT, /* 1: of a connect */
  GP_HEADER_RETRY_AFTER,
  GP_HEADER_CONTENT_TYPE,
  GP_HEADER_GOP2P_COOKIE, /* 32 DIGITS; of a probe also: ask 32 DIGITS
                             16 DIGITS[ PEER]; of its response: yes */
  GP_HEADER_GOP2P_DIGEST, /* 32 DIGITS[ PEER]: a topic; also of a response */
  GP_HEADER_GOP2P_NOTICE, /* 1: a message that no program answers by itself */
  GP_HEADER_PEER_ADDRESS,
  GP_HEADER_GOP2P_PROCESS, /* 16 DIGITS[ NICK], the nick percent-encoded */
  GP_HEADER_GOP2P_SUSPECT, /* PEER: a topic */
  GP_HEADER_GOP2P_VERSION, /* a decimal number; version 1 does not say it */
  GP_HEADER_CONTENT_LENGTH,
  GP_HEADER_ACCEPT_LANGUAGE,
  GP_HEADER_GOP2P_UNREACHED, /* PEER: of a response */
  GP_HEADER_TRANSFER_ENCODING,
  GP_HEADER_X_CONTENT_TYPE_OPTIONS,
  GP_HEADER_ALLOW_ORIGIN,
  GP_HEADER_ALLOW_HEADERS,
  GP_HEADER_ALLOW_METHODS,
  GP_HEADER_ALLOW_CREDENTIALS,
  GP_HEADER_OTHER /* any other one, and how many there are before */
} gp_headername;

/* How a name is written; not of GP_HEADER_OTHER. */
const char *gp_headername_text (gp_headername name);

/* Which one 'len' characters name, case aside. */
gp_headername gp_headername_of (const char *text, size_t len);

/* Whether it says who speaks, what is meant, or how far a request goes: of
   two such, other programs may believe the other one. */
bool gp_headername_decides (gp_headername name);

#pragma GCC visibility pop
#endif
