/*
** wire/headername.c - see wire/headername.h.
*/
#include "wire/headername.h"

#include "base/ascii.h"

#define NAME(text) text, sizeof(text) - 1

static const struct {
  const char *text;
  size_t len;
  bool decides;
} names[GP_HEADER_OTHER] = {
  [GP_HEADER_DATE] = {NAME("Date"), false},
  [GP_HEADER_HOST] = {NAME("Host"), true},
  [GP_HEADER_COOKIE] = {NAME("Cookie"), false},
  [GP_HEADER_EXPECT] = {NAME("Expect"), false},
  [GP_HEADER_ORIGIN] = {NAME("Origin"), false},
  [GP_HEADER_REFERER] = {NAME("Referer"), false},
  [GP_HEADER_GOP2P_ID] = {NAME("Gop2p-Id"), true},
  [GP_HEADER_GOP2P_LUA] = {NAME("Gop2p-Lua"), true},
  [GP_HEADER_PEER_PORT] = {NAME("Peer_port"), true},
  [GP_HEADER_CONNECTION] = {NAME("Connection"), false},
  [GP_HEADER_GOP2P_LIST] = {NAME("Gop2p-List"), true},
  [GP_HEADER_GOP2P_AGAIN] = {NAME("Gop2p-Again"), true},
  [GP_HEADER_GOP2P_BRIEF] = {NAME("Gop2p-Brief"), true},
  [GP_HEADER_GOP2P_PROBE] = {NAME("Gop2p-Probe"), true},
  [GP_HEADER_GOP2P_VISIT] = {NAME("Gop2p-Visit"), true},
  [GP_HEADER_RETRY_AFTER] = {NAME("Retry-After"), false},
  [GP_HEADER_CONTENT_TYPE] = {NAME("Content-Type"), false},
  [GP_HEADER_GOP2P_COOKIE] = {NAME("Gop2p-Cookie"), true},
  [GP_HEADER_GOP2P_DIGEST] = {NAME("Gop2p-Digest"), true},
  [GP_HEADER_GOP2P_NOTICE] = {NAME("Gop2p-Notice"), true},
  [GP_HEADER_PEER_ADDRESS] = {NAME("Peer_address"), true},
  [GP_HEADER_GOP2P_PROCESS] = {NAME("Gop2p-Process"), true},
  [GP_HEADER_GOP2P_SUSPECT] = {NAME("Gop2p-Suspect"), true},
  [GP_HEADER_GOP2P_VERSION] = {NAME("Gop2p-Version"), true},
  [GP_HEADER_CONTENT_LENGTH] = {NAME("Content-Length"), true},
  [GP_HEADER_ACCEPT_LANGUAGE] = {NAME("Accept-Language"), false},
  [GP_HEADER_GOP2P_UNREACHED] = {NAME("Gop2p-Unreached"), true},
  [GP_HEADER_TRANSFER_ENCODING] = {NAME("Transfer-Encoding"), true},
  [GP_HEADER_X_CONTENT_TYPE_OPTIONS] = {NAME("X-Content-Type-Options"),
                                        false},
  [GP_HEADER_ALLOW_ORIGIN] = {NAME("Access-Control-Allow-Origin"), false},
  [GP_HEADER_ALLOW_HEADERS] = {NAME("Access-Control-Allow-Headers"), false},
  [GP_HEADER_ALLOW_METHODS] = {NAME("Access-Control-Allow-Methods"), false},
  [GP_HEADER_ALLOW_CREDENTIALS] = {NAME("Access-Control-Allow-Credentials"),
                                   false}};

/* The first whose name is so long; where there is none, any. */
static const unsigned char first[] = {[4] = GP_HEADER_DATE,
                                      [6] = GP_HEADER_COOKIE,
                                      [7] = GP_HEADER_REFERER,
                                      [8] = GP_HEADER_GOP2P_ID,
                                      [9] = GP_HEADER_GOP2P_LUA,
                                      [10] = GP_HEADER_CONNECTION,
                                      [11] = GP_HEADER_GOP2P_AGAIN,
                                      [12] = GP_HEADER_CONTENT_TYPE,
                                      [13] = GP_HEADER_GOP2P_PROCESS,
                                      [14] = GP_HEADER_CONTENT_LENGTH,
                                      [15] = GP_HEADER_ACCEPT_LANGUAGE,
                                      [17] = GP_HEADER_TRANSFER_ENCODING,
                                      [22] = GP_HEADER_X_CONTENT_TYPE_OPTIONS,
                                      [27] = GP_HEADER_ALLOW_ORIGIN,
                                      [28] = GP_HEADER_ALLOW_HEADERS,
                                      [32] = GP_HEADER_ALLOW_CREDENTIALS};

const char *gp_headername_text (gp_headername name) {
  return names[name].text;
}

gp_headername gp_headername_of (const char *text, size_t len) {
  size_t i = len < sizeof first ? first[len] : GP_HEADER_OTHER;
  for (; i < GP_HEADER_OTHER && names[i].len == len; i++)
    if (gp_ascii_same(text, names[i].text, len))
      return (gp_headername)i;
  return GP_HEADER_OTHER;
}

bool gp_headername_decides (gp_headername name) {
  return name != GP_HEADER_OTHER && names[name].decides;
}
