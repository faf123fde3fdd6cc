/*
** starve.c - runs a Lua script again and again, each time with another
** allocation failing.
**
**   starve SCRIPT lua|core FIRST STEP CORE.so
**
** The script is run in a new state each time. It is given a function, arm,
** after which the allocations of one kind are counted: those of Lua, or those
** that the core makes. The FIRSTth fails, in the next run the
** (FIRST+STEP)th, until a run comes through without one. Lua collects and
** asks once more when one fails, so of Lua's the next fails too. Those of
** libevent are left alone: 2.1.12 itself does not survive all of them (one
** that fails in evhttp_request_new is a null pointer in evhttp_request_free).
** Blocks of lua-cjson are not counted: it loses its buffers when Lua raises
** in the middle of a text.
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
  counted++;
  if (counted != failing && !(oflua && failed && counted == failing + 1))
    return false;
  failed = true;
  errno = ENOMEM;
  return true;
}

/* Whether it is code of 'library'. */
static bool isof (void *from, const char *library) {
  Dl_info info;
  return dladdr(from, &info) != 0 && info.dli_fname != NULL &&
         strstr(info.dli_fname, library) != NULL;
}

static bool fails (void *from) {
  return armed && !oflua && isof(from, "/core.so") && hit();
}

static void count (void *from, int blocks) {
  if (blocks != 0 && !isof(from, "/cjson.so"))
    used += blocks;
}

void *malloc (size_t size) {
  void *from = __builtin_return_address(0), *at = NULL;
  if (!fails(from))
    at = __libc_malloc(size);
  count(from, at != NULL);
  return at;
}

void *calloc (size_t n, size_t size) {
  void *from = __builtin_return_address(0), *at = NULL;
  if (!fails(from))
    at = __libc_calloc(n, size);
  count(from, at != NULL);
  return at;
}

void *realloc (void *old, size_t size) {
  void *from = __builtin_return_address(0), *at = NULL;
  if (!fails(from))
    at = __libc_realloc(old, size);
  count(from, (old == NULL && at != NULL) -
                (old != NULL && at == NULL && size == 0));
  return at;
}

void free (void *at) {
  count(__builtin_return_address(0), -(at != NULL));
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

/* The core stays loaded: what is static in it is no leak. What a run without
   failure leaves. */
static long warmup (const char *script, const char *core) {
  long before = 0;
  bool good = dlopen(core, RTLD_NOW | RTLD_NODELETE) != NULL &&
              run(script, 0);
  if (good) {
    before = used;
    good = run(script, 0);
  }
  if (!good) {
    printf("does not even run with enough memory\n");
    exit(1);
  }
  return used - before;
}

int main (int argc, char **argv) {
  unsigned long n, step, runs = 0;
  long usual;
  bool good = true;
  if (argc < 6)
    return 2;
  setvbuf(stdout, NULL, _IOLBF, 512);
  usual = warmup(argv[1], argv[5]);
  oflua = strcmp(argv[2], "lua") == 0;
  step = strtoul(argv[4], NULL, 10);
  for (n = strtoul(argv[3], NULL, 10);; n += step) {
    long before = used;
    good = run(argv[1], n) && good;
    if (!failed)
      break;
    runs++;
    if (used - before > usual) {
      printf("%lu: %ld blocks leak\n", n, used - before - usual);
      good = false;
    }
  }
  printf("%lu runs\n", runs);
  return good ? 0 : 1;
}
