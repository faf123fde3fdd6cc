/*
** threading.c - a Lua module for specs: states of Lua, each on a thread of
** its own.
*/
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>

#define MOST 16

int luaopen_threading (lua_State *L);

typedef struct job {
  pthread_t thread;
  const char *script;
  char error[256]; /* "": there was none */
} job;

static void *work (void *arg) {
  job *j = arg;
  lua_State *L = luaL_newstate();
  if (L == NULL) {
    snprintf(j->error, sizeof j->error, "out of memory");
    return NULL;
  }
  luaL_openlibs(L);
  if (luaL_dostring(L, j->script) != LUA_OK)
    snprintf(j->error, sizeof j->error, "%s", luaL_tolstring(L, -1, NULL));
  lua_close(L);
  return NULL;
}

/* threading.run(count, script) -> the errors, each a text */
static int threading_run (lua_State *L) {
  job jobs[MOST];
  int i, n = (int)luaL_checkinteger(L, 1);
  const char *script = luaL_checkstring(L, 2);
  luaL_argcheck(L, n > 0 && n <= MOST, 1, "out of range");
  for (i = 0; i < n; i++) {
    jobs[i] = (job){.script = script};
    if (pthread_create(&jobs[i].thread, NULL, work, &jobs[i]) != 0)
      return luaL_error(L, "no more threads");
  }
  for (i = 0; i < n; i++)
    pthread_join(jobs[i].thread, NULL);
  lua_newtable(L);
  for (i = 0; i < n; i++) {
    if (jobs[i].error[0] != '\0') {
      lua_pushstring(L, jobs[i].error);
      lua_rawseti(L, -2, luaL_len(L, -2) + 1);
    }
  }
  return 1;
}

__attribute__((visibility("default"))) int luaopen_threading (lua_State *L) {
  static const luaL_Reg functions[] = {{"run", threading_run}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
