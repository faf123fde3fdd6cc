/*
** wire/extension.c - see wire/extension.h.
*/
#include "wire/extension.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"

/* What can be told from a later format of the announcement. */
#define FORMAT "1 "

gp_header gp_extension_process (gp_extensiontext *text, uint64_t number) {
  gp_header h = {gp_headername_text(GP_HEADER_GOP2P_PROCESS), text->process};
  snprintf(text->process, sizeof text->process, "%016" PRIx64, number);
  return h;
}

/* What is no connect and no probe shows that it is of ours, and no more. */
static void writeprocess (gp_httpout *out, gp_extensiontext *text,
                          uint64_t number) {
  gp_header h = gp_extension_process(text, number);
  if (number != 0)
    gp_httpout_addheader(out, GP_HEADER_GOP2P_PROCESS, h.value);
}

static void writewho (gp_httpout *out, gp_extensiontext *text,
                      const gp_identity *who) {
  int n;
  if (who->peer == NULL) {
    writeprocess(out, text, who->process);
    return;
  }
  snprintf(text->peer, sizeof text->peer, FORMAT "%s",
           gp_peer_text(who->peer));
  gp_httpout_addheader(out, GP_HEADER_GOP2P_LUA, text->peer);
  if (who->process != 0 || who->nick[0] != '\0') {
    n = snprintf(text->process, sizeof text->process, "%016" PRIx64 "%s",
                 who->process, who->nick[0] == '\0' ? "" : " ");
    gp_nick_encode(text->process + n, who->nick);
    gp_httpout_addheader(out, GP_HEADER_GOP2P_PROCESS, text->process);
  }
  if (who->version <= 1)
    return;
  snprintf(text->version, sizeof text->version, "%u", who->version);
  gp_httpout_addheader(out, GP_HEADER_GOP2P_VERSION, text->version);
}

static void writedigest (gp_httpout *out, gp_extensiontext *text,
                         const gp_extension *x) {
  char *end = text->digest + GP_DIGEST_DIGITS;
  gp_digest_write(text->digest, x->digest);
  if (x->about != NULL)
    snprintf(end, sizeof text->digest - GP_DIGEST_DIGITS, " %s",
             gp_peer_text(x->about));
  gp_httpout_addheader(out, GP_HEADER_GOP2P_DIGEST, text->digest);
}

static void writetopic (gp_httpout *out, const gp_extension *x) {
  switch (x->topic) {
    case GP_TOPIC_PROBE:
      gp_httpout_addheader(out, GP_HEADER_GOP2P_PROBE,
                           gp_peer_text(x->about));
      break;
    case GP_TOPIC_SUSPECT:
      gp_httpout_addheader(out, GP_HEADER_GOP2P_SUSPECT,
                           gp_peer_text(x->about));
      break;
    case GP_TOPIC_LIST:
      gp_httpout_addheader(out, GP_HEADER_GOP2P_LIST, "1");
      break;
    case GP_TOPIC_RECONNECT:
      gp_httpout_addheader(out, GP_HEADER_GOP2P_AGAIN, x->alone ? "0" : "1");
      break;
    default: break; /* a digest says its topic itself */
  }
}

static void writecookie (gp_httpout *out, gp_extensiontext *text,
                         const gp_extension *x) {
  char digits[GP_CRYPTO_DIGITS + 1];
  gp_crypto_write(digits, x->cookie.bytes);
  if (x->topic != GP_TOPIC_COOKIE)
    memcpy(text->cookie, digits, sizeof digits);
  else
    snprintf(text->cookie, sizeof text->cookie, "ask %s %016" PRIx64 "%s%s",
             digits, x->process, x->about == NULL ? "" : " ",
             x->about == NULL ? "" : gp_peer_text(x->about));
  gp_httpout_addheader(out, GP_HEADER_GOP2P_COOKIE, text->cookie);
}

static void writenumber (gp_httpout *out, gp_extensiontext *text,
                         const gp_extension *x) {
  if (x->nonce == 0 || x->number == 0)
    return;
  snprintf(text->number, sizeof text->number, "%016" PRIx64 "-%" PRIx64,
           x->nonce, x->number);
  gp_httpout_addheader(out, GP_HEADER_GOP2P_ID, text->number);
}

