/*
** lua/receipt.c - receipts as userdata.
*/
#include "lua/receipt.h"

#include <lauxlib.h>

#include "lua/core.h"
#include "lua/peer.h"
#include "lua/userdata.h"
#include "lua/values.h"

#define RECEIPT "gop2p.receipt"

gp_receipt **lgp_newreceipt (lua_State *L) {
  gp_receipt **box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = NULL;
  luaL_setmetatable(L, RECEIPT);
  return box;
}

static gp_receipt *toreceipt (lua_State *L) {
  gp_receipt **box = luaL_checkudata(L, 1, RECEIPT);
  luaL_argcheck(L, *box != NULL, 1, "receipt is gone");
  return *box;
}

/*
** core.release(receipt)
**
** Does what the collector would do: for a receipt that is made while the
** state is being closed, which the collector no longer looks after.
*/
static int receipt_gc (lua_State *L) {
  gp_receipt **box = luaL_checkudata(L, 1, RECEIPT);
  gp_receipt *r = *box;
  *box = NULL;
  gp_receipt_unref(r);
  return 0;
}

/*
** core.claim(receipt) -> number
**
** Somebody waits for it: failures from now on are told through the receipt
** alone. The number of the signal that tells that it is settled.
*/
static int core_claim (lua_State *L) {
  gp_receipt *r = toreceipt(L);
  r->claimed = true;
  lua_pushinteger(L, (lua_Integer)r->settled.number);
  return 1;
}

/* core.disclaim(receipt): nobody waits for it any more */
static int core_disclaim (lua_State *L) {
  toreceipt(L)->claimed = false;
  return 0;
}

/* core.issettled(receipt) -> boolean */
static int core_issettled (lua_State *L) {
  lua_pushboolean(L, gp_receipt_issettled(toreceipt(L)));
  return 1;
}

/* core.hasjoined(receipt) -> boolean: the entry point has let us in */
static int core_hasjoined (lua_State *L) {
  lua_pushboolean(L, toreceipt(L)->joined);
  return 1;
}

/* core.announced(receipt) -> peer | nil: what the one that was asked calls
   itself */
static int core_announced (lua_State *L) {
  const gp_receipt *r = toreceipt(L);
  if (r->announced == NULL)
    luaL_pushfail(L);
  else
    lgp_pushpeer(L, r->announced, false);
  return 1;
}

/* core.took(receipt) -> the seconds after which it responded */
static int core_took (lua_State *L) {
  lua_pushnumber(L, (lua_Number)toreceipt(L)->took_ms / 1000);
  return 1;
}

/* core.listed(receipt) -> list of peers | nil: whom it knows */
static int core_listed (lua_State *L) {
  const gp_receipt *r = toreceipt(L);
  if (r->has_list)
    lgp_pushpeers(L, &r->list);
  else
    luaL_pushfail(L);
  return 1;
}

/* core.failures(receipt) -> list of errors, in the order they happened */
static int core_failures (lua_State *L) {
  const gp_receipt *r = toreceipt(L);
  const gp_failure *f = NULL;
  lua_Integer i = 0;
  lua_newtable(L);
  while ((f = gp_receipt_nextfailure(r, f)) != NULL) {
    lgp_pushfailure(L, f);
    lua_rawseti(L, -2, ++i);
  }
  return 1;
}

void lgp_open_receipt (lua_State *L) {
  static const luaL_Reg functions[] = {
    {"claim", core_claim},         {"disclaim", core_disclaim},
    {"issettled", core_issettled}, {"hasjoined", core_hasjoined},
    {"announced", core_announced}, {"took", core_took},
    {"listed", core_listed},       {"failures", core_failures},
    {"release", receipt_gc},       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lgp_newmeta(L, RECEIPT, "receiptmeta", receipt_gc);
}
