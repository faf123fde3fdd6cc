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
** of C takes, coroutines that were made outside of tasks, finalizers, the
** message handler of an xpcall, and hooks themselves.
** A thread has room for one hook. That of a program, or of a tool which
** counts lines, is called by this one: debug.sethook is replaced by a
** function that sees to it.
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

/* In the registry: the budget, and a weak table from threads to the hooks
   that are called by ours. */
static const char budgetkey = 'b', hookskey = 'h';

typedef struct budget {
  lua_Integer slice; /* counts them */
  lua_Number limit;  /* of this slice, in seconds; zero: none */
  lua_Integer seen;  /* the slice that 'used' belongs to */
  lua_Number used;   /* seconds of it */
  lua_Number looked; /* at the clock, the last time */
  int steps;         /* instructions since then */
  bool cut;          /* this slice was over */
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

/* A hook that a program has set for a thread. */
typedef struct other {
  lua_Hook f;
  int mask, count; /* as it was set */
  int left;        /* instructions until it is due */
} other;

static void hook (lua_State *L, lua_Debug *ar);

/* A thread that does not run may not raise itself. */
static void checkroom (lua_State *L, lua_State *thread) {
  if (!lua_checkstack(thread, 1))
    luaL_error(L, "stack overflow");
}

/* The hook that a thread has besides ours, or NULL. Lives as long as no other
   one is set. */
static other *toother (lua_State *L, lua_State *thread) {
  other *o;
  luaL_checkstack(L, 2, NULL);
  checkroom(L, thread);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &hookskey);
  lua_pushthread(thread);
  lua_xmove(thread, L, 1);
  lua_rawget(L, -2);
  o = lua_touserdata(L, -1);
  lua_pop(L, 2);
  return o;
}

/* Instructions between two of our looks. */
static int stride (const other *o) {
  bool sooner = o != NULL && (o->mask & LUA_MASKCOUNT) && o->count < STRIDE;
  return sooner ? o->count : STRIDE;
}

static void install (lua_State *thread, const other *o, int count) {
  int mask = o == NULL ? 0 : o->mask;
  lua_sethook(thread, hook, mask | LUA_MASKCOUNT, count);
}

/* The thread has budgets; the hook that it has, if any, is called by ours. */
static void limit (lua_State *L, lua_State *thread) {
  lua_Hook f = lua_gethook(thread);
  other *o = NULL;
  if (f == hook)
    return;
  luaL_checkstack(L, 3, NULL);
  checkroom(L, thread);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &hookskey);
  lua_pushthread(thread);
  lua_xmove(thread, L, 1);
  if (f == NULL)
    lua_pushnil(L);
  else {
    o = lua_newuserdatauv(L, sizeof *o, 0);
    o->f = f;
    o->mask = lua_gethookmask(thread);
    o->count = o->left = lua_gethookcount(thread);
  }
  lua_rawset(L, -3);
  lua_pop(L, 1);
  install(thread, o, stride(o));
}

/* Whether the slice that runs is over; looks at the clock. */
static bool look (budget *b) {
  b->steps = 0;
  if (b->seen != b->slice) { /* a new slice: a new budget */
    b->seen = b->slice;
    b->used = 0;
    b->looked = now();
    b->cut = false;
  }
  else
    b->cut = isover(b);
  return b->cut;
}

static int cut (lua_State *L, const budget *b, int level) {
  luaL_where(L, level);
  lua_pushfstring(L, "computed for more than %f s without waiting", b->limit);
  lua_concat(L, 2);
  return lua_error(L);
}

/* So many instructions have passed. 'count': after so many we are called.
   Calls and returns cut nobody: they may be those of a C function that the
   library has called. */
static void spend (lua_State *L, lua_Debug *ar, const other *o, int steps,
                   int count) {
  budget *b = tobudget(L);
  int next;
  b->steps += steps;
  if (b->seen == b->slice && b->steps < STRIDE && !b->cut)
    return;
  next = look(b) ? 1 : stride(o);
  if (next != count)
    install(L, o, next);
  if (b->cut && ar->event == LUA_HOOKCOUNT && !isspared(L, ar, b))
    cut(L, b, 0);
}

