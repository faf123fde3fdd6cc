/*
** bare.c - what evhttp alone does, to hold our figures against.
**
**   bare CONNECTIONS SECONDS
**
** A server and a client of evhttp in two processes, with nothing around
** them. On each connection one POST of a message's size follows the other.
** Prints requests a second.
*/
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SIZE 210 /* a message with 100 bytes of data as v1.1.3 writes it */

static struct event_base *base;
static unsigned long responses;

static void check (int good, const char *what) {
  if (!good) {
    perror(what);
    exit(1);
  }
}

static void serve (struct evhttp_request *req, void *arg) {
  (void)arg;
  evhttp_send_reply(req, HTTP_OK, "OK", NULL);
}

/* A port of its own; the socket listens already when it is returned. */
static int listener (unsigned short *port) {
  struct sockaddr_in a;
  socklen_t len = sizeof a;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int on = 1;
  memset(&a, 0, sizeof a);
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(fd >= 0, "socket");
  check(bind(fd, (struct sockaddr *)&a, len) == 0, "bind");
  check(listen(fd, 128) == 0, "listen");
  /* Connections inherit it. */
  check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0,
        "nodelay");
  check(getsockname(fd, (struct sockaddr *)&a, &len) == 0, "getsockname");
  *port = ntohs(a.sin_port);
  return fd;
}

/* Ends with its parent. */
static void server (int fd) {
  struct evhttp *http;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  base = event_base_new();
  http = evhttp_new(base);
  check(http != NULL && evhttp_accept_socket(http, fd) == 0, "evhttp");
  evhttp_set_gencb(http, serve, NULL);
  event_base_dispatch(base);
}

static void ask (struct evhttp_connection *conn);

static void responded (struct evhttp_request *req, void *conn) {
  check(req != NULL, "no response");
  responses++;
  ask(conn);
}

static void ask (struct evhttp_connection *conn) {
  static const char body[SIZE];
  struct evhttp_request *req = evhttp_request_new(responded, conn);
  check(req != NULL, "request");
  evhttp_add_header(evhttp_request_get_output_headers(req), "Host",
                    "localhost:5000");
  evbuffer_add(evhttp_request_get_output_buffer(req), body, sizeof body);
  check(evhttp_make_request(conn, req, EVHTTP_REQ_POST, "/") == 0, "ask");
}

int main (int argc, char **argv) {
  unsigned short port;
  int fd = listener(&port), n = argc == 3 ? atoi(argv[1]) : 0;
  double seconds = argc == 3 ? atof(argv[2]) : 0;
  struct timeval time = {(time_t)seconds, 0};
  pid_t pid = fork();
  check(pid >= 0 && n > 0, "usage: bare CONNECTIONS SECONDS");
  if (pid == 0)
    server(fd);
  base = event_base_new();
  for (; n > 0; n--)
    ask(evhttp_connection_base_new(base, NULL, "127.0.0.1", port));
  event_base_loopexit(base, &time);
  event_base_dispatch(base);
  kill(pid, SIGKILL);
  printf("%.0f\n", (double)responses / (double)time.tv_sec);
  return 0;
}
