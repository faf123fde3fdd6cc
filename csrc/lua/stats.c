/*
** lua/stats.c - what a node knows about itself and its peers, as tables.
*/
#include "lua/lgp.h"

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
  lgp_pushpeer(L, p->peer);
  lua_setfield(L, -2, "peer");
  if (p->name[0] != '\0')
    settext(L, "name", p->name);
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

gp_peerstates *lgp_newstates (lua_State *L) {
  return lgp_newblock(L, sizeof(gp_peerstates), "gop2p.peerstates",
                      states_gc);
}

void lgp_pushstats (lua_State *L, const gp_stats *s,
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
