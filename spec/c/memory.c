/*
** memory.c - see memory.h.
*/
#include "memory.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What fresh memory is full of, and memory that was given back. */
#define FRESH 0xa5
#define GONE 0x5a

/* What is allocated more: a guard of eight bytes, and the size. */
#define GUARDED (8 + sizeof(size_t))

void *__real_malloc (size_t size);
void *__real_calloc (size_t count, size_t size);
void *__real_realloc (void *at, size_t size);
void __real_free (void *at);
void *__wrap_malloc (size_t size);
void *__wrap_calloc (size_t count, size_t size);
void *__wrap_realloc (void *at, size_t size);
void __wrap_free (void *at);

static size_t used;
static uint64_t asked;
static uint64_t left; /* until one fails; zero: none does */
static bool staying, failed;

static bool fails (void) {
  if (left == 0 || --left > 0)
    return false;
  if (staying)
    left = 1;
  failed = true;
  return true;
}

static void *counted (void *at, size_t size) {
  if (at != NULL) {
    used++;
    asked += size;
  }
  return at;
}

/* The size that was asked for stands at the end of what the C library gave;
   what is between is the guard. */
static size_t guardend (void *at) {
  return malloc_usable_size(at) - sizeof(size_t);
}

static size_t sizeofpiece (void *at) {
  size_t size;
  memcpy(&size, (char *)at + guardend(at), sizeof size);
  return size;
}

/* A piece, from 'from' on not written yet. NULL is allowed. */
static void *made (void *at, size_t from, size_t size) {
  if (at != NULL) {
    memset((char *)at + from, FRESH, guardend(at) - from);
    memcpy((char *)at + guardend(at), &size, sizeof size);
  }
  return counted(at, size);
}

static void checkguard (void *at) {
  size_t i = sizeofpiece(at), end = guardend(at);
  while (i < end && ((unsigned char *)at)[i] == FRESH)
    i++;
  if (i == end)
    return;
  puts("# something was written behind the end of a piece of memory");
  fflush(stdout);
  abort();
}

void *__wrap_malloc (size_t size) {
  return fails() || size > SIZE_MAX - GUARDED
           ? NULL
           : made(__real_malloc(size + GUARDED), 0, size);
}

void *__wrap_calloc (size_t count, size_t size) {
  size_t all = count * size;
  return fails() ? NULL : made(__real_calloc(1, all + GUARDED), all, all);
}

void *__wrap_realloc (void *at, size_t size) {
  size_t before = 0;
  void *to;
  if (at != NULL) {
    checkguard(at);
    before = sizeofpiece(at);
  }
  to = fails() ? NULL : __real_realloc(at, size + GUARDED);
  if (to != NULL && at != NULL)
    used--;
  return made(to, before < size ? before : size, size);
}

void __wrap_free (void *at) {
  if (at == NULL)
    return;
  checkguard(at);
  used--;
  memset(at, GONE, malloc_usable_size(at));
  __real_free(at);
}

size_t memory_used (void) {
  return used;
}

uint64_t memory_asked (void) {
  return asked;
}

void memory_fail (uint64_t n, bool stays) {
  left = n;
  staying = stays;
  failed = false;
}

bool memory_heal (void) {
  bool had = failed;
  left = 0;
  failed = false;
  return had;
}
