/*
** node/purpose.c - the table of purposes.
**
** A request to be let in is sent in our own name and so that every form
** understands it: the peer may be another program than before, or the same
** one that has forgotten us.
*/
#include "node/purpose.h"

static const gp_purposerule rules[] = {
  [GP_PURPOSE_JOIN] = {.type = GP_CONNECT,
                       .reported = true,
                       .decisive = true,
                       .chosen = true,
                       .own_name = true,
                       .any_form = true},
  [GP_PURPOSE_GREET] = {.type = GP_CONNECT,
                        .reported = true,
                        .awaited = true,
                        .own_name = true,
                        .any_form = true,
                        .brief = true},
  [GP_PURPOSE_MESSAGE] = {.type = GP_BROADCAST, /* or GP_DIRECT */
                          .reported = true,
                          .decisive = true},
  [GP_PURPOSE_LEAVE] = {.type = GP_DISCONNECT,
                        .reported = true,
                        .awaited = true},
  [GP_PURPOSE_SERVE] = {.reported = true},
  [GP_PURPOSE_MEET] = {.reported = true},
  [GP_PURPOSE_FIND_FORM] = {.type = GP_CONNECT, .bare = true},
  [GP_PURPOSE_NEWCOMER_FORM] = {.type = GP_CONNECT, .hasty = true},
  [GP_PURPOSE_FIND_ALIAS] = {.type = GP_CONNECT,
                             .own_name = true,
                             .any_form = true,
                             .unasked = true},
  [GP_PURPOSE_DROP_ALIAS] = {.type = GP_DISCONNECT, .own_name = true},
  [GP_PURPOSE_RECONNECT] = {.type = GP_CONNECT,
                            .own_name = true,
                            .any_form = true,
                            .brief = true,
                            .unasked = true},
  [GP_PURPOSE_LIST] = {.type = GP_CONNECT, .unasked = true},
  [GP_PURPOSE_RENAME] = {.type = GP_CONNECT, .brief = true, .unasked = true},
  [GP_PURPOSE_WITHDRAW] = {.type = GP_DISCONNECT},
  [GP_PURPOSE_ASK] = {.type = GP_CONNECT,
                      .decisive = true,
                      .chosen = true,
                      .bare = true},
  [GP_PURPOSE_LOOK] = {.type = GP_CONNECT,
                       .decisive = true,
                       .chosen = true,
                       .bare = true},
};

const gp_purposerule *gp_purpose_rule (gp_purpose purpose) {
  return &rules[purpose];
}
