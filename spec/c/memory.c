/*
** memory.c - see memory.h.
*/
#include "memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* What fresh memory is full of, and memory that was given back. */
#define FRESH 0xa5
#define GONE 0x5a

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

/* What was not written yet is not zero by chance. */
static void spoil (void *at, size_t from, int with) {
  size_t size = at == NULL ? 0 : malloc_usable_size(at);
  if (from < size)
    memset((char *)at + from, with, size - from);
}

void *__wrap_malloc (size_t size) {
  void *at = fails() ? NULL : __real_malloc(size);
  spoil(at, 0, FRESH);
  return counted(at, size);
}

void *__wrap_calloc (size_t count, size_t size) {
  return fails() ? NULL : counted(__real_calloc(count, size), count * size);
}

void *__wrap_realloc (void *at, size_t size) {
  size_t before = at == NULL ? 0 : malloc_usable_size(at);
  void *to = fails() ? NULL : __real_realloc(at, size);
  spoil(to, before, FRESH);
  if (to != NULL && at != NULL)
    used--;
  return counted(to, size);
}

void __wrap_free (void *at) {
  if (at != NULL)
    used--;
  spoil(at, 0, GONE);
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
