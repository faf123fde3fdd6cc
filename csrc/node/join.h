/*
** node/join.h - what follows from the response to a connect.
**
** Owns nothing. Whoever lets us in is a member, and those that it lists are
** connected to in their turn.
*/
#ifndef gp_node_join_h
#define gp_node_join_h

#include "node/peers.h"
#include "node/request.h"
#include "node/transport.h"
#pragma GCC visibility push(hidden)

/*
** The peer let us in. The record that it has from now on: another one than
** 'peer' where that one turned out to be the same process.
*/
gp_record *gp_join_joined (gp_node *n, gp_record *peer, const gp_request *r,
                           const gp_recvresp *response);

/* It did not let us in, when it was joined through or greeted. */
void gp_join_failed (gp_node *n, gp_record *peer, gp_purpose purpose,
                     gp_err error);

/* It was tried again, or named to us, and does not let us in. */
void gp_join_missed (gp_node *n, gp_record *peer, gp_err error);

/* Its list was asked for; that is how it ended. The record as in joined. */
gp_record *gp_join_listed (gp_node *n, gp_record *peer, const gp_request *r,
                           gp_err error, const gp_recvresp *response);

/* It was asked under which alias it knows us; likewise. */
gp_record *gp_join_aliased (gp_node *n, gp_record *peer, const gp_request *r,
                            gp_err error, const gp_recvresp *response);

#pragma GCC visibility pop
#endif
