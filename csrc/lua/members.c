/*
** lua/members.c - whom a node knows, and how it stands with them.
*/
#include <lauxlib.h>
#include <stdbool.h>

#include "lua/core.h"
#include "lua/node.h"
#include "lua/peer.h"
#include "lua/userdata.h"
#include "node/nickname.h"
#include "node/stats.h"

static void pushpeers (lua_State *L, const gp_peerlist *list) {
  size_t i;
  lua_createtable(L, (int)list->n, 0);
  for (i = 0; i < list->n; i++) {
    lgp_node_pushpeer(L, list->at[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* core.members(node) -> list of peers, in the order in which they came */
static int core_members (lua_State *L) {
  gp_peerlist *list = lgp_newlist(L);
  if (gp_node_members(lgp_tonode(L), list) != GP_OK)
    return luaL_error(L, "out of memory");
  pushpeers(L, list);
  return 1;
}

/* core.named(node, name) -> peer | nil: the member that has it, or the node
   itself */
static int core_named (lua_State *L) {
  const char *nick = luaL_checkstring(L, 2);
  const gp_peer *p = gp_node_nicked(lgp_tonode(L), nick);
  if (p == NULL)
    luaL_pushfail(L);
  else
    lgp_node_pushpeer(L, p);
  return 1;
}

/* core.maxmembers(node) -> how many members it may have */
static int core_maxmembers (lua_State *L) {
  lua_pushinteger(L, (lua_Integer)gp_node_maxmembers(lgp_tonode(L)));
  return 1;
}

/* core.meant(node, peer) -> peer | nil: what the node calls it */
static int core_meant (lua_State *L) {
  const gp_peer *p = lgp_checkpeer(L, 2);
  p = gp_node_meant(lgp_tonode(L), p);
  if (p == NULL)
    luaL_pushfail(L);
  else
    lgp_node_pushpeer(L, p);
  return 1;
}

/* core.known(node) -> list of peers, whether it has left */
static int core_known (lua_State *L) {
  gp_peerlist *list = lgp_newlist(L);
  bool left;
  if (gp_node_known(lgp_tonode(L), list, &left) != GP_OK)
    return luaL_error(L, "out of memory");
  lgp_pushpeers(L, list);
  lua_pushboolean(L, left);
  return 2;
}

/* core.resume(node, list of peers, left): what core.known gave before */
static int core_resume (lua_State *L) {
  gp_peerlist *list = lgp_checkpeers(L, 2);
  bool left = lua_toboolean(L, 3);
  gp_node *n = lgp_tonode(L);
  if (gp_node_resume(n, list, left, lgp_node_now(L)) != GP_OK)
    return luaL_error(L, "out of memory");
  lgp_node_called(L);
  return 0;
}

/* core.isconnected(node) -> boolean */
static int core_isconnected (lua_State *L) {
  lua_pushboolean(L, gp_node_isconnected(lgp_tonode(L)));
  return 1;
}

static void setcount (lua_State *L, const char *name, uint64_t count) {
  lua_pushinteger(L, (lua_Integer)count);
  lua_setfield(L, -2, name);
}

static void settext (lua_State *L, const char *name, const char *text) {
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

static void setseconds (lua_State *L, const char *name, uint64_t ms) {
  lua_pushnumber(L, (lua_Number)ms / 1000);
  lua_setfield(L, -2, name);
}

static const char *form (const gp_peerstate *p) {
  static const char *const forms[] = {"unknown", "seed or v1.1.2", "seed",
                                      "v1.1.2", "v1.1.3"};
  return p->ours ? "ours" : forms[p->form];
}

static void pushstate (lua_State *L, const gp_peerstate *p) {
  static const char *const states[] = {"candidate", "alive", "suspected",
                                       "failed"};
  lua_createtable(L, 0, 8);
  lgp_node_pushpeer(L, p->peer);
  lua_setfield(L, -2, "peer");
  if (gp_peer_nick(p->peer)[0] != '\0')
    settext(L, "name", gp_peer_nick(p->peer));
  settext(L, "state", states[p->state]);
  settext(L, "form", form(p));
  if (p->rtt_ms != UINT32_MAX)
    setseconds(L, "rtt", p->rtt_ms);
  if (p->heard_ms != UINT64_MAX)
    setseconds(L, "heard", p->heard_ms);
  setcount(L, "outbox_messages", p->messages);
  setcount(L, "outbox_bytes", p->bytes);
}

static int states_gc (lua_State *L) {
  gp_peerstates_clear(lua_touserdata(L, 1));
  return 0;
}

static gp_peerstates *newstates (lua_State *L) {
  return lgp_newblock(L, sizeof(gp_peerstates), "gop2p.peerstates",
                      states_gc);
}

static void pushstats (lua_State *L, const gp_stats *s,
                       const gp_peerstates *ps) {
  size_t i;
  lua_createtable(L, 0, 10);
  setcount(L, "members", s->members);
  setcount(L, "suspected", s->suspected);
  setcount(L, "failed", s->failed);
  setcount(L, "inbox_messages", s->inbox_messages);
  setcount(L, "inbox_bytes", s->inbox_bytes);
  setcount(L, "outbox_messages", s->outbox_messages);
  setcount(L, "outbox_bytes", s->outbox_bytes);
  setcount(L, "lost_events", s->lost_events);
  setcount(L, "self_doubt", s->self_doubt);
  lua_createtable(L, (int)ps->n, 0);
  for (i = 0; i < ps->n; i++) {
    pushstate(L, &ps->at[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "peers");
}

/* core.stats(node) -> table: what it knows of itself and its peers */
static int core_stats (lua_State *L) {
  gp_peerstates *states = newstates(L);
  gp_stats stats;
  gp_node_stats(lgp_tonode(L), &stats);
  if (gp_node_states(lgp_tonode(L), lgp_node_now(L), states) != GP_OK)
    return luaL_error(L, "out of memory");
  pushstats(L, &stats, states);
  return 1;
}

void lgp_open_members (lua_State *L) {
  static const luaL_Reg functions[] = {{"members", core_members},
                                       {"isconnected", core_isconnected},
                                       {"named", core_named},
                                       {"meant", core_meant},
                                       {"known", core_known},
                                       {"resume", core_resume},
                                       {"stats", core_stats},
                                       {"maxmembers", core_maxmembers},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
