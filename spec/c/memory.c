/*
** memory.c - see memory.h.
*/
#include "memory.h"

#include <stdlib.h>

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

void *__wrap_malloc (size_t size) {
  return fails() ? NULL : counted(__real_malloc(size), size);
}

void *__wrap_calloc (size_t count, size_t size) {
  return fails() ? NULL : counted(__real_calloc(count, size), count * size);
}

void *__wrap_realloc (void *at, size_t size) {
  void *to = fails() ? NULL : __real_realloc(at, size);
  if (to != NULL && at != NULL)
    used--;
  return counted(to, size);
}

void __wrap_free (void *at) {
  if (at != NULL)
    used--;
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