void gp_extension_write (gp_httpout *out, gp_extensiontext *text,
                         const gp_extension *x) {
  writewho(out, text, &x->who);
  writetopic(out, x);
  if (x->has_digest || x->topic == GP_TOPIC_DIGEST)
    writedigest(out, text, x);
  if (x->brief)
    gp_httpout_addheader(out, GP_HEADER_GOP2P_BRIEF, "1");
  if (x->notice)
    gp_httpout_addheader(out, GP_HEADER_GOP2P_NOTICE, "1");
  if (x->visit)
    gp_httpout_addheader(out, GP_HEADER_GOP2P_VISIT, "1");
  if (x->has_list)
    gp_httpout_addheader(out, GP_HEADER_GOP2P_LIST, "1");
  if (x->has_cookie)
    writecookie(out, text, x);
  else if (x->confirmed)
    gp_httpout_addheader(out, GP_HEADER_GOP2P_COOKIE, "yes");
  if (x->unreached != NULL)
    gp_httpout_addheader(out, GP_HEADER_GOP2P_UNREACHED,
                         gp_peer_text(x->unreached));
  writenumber(out, text, x);
}

/* Reads up to 16 digits, and tells how many there were. */
static size_t readhex (uint64_t *out, const char *text) {
  size_t n;
  *out = 0;
  for (n = 0; n < 16; n++) {
    char c = text[n];
    if (c >= '0' && c <= '9')
      *out = *out << 4 | (uint64_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
      *out = *out << 4 | (uint64_t)(c - 'a' + 10);
    else
      break;
  }
  return n;
}

/* The number that just 16 digits at the head of a header's value are. */
static bool readdigits (uint64_t *out, const char *value) {
  uint64_t number, more;
  if (value == NULL || readhex(&number, value) != 16 ||
      readhex(&more, value + 16) != 0)
    return false;
  *out = number;
  return true;
}

/* Process and nick, which are told apart from the peer. */
static void readprocess (gp_identity *out, const gp_httpin *in) {
  const char *value = gp_httpin_header(in, GP_HEADER_GOP2P_PROCESS);
  if (readdigits(&out->process, value) && value[16] == ' ' &&
      !gp_nick_decode(out->nick, value + 17))
    out->nick[0] = '\0';
}

bool gp_extension_isours (const gp_httpin *in) {
  uint64_t number;
  return readdigits(&number, gp_httpin_header(in, GP_HEADER_GOP2P_PROCESS));
}

/* The number at the head of a text; 0: there is none. */
static unsigned leading (const char *text) {
  unsigned version = 0;
  if (text != NULL && strchr("0123456789", text[0]) != NULL)
    (void)sscanf(text, "%9u", &version);
  return version;
}

/* The first version did not tell it. One that announces itself in a later
   format has a later version; what else it says of itself is not
   understood. */
static void readwho (gp_identity *out, const gp_httpin *in) {
  unsigned told = leading(gp_httpin_header(in, GP_HEADER_GOP2P_VERSION));
  out->version = leading(gp_httpin_header(in, GP_HEADER_GOP2P_LUA));
  if (out->version > 1)
    return;
  readprocess(out, in);
  if (out->version == 1 && told > 1)
    out->version = told;
}

static void readnumber (gp_extension *x, const gp_httpin *in) {
  const char *value = gp_httpin_header(in, GP_HEADER_GOP2P_ID);
  uint64_t nonce, count;
  size_t n = value == NULL ? 0 : readhex(&nonce, value);
  if (n > 0 && value[n] == '-' && readhex(&count, value + n + 1) > 0) {
    x->nonce = nonce;
    x->number = count;
  }
}

/* What follows a digest; NULL: there is none. The 16 digits that versions 1
   and 2 wrote are none, and neither are these to them. */
static const char *readdigest (gp_extension *x, const gp_httpin *in) {
  const char *value = gp_httpin_header(in, GP_HEADER_GOP2P_DIGEST);
  if (value == NULL || !gp_digest_read(&x->digest, value))
    return NULL;
  return value + GP_DIGEST_DIGITS;
}

/* A digest that says whose it is, with a space between. */
static bool readowndigest (gp_extension *x, const gp_httpin *in) {
  const char *rest = readdigest(x, in);
  gp_peer *about;
  if (rest == NULL || rest[0] != ' ' ||
      gp_peer_parse(&about, rest + 1, strlen(rest + 1)) != GP_OK)
    return false;
  x->about = about;
  return true;
}

static bool readcookie (gp_extension *x, const char *value) {
  x->has_cookie = value != NULL && gp_crypto_read(x->cookie.bytes, value) &&
                  value[GP_CRYPTO_DIGITS] == '\0';
  return x->has_cookie;
}

/* Where it was shown may be missing. */
static bool readcookieasked (gp_extension *x, const char *value) {
  static const char ask[] = "ask ";
  const char *digits = value == NULL ? NULL : value + strlen(ask), *end;
  gp_peer *about;
  if (value == NULL || strncmp(value, ask, strlen(ask)) != 0 ||
      !gp_crypto_read(x->cookie.bytes, digits) ||
      digits[GP_CRYPTO_DIGITS] != ' ' ||
      !readdigits(&x->process, digits + GP_CRYPTO_DIGITS + 1))
    return false;
  end = digits + GP_CRYPTO_DIGITS + 1 + 16;
  if (*end == ' ' && gp_peer_parse(&about, end + 1, strlen(end + 1)) == GP_OK)
    x->about = about;
  return x->has_cookie = true;
}

/* One whose peer is not understood leaves a plain probe. */
static void readtopic (gp_extension *x, const gp_httpin *in) {
  if ((x->about = gp_httpin_peer(in, GP_HEADER_GOP2P_PROBE, "")) != NULL)
    x->topic = GP_TOPIC_PROBE;
  else if ((x->about = gp_httpin_peer(in, GP_HEADER_GOP2P_SUSPECT, "")) !=
           NULL)
    x->topic = GP_TOPIC_SUSPECT;
  else if (readowndigest(x, in))
    x->topic = GP_TOPIC_DIGEST;
  else if (gp_httpin_header(in, GP_HEADER_GOP2P_LIST) != NULL)
    x->topic = GP_TOPIC_LIST;
  else if (readcookieasked(x, gp_httpin_header(in, GP_HEADER_GOP2P_COOKIE)))
    x->topic = GP_TOPIC_COOKIE;
}

static void readreconnect (gp_extension *x, const gp_httpin *in) {
  const char *value = gp_httpin_header(in, GP_HEADER_GOP2P_AGAIN);
  if (value == NULL)
    return;
  x->topic = GP_TOPIC_RECONNECT;
  x->alone = strcmp(value, "0") == 0;
}

static void readsender (gp_extension *x, const gp_httpin *in) {
  x->who.peer = gp_httpin_peer(in, GP_HEADER_GOP2P_LUA, FORMAT);
  readwho(&x->who, in);
}

static bool isyes (const char *value) {
  return value != NULL && strcmp(value, "yes") == 0;
}

void gp_extension_readrequest (gp_extension *x, const gp_httpin *in) {
  if (in->method == GP_OPTIONS) {
    readtopic(x, in);
    if (x->topic == GP_TOPIC_NONE)
      return;
    readsender(x, in);
    if (x->topic != GP_TOPIC_COOKIE)
      (void)readcookie(x, gp_httpin_header(in, GP_HEADER_GOP2P_COOKIE));
    return;
  }
  readreconnect(x, in);
  x->brief = gp_httpin_header(in, GP_HEADER_GOP2P_BRIEF) != NULL;
  x->notice = gp_httpin_header(in, GP_HEADER_GOP2P_NOTICE) != NULL;
  x->visit = gp_httpin_header(in, GP_HEADER_GOP2P_VISIT) != NULL;
  readsender(x, in);
  (void)readcookie(x, gp_httpin_header(in, GP_HEADER_GOP2P_COOKIE));
  readnumber(x, in);
}

void gp_extension_readresponse (gp_extension *x, const gp_httpin *in) {
  x->has_digest = readdigest(x, in) != NULL;
  x->has_list = gp_httpin_header(in, GP_HEADER_GOP2P_LIST) != NULL;
  readwho(&x->who, in);
  if (!readcookie(x, gp_httpin_header(in, GP_HEADER_GOP2P_COOKIE)))
    x->confirmed = isyes(gp_httpin_header(in, GP_HEADER_GOP2P_COOKIE));
  x->unreached = gp_httpin_peer(in, GP_HEADER_GOP2P_UNREACHED, "");
  if (gp_httpin_isok(in))
    x->who.peer = gp_httpin_peer(in, GP_HEADER_GOP2P_LUA, FORMAT);
}
