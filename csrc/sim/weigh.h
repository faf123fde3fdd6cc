/*
** sim/weigh.h - how many bytes a request or a response would take as HTTP.
**
** It is written as it would go out, and thrown away. What the HTTP library
** adds is added: the first line, the length of a body, the date of a
** response. TCP and what is below it are left out. 0: no memory to write it.
*/
#ifndef gp_sim_weigh_h
#define gp_sim_weigh_h

#include <stddef.h>

#include "wire/records.h"
#pragma GCC visibility push(hidden)

size_t gp_weigh_request (const gp_sendreq *request);
size_t gp_weigh_response (const gp_sendresp *response, gp_form form);

#pragma GCC visibility pop
#endif
