/*
** lua/values.c - messages, errors and events as plain Lua tables.
*/
#include "lua/values.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "lua/core.h"
#include "lua/peer.h"
#include "lua/userdata.h"

#define MESSAGE "gop2p.message"
#define ERROR "gop2p.error"
#define EVENT "gop2p.event"

void lgp_pushmessage (lua_State *L, const gp_message *m) {
  bool direct = m->type == GP_DIRECT;
  lua_createtable(L, 0, 4);
  lua_pushstring(L, direct ? "direct" : "broadcast");
  lua_setfield(L, -2, "type");
  lua_pushlstring(L, m->data == NULL ? "" : m->data->bytes,
                  gp_message_len(m));
  lua_setfield(L, -2, "data");
  lgp_pushpeer(L, m->from);
  lua_setfield(L, -2, "from");
  if (direct) {
    lgp_pushpeers(L, &m->to);
    lua_setfield(L, -2, "to");
  }
  luaL_setmetatable(L, MESSAGE);
}

static void seterror (lua_State *L, gp_err e) {
  lua_pushstring(L, gp_errkind_name(gp_err_kind(e)));
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, gp_err_code(e));
  lua_setfield(L, -2, "code");
  lua_pushstring(L, gp_err_text(e));
  lua_setfield(L, -2, "cause");
  luaL_setmetatable(L, ERROR);
}

/* What a program can do whose node others cannot reach. */
static const char only_here[] =
  "this node is reached from this machine alone: call gop2p.join(...), or "
  "start_node with an address";

static void pushtext (lua_State *L, const gp_failure *f) {
  const char *who = f->peer == NULL ? "anybody" : gp_peer_text(f->peer);
  switch (f->purpose) {
    case GP_PURPOSE_JOIN:
      lua_pushfstring(L, "could not join through %s", who);
      break;
    case GP_PURPOSE_GREET:
      lua_pushfstring(L, "could not greet %s", who);
      break;
    case GP_PURPOSE_MESSAGE:
      lua_pushfstring(L, "could not deliver to %s", who);
      break;
    case GP_PURPOSE_LEAVE:
      lua_pushfstring(L, "could not say goodbye to %s", who);
      break;
    case GP_PURPOSE_MEET:
      lua_pushfstring(L,
                      "machines that reach %s cannot reach "
                      "this node",
                      who);
      break;
    default:
      lua_pushfstring(L, "refused a request from %s",
                      f->origin == NULL ? "somebody" : f->origin->bytes);
      break;
  }
}

void lgp_pushfailure (lua_State *L, const gp_failure *f) {
  lua_createtable(L, 0, 7);
  seterror(L, f->error);
  pushtext(L, f);
  lua_setfield(L, -2, "text");
  if (f->purpose == GP_PURPOSE_MEET) {
    lua_pushstring(L, only_here);
    lua_setfield(L, -2, "cause");
  }
  if (f->status != 0) {
    lua_pushinteger(L, f->status);
    lua_setfield(L, -2, "status");
  }
  if (f->peer != NULL) {
    lgp_pushpeer(L, f->peer);
    lua_setfield(L, -2, "peer");
  }
  if (f->msg != NULL && f->purpose == GP_PURPOSE_MESSAGE) {
    lgp_pushmessage(L, f->msg);
    lua_setfield(L, -2, "message");
  }
}

/* The reason is an error of its own, so that it can be told as one. */
static void setreason (lua_State *L, const gp_event *ev) {
  lua_createtable(L, 0, 5);
  seterror(L, ev->reason);
  lua_pushfstring(L, "%s has failed", gp_peer_text(ev->peer));
  lua_setfield(L, -2, "text");
  lgp_pushpeer(L, ev->peer);
  lua_setfield(L, -2, "peer");
  lua_setfield(L, -2, "reason");
}

void lgp_pushevent (lua_State *L, const gp_event *ev) {
  static const char *const types[] = {"joined", "left", "failed", "recovered",
                                      "joined"};
  lua_createtable(L, 0, 3);
  lua_pushstring(L, types[ev->kind]);
  lua_setfield(L, -2, "type");
  lgp_pushpeer(L, ev->peer);
  lua_setfield(L, -2, "peer");
  if (ev->kind == GP_EV_MET) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, "met");
  }
  if (ev->reason != GP_OK)
    setreason(L, ev);
  luaL_setmetatable(L, EVENT);
}

int lgp_fail (lua_State *L, gp_err e, const char *text) {
  luaL_pushfail(L);
  lua_createtable(L, 0, 4);
  seterror(L, e);
  lua_pushstring(L, text);
  lua_setfield(L, -2, "text");
  return 2;
}

static int blob_gc (lua_State *L) {
  gp_blob **box = lua_touserdata(L, 1);
  gp_blob_unref(*box);
  *box = NULL;
  return 0;
}

gp_blob *lgp_checkblob (lua_State *L, int arg) {
  size_t len;
  const char *bytes = luaL_checklstring(L, arg, &len);
  gp_blob **box = lgp_newblock(L, sizeof *box, "gop2p.blob", blob_gc);
  *box = gp_blob_new(len);
  if (*box == NULL)
    luaL_error(L, "out of memory");
  memcpy((*box)->bytes, bytes, len);
  return *box;
}

void lgp_open_values (lua_State *L) {
  lgp_newmeta(L, MESSAGE, "messagemeta", NULL);
  lgp_newmeta(L, ERROR, "errormeta", NULL);
  lgp_newmeta(L, EVENT, "eventmeta", NULL);
  lua_pushstring(L, only_here);
  lua_setfield(L, -2, "only_here");
}
