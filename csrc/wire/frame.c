/*
** wire/frame.c - the frame of one HTTP request.
*/
#include "wire/frame.h"

#include <string.h>

#include "base/ascii.h"
#include "wire/headername.h"

/* Digits of a chunk's size: as many as any size that is taken may have. */
#define SIZE_DIGITS 16

void gp_frame_init (gp_frame *f, size_t max_head, size_t max_body) {
  memset(f, 0, sizeof *f);
  f->max_head = max_head;
  f->max_body = max_body;
}

const char *gp_frame_reason (int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 505: return "HTTP Version Not Supported";
    default: return "Service Unavailable";
  }
}

/* Bytes of a line of the head at 'bytes', up to the first that may be none;
   as many as the head has room for. */
static size_t linebytes (gp_frame *f, const char *bytes, size_t len) {
  size_t room = f->max_head - f->head, n = 0;
  len = len < room ? len : room;
  while (n < len && (unsigned char)bytes[n] >= ' ' && bytes[n] != 127)
    n++;
  f->head += n;
  f->column += n;
  return n;
}

/*
** One byte of the head. Lines end with CR LF, and neither comes alone; no
** other control character is allowed. The empty line ends it.
*/
static int headbyte (gp_frame *f, unsigned char c) {
  bool cr = f->cr;
  if (++f->head > f->max_head)
    return 431;
  f->cr = c == '\r';
  if (cr != (c == '\n'))
    return 400;
  if (c == '\r')
    return 0;
  if (c != '\n') {
    f->column++;
    return (c >= ' ' || c == '\t') && c != 127 ? 0 : 400;
  }
  if (f->column == 0) {
    if (f->lines == 0)
      return 400;
    f->part = GP_FRAME_JUDGE;
  }
  else if (++f->lines > GP_FRAME_LINES)
    return 431;
  f->column = 0;
  return 0;
}

