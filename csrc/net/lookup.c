/*
** net/lookup.c - from the name of a peer to the addresses to dial.
*/
#include "net/lookup.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <event2/dns.h>
#include <event2/util.h>

#include "value/address.h"

struct gp_lookup {
  gp_loop *loop;
  gp_addresses *addresses;
  void (*found)(void *arg, gp_err e); /* NULL: cancelled */
  void *arg;
  bool *over; /* to be told, while gp_lookup_new runs */
  struct evdns_getaddrinfo_request *request;
};

static void add (gp_addresses *a, const char *text) {
  size_t size = strlen(text) + 1;
  if (a->count < GP_ADDRESSES_MAX && size <= INET6_ADDRSTRLEN)
    memcpy(a->text[a->count++], text, size);
}

bool gp_addresses_known (gp_addresses *a, const char *host) {
  struct in6_addr any;
  memset(a, 0, sizeof *a);
  if (gp_address_islocalname(host)) {
    add(a, "127.0.0.1");
    add(a, "::1");
  }
  else if (strcmp(host, "0.0.0.0") == 0)
    add(a, "127.0.0.1");
  else if (inet_pton(AF_INET6, host, &any) == 1 &&
           IN6_IS_ADDR_UNSPECIFIED(&any)) {
    add(a, "::1");
    add(a, "127.0.0.1");
  }
  else if (strlen(host) < INET6_ADDRSTRLEN &&
           (inet_pton(AF_INET, host, &any) == 1 ||
            inet_pton(AF_INET6, host, &any) == 1))
    add(a, host);
  return a->count > 0;
}

gp_err gp_addresses_permit (gp_addresses *a, unsigned ranges) {
  int i, count = a->count;
  a->count = 0;
  for (i = 0; i < count; i++)
    if (ranges == 0 || (gp_address_range(a->text[i]) & ranges) != 0)
      memmove(a->text[a->count++], a->text[i], sizeof a->text[i]);
  return a->count > 0 ? GP_OK : GP_EACCES;
}

static void collect (gp_addresses *a, const struct evutil_addrinfo *ai) {
  char text[INET6_ADDRSTRLEN] = "";
  for (; ai != NULL; ai = ai->ai_next) {
    const void *bytes = NULL;
    if (ai->ai_family == AF_INET)
      bytes = &((struct sockaddr_in *)(void *)ai->ai_addr)->sin_addr;
    else if (ai->ai_family == AF_INET6)
      bytes = &((struct sockaddr_in6 *)(void *)ai->ai_addr)->sin6_addr;
    if (bytes != NULL &&
        inet_ntop(ai->ai_family, bytes, text, sizeof text) != NULL)
      add(a, text);
  }
}

/* Comes once, also for a look-up that was cancelled. */
static void lookup_over (int result, struct evutil_addrinfo *ai, void *arg) {
  gp_lookup *u = arg;
  gp_loop_busy(u->loop, -1);
  if (u->over != NULL)
    *u->over = true;
  if (u->found != NULL) {
    gp_err e = result == EVUTIL_EAI_MEMORY ? GP_ENOMEM : GP_ENOTFOUND;
    if (result == 0)
      collect(u->addresses, ai);
    u->found(u->arg, u->addresses->count > 0 ? GP_OK : e);
  }
  if (ai != NULL)
    evutil_freeaddrinfo(ai);
  free(u);
}

gp_err gp_lookup_new (gp_lookup **out, gp_loop *l, const char *host,
                      gp_addresses *a, void (*found)(void *arg, gp_err e),
                      void *arg) {
  struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC,
                                  .ai_socktype = SOCK_STREAM,
                                  .ai_protocol = IPPROTO_TCP};
  struct evdns_base *dns = gp_loop_dns(l);
  struct evdns_getaddrinfo_request *request;
  gp_lookup *u = dns != NULL ? calloc(1, sizeof *u) : NULL;
  bool over = false;
  if (u == NULL)
    return GP_ENOMEM;
  u->loop = l;
  u->addresses = a;
  u->found = found;
  u->arg = arg;
  u->over = &over;
  *out = NULL;
  gp_loop_busy(l, 1);
  request = evdns_getaddrinfo(dns, host, NULL, &hints, lookup_over, u);
  if (!over) {
    u->over = NULL;
    u->request = request;
    *out = u;
  }
  return GP_OK;
}

void gp_lookup_cancel (gp_lookup *u) {
  if (u == NULL)
    return;
  u->found = NULL;
  evdns_getaddrinfo_cancel(u->request);
}
