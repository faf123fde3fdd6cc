/*
** lua/budget.c - how long a task may compute without waiting.
**
** A slice is one resumption of one task. A hook that counts instructions
** looks at the clock and adds up the time of the slice; if the time between
** two looks is long, the process stood still, and little of it counts.
** A hook of C, unlike one of Lua, is inherited by the coroutines that a
** coroutine makes, so none of them escapes. Code that is over its budget
** meets an error at every instruction from then on, so that it cannot go on
** by catching it. The library's own functions are spared, since they must
** not be left half done. The hook does not see the time that a single call
** of C takes, coroutines that were made outside of tasks, finalizers, and
** the message handler of an xpcall.
*/
#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "lua/core.h"

/* Instructions between two looks at the clock, and the most seconds that
   they are taken to have lasted. */
#define STRIDE 10000
#define LONGEST 0.05

/* In the registry: the budget. */
static const char budgetkey = 'b';

typedef struct budget {
  lua_Integer slice; /* counts them */
  lua_Number limit;  /* of this slice, in seconds; zero: none */
  lua_Integer seen;  /* the slice that 'used' belongs to */
  lua_Number used;   /* seconds of it */
  lua_Number looked; /* at the clock, the last time */
  size_t len;        /* of 'spared' */
  char spared[];     /* how the library's sources begin */
} budget;

/* Stays in the registry as long as the state lives. */
static budget *tobudget (lua_State *L) {
  budget *b;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &budgetkey);
  b = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return b;
}

static lua_Number now (void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9;
}

/* Whether the slice is over its budget. */
static bool isover (budget *b) {
  lua_Number before = b->looked, passed;
  b->looked = now();
  passed = b->looked - before;
  b->used += passed < LONGEST ? passed : LONGEST;
  return b->limit > 0 && b->used >= b->limit;
}

static bool isspared (lua_State *L, lua_Debug *ar, const budget *b) {
  lua_getinfo(L, "S", ar);
  return b->len > 0 && strncmp(ar->source, b->spared, b->len) == 0;
}

static void hook (lua_State *L, lua_Debug *ar) {
  budget *b = tobudget(L);
  if (b->seen != b->slice) { /* a new slice: a new budget */
    b->seen = b->slice;
    b->used = 0;
    b->looked = now();
    lua_sethook(L, hook, LUA_MASKCOUNT, STRIDE);
    return;
  }
  if (!isover(b))
    return;
  lua_sethook(L, hook, LUA_MASKCOUNT, 1);
  if (isspared(L, ar, b))
    return;
  luaL_where(L, 0);
  lua_pushfstring(L, "computed for more than %f s without waiting", b->limit);
  lua_concat(L, 2);
  lua_error(L);
}

/*
** core.spare(prefix)
**
** Prepares budgets. Functions whose source begins with 'prefix' are never
** cut; when it is empty, there are none.
*/
static int core_spare (lua_State *L) {
  size_t len;
  const char *prefix = luaL_checklstring(L, 1, &len);
  budget *b = lua_newuserdatauv(L, sizeof *b + len + 1, 0);
  memset(b, 0, sizeof *b);
  b->len = len;
  memcpy(b->spared, prefix, len + 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &budgetkey);
  return 0;
}

/* core.slice(seconds): a task is resumed, with such a budget; 0: none. */
static int core_slice (lua_State *L) {
  budget *b = tobudget(L);
  b->slice++;
  b->limit = luaL_checknumber(L, 1);
  return 0;
}

/* core.limit(thread): it has budgets, as have the coroutines it makes. */
static int core_limit (lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co != NULL, 1, "thread");
  lua_sethook(co, hook, LUA_MASKCOUNT, STRIDE);
  return 0;
}

void lgp_open_budget (lua_State *L) {
  static const luaL_Reg functions[] = {{"spare", core_spare},
                                       {"slice", core_slice},
                                       {"limit", core_limit},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
