/*
** starve.c - runs a Lua script again and again, each time with another
** allocation failing.
**
**   starve SCRIPT lua|core FIRST STEP CORE.so
**
** The script is run in a new state each time. It is given a function, arm,
** after which the allocations of one kind are counted: those of Lua, or those
** that the core makes. The FIRSTth fails, in the next run the
** (FIRST+STEP)th, until a run comes through without one. Those of libevent
** are left alone: 2.1.12 itself does not survive all of them (one that fails
** in evhttp_request_new is a null pointer in evhttp_request_free).
** Prints how many runs there were. What a run leaves allocated, more than a
** run without failure does, is a leak, and so is an error that the script
** raises after it has called disarm: both end this program with 1.
**
** It stands before the C library for everything in the process, so it needs
** glibc.
*/
#include <dlfcn.h>
#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t count, size_t size);
void *__libc_realloc (void *at, size_t size);
void __libc_free (void *at);

static bool oflua; /* Lua's allocations are to fail, else the core's */
static bool armed, failed;
static unsigned long counted, failing;
static long used; /* blocks that are allocated */

static bool hit (void) {
  if (++counted != failing)
    return false;
  failed = true;
  errno = ENOMEM;
  return true;
}

/* Whether it is code of the core that asks for memory. */
static bool iscore (void *from) {
  Dl_info info;
  return dladdr(from, &info) != 0 && info.dli_fname != NULL &&
         strstr(info.dli_fname, "/core.so") != NULL;
}

static bool fails (void *from) {
  return armed && !oflua && iscore(from) && hit();
}

void *malloc (size_t size) {
  void *at = NULL;
  if (!fails(__builtin_return_address(0)))
    at = __libc_malloc(size);
  used += at != NULL;
  return at;
}

void *calloc (size_t count, size_t size) {
  void *at = NULL;
  if (!fails(__builtin_return_address(0)))
    at = __libc_calloc(count, size);
  used += at != NULL;
  return at;
}

void *realloc (void *old, size_t size) {
  void *at = NULL;
  if (!fails(__builtin_return_address(0)))
    at = __libc_realloc(old, size);
  used += old == NULL && at != NULL;
  used -= old != NULL && at == NULL && size == 0;
  return at;
}

void free (void *at) {
  used -= at != NULL;
  __libc_free(at);
}

/* Lua's allocator. It must not fail when a block is made smaller. */
static void *allocate (void *ud, void *old, size_t was, size_t size) {
  (void)ud;
  if (size == 0) {
    free(old);
    return NULL;
  }
  if (armed && oflua && (old == NULL || size > was) && hit())
    return NULL;
  return realloc(old, size);
}

static int arm (lua_State *L) {
  (void)L;
  armed = true;
  return 0;
}

/* Tells whether an allocation has failed. */
static int disarm (lua_State *L) {
  armed = false;
  lua_pushboolean(L, failed);
  return 1;
}

static bool run (const char *script, unsigned long n) {
  lua_State *L = lua_newstate(allocate, NULL);
  bool good;
  counted = 0;
  failing = n;
  failed = false;
  luaL_openlibs(L);
  lua_register(L, "arm", arm);
  lua_register(L, "disarm", disarm);
  good = luaL_dofile(L, script) == LUA_OK;
  armed = false;
  if (!good)
    printf("%lu: %s\n", n, lua_tostring(L, -1));
  lua_close(L);
  return good;
}

/* The core stays loaded: what is static in it is no leak. */
static void warmup (const char *script, const char *core) {
  if (dlopen(core, RTLD_NOW | RTLD_NODELETE) == NULL || !run(script, 0) ||
      !run(script, 0)) {
    printf("does not even run with enough memory\n");
    exit(1);
  }
}

int main (int argc, char **argv) {
  unsigned long n, step, runs = 0;
  bool good = true;
  if (argc < 6)
    return 2;
  setvbuf(stdout, NULL, _IOLBF, 512);
  warmup(argv[1], argv[5]);
  oflua = strcmp(argv[2], "lua") == 0;
  step = strtoul(argv[4], NULL, 10);
  for (n = strtoul(argv[3], NULL, 10);; n += step) {
    long before = used;
    good = run(argv[1], n) && good;
    if (!failed)
      break;
    runs++;
    if (used > before) {
      printf("%lu: %ld blocks leak\n", n, used - before);
      good = false;
    }
  }
  printf("%lu runs\n", runs);
  return good ? 0 : 1;
}
