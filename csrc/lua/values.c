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

/* Sets 'field' of the table on top to the peer, and 'name' to its nick. */
static void setpeer (lua_State *L, const char *field, const gp_peer *p,
                     bool namesake) {
  lgp_pushpeer(L, p, namesake);
  lua_setfield(L, -2, field);
  if (gp_peer_nick(p)[0] != '\0') {
    lua_pushstring(L, gp_peer_nick(p));
    lua_setfield(L, -2, "name");
  }
}

void lgp_pushmessage (lua_State *L, const gp_message *m, bool namesake) {
  bool direct = m->type == GP_DIRECT;
  lua_createtable(L, 0, 6);
  lua_pushstring(L, direct ? "direct" : "broadcast");
  lua_setfield(L, -2, "type");
  lua_pushlstring(L, m->data == NULL ? "" : m->data->bytes,
                  gp_message_len(m));
  lua_setfield(L, -2, "data");
  setpeer(L, "from", m->from, namesake);
  if (direct) {
    lgp_pushpeers(L, &m->to);
    lua_setfield(L, -2, "to");
  }
  if (m->notice) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, "notice");
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

/* And one whose address leads elsewhere, or whose port is closed. */
static const char unreached[] =
  "nothing responds at this node's address: name one that leads here, or let "
  "requests to it in";

/* One that has given this node its list a moment ago, or is asked by many. */
static const char too_soon[] =
  "it lists its members once a second for a node";

/* A member has tried, and said so. */
static bool isunreached (const gp_failure *f) {
  return f->status != 0;
}

static const char *meetformat (const gp_failure *f) {
  switch (f->error) {
    case GP_EEXIST: return "%s has the same name";
    case GP_EVERSION: return "no full understanding with %s";
    default:
      return isunreached(f) ? "%s cannot reach this node"
                            : "machines that reach %s cannot reach this node";
  }
}

static const char *textformat (const gp_failure *f) {
  switch (f->purpose) {
    case GP_PURPOSE_JOIN: return "could not join through %s";
    case GP_PURPOSE_GREET: return "could not greet %s";
    case GP_PURPOSE_MESSAGE:
      return f->unsure ? "perhaps not delivered to %s"
                       : "could not deliver to %s";
    case GP_PURPOSE_LEAVE: return "could not say goodbye to %s";
    case GP_PURPOSE_MEET: return meetformat(f);
    case GP_PURPOSE_ASK:
    case GP_PURPOSE_LOOK: return "could not look at %s";
    default: return "refused a request from %s";
  }
}

static void pushtext (lua_State *L, const gp_failure *f) {
  if (f->peer != NULL)
    lgp_pushpeertext(L, f->peer);
  else if (f->origin != NULL)
    lua_pushstring(L, f->origin->bytes);
  else
    lua_pushstring(L,
                   f->purpose == GP_PURPOSE_SERVE ? "somebody" : "anybody");
  lua_pushfstring(L, textformat(f), lua_tostring(L, -1));
  lua_remove(L, -2);
}

/* Why, where more is known than the error; NULL: no more is. */
static const char *causeof (const gp_failure *f) {
  if (f->purpose == GP_PURPOSE_MEET && f->error == GP_EADDRNOTAVAIL)
    return isunreached(f) ? unreached : only_here;
  if (f->purpose == GP_PURPOSE_LOOK && f->error == GP_EFORBIDDEN)
    return unreached;
  return f->purpose == GP_PURPOSE_LOOK && f->status == 429 ? too_soon : NULL;
}

void lgp_pushfailure (lua_State *L, const gp_failure *f) {
  const char *cause = causeof(f);
  lua_createtable(L, 0, 8);
  seterror(L, f->error);
  pushtext(L, f);
  lua_setfield(L, -2, "text");
  if (cause != NULL) {
    lua_pushstring(L, cause);
    lua_setfield(L, -2, "cause");
  }
  if (f->status != 0) {
    lua_pushinteger(L, f->status);
    lua_setfield(L, -2, "status");
  }
  if (f->peer != NULL) {
    lgp_pushpeer(L, f->peer, false);
    lua_setfield(L, -2, "peer");
  }
  if (f->msg != NULL && f->purpose == GP_PURPOSE_MESSAGE) {
    lgp_pushmessage(L, f->msg, false);
    lua_setfield(L, -2, "message");
    if (f->unsure) {
      lua_pushboolean(L, true);
      lua_setfield(L, -2, "unsure");
    }
  }
}

/* The reason is an error of its own, so that it can be told as one. */
static void setreason (lua_State *L, const gp_event *ev) {
  lua_createtable(L, 0, 5);
  seterror(L, ev->reason);
  lgp_pushpeertext(L, ev->peer);
  lua_pushliteral(L, " has failed");
  lua_concat(L, 2);
  lua_setfield(L, -2, "text");
  lgp_pushpeer(L, ev->peer, false);
  lua_setfield(L, -2, "peer");
  lua_setfield(L, -2, "reason");
}

void lgp_pushevent (lua_State *L, const gp_event *ev, bool namesake,
                    bool former_namesake) {
  static const char *const types[] = {"joined",    "left",   "failed",
                                      "recovered", "joined", "renamed"};
  lua_createtable(L, 0, 4);
  lua_pushstring(L, types[ev->kind]);
  lua_setfield(L, -2, "type");
  setpeer(L, "peer", ev->peer, namesake);
  if (ev->kind == GP_EV_MET) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, "met");
  }
  if (ev->former != NULL) {
    lgp_pushpeer(L, ev->former, former_namesake);
    lua_setfield(L, -2, "former");
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
  lua_pushstring(L, unreached);
  lua_setfield(L, -2, "unreached");
}