/* Whether the other hook is for this event. */
static bool isfor (other *o, const lua_Debug *ar, int count) {
  switch (ar->event) {
    case LUA_HOOKCOUNT:
      if (!(o->mask & LUA_MASKCOUNT) || (o->left -= count) > 0)
        return false;
      o->left = o->count;
      return true;
    case LUA_HOOKLINE: return o->mask & LUA_MASKLINE;
    case LUA_HOOKRET: return o->mask & LUA_MASKRET;
    default: return o->mask & LUA_MASKCALL;
  }
}

/* The instructions of the other hook count as well, but where they are the
   last ones of a stride, we are not called: so each event counts as one. A
   thread inherits the mask of the one that made it, and no other hook. */
static void hook (lua_State *L, lua_Debug *ar) {
  int count = lua_gethookcount(L);
  bool counted = ar->event == LUA_HOOKCOUNT;
  other *o = toother(L, L);
  spend(L, ar, o, counted ? count : 1, count);
  if (o == NULL && !counted)
    install(L, NULL, lua_gethookcount(L));
  if (o != NULL && isfor(o, ar, count))
    o->f(L, ar);
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
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &hookskey);
  return 0;
}

/*
** core.slice(seconds [, thread])
**
** A task is resumed, with such a budget; 0: none. It may have got itself
** another hook past core.hooks.
*/
static int core_slice (lua_State *L) {
  budget *b = tobudget(L);
  lua_State *co = lua_tothread(L, 2);
  b->slice++;
  b->limit = luaL_checknumber(L, 1);
  if (co != NULL && b->limit > 0)
    limit(L, co);
  return 0;
}

/* core.limit(thread): it has budgets, as have the coroutines it makes. */
static int core_limit (lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co != NULL, 1, "thread");
  limit(L, co);
  return 0;
}

/* The thread that a call of debug.sethook or debug.gethook is about. */
static lua_State *threadof (lua_State *L) {
  lua_State *thread = lua_tothread(L, 1);
  return thread == NULL ? L : thread;
}

/* Calls what was in our place, with the arguments. A hook may raise when it
   returns; false: it, or a hook, did, and the error is on top. */
static bool callformer (lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  return lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0) == LUA_OK;
}

/* To change a hook begins the count of instructions anew: whoever does it
   again and again is looked at here. */
static void checkbudget (lua_State *L) {
  budget *b = tobudget(L);
  if (look(b))
    cut(L, b, 1);
}

/* debug.sethook */
static int sethook (lua_State *L) {
  lua_State *thread = threadof(L);
  bool limited = lua_gethook(thread) == hook;
  bool done;
  if (limited)
    checkbudget(L);
  done = callformer(L);
  if (limited)
    limit(L, thread);
  return done ? lua_gettop(L) : lua_error(L);
}

/* debug.gethook: what the program has set. */
static int gethook (lua_State *L) {
  lua_State *thread = threadof(L);
  bool limited = lua_gethook(thread) == hook;
  bool done;
  if (limited) {
    const other *o = toother(L, thread);
    checkbudget(L);
    if (o == NULL)
      lua_sethook(thread, NULL, 0, 0);
    else
      lua_sethook(thread, o->f, o->mask, o->count);
  }
  done = callformer(L);
  if (limited)
    limit(L, thread);
  return done ? lua_gettop(L) : lua_error(L);
}

/* core.hooks(debug.sethook, debug.gethook) -> the same two, which let tasks
   keep their budgets */
static int core_hooks (lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_pushvalue(L, 1);
  lua_pushcclosure(L, sethook, 1);
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, gethook, 1);
  return 2;
}

void lgp_open_budget (lua_State *L) {
  static const luaL_Reg functions[] = {{"spare", core_spare},
                                       {"slice", core_slice},
                                       {"limit", core_limit},
                                       {"hooks", core_hooks},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
