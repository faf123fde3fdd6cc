/*
** scan_fuzz.c - JSON texts, looked through and then parsed: in what passes
** there is no more than the bounds say, and no field of ours twice.
*/
#include "fuzz.h"

#include <lua.h>
#include <string.h>
#include <strings.h>

#include "wire/jsonscan.h"

/* The field on top of the stack is one of ours; only strings are names. */
static bool isfield (lua_State *L, const char *name) {
  return lua_type(L, -1) == LUA_TSTRING &&
         lua_rawlen(L, -1) == strlen(name) &&
         strcasecmp(lua_tostring(L, -1), name) == 0;
}

/* How many fields of the table on top of the stack are called so. */
static int count (lua_State *L, const char *name) {
  int n = 0;
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    lua_pop(L, 1);
    n += isfield(L, name);
  }
  return n;
}

/* The values of what is on top of the stack, itself one of them. */
static size_t walk (lua_State *L, int depth) {
  static const char *const names[] = {"type", "data", "from",
                                      "to",   "port", "address"};
  size_t n = 1, i;
  if (!lua_istable(L, -1))
    return n;
  fuzz_check(depth < GP_JSONSCAN_DEPTH && lua_checkstack(L, 4));
  for (i = 0; i < sizeof names / sizeof *names; i++)
    fuzz_check(count(L, names[i]) <= 1);
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    n += walk(L, depth + 1);
    lua_pop(L, 1);
  }
  return n;
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t len) {
  gp_json json = fuzz_json();
  char *text = malloc(len); /* no zero byte behind it */
  gp_err e;
  fuzz_check(text != NULL || len == 0);
  if (len > 0)
    memcpy(text, data, len);
  e = gp_jsonscan(text, len);
  fuzz_check(e == GP_OK || e == GP_EBADMSG);
  if (e == GP_OK && json.parse(json.self, text, len) == GP_OK) {
    fuzz_check(walk(json.self, 0) <= GP_JSONSCAN_VALUES + 1);
    json.leave(json.self);
  }
  free(text);
  fuzz_json_done(&json);
  return 0;
}
