/*
** net/listener.h - the listening sockets of a server.
**
** Plain sockets: knows neither libevent nor HTTP.
*/
#ifndef gp_net_listener_h
#define gp_net_listener_h

#include <stdbool.h>

#include "base/err.h"
#pragma GCC visibility push(hidden)

#define GP_LISTEN_MAX 2

/* Whether it stands for anything (gp_server_new). */
bool gp_listen_isvalid (const char *listen);

/*
** Opens what 'listen' stands for (gp_server_new) at '*port', where zero is
** replaced by a free one that all of them have. The caller closes 'fds', of
** which there are '*count'; after an error there are none.
*/
gp_err gp_listen_open (const char *listen, int *port, int fds[GP_LISTEN_MAX],
                       int *count);

#pragma GCC visibility pop
#endif
