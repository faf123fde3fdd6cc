/*
** lua/json.c - the JSON reader of the wire forms, on lua-cjson.
**
** The cursor is the top of the stack of a thread that is there for this
** alone: a hook of the program's, such as the one by which the interpreter
** raises at Ctrl-C, would else raise in the middle of a message, which would
** be refused, and the interruption forgotten. Only 'parse' can meet an error
** of Lua's, and it runs protected; the rest neither allocates nor raises, so
** the wire forms need not fear a longjmp.
*/
#include "lua/json.h"

#include <lauxlib.h>
#include <locale.h>
#include <string.h>

#include "base/ascii.h"
#include "base/os.h"
#include "lua/core.h"

/* gop2p's texts are three levels deep; what is deeper is not one. */
#define MAXDEPTH 8

/* Slots of the stack that the wire forms take at most. */
#define SLOTS 16

/* In the registry: the thread, and cjson's functions. */
static const char threadkey = 't', decodekey = 'd', newkey = 'n';

typedef struct source {
  const char *text;
  size_t len;
  bool renewed;
} source;

/* cjson notes which sign numbers have for their point whenever an instance
   is made: the one of the locale that is in force then. */
static int renew (lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &newkey);
  lua_call(L, 0, 0);
  return 0;
}

static int decode (lua_State *L) {
  source *s = lua_touserdata(L, 1);
  if (s->renewed)
    renew(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &decodekey);
  lua_pushlstring(L, s->text, s->len);
  lua_call(L, 1, 1);
  return 1;
}

/* Reads in the locale "C"; other users of cjson find it as it was. */
static int decodeneutrally (lua_State *L, const char *text, size_t len) {
  source s = {text, len, *localeconv()->decimal_point != '.'};
  gp_os_locale before = gp_os_neutrallocale();
  int status;
  lua_pushcfunction(L, decode);
  lua_pushlightuserdata(L, &s);
  status = lua_pcall(L, 1, 1, 0);
  gp_os_returnlocale(before);
  if (s.renewed) {
    lua_pushcfunction(L, renew);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK)
      lua_pop(L, 1);
  }
  return status;
}

/* lua-cjson takes a NUL for the end, and would ignore what follows it. */
static gp_err parse (void *self, const char *text, size_t len) {
  lua_State *L = self;
  int status;
  if (memchr(text, '\0', len) != NULL)
    return GP_EBADMSG;
  status = decodeneutrally(L, text, len);
  if (status == LUA_OK)
    return GP_OK;
  lua_pop(L, 1);
  return status == LUA_ERRMEM ? GP_ENOMEM : GP_EBADMSG;
}

static gp_jsontype type (void *self) {
  switch (lua_type(self, -1)) {
    case LUA_TBOOLEAN: return GP_JSON_BOOLEAN;
    case LUA_TNUMBER: return GP_JSON_NUMBER;
    case LUA_TSTRING: return GP_JSON_STRING;
    case LUA_TTABLE: return GP_JSON_TREE;
    default: return GP_JSON_NULL;
  }
}

/* Whether 'text' is a name; a NUL may stand among its 'len' bytes. */
typedef bool comparison (const char *text, size_t len, const char *name);

static bool exactly (const char *text, size_t len, const char *name) {
  return strlen(name) == len && memcmp(text, name, len) == 0;
}

/* Whether the field on top of the stack, below its value, is called so. */
static bool iscalled (lua_State *L, const char *name, comparison *same) {
  size_t len;
  const char *text;
  if (lua_type(L, -2) != LUA_TSTRING)
    return false;
  text = lua_tolstring(L, -2, &len);
  return same(text, len, name);
}

static bool step (lua_State *L, const char *name, comparison *same) {
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    if (iscalled(L, name, same)) {
      lua_remove(L, -2);
      return true;
    }
    lua_pop(L, 1);
  }
  return false;
}

static bool field (void *self, const char *name) {
  if (lua_type(self, -1) != LUA_TTABLE)
    return false;
  return step(self, name, exactly) || step(self, name, gp_ascii_isword);
}

static bool item (void *self, size_t index) {
  lua_State *L = self;
  if (lua_type(L, -1) != LUA_TTABLE)
    return false;
  if (lua_rawgeti(L, -1, (lua_Integer)index + 1) != LUA_TNIL)
    return true;
  lua_pop(L, 1);
  return false;
}

static void leave (void *self) {
  lua_State *L = self;
  lua_pop(L, 1);
}

static double number (void *self) {
  return lua_tonumber(self, -1);
}

static const char *string (void *self, size_t *len) {
  return lua_tolstring(self, -1, len);
}

gp_json lgp_json_reader (lua_State *L) {
  gp_json json = {NULL, parse, type, field, item, leave, number, string};
  lua_rawgetp(L, LUA_REGISTRYINDEX, &threadkey);
  json.self = lua_tothread(L, -1);
  lua_pop(L, 1);
  return json;
}

/* A thread begins with the hook of the one that makes it. */
static void openthread (lua_State *L) {
  lua_State *thread = lua_newthread(L);
  lua_sethook(thread, NULL, 0, 0);
  if (!lua_checkstack(thread, SLOTS))
    luaL_error(L, "out of memory");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &threadkey);
}

/* An instance of its own: other users of cjson keep their settings. */
void lgp_open_json (lua_State *L) {
  int top = lua_gettop(L);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "cjson");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "new");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &newkey);
  lua_call(L, 0, 1);
  lua_getfield(L, -1, "decode_max_depth");
  lua_pushinteger(L, MAXDEPTH);
  lua_call(L, 1, 0);
  lua_getfield(L, -1, "decode_invalid_numbers");
  lua_pushboolean(L, 0);
  lua_call(L, 1, 0);
  lua_getfield(L, -1, "decode");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &decodekey);
  lua_settop(L, top);
  openthread(L);
}
