/*
** net/refuse.c - whom a server refuses, and how he learns of it.
*/
#include "net/connection.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "base/os.h"

/* The address of the other side, an IPv4 one always written as such. */
const char *gp_conn_remote (const gp_conn *c) {
  static const char mapped[] = "::ffff:";
  char *text = NULL;
  uint16_t port;
  evhttp_connection_get_peer(c->con, &text, &port);
  if (strncmp(text, mapped, sizeof mapped - 1) == 0 && strchr(text, '.'))
    text += sizeof mapped - 1;
  return text;
}

void gp_conn_note (gp_conn *c, int status) {
  gp_server *s = c->server;
  gp_refusal *r;
  if (s->nrefusals == GP_REFUSALS) {
    s->overlooked++;
    return;
  }
  r = &s->refusals[s->nrefusals++];
  r->status = status;
  snprintf(r->origin, sizeof r->origin, "%s", gp_conn_remote(c));
}

/*
** What was refused without evhttp: it fits into the socket, or else nobody
** reads it anyway.
*/
static void say (gp_conn *c, int status) {
  char text[192];
  const char *more = status == 503   ? "Retry-After: 1\r\n"
                     : status == 405 ? "Allow: DELETE, GET, OPTIONS, POST, "
                                       "PUT\r\n"
                                     : "";
  int len = snprintf(text, sizeof text,
                     "HTTP/1.1 %d %s\r\n%sConnection: close\r\n"
                     "Content-Length: 0\r\n\r\n",
                     status, gp_frame_reason(status), more);
  if (evbuffer_get_length(bufferevent_get_output(c->bev)) == 0)
    gp_os_send(bufferevent_getfd(c->bev), text, (size_t)len);
}

/*
** The connection stays until the other side closes it, for a while: a close
** with bytes unread would reset it and take the answer away (RFC 9112, 9.6).
** evhttp learns of the end alone.
*/
void gp_conn_refuse (gp_conn *c, int status) {
  gp_server *s = c->server;
  struct evbuffer *in = bufferevent_get_input(c->bev);
  bufferevent_event_cb event;
  void *arg;
  gp_conn_note(c, status);
  say(c, status);
  bufferevent_getcb(c->bev, NULL, NULL, &event, &arg);
  bufferevent_setcb(c->bev, NULL, NULL, event, arg);
  s->served--;
  s->refused++;
  gp_conn_enter(c, GP_CONN_REFUSED);
  evbuffer_drain(in, evbuffer_get_length(in));
  shutdown(bufferevent_getfd(c->bev),
           s->refused > GP_CONN_LINGERERS ? SHUT_RDWR : SHUT_WR);
}

typedef union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} address;

/* Programs of this machine come from the address that they go to. */
static bool islocal (const gp_conn *c) {
  int fd = bufferevent_getfd(c->bev);
  address here, there;
  socklen_t size = sizeof here;
  memset(&here, 0, sizeof here);
  memset(&there, 0, sizeof there);
  if (getsockname(fd, &here.any, &size) != 0)
    return false;
  size = sizeof there;
  if (getpeername(fd, &there.any, &size) != 0)
    return false;
  if (here.any.sa_family == AF_INET)
    return here.v4.sin_addr.s_addr == there.v4.sin_addr.s_addr;
  return memcmp(&here.v6.sin6_addr, &there.v6.sin6_addr,
                sizeof here.v6.sin6_addr) == 0;
}

/* How many connections are served from where 'c' comes from. */
static size_t fromthere (const gp_server *s, const gp_conn *c) {
  const char *remote = gp_conn_remote(c);
  const gp_ring *r;
  size_t n = 0;
  for (r = s->live.next; r != &s->live; r = r->next) {
    const gp_conn *other = gp_ring_of(gp_conn, place, r);
    if (other->state != GP_CONN_REFUSED &&
        strcmp(gp_conn_remote(other), remote) == 0)
      n++;
  }
  return n;
}

void gp_conn_admit (gp_server *s, gp_conn *c) {
  s->served++;
  gp_conn_enter(c, GP_CONN_IDLE);
  if (s->served > s->opt.max_connections ||
      (s->served > s->opt.max_connections_per_address && !islocal(c) &&
       fromthere(s, c) > s->opt.max_connections_per_address))
    gp_conn_refuse(c, 503);
}
