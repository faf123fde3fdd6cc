/*
** net/evhttp.h - what the server and the client share of evhttp.
**
** Turns what evhttp read into a gp_httpin, and a gp_httpout into what evhttp
** sends. Owns nothing.
*/
#ifndef gp_net_evhttp_h
#define gp_net_evhttp_h

#include <stdbool.h>
#include <stddef.h>

#include "wire/http.h"
#pragma GCC visibility push(hidden)

struct evhttp_connection;
struct evhttp_request;
struct evkeyvalq;

/*
** Bytes that a connection may have read beyond its limits before it counts
** as an attack: requests that came early, chunk sizes, line ends.
*/
#define GP_EVHTTP_SLACK 65536

/* Whether 'token' stands in the list 'value', which may be NULL. */
bool gp_evhttp_token (const char *value, const char *token);

/*
** Whether both sides agree that the connection goes on after the response
** 'in' to 'req', and where that ended.
*/
bool gp_evhttp_goeson (const struct evhttp_request *req, const gp_httpin *in);

/*
** Fills body and headers of 'in'; they live as long as 'req'.
** False when out of memory.
*/
bool gp_evhttp_view (struct evhttp_request *req, gp_httpin *in);

/*
** Adds the headers of 'out', and 'body', which may be NULL, by reference
** where it is large. False when out of memory; then some may stand there.
*/
bool gp_evhttp_fill (struct evhttp_request *req, const gp_httpout *out,
                     gp_blob *body);

/* Adds "Content-Length: len". False when out of memory. */
bool gp_evhttp_addlength (struct evkeyvalq *headers, size_t len);

/* All of the request 'out', with its length where it may have a body. False
   when out of memory; then some may stand there. */
bool gp_evhttp_fillrequest (struct evhttp_request *req,
                            const gp_httpout *out);

/* Sends 'req' to the path "/"; the result is that of evhttp_make_request. */
int gp_evhttp_send (struct evhttp_connection *con, struct evhttp_request *req,
                    gp_method method);

/*
** The address of the other side, numeric, without port, and an IPv4 one
** always written as such. Lives as long as the connection.
*/
const char *gp_evhttp_remote (struct evhttp_connection *con);

/* What is written to 'fd' leaves at once. */
void gp_evhttp_nodelay (int fd);

#pragma GCC visibility pop
#endif