static int hexdigit (unsigned char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A chunk begins, or the end of all. */
static int chunk (gp_frame *f) {
  f->cr = false;
  f->last = f->left == 0;
  f->part = f->last ? GP_FRAME_END : GP_FRAME_CHUNK;
  f->body += f->left;
  if (f->body > f->max_body)
    return 413;
  f->chunks += !f->last;
  return f->chunks <= GP_FRAME_CHUNKS + f->body / GP_FRAME_CHUNK_MEAN ? 0
                                                                      : 400;
}

/* The size of a chunk is digits alone: nobody needs extensions. */
static int sizebyte (gp_frame *f, unsigned char c) {
  int digit = hexdigit(c);
  if (f->cr)
    return c == '\n' ? chunk(f) : 400;
  if (c == '\r' && f->column > 0) {
    f->cr = true;
    return 0;
  }
  if (digit < 0 || ++f->column > SIZE_DIGITS)
    return 400;
  f->left = f->left << 4 | (unsigned)digit;
  return f->left > f->max_body ? 413 : 0;
}

/* After the last chunk this is the end: trailers are not taken. */
static int endbyte (gp_frame *f, unsigned char c) {
  if (c != (f->cr ? '\n' : '\r'))
    return 400;
  f->cr = !f->cr;
  if (f->cr)
    return 0;
  f->part = f->last ? GP_FRAME_WHOLE : GP_FRAME_SIZE;
  f->column = 0;
  f->left = 0;
  return 0;
}

/* Bytes of the body itself, which may be any. */
static size_t skip (gp_frame *f, size_t len) {
  size_t n = len < f->left ? len : (size_t)f->left;
  f->left -= n;
  if (f->left == 0)
    f->part = f->part == GP_FRAME_CHUNK ? GP_FRAME_END : GP_FRAME_WHOLE;
  return n;
}

int gp_frame_feed (gp_frame *f, const char *bytes, size_t len, size_t *used) {
  int status = 0;
  size_t i = 0;
  while (i < len && status == 0 && f->part != GP_FRAME_WHOLE &&
         f->part != GP_FRAME_JUDGE) {
    unsigned char c = (unsigned char)bytes[i];
    switch (f->part) {
      case GP_FRAME_HEAD:
        if (!f->cr)
          i += linebytes(f, bytes + i, len - i);
        if (i == len)
          continue;
        status = headbyte(f, (unsigned char)bytes[i]);
        break;
      case GP_FRAME_SIZE: status = sizebyte(f, c); break;
      case GP_FRAME_END: status = endbyte(f, c); break;
      default: i += skip(f, len - i); continue;
    }
    i++;
  }
  *used = i;
  return status;
}

typedef struct text {
  const char *at;
  size_t len;
} text;

/* The next line, without its end; the head is known to consist of such. */
static text nextline (const char **at) {
  text line = {*at, strcspn(*at, "\r")};
  *at += line.len + 2;
  return line;
}

/* The beginning of 'from' up to 'c', which goes too; else all of it. */
static text upto (text *from, char c) {
  const char *found = memchr(from->at, c, from->len);
  text part = {from->at,
               found == NULL ? from->len : (size_t)(found - from->at)};
  size_t gone = part.len + (found != NULL);
  from->at += gone;
  from->len -= gone;
  return part;
}

static bool same (text t, const char *word) {
  return gp_ascii_isword(t.at, t.len, word);
}

static text trimmed (text t) {
  while (t.len > 0 && (*t.at == ' ' || *t.at == '\t'))
    t.at++, t.len--;
  while (t.len > 0 && (t.at[t.len - 1] == ' ' || t.at[t.len - 1] == '\t'))
    t.len--;
  return t;
}

static bool isdigits (text t) {
  size_t i;
  for (i = 0; i < t.len; i++)
    if (t.at[i] < '0' || t.at[i] > '9')
      return false;
  return t.len > 0;
}

/* What the digits say, or one more than the most. */
static size_t number (text t, size_t max) {
  size_t n = 0, i;
  for (i = 0; i < t.len && n <= max; i++)
    n = n * 10 + (size_t)(t.at[i] - '0');
  return n <= max ? n : max + 1;
}

/* What a method or the name of a header consists of (RFC 9110, 5.6.2). */
static bool istoken (text t) {
  size_t i;
  for (i = 0; i < t.len; i++) {
    char c = t.at[i];
    bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                (c >= 'A' && c <= 'Z');
    if (!word && strchr("!#$%&'*+-.^_`|~", c) == NULL)
      return false;
  }
  return t.len > 0;
}

/* "host" or "host:port", as far as anybody here is called. */
static bool isauthority (text t) {
  text host = upto(&t, ':');
  size_t i;
  for (i = 0; i < host.len; i++)
    if (strchr(".-", host.at[i]) == NULL && !istoken((text){&host.at[i], 1}))
      return false;
  return host.len > 0 &&
         (t.len == 0 || (isdigits(t) && number(t, 65535) <= 65535));
}

/* A path, or the whole address as one writes to a proxy. */
static bool istarget (text t) {
  static const char scheme[] = "http://";
  size_t i;
  for (i = 0; i < t.len; i++)
    if (t.at[i] <= ' ' || t.at[i] > '~')
      return false;
  if (t.len > sizeof scheme && gp_ascii_same(t.at, scheme, 7)) {
    t.at += 7;
    t.len -= 7;
    return isauthority(upto(&t, '/'));
  }
  return same(t, "*") || (t.len == 1 && *t.at == '/') ||
         (t.len > 1 && *t.at == '/' && t.at[1] != '/');
}

/* Of these the HTTP library reads the body; all others have no meaning. */
static bool ismethod (text t) {
  static const char *const known[] = {"GET",    "POST",    "PUT",
                                      "DELETE", "OPTIONS", "PATCH"};
  size_t i;
  for (i = 0; i < sizeof known / sizeof *known; i++)
    if (strlen(known[i]) == t.len && memcmp(known[i], t.at, t.len) == 0)
      return true;
  return false;
}

/* What a head says of the body. */
typedef struct found {
  bool old;      /* HTTP/1.0 */
  bool needsone; /* the method means one */
  size_t lengths, codings, hosts;
  text length, coding;
} found;

static int requestline (text line, found *out) {
  text method = upto(&line, ' ');
  text target = upto(&line, ' ');
  if (!istoken(method) || !istarget(target) || line.len != 8 ||
      memcmp(line.at, "HTTP/", 5) != 0 || line.at[6] != '.')
    return 400;
  if (line.at[5] != '1' || (line.at[7] != '0' && line.at[7] != '1'))
    return 505;
  out->old = line.at[7] == '0';
  out->needsone = *method.at == 'P';
  return ismethod(method) ? 0 : 405;
}

static int headerline (text line, found *out) {
  const char *end = line.at + line.len;
  text name = upto(&line, ':');
  text value = trimmed(line);
  if (name.at + name.len == end || !istoken(name))
    return 400;
  switch (gp_headername_of(name.at, name.len)) {
    case GP_HEADER_CONTENT_LENGTH:
      out->lengths++;
      out->length = value;
      return 0;
    case GP_HEADER_TRANSFER_ENCODING:
      out->codings++;
      out->coding = value;
      return 0;
    case GP_HEADER_HOST: out->hosts++; return 0;
    case GP_HEADER_EXPECT:
      return out->old || same(value, "100-continue") ? 0 : 417;
    default: return 0;
  }
}

/* How long the body is, if that is certain. */
static int bounds (gp_frame *f, const found *in) {
  if (in->hosts > 1 || in->lengths + in->codings > 1 ||
      (in->lengths > 0 && !isdigits(in->length)) ||
      (in->codings > 0 && in->old))
    return 400;
  if (in->codings > 0) {
    f->part = GP_FRAME_SIZE;
    return same(in->coding, "chunked") ? 0 : 501;
  }
  if (in->needsone && in->lengths == 0)
    return 411;
  f->left = number(in->length, f->max_body);
  f->part = f->left > 0 ? GP_FRAME_BODY : GP_FRAME_WHOLE;
  return f->left > f->max_body ? 413 : 0;
}

int gp_frame_judge (gp_frame *f, const char *head, size_t len) {
  const char *at = head, *end = head + len - 2;
  found in;
  int status;
  memset(&in, 0, sizeof in);
  status = requestline(nextline(&at), &in);
  while (status == 0 && at < end)
    status = headerline(nextline(&at), &in);
  return status == 0 ? bounds(f, &in) : status;
}
